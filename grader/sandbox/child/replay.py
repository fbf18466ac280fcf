"""A line of a submission that failed, done once more: which operation it was, and on what.

Only names, parts, shapes and arithmetic on exact types of Python and NumPy are: nothing of the submission's is called.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np

from grader.sandbox.wire.caps import MAX_WORD
from grader.sandbox.wire.records import Fact

MOST_ELEMENTS = 20_000
"""Of an array that is calculated with."""

MOST_OF_RESULT = 1_000_000
"""Elements of what is calculated: a product of two arrays may have many more than both."""

MOST_LONG, MOST_DEEP, MOST_PARTS = 50, 20, 1_000
"""Of a tuple or a list: entries, levels, and parts in all, however often one of them is in it."""

MOST_BITS = 1_000
"""Of a whole number."""

UNKNOWN = object()
"""What stands for a value that isn't calculated with."""

_OPERATIONS: Mapping[type[ast.operator], tuple[str, Callable[[Any, Any], Any]]] = MappingProxyType(
    {
        ast.Add: ("+", operator.add),
        ast.Sub: ("-", operator.sub),
        ast.Mult: ("*", operator.mul),
        ast.Div: ("/", operator.truediv),
        ast.MatMult: ("@", operator.matmul),
    }
)

_PRODUCTS = ("@", "np.dot", "np.matmul")

REPLAYED = frozenset(_OPERATIONS)
"""The operations that are done once more; what another one fails on is only looked at."""

_NUMBERS = (float, int, bool, np.float64, np.float32, np.int64, np.bool_)

Names: TypeAlias = Mapping[str, Any]


def culprit(error: BaseException, parts: list[ast.AST], names: Names) -> Iterator[Fact]:
    """The operation that fails with the same words when it is done once more, with its operands."""
    for each in parts:
        operation = _operation(each)
        if operation is None:
            continue
        sign, function, left, right = operation
        first, second = value_of(left, names), value_of(right, names)
        if first is UNKNOWN or second is UNKNOWN:
            continue
        try:
            if _is_small(sign, first, second):
                function(first, second)
        except Exception as again:
            if type(again) is not type(error):
                continue
            # In place, the sign is another, and the shape of what is changed follows at the end.
            if str(error).replace(f"{sign}=:", f"{sign}:").startswith(str(again).rstrip()):
                yield "operands", sign, text_of(left), kind_of(first), text_of(right), kind_of(second)
                return


def _operation(node: ast.AST) -> tuple[str, Callable[[Any, Any], Any], ast.expr, ast.expr] | None:
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
        return *_OPERATIONS[type(node.op)], node.left, node.right
    if isinstance(node, ast.AugAssign) and type(node.op) in _OPERATIONS:
        return *_OPERATIONS[type(node.op)], node.target, node.value
    if isinstance(node, ast.Call) and len(node.args) == 2 and not node.keywords:
        name = text_of(node.func)
        if name in ("np.dot", "np.matmul"):
            return name, np.dot if name == "np.dot" else np.matmul, node.args[0], node.args[1]
    return None


def value_of(node: ast.expr, names: Names) -> Any:
    """What names, parts, shapes and arithmetic give; `UNKNOWN` for any other expression, or what is no number."""
    if isinstance(node, ast.Constant):
        return _known(node.value)
    if isinstance(node, ast.Name):
        return _known(names.get(node.id, UNKNOWN))
    if isinstance(node, ast.Attribute) and node.attr in ("T", "shape", "ndim", "size"):
        of = value_of(node.value, names)
        return getattr(of, node.attr) if type(of) is np.ndarray else UNKNOWN
    if isinstance(node, ast.Subscript):
        return _part(value_of(node.value, names), value_of(node.slice, names))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        of = value_of(node.operand, names)
        return -of if type(of) in (int, float) else UNKNOWN
    operation = _operation(node)
    if operation is None:
        return UNKNOWN
    sign, function, left, right = operation
    first, second = value_of(left, names), value_of(right, names)
    if first is UNKNOWN or second is UNKNOWN:
        return UNKNOWN
    try:
        return _known(function(first, second)) if _is_small(sign, first, second) else UNKNOWN
    except Exception:
        return UNKNOWN


def _is_small(sign: str, first: Any, second: Any) -> bool:
    """Whether the result of an operation, if there is one, has few elements."""
    one, two = _shape(first), _shape(second)
    if one is None or two is None:
        # A list times a number is longer, and an array is made of a list beside one.
        return _count(first) * _count(second) <= MOST_OF_RESULT
    if sign in _PRODUCTS:
        return math.prod((*one[:-1], *two[:-2], *two[-1:])) <= MOST_OF_RESULT
    try:
        return math.prod(np.broadcast_shapes(one, two)) <= MOST_OF_RESULT
    except ValueError:
        return True


def _shape(value: Any) -> tuple[int, ...] | None:
    return value.shape if type(value) is np.ndarray else () if type(value) in _NUMBERS else None


def _count(value: Any) -> int:
    """How many elements a known value has in all, or how often it repeats a list."""
    if type(value) in (tuple, list):
        return sum(1 if type(each) in _NUMBERS else _count(each) for each in value)
    if type(value) is np.ndarray:
        return int(value.size)
    return len(value) if type(value) is str else abs(value) if type(value) is int else 1


def _part(whole: Any, place: Any) -> Any:
    """An entry of a tuple, a list or a dict; of an array none is taken."""
    if type(whole) in (tuple, list) and type(place) is int:
        return _known(whole[place]) if -len(whole) <= place < len(whole) else UNKNOWN
    if type(whole) is dict and type(place) in (str, int):
        # Its keys may be the submission's, and compare as they like.
        return next(
            (_known(value) for key, value in whole.items() if type(key) is type(place) and key == place), UNKNOWN
        )
    return UNKNOWN


def _known(value: Any) -> Any:
    return value if _room_left(value, MOST_PARTS, MOST_DEEP) >= 0 else UNKNOWN


def _room_left(value: Any, room: int, levels: int) -> int:
    """What is left of a room for so many parts after a value; less than 0 if that isn't calculated with."""
    if type(value) in (tuple, list):
        if len(value) > MOST_LONG or levels == 0:
            return -1
        for each in value:
            if room < 0:
                break
            room = _room_left(each, room, levels - 1)
    return room - 1 if _is_plain(value) else -1


def _is_plain(value: Any) -> bool:
    if type(value) is np.ndarray:
        return value.size <= MOST_ELEMENTS and value.dtype.kind in "fiub"
    if type(value) is int:
        return value.bit_length() <= MOST_BITS
    return value is None or type(value) in (*_NUMBERS, tuple, list, dict, str)


def kind_of(value: Any) -> str:
    """A value's kind in a word: a shape, "number", "tuple:2"; "" for what isn't told."""
    if type(value) is np.ndarray:
        return str(value.shape).replace(" ", "")
    if type(value) in _NUMBERS:
        return "number"
    if type(value) in (tuple, list, dict):
        return f"{type(value).__name__}:{len(value)}"
    if value is np:
        return "numpy"
    return "None" if value is None else "str" if type(value) is str else ""


def text_of(node: ast.expr) -> str:
    """An expression as it would be typed, without spaces; "" if it is long, or has what no fact may have in it."""
    text = ast.unparse(node).replace(" ", "")
    return text if len(text) <= MAX_WORD and set(text).isdisjoint("'\"\\{}") else ""
