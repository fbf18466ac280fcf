"""Every formula that is one edit away from a textbook's: what people write who make one mistake.

An edit replaces one place of one line, or does the same everywhere. Which values could stand in another's place is
seen from a sample: those with as many axes.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Literal, TypeAlias

import numpy as np

from grader.exercise.textbook import Line, Textbook

Kind: TypeAlias = Literal[
    "dropped",
    "sign",
    "axis",
    "transpose",
    "variable",
    "operator",
    "comparison",
    "constant",
    "function",
    "extra",
    "other",
]

KINDS: tuple[Kind, ...] = (
    "dropped",
    "sign",
    "axis",
    "transpose",
    "variable",
    "operator",
    "comparison",
    "constant",
    "function",
    "extra",
    "other",
)
"""In the order in which they are believed where several give the same numbers."""

RAISED = (ArithmeticError, IndexError, ValueError, TypeError, AttributeError)
"""What the arithmetic of a formula raises where it makes no sense; a prediction, too."""

_COMPARISONS: tuple[type[ast.cmpop], ...] = (ast.Gt, ast.GtE, ast.Lt, ast.LtE, ast.Eq, ast.NotEq)

_RELATIVES: Mapping[str, tuple[str, ...]] = {
    "exp": ("log", "expm1"),
    "log": ("exp", "log1p"),
    "log1p": ("log", "expm1"),
    "expm1": ("exp", "log1p"),
    "sqrt": ("square",),
    "square": ("sqrt",),
    "sigmoid": ("tanh", "exp"),
    "tanh": ("sigmoid",),
    "softmax": ("sigmoid",),
    "abs": ("sign",),
    "sign": ("abs",),
    "maximum": ("minimum",),
    "minimum": ("maximum",),
    "sum": ("mean", "max"),
    "mean": ("sum", "max"),
    "max": ("sum", "mean", "min"),
    "zeros_like": ("ones_like",),
    "ones_like": ("zeros_like",),
    "outer": (),
}


@dataclass(frozen=True)
class Edit:
    """A wrong formula: the `lines` that it has in the place of the textbook's, and of which kind the mistake is.

    `part` is the term that came out otherwise, as it is now: "" where it is gone.
    """

    kind: Kind
    lines: tuple[Line, ...]
    part: str = field(default="", compare=False)

    def __str__(self) -> str:
        return "; ".join(map(str, self.lines))


@dataclass(frozen=True)
class _Variant:
    """An expression that is otherwise in one place; `part` is the term that it is in, if it stands in a sum."""

    kind: Kind
    tree: ast.expr
    part: ast.expr | None
    settled: bool = False


def edits(book: Textbook, sample: Mapping[str, Any]) -> Iterator[Edit]:
    """The edits of a textbook's lines; `sample` has every value of one case, as `Textbook.run` gives it.

    The same formula may come more than once, and some are right.
    """
    for line in book.lines:
        scope = _Scope({name: value for name, value in sample.items() if name != line.target}, book, line.target)
        for variant in scope.of_line(line.tree):
            part = ast.unparse(variant.part) if variant.part else ""
            yield Edit(variant.kind, (Line(line.target, ast.unparse(variant.tree)),), part)
    yield from _everywhere(book, sample)


class _Scope:
    """What a line may name, and the variants of its expressions."""

    def __init__(self, values: Mapping[str, Any], book: Textbook, target: str) -> None:
        self._values = values
        self._words = book.words
        self._going = book.backward | {"dout"}
        self._is_backward = target in self._going
        self._axes = {name: np.ndim(value) for name, value in values.items() if _is_numbers(value)}
        self._sizes = [name for name, value in values.items() if isinstance(value, int)]

    def of_line(self, tree: ast.expr) -> Iterator[_Variant]:
        """The variants of a whole expression."""
        yield from self.of(tree)
        yield from self._around(tree, "whole")

    def of(self, node: ast.expr) -> Iterator[_Variant]:
        """The variants of an expression, at its root and below."""
        yield from (_Variant(kind, tree, tree) for kind, tree in self._at(node))
        if not isinstance(node, ast.Name | ast.Constant):
            axes = self._count_axes(node)
            like = [name for name, count in self._axes.items() if count == axes and name not in self._sizes]
            yield from (_Variant("variable", _name(name), _name(name)) for name in like)
        for name, place, child in _children(node):
            for variant in self.of(child):
                if _is_undone(node, variant.kind):
                    continue
                tree = _with(node, name, place, variant.tree)
                settled = variant.settled or _is_sum(node)
                yield _Variant(variant.kind, tree, variant.part if settled else tree, settled)
            if name != "func" and isinstance(node, ast.Call | ast.BinOp):
                for around in self._around(child, "term" if _is_sum(node) else "factor"):
                    tree = _with(node, name, place, around.tree)
                    yield _Variant(around.kind, tree, around.part if _is_sum(node) else tree, _is_sum(node))

    def _at(self, node: ast.expr) -> Iterator[tuple[Kind, ast.expr]]:
        """What can stand in the place of a node."""
        match node:
            case ast.BinOp():
                yield from _of_operation(node)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                yield "sign", operand
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                for other in _COMPARISONS:
                    if not isinstance(op, other):
                        yield "comparison", ast.Compare(left, [other()], [right])
                yield "function", left
            case ast.Attribute(value=value, attr="T"):
                yield "transpose", value
                yield "transpose", _reshaped(value)
            case ast.Name(id=name) if name in self._axes:
                yield from self._of_name(name)
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                yield from (("constant", ast.Constant(other)) for other in _constants(value))
            case ast.Subscript(value=value, slice=ast.Constant(value=int() as index)):
                yield from (("variable", ast.Subscript(value, ast.Constant(each))) for each in {0, 1} - {index})
            case ast.Call():
                yield from self._of_call(node)

    def _of_name(self, name: str) -> Iterator[tuple[Kind, ast.expr]]:
        axes = self._axes[name]
        for other, count in self._axes.items():
            if other != name and count == axes:
                yield "variable", _name(other)
        if name in self._sizes:
            yield from (("variable", _times(_name(name), _name(each))) for each in self._sizes if each != name)
            yield "constant", ast.BinOp(_name(name), ast.Sub(), ast.Constant(1))
            return
        if axes == 2:
            yield "transpose", ast.Attribute(_name(name), "T")
        yield "sign", _minus(_name(name))
        yield "constant", ast.BinOp(_name(name), ast.Pow(), ast.Constant(2))
        yield from (("function", ast.Call(_name(function), [_name(name)], [])) for function in ("abs", "sign"))
        for other in self._axes:
            if other not in (name, *self._sizes) and self._fits(other, name):
                yield "extra", _times(_name(name), _name(other))
                if name in self._going and self._axes[other]:
                    yield "extra", _times(_name(name), _positive(other))

    def _count_axes(self, node: ast.expr) -> int | None:
        """How many axes an expression has in the sample; None where it makes no array."""
        try:
            made = eval(compile(ast.unparse(node), "<formula>", "eval"), self._words, dict(self._values))
        except RAISED:
            return None
        return np.ndim(made) if _is_numbers(made) else None

    def _fits(self, other: str, name: str) -> bool:
        """Whether a value that isn't one number can be multiplied with another, and leaves its shape."""
        there, here = np.shape(self._values[other]), np.shape(self._values[name])
        return there == here or (0 < len(there) <= len(here) and there == here[len(here) - len(there) :])

    def _of_call(self, node: ast.Call) -> Iterator[tuple[Kind, ast.expr]]:
        function = node.func
        if isinstance(function, ast.Attribute):
            yield from self._of_method(node, function)
        elif isinstance(function, ast.Name):
            for relative in _RELATIVES.get(function.id, ()):
                yield "function", ast.Call(_name(relative), node.args[:1] if relative in self._words else [], [])
                if len(node.args) > 1:
                    yield "function", ast.Call(_name(relative), node.args, node.keywords)
            for argument in node.args:
                if not isinstance(argument, ast.Constant):
                    yield "dropped", argument
            yield from (("axis", each) for each in self._axis_changes(node))

    def _of_method(self, node: ast.Call, function: ast.Attribute) -> Iterator[tuple[Kind, ast.expr]]:
        value = function.value
        yield "axis" if function.attr in ("sum", "mean") else "dropped", value
        for relative in _RELATIVES.get(function.attr, ()):
            kind: Kind = "axis" if {function.attr, relative} <= {"sum", "mean"} else "function"
            yield kind, ast.Call(ast.Attribute(value, relative), node.args, node.keywords)
        if function.attr in ("sum", "mean"):
            for place in (0, -1):
                yield "axis", ast.Subscript(value, ast.Constant(place))
            yield from (("axis", each) for each in self._axis_changes(node))

    def _axis_changes(self, node: ast.Call) -> Iterator[ast.expr]:
        """The same call along other axes, and with the axis kept or not."""
        given = {keyword.arg: keyword for keyword in node.keywords}
        if "axis" not in given:
            if isinstance(node.func, ast.Attribute) and not node.args:
                for axis in (0, 1):
                    yield ast.Call(node.func, [], [ast.keyword("axis", ast.Constant(axis))])
            return
        keep = [each for name, each in given.items() if name != "axis"]
        for other in _other_axes(given["axis"].value):
            yield ast.Call(node.func, node.args, [ast.keyword("axis", _literal(other)), *keep])
        if isinstance(node.func, ast.Attribute):
            yield ast.Call(node.func, node.args, keep)
            kept = [] if "keepdims" in given else [ast.keyword("keepdims", ast.Constant(True))]
            yield ast.Call(node.func, node.args, [given["axis"], *kept])

    def _around(self, node: ast.expr, place: Literal["whole", "term", "factor"]) -> Iterator[_Variant]:
        """An expression with something done to it on top, that stands in this place."""
        if isinstance(node, ast.Compare | ast.Constant):
            return
        if place == "whole":
            yield _Variant("sign", _minus(node), _minus(node))
        if place != "factor" or not isinstance(node, ast.Name):
            yield from (_Variant("extra", tree, tree) for tree in self._with_more(node, place != "factor"))
        for method in ("sum", "mean"):
            for axis in (0, 1):
                call = ast.Call(ast.Attribute(node, method), [], [ast.keyword("axis", ast.Constant(axis))])
                kept = ast.Call(call.func, [], [*call.keywords, ast.keyword("keepdims", ast.Constant(True))])
                yield from (_Variant("axis", tree, tree) for tree in (call, kept))
            whole = ast.Call(ast.Attribute(node, method), [], [])
            yield _Variant("axis", whole, whole)
        if not (isinstance(node, ast.Attribute) and node.attr == "T"):
            turned = ast.Attribute(node, "T")
            yield _Variant("transpose", turned, turned)
        for index in (0, -1):
            one = ast.Subscript(node, ast.Constant(index))
            yield _Variant("axis", one, one)

    def _with_more(self, node: ast.expr, is_free: bool) -> Iterator[ast.expr]:
        """An expression with a factor too many; or, where it is a term of a sum or all there is, with a term."""
        yield from (_times(node, ast.Constant(factor)) for factor in (2, 0.5))
        for one, two in combinations(self._sizes, 2):
            yield ast.BinOp(node, ast.Div(), _times(_name(one), _name(two)))
        for name in self._axes:
            yield _times(node, _name(name))
            if name in self._sizes:
                yield ast.BinOp(node, ast.Div(), _name(name))
            elif is_free:
                yield ast.BinOp(node, ast.Add(), _name(name))
                yield ast.BinOp(node, ast.Sub(), _name(name))
                # Nobody divides by a gradient, or asks for its sign; and what is divided by an eps is rounding errors.
                if name not in self._going and not isinstance(self._values[name], float):
                    yield ast.BinOp(node, ast.Div(), _name(name))
                if name not in self._going and self._is_backward and self._axes[name]:
                    yield _times(node, _positive(name))
                if name not in self._going:
                    rest = ast.BinOp(ast.Constant(1), ast.Sub(), _name(name))
                    yield _times(node, rest)
                    yield _times(_times(node, _name(name)), rest)


def _of_operation(node: ast.BinOp) -> Iterator[tuple[Kind, ast.expr]]:
    left, right = node.left, node.right

    def with_operator(operator: ast.operator, turned: bool = False) -> ast.expr:
        return ast.BinOp(*((right, operator, left) if turned else (left, operator, right)))

    match node.op:
        case ast.Mult():
            yield "dropped", left
            yield "dropped", right
            for other in (ast.Add(), ast.Sub(), ast.Div(), ast.MatMult()):
                yield "operator", with_operator(other)
            yield "operator", with_operator(ast.Div(), turned=True)
            yield "operator", ast.Call(_name("outer"), [left, right], [])
        case ast.Div():
            yield "dropped", left
            yield "dropped", right
            yield "dropped", ast.BinOp(ast.Constant(1), ast.Div(), right)
            yield "operator", with_operator(ast.Mult())
            yield "operator", with_operator(ast.Sub())
            yield "operator", with_operator(ast.Div(), turned=True)
        case ast.Add():
            yield "dropped", left
            yield "dropped", right
            yield "sign", with_operator(ast.Sub())
            yield "sign", with_operator(ast.Sub(), turned=True)
            yield "operator", with_operator(ast.Mult())
        case ast.Sub():
            yield "dropped", left
            yield "dropped", right
            yield "dropped", _minus(right)
            yield "sign", with_operator(ast.Add())
            yield "sign", with_operator(ast.Sub(), turned=True)
            yield "operator", with_operator(ast.Mult())
        case ast.MatMult():
            yield "operator", with_operator(ast.Mult())
            yield "operator", with_operator(ast.MatMult(), turned=True)
            yield "operator", ast.Call(_name("outer"), [left, right], [])
            yield "transpose", ast.BinOp(_turned(left), ast.MatMult(), _turned(right))
        case ast.Pow():
            yield "constant", left
            if isinstance(right, ast.Constant):
                yield "function", _times(right, left)


def _everywhere(book: Textbook, sample: Mapping[str, Any]) -> Iterator[Edit]:
    """The same edit in every place of every line."""
    for name, value in sample.items():
        if name in {line.target for line in book.lines}:
            continue
        if name == "dout" and isinstance(value, tuple):
            yield Edit("dropped", (Line(name, "(ones_like(dout[0]), ones_like(dout[1]))"),))
        elif name == "dout":
            yield Edit("dropped", (Line(name, "ones_like(dout)" if np.ndim(value) else "1.0"),))
        elif isinstance(value, float) and f"d{name}" not in sample:
            yield Edit("dropped", (Line(name, "0.0"),))
            yield Edit("dropped", (Line(name, "1.0"),))
    for kind, change in _changes(book, sample):
        changed = [Line(line.target, ast.unparse(change.visit(copy.deepcopy(line.tree)))) for line in book.lines]
        new = tuple(each for each, line in zip(changed, book.lines, strict=True) if each != line)
        if new:
            yield Edit(kind, new)
        # Not only all over, but in one line that has it several times.
        if len(new) > 1:
            yield from (Edit(kind, (each,)) for each in new)


class _Change(ast.NodeTransformer):
    """Replaces every node for which `instead` has another."""

    def __init__(self, instead: Callable[[ast.AST], ast.AST | None]) -> None:
        self._instead = instead

    def visit(self, node: ast.AST) -> Any:
        found = self._instead(node)
        return self.generic_visit(node) if found is None else found


def _changes(book: Textbook, sample: Mapping[str, Any]) -> Iterator[tuple[Kind, ast.NodeTransformer]]:
    axes = {name: np.ndim(value) for name, value in sample.items() if _is_numbers(value)}
    used = {name for line in book.lines for name in line.names if name in axes}

    def renamed(old: str, new: str) -> _Change:
        return _Change(lambda node: _name(new) if isinstance(node, ast.Name) and node.id == old else None)

    for old in sorted(used):
        yield from (("variable", renamed(old, new)) for new, count in axes.items() if new != old and count == axes[old])
        if isinstance(sample[old], int):
            yield "dropped", _without(old)
    yield from (("axis", _Method(*methods)) for methods in (("sum", "mean"), ("mean", "sum")))
    yield from (("axis", _along(*axes)) for axes in ((0, 1), (1, 0)))
    for operator in _COMPARISONS[:4]:
        yield "comparison", _compared(operator)
    yield (
        "transpose",
        _Change(lambda node: node.value if isinstance(node, ast.Attribute) and node.attr == "T" else None),
    )


class _Method(ast.NodeTransformer):
    """Calls another method wherever one is called."""

    def __init__(self, old: str, new: str) -> None:
        self._old, self._new = old, new

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        return ast.Attribute(node.value, self._new) if node.attr == self._old else node


def _along(old: int, new: int) -> _Change:
    """What went along one axis goes along another."""

    def instead(node: ast.AST) -> ast.AST | None:
        match node:
            case ast.keyword(arg="axis", value=ast.Constant(value=axis)) if axis == old:
                return ast.keyword("axis", ast.Constant(new))
        return None

    return _Change(instead)


def _without(size: str) -> _Change:
    """Nothing is divided by a size, nor multiplied with it."""

    def instead(node: ast.AST) -> ast.expr | None:
        match node:
            case ast.BinOp(left=left, op=ast.Div() | ast.Mult(), right=ast.Name(id=name)) if name == size:
                return left
        return None

    return _Change(instead)


def _compared(operator: type[ast.cmpop]) -> _Change:
    """Every comparison by another."""
    return _Change(
        lambda node: ast.Compare(node.left, [operator()], node.comparators) if isinstance(node, ast.Compare) else None
    )


def _is_numbers(value: Any) -> bool:
    return isinstance(value, np.ndarray | float | int | np.number) and not isinstance(value, bool)


def _is_undone(node: ast.expr, kind: Kind) -> bool:
    """Whether an edit of this kind inside an expression would be undone by it: that edit stands at the expression."""
    match node:
        case ast.Attribute(attr="T"):
            return kind == "transpose"
        case ast.UnaryOp(op=ast.USub()):
            return kind == "sign"
    return False


def _is_sum(node: ast.expr) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub)


def _children(node: ast.expr) -> Iterator[tuple[str, int | None, ast.expr]]:
    """The expressions that one is made of, each with the place where it stands."""
    for name, value in ast.iter_fields(node):
        if isinstance(value, ast.expr):
            is_word = isinstance(node, ast.Call) and name == "func" and isinstance(value, ast.Name)
            if not is_word and name != "slice":
                yield name, None, value
        elif isinstance(value, list):
            yield from ((name, place, each) for place, each in enumerate(value) if isinstance(each, ast.expr))


def _with(node: ast.expr, name: str, place: int | None, child: ast.expr) -> ast.expr:
    """A copy of an expression that has another one in one place."""
    made = copy.copy(node)
    setattr(
        made, name, child if place is None else [*getattr(node, name)[:place], child, *getattr(node, name)[place + 1 :]]
    )
    return made


def _name(name: str) -> ast.expr:
    return ast.Name(name, ast.Load())


def _minus(node: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.USub(), node)


def _times(left: ast.expr, right: ast.expr) -> ast.expr:
    return ast.BinOp(left, ast.Mult(), right)


def _positive(name: str) -> ast.expr:
    return ast.Compare(_name(name), [ast.Gt()], [ast.Constant(0)])


def _turned(node: ast.expr) -> ast.expr:
    """An expression, transposed; what was transposed is no longer."""
    return node.value if isinstance(node, ast.Attribute) and node.attr == "T" else ast.Attribute(node, "T")


def _reshaped(node: ast.expr) -> ast.expr:
    shape = ast.Attribute(ast.Attribute(node, "T"), "shape")
    return ast.Call(ast.Attribute(node, "reshape"), [shape], [])


def _literal(value: object) -> ast.expr:
    return ast.parse(repr(value), mode="eval").body


def _other_axes(axis: ast.expr) -> Iterator[int | tuple[int, ...]]:
    """Other axes than these, and some of them, where they are numbers."""
    try:
        given = ast.literal_eval(axis)
    except ValueError:
        return
    axes = given if isinstance(given, tuple) else (given,)
    yield from [each for each in range(max(1, *axes) + 1) if each not in axes][:3]
    if len(axes) > 1:
        yield from (axes[:place] + axes[place + 1 :] for place in range(len(axes)))


def _constants(value: float) -> Iterable[float]:
    """Numbers that are easily written for another one."""
    near = (value + 1, value - 1, 2 * value, value / 2, -value, 1, 0)
    return dict.fromkeys(int(each) if float(each).is_integer() else each for each in near if each != value)
