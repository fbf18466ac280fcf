"""What an error of Python or NumPy means, in a student's words: said below its own message, and only where it is true.

An error's message and facts are the submission's. Nothing of them but single words of code stands in a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, partial
from typing import TypeAlias

from grader.cases import Case
from grader.exercise import Exercise
from grader.judging import error_rules as of_one
from grader.judging import operand_rules as of_two
from grader.judging import part_rules as of_parts
from grader.judging.error_scene import Scene
from grader.sandbox.wire.records import StudentError
from grader.text.language import later, say

Rule: TypeAlias = Callable[[Scene, "re.Match[str]"], str]
"""What is to be said of an error whose message matches; "" where that isn't known to be true."""


def error_advice(exercise: Exercise, error: StudentError, case: Case | None) -> str:
    """What an error means, and what to look at; "" where nothing certain can be said."""
    # What somebody raises on purpose means what they say.
    if error.kind != "raised" or re.search(r"\braise\b", error.text):
        return ""
    scene = Scene(exercise, error, case)
    if turned := of_one.swapped(scene):
        return turned
    for types, pattern, rule in _rules():
        if (
            error.type in types.split()
            and (match := re.search(pattern, error.message))
            and (said := rule(scene, match))
        ):
            return said
    return ""


def _same(text: str) -> Rule:
    return lambda scene, match: say(text)


_WHOLE = later("An index is a whole number, a slice or a mask: n / 2 is a float in Python, n // 2 a whole number.")


@cache
def _rules() -> tuple[tuple[str, str, Rule], ...]:
    """The errors that are explained: their types, what their message has in it, and what is said."""
    return (
        ("UnboundLocalError", r"local variable '(\w+)'", of_one.no_value),
        ("NameError", r"name '(\w+)' is not defined", of_one.no_name),
        ("NameError", r"free variable '(\w+)'", of_one.no_value_yet),
        ("ValueError", r"matmul: .*mismatch in its core dimension|shapes .* not aligned", of_two.mismatch),
        ("ValueError", r"matmul: .*does not have enough dimensions", of_two.no_matrix),
        ("TypeError", r"unsupported operand type\(s\) for @", of_two.no_matrix),
        ("ValueError", r"non-broadcastable output operand|could not broadcast input array", of_two.no_room),
        ("ValueError", r"operands could not be broadcast together", of_two.no_broadcast),
        ("ValueError", r"truth value of an array with more than one element", of_one.truth_value),
        (
            "ValueError TypeError",
            r"inhomogeneous shape|element with a sequence|multiply sequence|concatenate (?:tuple|list)"
            r"|(?:operand type|between instances).*'(?:tuple|list|dict)'|not '?(?:tuple|list|dict)\b",
            of_two.container,
        ),
        ("TypeError", r"(tuple|list) indices must be integers or slices, not (\w+)", of_parts.place),
        ("TypeError", r"'(float|list|tuple)' object cannot be interpreted as an integer", of_parts.not_counted),
        ("TypeError", r"NoneType", of_two.nothing),
        ("TypeError", r"\bsum\(\)", partial(of_one.python_sum, name="sum")),
        ("TypeError", r"\bmax\(\)", partial(of_one.python_sum, name="max")),
        ("TypeError", r"\bmin\(\)", partial(of_one.python_sum, name="min")),
        ("TypeError", r"converted to Python scalars", of_one.one_number),
        ("AttributeError", r"has no attribute", of_one.no_attribute),
        ("ValueError", r"values to unpack", of_parts.unpacked),
        ("TypeError", r"cannot unpack non-iterable|cannot unpack", of_parts.unpacked),
        ("TypeError", r"is not callable", of_one.no_call),
        (
            "TypeError",
            r"'(?:builtin_function_or_method|function|type|method|_ArrayFunctionDispatcher|numpy.ufunc)' object is not "
            r"subscriptable",
            of_one.no_square_brackets,
        ),
        (
            "TypeError",
            r"'(?:int|float|bool|numpy\.\w+)' (?:object is not (?:subscriptable|iterable)|has no len)"
            r"|iteration over a 0-d array",
            of_one.no_parts,
        ),
        ("TypeError", r"^_?(\w+)\(\) got an unexpected keyword argument '(dim|keepdim)'", of_one.of_pytorch),
        ("TypeError", r"(\b\w+)\(\) (?:takes|missing|got)", of_one.arguments),
        ("TypeError", r"'tuple' object does not support item assignment", of_two.fixed),
        ("TypeError", r"^Cannot interpret '\d+' as a data type", of_one.one_shape),
        ("TypeError", r"only integer scalar arrays can be converted to a scalar index", of_one.one_list),
        (
            "TypeError",
            r"^ufunc 'bitwise_xor'|for \^=?:",
            _same(later("A power is written ** in Python; ^ is another operation.")),
        ),
        (
            "TypeError",
            r"numpy boolean (?:negative|subtract)",
            _same(later("A mask holds truth values; by .astype(float) they become 1.0 and 0.0.")),
        ),
        ("IndexError", r"(?:tuple|list) index out of range", of_parts.beyond),
        (
            "IndexError",
            r"list assignment index out of range",
            _same(later("A list has places only for the entries that it has; append adds one.")),
        ),
        (
            "IndexError",
            r"invalid index to scalar",
            _same(later("What is indexed here is a single number: it has no parts.")),
        ),
        ("IndexError", r"out of bounds for axis (\d{1,3}) with size (\d+)", of_parts.out_of_bounds),
        ("IndexError", r"too many indices for array: array is (\d{1,2})-dimensional", of_parts.too_many_indices),
        ("IndexError", r"only integers, slices|arrays used as indices", _same(_WHOLE)),
        ("AxisError", r"axis (-?\d+) is out of bounds for array of dimension (\d+)", of_parts.no_axis),
        ("KeyError", r"", of_parts.no_key),
        ("BdbQuit", r"", of_one.no_debugger),
        ("EOFError", r"reading a line", of_one.no_keyboard),
        ("ModuleNotFoundError", r"^pdb is not available here", of_one.no_debugger),
        ("ValueError", r"read-only", of_parts.read_only),
        (
            "UFuncTypeError",
            r"Cannot cast ufunc .* to dtype\('u?int",
            _same(
                later(
                    "An array of whole numbers takes no fractions: make it one of floats, by np.zeros(…) without "
                    "dtype, or by .astype(float)."
                )
            ),
        ),
        ("ValueError", r"cannot reshape array of size (\d+)", of_parts.reshaped),
        ("ZeroDivisionError", r"", of_two.zero_divisor),
        (
            "RecursionError",
            r"",
            _same(later("A function here calls itself again and again, by itself or by way of another one.")),
        ),
        (
            "OverflowError",
            r"math range error|Numerical result out of range|too large to convert to float",
            _same(
                later(
                    "Python's numbers stop here; NumPy's functions give inf, and a formula that stays small avoids it."
                )
            ),
        ),
        (
            "IndentationError",
            r"expected an indented block",
            _same(later("What belongs to the line before stands four spaces further in.")),
        ),
        (
            "IndentationError",
            r"unexpected indent",
            _same(later("This line stands further in than those before it, and none of them opens a block.")),
        ),
        (
            "IndentationError",
            r"unindent does not match",
            _same(later("This line stands as far in as none of the blocks around it.")),
        ),
        (
            "TabError",
            r"",
            _same(later("Some lines begin with tabs, others with spaces: have your editor write spaces only.")),
        ),
        ("SyntaxError", r"was never closed", _same(later("This bracket is opened and never closed."))),
        (
            "SyntaxError",
            r"expected ':'",
            _same(later("A line that opens a block (def, if, for, while, else) ends in a colon.")),
        ),
        (
            "SyntaxError",
            r"invalid (?:non-printable )?character",
            _same(later("A character that was copied, perhaps: type it anew, as - or *.")),
        ),
        ("SyntaxError", r"invalid decimal literal", _same(later("A number and a name don't multiply without a *."))),
        (
            "SyntaxError",
            r"'return' outside function",
            _same(later("This return stands in no function: is it far enough in?")),
        ),
        (
            "SyntaxError",
            r"^invalid syntax$",
            _same(later("Something is missing or too much on this line, or at the end of the one before.")),
        ),
    )
