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

from grader.sandbox.child.replay import Names, kind_of
from grader.sandbox.child.statement_facts import missed_name, of_statement
from grader.sandbox.wire.caps import MAX_FACTS, MAX_WORD, MAX_WORDS
from grader.sandbox.wire.records import Fact

MOST_NODES = 2_000
"""Of a statement that is looked at."""

_SPACES = (dict, type((lambda: sys._getframe().f_locals)()))
"""The types of what holds names: of a function's locals there is another from Python 3.13 on."""


def facts(error: BaseException, traceback: TracebackType | None, files: Any, forward: str) -> tuple[Fact, ...]:
    """What is known of an error beyond its message; `forward` is the function whose cache the backward gets, or "".

    Each fact is a word that says what it is, and others: ("cache", "x", "w"). It may raise anything.
    """
    found = _innermost(traceback, files)
    if found is None or isinstance(error, (MemoryError, RecursionError)):
        return ()
    frame, line = found
    tree, statement = _statement(frame.f_code.co_filename, line)
    names = _names(frame)
    made = [*_of_cache(tree, forward), *_of_function(line, tree), *_of_names(error, names, tree, forward)]
    if statement is not None:
        more = list(of_statement(error, _own_parts(statement), names))
        # What is alone among some of them needn't be alone among all.
        made += more if len(made) + len(more) <= MAX_FACTS else ()
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


def _of_function(line: int, tree: ast.Module) -> Iterator[Fact]:
    """The function of the file that a line is in, with its first two parameters."""
    for function in tree.body:
        if isinstance(function, ast.FunctionDef) and function.lineno <= line <= (function.end_lineno or 0):
            yield "within", function.name, *(each.arg for each in function.args.args[:2])


def _of_names(error: BaseException, names: Names, tree: ast.Module, forward: str) -> Iterator[Fact]:
    """Of a name that isn't there, what it may be instead; of an attribute, what hasn't got it."""
    name = missed_name(error)
    if name is not None and type(error) is NameError:
        if name in vars(np):
            yield "numpy", name
        yield from (("similar", each) for each in _similar(name, names))
        if any(
            isinstance(each, ast.FunctionDef) and each.name == forward and name in _assigned(each) for each in tree.body
        ):
            yield "elsewhere", name
    elif name is not None and type(error) is AttributeError:
        yield "attribute", name, kind_of(error.obj)
        if name in vars(np):
            yield "numpy", name
        yield from (("similar", each) for each in difflib.get_close_matches(name, vars(np), 1, 0.75))


def _similar(name: str, names: Names) -> list[str]:
    """A name that may have been meant: no x where dx is missing; Python's own names have to be nearer."""
    own = [each for each in names if not each.startswith("_") and each not in vars(builtins)]
    others = [each for each in own if len(each) > 1 and f"d{each}" != name and f"d{name}" != each]
    same = [each for each in own if each.lower() == name.lower()]
    return (
        same[:1]
        or difflib.get_close_matches(name, others, n=1)
        or difflib.get_close_matches(name, dir(builtins), 1, 0.8)
    )


def _assigned(function: ast.FunctionDef) -> set[str]:
    parameters = {each.arg for each in function.args.args}
    return parameters | {
        each.id for each in ast.walk(function) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }
