"""What is easily written in the place of an expression: another name, number, operation, function."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from itertools import combinations

from grader.formula.kinds import RELATIVES
from grader.formula.own_names import OwnNames
from grader.formula.program import Program

_COMPARISONS = {ast.Gt: ">", ast.GtE: ">=", ast.Lt: "<", ast.LtE: "<=", ast.Eq: "==", ast.NotEq: "!="}
_OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.MatMult: "@", ast.Pow: "**"}
_INSTEAD = {"+": "-*", "-": "+*", "*": "/@+-", "/": "*-", "@": "*", "//": "/", "**": "*"}

_RELATIVES = {
    **RELATIVES,
    "tanh": ("exp",),
    "zeros": ("ones",),
    "ones": ("zeros",),
    "max": ("sum", "min"),
    "min": ("max",),
    "var": ("std",),
    "std": ("var",),
    "outer": ("dot", "multiply"),
    "dot": ("outer", "multiply"),
    "multiply": ("outer", "dot"),
    "argmax": ("argmin",),
    "sin": ("cos",),
    "cos": ("sin",),
}
_REDUCTIONS = ("sum", "mean", "max", "min", "var", "std", "prod")
_AXES = ("0", "1", "2", "-1", "(0, 1)", "(0, 2)", "(0, 2, 3)")


class Alternatives:
    """The texts that can stand in the place of a function's expressions."""

    def __init__(self, program: Program, names: OwnNames) -> None:
        self._program, self._names = program, names

    def of(self, node: ast.expr) -> Iterator[str]:
        """What can stand in the place of an expression."""
        text = self._program.text
        match node:
            case ast.Name(id=name, ctx=ast.Load()) if name in self._names.known:
                yield from (each for each in self._names.at(node.lineno) if each != name)
            case ast.Constant(value=bool() as value):
                yield str(not value)
            case ast.Constant(value=int() | float() as value):
                near = (value + 1, value - 1, 2 * value, value / 2, -value, 1, 0, 2)
                yield from dict.fromkeys(repr(int(each) if each == int(each) else each) for each in near)
            case ast.UnaryOp(op=ast.USub() | ast.Not(), operand=operand):
                yield text(operand)
            case ast.BinOp():
                yield from self._of_operation(node)
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                for kind, sign in _COMPARISONS.items():
                    if not isinstance(op, kind):
                        yield f"({text(left)}) {sign} ({text(right)})"
                yield text(left)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                yield f"({text(orelse)}) if ({text(test)}) else ({text(body)})"
                yield text(body)
                yield text(orelse)
            case ast.Attribute(value=value, attr="T"):
                yield text(value)
            case ast.Subscript(value=value):
                yield text(value)
            case ast.Call():
                yield from self._of_call(node)

    def _of_operation(self, node: ast.BinOp) -> Iterator[str]:
        left, right = self._program.text(node.left), self._program.text(node.right)
        sign = _OPERATORS.get(type(node.op), "//")
        yield from (f"({left}) {each} ({right})" for each in _INSTEAD[sign])
        yield left
        yield right
        if sign in "-/@**":
            yield f"({right}) {sign} ({left})"
        if sign == "-":
            yield f"-({left}) - ({right})"
        if sign == "/":
            yield f"1 / ({right})"
        if sign in "*@":
            yield from (f"np.outer({one}, {two})" for one, two in ((left, right), (right, left)))
            yield f"({left}).T @ ({right})"
            yield f"({left}) @ ({right}).T"
            yield f"({right}).T @ ({left})"
            yield f"({right}) @ ({left}).T"
        if sign == "@":
            yield f"{self._turned(node.left)} @ {self._turned(node.right)}"
            yield f"{self._turned(node.right)} @ {self._turned(node.left)}"

    def _turned(self, node: ast.expr) -> str:
        """An expression, transposed; what was transposed is no longer."""
        if isinstance(node, ast.Attribute) and node.attr == "T":
            return f"({self._program.text(node.value)})"
        return f"({self._program.text(node)}).T"

    def _of_call(self, node: ast.Call) -> Iterator[str]:
        text, function = self._program.text, node.func
        arguments = [text(each) for each in node.args]
        keywords = {each.arg: text(each.value) for each in node.keywords if each.arg}
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        is_method = isinstance(function, ast.Attribute) and not (
            isinstance(function.value, ast.Name) and function.value.id not in self._names.known
        )
        before = f"({text(function.value)})." if isinstance(function, ast.Attribute) else ""

        def call(name: str, arguments: Iterable[str], keywords: dict[str, str]) -> str:
            return f"{before}{name}({', '.join([*arguments, *(f'{key}={each}' for key, each in keywords.items())])})"

        yield from (call(each, arguments, keywords) for each in _RELATIVES.get(name, ()))
        if is_method and isinstance(function, ast.Attribute):
            yield text(function.value)
        yield from arguments
        if name in ("outer", "dot"):
            yield f"({') @ ('.join(arguments)})"
            yield f"({') * ('.join(arguments)})"
        for one, two in combinations(range(len(arguments)), 2):
            other = list(arguments)
            other[one], other[two] = arguments[two], arguments[one]
            yield call(name, other, keywords)
        if name in _REDUCTIONS and len(arguments) == (0 if is_method else 1):
            rest = {key: each for key, each in keywords.items() if key != "axis"}
            yield call(name, arguments, rest)
            yield call(name, arguments, {})
            yield from (call(name, arguments, {"axis": axis, **rest}) for axis in _AXES if axis != keywords.get("axis"))
            without = {key: each for key, each in keywords.items() if key != "keepdims"}
            yield call(name, arguments, without if "keepdims" in keywords else {**keywords, "keepdims": "True"})
            for other_name in _RELATIVES.get(name, ()):
                yield call(other_name, arguments, rest)
