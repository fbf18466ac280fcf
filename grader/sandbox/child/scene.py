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
from types import FrameType, ModuleType, TracebackType
from typing import Any

import numpy as np

from grader.sandbox.child.replay import REPLAYED, UNKNOWN, Names, culprit, kind_of, text_of, value_of
from grader.sandbox.wire.caps import MAX_FACTS, MAX_WORD, MAX_WORDS
from grader.sandbox.wire.records import Fact

MOST_NODES = 2_000
"""Of a statement that is looked at."""

_SPACES = (dict, type((lambda: sys._getframe().f_locals)()))
"""The types of what holds names: of a function's locals there is another from Python 3.13 on."""

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
    names = _names(frame)
    made = [*_of_cache(tree, forward), *_of_function(line, tree), *_of_names(error, names, tree, forward)]
    if statement is not None:
        of_statement = list(_of_statement(error, _own_parts(statement), names))
        # What is alone among some of them needn't be alone among all.
        made += of_statement if len(made) + len(of_statement) <= MAX_FACTS else ()
    return tuple(fact for fact in made if _is_short(fact))[:MAX_FACTS]


def _is_short(fact: Fact) -> bool:
    return len(fact) <= MAX_WORDS and all(len(word) <= MAX_WORD for word in fact)


def _names(frame: FrameType) -> Names:
    """What a frame's names stand for; none in a mapping of the submission's, whose code would be asked."""
    spaces = (vars(builtins), frame.f_globals, frame.f_locals)
    return {
        name: value for space in spaces if type(space) in _SPACES for name, value in space.items() if type(name) is str
    }


def _missing(error: BaseException) -> str | None:
    """The name or attribute that an error misses; of a class of the submission's none: its code would be asked."""
    name = error.name if type(error) in (NameError, AttributeError) else None  # type: ignore[attr-defined]
    return name if type(name) is str else None


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
    name = _missing(error)
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


# The statement.


def _of_statement(error: BaseException, parts: list[ast.AST], names: Names) -> Iterator[Fact]:
    yield from culprit(error, parts, names)
    asking = list(dict.fromkeys(word for each in parts for word in _asks(each)))
    if len(asking) == 1:
        yield "asks", asking[0]
    for each in parts:
        if isinstance(each, ast.Call) and isinstance(each.func, (ast.Name, ast.Attribute)):
            yield "calls", text_of(each.func)
            if _is_builtin(each.func, names):
                yield "builtin", text_of(each.func)
            yield from _arguments(each, names)
    for role, expression in _subjects(error, parts, names):
        if kind := kind_of(value_of(expression, names)):
            yield "value", text_of(expression), kind, role
    yield from _keys(error, parts, names)


def _is_builtin(function: ast.expr, names: Names) -> bool:
    if not isinstance(function, ast.Name) or function.id not in vars(builtins):
        return False
    return names.get(function.id) is vars(builtins)[function.id]


def _arguments(call: ast.Call, names: Names) -> Iterator[Fact]:
    """The first argument of a function of Python's, or of a module's."""
    called = call.func
    of_module = isinstance(called, ast.Attribute) and type(_named(called.value, names)) is ModuleType
    if call.args and (of_module or _is_builtin(called, names)):
        yield "argument", text_of(called), text_of(call.args[0]), kind_of(value_of(call.args[0], names))


def _named(node: ast.expr, names: Names) -> Any:
    return names.get(node.id, UNKNOWN) if isinstance(node, ast.Name) else UNKNOWN


def _keys(error: BaseException, parts: list[ast.AST], names: Names) -> Iterator[Fact]:
    """The keys of the dict that lacks one, or that was taken for something with attributes."""
    missing = error.args[0] if type(error) is KeyError and error.args else _missing(error)
    if type(missing) not in (str, int):
        return
    looked_in = {}
    for each in parts:
        if isinstance(each, (ast.Subscript, ast.Attribute)):
            value = value_of(each.value, names)
            if type(value) is dict and all(type(key) is str for key in value):
                is_missing = missing not in value
                if is_missing == (type(error) is KeyError) and not (is_missing and _is_stored(each, parts)):
                    looked_in[text_of(each.value)] = list(value)
    if len(looked_in) == 1:
        (keys,) = looked_in.values()
        yield "keys", *keys


def _is_stored(node: ast.expr, parts: list[ast.AST]) -> bool:
    """Whether a part is only written to, which raises no KeyError."""
    changed = any(isinstance(each, ast.AugAssign) and each.target is node for each in parts)
    return isinstance(getattr(node, "ctx", None), ast.Store) and not changed


def _subjects(error: BaseException, parts: list[ast.AST], names: Names) -> Iterator[tuple[str, ast.expr]]:
    """What is unpacked, indexed, called or asked for an attribute in a statement, if it may be what failed."""
    for each in parts:
        if isinstance(each, ast.Assign) and isinstance(target := each.targets[0], (ast.Tuple, ast.List)):
            if all(isinstance(part, (ast.Name, ast.Subscript)) for part in target.elts):
                yield "unpacked", each.value
        elif isinstance(each, ast.Subscript):
            yield "beyond" if _is_beyond(each, names) else "indexed", each.value
        elif isinstance(each, ast.Attribute):
            if each.attr == _missing(error):
                yield "asked", each.value
        elif isinstance(each, ast.Call):
            yield "called", each.func
        elif isinstance(each, ast.UnaryOp):
            yield "operand", each.operand
        elif isinstance(each, ast.Compare) and len(each.ops) == 1:
            yield from (("operand", each.left), ("operand", each.comparators[0]))
        elif isinstance(each, ast.BinOp) and type(each.op) not in REPLAYED:
            yield from (("operand", each.left), ("operand", each.right))


def _is_beyond(node: ast.Subscript, names: Names) -> bool:
    """Whether there is no such place in a tuple or a list, or an array has fewer axes."""
    value, place = value_of(node.value, names), value_of(node.slice, names)
    if type(value) is np.ndarray:
        return isinstance(node.slice, ast.Tuple) and value.ndim < sum(
            not (isinstance(each, ast.Constant) and each.value in (None, ...)) for each in node.slice.elts
        )
    return type(value) in (tuple, list) and type(place) is int and not -len(value) <= place < len(value)


def _asks(node: ast.AST) -> Iterator[str]:
    """The words that ask for one truth value: "if", "and", "max"; "chain" for a < b < c."""
    if type(node) in _ASKING:
        yield _ASKING[type(node)]
    elif isinstance(node, ast.BoolOp):
        yield "and" if isinstance(node.op, ast.And) else "or"
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "not"
    elif isinstance(node, ast.comprehension) and node.ifs:
        yield "if"
    elif isinstance(node, ast.Compare):
        if len(node.ops) > 1:
            yield "chain"
        yield from ("in" for each in node.ops if isinstance(each, (ast.In, ast.NotIn)))
    elif isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id in ("max", "min", "bool", "sorted", "any", "all"):
            yield node.func.id
        elif isinstance(node.func, ast.Attribute) and node.func.attr in ("index", "remove", "count"):
            yield node.func.attr
