"""What there was where a submission raised an error: names, shapes, kinds, in short words that the grader makes use of.

Nothing of the submission's is called to find out: of its values only exact types of Python and NumPy are looked at.
"""

from __future__ import annotations

import ast
import builtins
import difflib
import linecache
from collections.abc import Iterator
from functools import lru_cache
from types import FrameType, TracebackType
from typing import Any

import numpy as np

from grader.sandbox.child.replay import UNKNOWN, Names, culprit, kind_of, text_of, value_of
from grader.sandbox.wire.caps import MAX_FACTS, MAX_WORD, MAX_WORDS
from grader.sandbox.wire.records import Fact

MOST_NODES = 2_000
"""Of a statement that is looked at."""

_ASKING = {ast.If: "if", ast.While: "while", ast.IfExp: "if", ast.Assert: "assert"}


def facts(error: BaseException, traceback: TracebackType | None, files: Any, forward: str) -> tuple[Fact, ...]:
    """What is known of an error beyond its message; `forward` is the function whose cache the backward gets, or "".

    Each fact is a word that says what it is, and others: ("cache", "x", "w"). It may raise anything.
    """
    found = _innermost(traceback, files)
    if found is None or isinstance(error, (MemoryError, RecursionError)):
        return ()
    frame, line = found
    tree, statement = _statement(frame.f_code.co_filename, line)
    names = {**vars(builtins), **frame.f_globals, **frame.f_locals}
    made = [*_of_cache(tree, forward), *_of_parameters(frame), *_of_names(error, names, tree, forward)]
    if statement is not None:
        made += _of_statement(error, _own_parts(statement), names)
    return tuple(fact for fact in made if _is_short(fact))[:MAX_FACTS]


def _is_short(fact: Fact) -> bool:
    return len(fact) <= MAX_WORDS and all(len(word) <= MAX_WORD for word in fact)


def _innermost(traceback: TracebackType | None, files: Any) -> tuple[FrameType, int] | None:
    found = None
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename in files:
            found = traceback.tb_frame, traceback.tb_lineno
        traceback = traceback.tb_next
    return found


@lru_cache(4)
def _parsed(source: str) -> ast.Module:
    return ast.parse(source)


def _statement(file: str, line: int) -> tuple[ast.Module, ast.stmt | None]:
    """A file as a tree, and the smallest statement in it that has the line."""
    tree = _parsed("".join(linecache.getlines(file)))
    around = [
        each for each in ast.walk(tree) if isinstance(each, ast.stmt) and each.lineno <= line <= (each.end_lineno or 0)
    ]
    return tree, max(around, key=lambda each: (each.lineno, each.col_offset), default=None)


def _own_parts(statement: ast.stmt) -> list[ast.AST]:
    """What is in a statement, innermost first, without the statements in it."""
    parts: list[ast.AST] = []

    def visit(node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            if not isinstance(child, ast.stmt) and len(parts) < MOST_NODES:
                visit(child)
        parts.append(node)

    visit(statement)
    return parts


# Names.


def _of_cache(tree: ast.Module, forward: str) -> Iterator[Fact]:
    """The names that the forward puts into its cache, in order, if it can be read there."""
    for function in tree.body:
        if isinstance(function, ast.FunctionDef) and forward and function.name == forward:
            packed = [_packed(each) for each in ast.walk(function)]
            kept = [each for each in packed if each is not None]
            # What is put together in several ways isn't known.
            if len(kept) == 1 and all(isinstance(each, ast.Name) for each in kept[0]):
                yield "cache", *(each.id for each in kept[0] if isinstance(each, ast.Name))


def _packed(node: ast.AST) -> list[ast.expr] | None:
    """What a statement puts into the cache: by its name, or as the second of two that are returned."""
    value: ast.expr | None = None
    if isinstance(node, ast.Assign) and [ast.unparse(each) for each in node.targets] == ["cache"]:
        value = node.value
    elif isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple) and len(node.value.elts) == 2:
        value = node.value.elts[1]
        if isinstance(value, ast.Name) and value.id == "cache":
            return None
    if isinstance(value, ast.Tuple):
        return value.elts
    return [value] if value is not None else None


def _of_parameters(frame: FrameType) -> Iterator[Fact]:
    code = frame.f_code
    if code.co_argcount == 2:
        yield "parameters", code.co_name, *code.co_varnames[:2]


def _of_names(error: BaseException, names: Names, tree: ast.Module, forward: str) -> Iterator[Fact]:
    """Of a name that isn't there, what it may be instead; of an attribute, what hasn't got it."""
    name = getattr(error, "name", None)
    if isinstance(error, NameError) and isinstance(name, str):
        if name in vars(np):
            yield "numpy", name
        near = difflib.get_close_matches(name, [each for each in names if not each.startswith("_")], n=1)
        yield from (("similar", each) for each in near)
        if any(
            isinstance(each, ast.FunctionDef) and each.name == forward and name in _assigned(each) for each in tree.body
        ):
            yield "elsewhere", name
    elif isinstance(error, AttributeError) and isinstance(name, str):
        yield "attribute", name, kind_of(getattr(error, "obj", UNKNOWN))
        if name in vars(np):
            yield "numpy", name
        yield from (("similar", each) for each in difflib.get_close_matches(name, vars(np), 1, 0.75))


def _assigned(function: ast.FunctionDef) -> set[str]:
    parameters = {each.arg for each in function.args.args}
    return parameters | {
        each.id for each in ast.walk(function) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }


# The statement.


def _of_statement(error: BaseException, parts: list[ast.AST], names: Names) -> Iterator[Fact]:
    yield from culprit(error, parts, names)
    asking = list(dict.fromkeys(word for each in parts if (word := _asks(each))))
    if len(asking) == 1:
        yield "asks", asking[0]
    for each in parts:
        if isinstance(each, ast.Call) and isinstance(each.func, (ast.Name, ast.Attribute)):
            yield "calls", text_of(each.func)
    for expression in _subjects(parts):
        if kind := kind_of(value_of(expression, names)):
            yield "value", text_of(expression), kind
            yield from _keys(value_of(expression, names))


def _keys(value: Any) -> Iterator[Fact]:
    if type(value) is dict and all(type(each) is str for each in value):
        yield "keys", *list(value)[: MAX_WORDS - 1]


def _subjects(parts: list[ast.AST]) -> Iterator[ast.expr]:
    """What is unpacked, indexed, called or has a method called, in a statement."""
    for each in parts:
        if isinstance(each, (ast.Assign, ast.Subscript, ast.Attribute)):
            # Of an assignment, what may be unpacked.
            yield each.value
        elif isinstance(each, ast.Call):
            yield each.func
            yield from each.args[:1]
        elif isinstance(each, ast.UnaryOp):
            yield each.operand
        elif isinstance(each, ast.Compare):
            yield each.left
        elif isinstance(each, ast.BinOp):
            yield from (each.left, each.right)


def _asks(node: ast.AST) -> str:
    """The word that asks for one truth value, if there is one: "if", "and", "max"."""
    if type(node) in _ASKING:
        return _ASKING[type(node)]
    if isinstance(node, ast.BoolOp):
        return "and" if isinstance(node.op, ast.And) else "or"
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return "not"
    if isinstance(node, ast.Compare) and len(node.ops) > 1:
        return "and"
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("max", "min", "bool", "sorted")
    ):
        return node.func.id
    return ""
