"""What a statement that failed asks, calls and takes apart, and of what kinds that is; nothing of it is called."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np

from grader.sandbox.child.replay import REPLAYED, UNKNOWN, Names, culprit, kind_of, text_of, value_of
from grader.sandbox.wire.records import Fact

_ASKING = {ast.If: "if", ast.While: "while", ast.IfExp: "if", ast.Assert: "assert"}


def missed_name(error: BaseException) -> str | None:
    """The name or attribute that an error misses; of a class of the submission's none: its code would be asked."""
    name = error.name if type(error) in (NameError, AttributeError) else None  # type: ignore[attr-defined]
    return name if type(name) is str else None


def of_statement(error: BaseException, parts: list[ast.AST], names: Names) -> Iterator[Fact]:
    """What is known of a statement that failed, by its parts, innermost first."""
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
    missing = error.args[0] if type(error) is KeyError and error.args else missed_name(error)
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
            if each.attr == missed_name(error):
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
