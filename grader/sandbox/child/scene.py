"""What there was where a submission raised an error: names, shapes, kinds, in short words that the grader makes use of.

Nothing of the submission's is called to find out: of its values only exact types of Python and NumPy are looked at.
"""

from __future__ import annotations

import ast
import builtins
import difflib
import linecache
import sys
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

_SPACES = (dict, type((lambda: sys._getframe().f_locals)()))
"""The types of what holds names: of a function's locals there is another from Python 3.13 on."""

_ASKING = {ast.If: "if", ast.While: "while", ast.IfExp: "if", ast.Assert: "assert"}
_ASKED_BY = ("max", "min", "bool", "sorted", "any", "all")


def facts(error: BaseException, traceback: TracebackType | None, files: Any, forward: str) -> tuple[Fact, ...]:
    """What is known of an error beyond its message; `forward` is the function whose cache the backward gets, or "".

    Each fact is a word that says what it is, and others: ("cache", "x", "w"). It may raise anything.
    """
    found = _innermost(traceback, files)
    if found is None or isinstance(error, (MemoryError, RecursionError)):
        return ()
    frame, line = found
    tree, statement = _statement(frame.f_code.co_filename, line)
    parts = [] if statement is None else _own_parts(statement)
    names = _names(frame)
    made = [
        *_of_cache(tree, forward),
        *_of_parameters(frame),
        *_of_names(error, names, tree, forward),
        *_of_attribute(error, parts, names),
        *_of_statement(error, parts, names),
    ]
    return tuple(fact for fact in made if _is_short(fact))[:MAX_FACTS]


def _is_short(fact: Fact) -> bool:
    return len(fact) <= MAX_WORDS and all(len(word) <= MAX_WORD for word in fact)


def _names(frame: FrameType) -> Names:
    """What a frame's names stand for; none in a mapping of the submission's, whose code would be asked."""
    spaces = (vars(builtins), frame.f_globals, frame.f_locals)
    return {
        name: value for space in spaces if type(space) in _SPACES for name, value in space.items() if type(name) is str
    }


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
            elif len(kept) == 1 and [ast.unparse(each) for each in kept[0]] == ["None"]:
                yield "cache", "None"


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
    """Of a name that isn't there, what it may be instead."""
    if type(error) is NameError and type(name := error.name) is str:
        if name in vars(np):
            yield "numpy", name
        near = difflib.get_close_matches(name, [each for each in names if not each.startswith("_")], n=1)
        yield from (("similar", each) for each in near)
        if any(
            isinstance(each, ast.FunctionDef) and each.name == forward and name in _assigned(each) for each in tree.body
        ):
            yield "elsewhere", name


def _of_attribute(error: BaseException, parts: list[ast.AST], names: Names) -> Iterator[Fact]:
    """Of an attribute that isn't there, what hasn't got it, and how that is written; and what NumPy has."""
    if type(error) is AttributeError and type(name := error.name) is str:
        kind = kind_of(error.obj)
        asked = [each.value for each in parts if isinstance(each, ast.Attribute) and each.attr == name]
        without = [text_of(each) for each in asked if kind_of(value_of(each, names)) == kind]
        yield "attribute", name, kind, without[0] if without else ""
        if callable(vars(np).get(name)):
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
            if isinstance(each.func, ast.Name) and names.get(each.func.id) is vars(builtins).get(each.func.id, UNKNOWN):
                yield "builtin", each.func.id
    for each in parts:
        yield from _of_parts(error, each, names)
    for expression in _subjects(parts):
        if kind := kind_of(value_of(expression, names)):
            yield "value", text_of(expression), kind


def _of_parts(error: BaseException, node: ast.AST, names: Names) -> Iterator[Fact]:
    """What is taken apart into names; what has no such index; the keys of a dict that has no such key, if all fit."""
    if isinstance(node, ast.Assign) and isinstance(target := node.targets[0], (ast.Tuple, ast.List)):
        if all(isinstance(each, (ast.Name, ast.Subscript)) for each in target.elts):
            yield "unpacked", text_of(node.value), kind_of(value_of(node.value, names))
    elif isinstance(node, ast.Subscript):
        value, index = value_of(node.value, names), value_of(node.slice, names)
        if type(value) in (tuple, list) and type(index) is int and not -len(value) <= index < len(value):
            yield "beyond", text_of(node.value), kind_of(value)
        if type(error) is KeyError and type(value) is dict and all(type(each) is str for each in value):
            (key,) = error.args
            if type(key) is str and key not in value and len(value) < MAX_WORDS:
                yield "keys", *value


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
    if isinstance(node, ast.Compare) and any(isinstance(each, (ast.In, ast.NotIn)) for each in node.ops):
        return "in"
    if isinstance(node, ast.Compare) and len(node.ops) > 1:
        return "and"
    if isinstance(node, ast.comprehension) and node.ifs:
        return "if"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _ASKED_BY:
        return node.func.id
    return ""
