"""Every change in one place of a student's own code that could mend it: the kinds of mistakes, turned round.

What comes of a change is for a sandbox to say. A value that is only handed on is changed where it is worked out: else
every mistake could be mended in the last line, too.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal, TypeAlias

from grader.formula.kinds import RELATIVES
from grader.formula.program import OwnFunction, Program, Span, inside

MOST_NAMES = 16
"""So many of the latest names are put in the place of others: with all of them long code has the square of changes."""

MOST_PARTS = 8
"""So many terms that stand elsewhere in the file are tried as a factor or term that was dropped."""

_COMPARISONS = {ast.Gt: ">", ast.GtE: ">=", ast.Lt: "<", ast.LtE: "<=", ast.Eq: "==", ast.NotEq: "!="}
_OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.MatMult: "@", ast.Pow: "**"}
_INSTEAD = {"+": "-*", "-": "+*", "*": "/@+-", "/": "*-", "@": "*", "//": "/", "**": "*"}
_AUGMENTED = ("=", "+=", "-=", "*=", "/=")

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
_WRAPPERS = ("np.sqrt", "np.exp", "np.log", "np.abs", "np.sign")


Means: TypeAlias = Literal["instead", "on top", "more", "number", "handed on"]

MEANS: tuple[Means, ...] = ("instead", "on top", "more", "number", "handed on")
"""In the order in which they are tried: something else in a place, something done to it, a factor or term more; then
what makes good as easily what went wrong elsewhere, a number as a factor, or what is done to a value that a line only
hands on."""

COMPENSATING: tuple[Means, ...] = ("number", "handed on")
"""Each is tried only where nothing before it will do: twice a gradient cures half of one, in whatever line that is."""


@dataclass(frozen=True)
class Repair:
    """A change of one place: the bytes of `span` become `text`. It lies on the lines `first` to `last`.

    `unit` is the place of the statement that it is in, among those at the top of the file.
    """

    first: int
    last: int
    span: Span
    text: str
    unit: int
    means: Means

    def whole(self, program: Program) -> bytes:
        """The file with the change."""
        return self._changed(program, (0, len(program.source)))

    def statement(self, program: Program) -> str:
        """The statement at the top of the file that it is in, with the change."""
        return self._changed(program, program.unit(self.unit)).decode("utf-8", "replace")

    def _changed(self, program: Program, within: Span) -> bytes:
        (start, end), (first, last) = self.span, within
        return program.source[first:start] + self.text.encode() + program.source[end:last]


def repairs(program: Program, wrong: Collection[str] = (), right: Collection[str] = ()) -> tuple[Repair, ...]:
    """The changes that can bear on all the `wrong` gradients and on none that is `right`, the likely ones first.

    None of them comes twice.
    """
    needed = [spans for spans in map(program.origins, wrong) if spans is not None]
    settled = [span for name in right for span in program.steps_to(name)]
    found: dict[tuple[Span, str], Repair] = {}
    for function in program.own_functions():
        for each in _Changes(program, function).repairs():
            if all(_meets(each.span, spans) for spans in needed) and not _meets(each.span, settled):
                found.setdefault((each.span, each.text), each)
    return tuple(sorted(found.values(), key=lambda each: MEANS.index(each.means)))


def _meets(span: Span, others: Collection[Span]) -> bool:
    """Whether it has a byte of one of the others."""
    return any(span[0] < end and start < span[1] for start, end in others)


class _Changes:
    """The changes within one function."""

    def __init__(self, program: Program, function: OwnFunction) -> None:
        self._program, self._function = program, function
        self._known: dict[str, int] = {}
        self._uses: dict[str, int] = {}
        self._made: set[str] = set()
        self._opened: set[str] = set()
        for each in (*function.outer, function.node):
            arguments = (*each.args.posonlyargs, *each.args.args, *each.args.kwonlyargs)
            self._known |= dict.fromkeys((argument.arg for argument in arguments), 0)
            for node in inside(each):
                self._note(node)
        self._parts = list(_parts(program.tree))

    def _note(self, node: ast.AST) -> None:
        """Learns which names there are, from which line on, and which of them are worked out."""
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            self._known.setdefault(node.id, node.lineno)
        elif isinstance(node, ast.comprehension):
            self._known |= {
                each.id: node.target.lineno - 1 for each in ast.walk(node.target) if isinstance(each, ast.Name)
            }
        elif isinstance(node, ast.Name):
            self._uses[node.id] = self._uses.get(node.id, 0) + 1
        elif isinstance(node, ast.Assign):
            self._made |= {each.id for each in node.targets if isinstance(each, ast.Name)}
            if isinstance(node.value, ast.Name):
                self._opened.add(node.value.id)

    def repairs(self) -> Iterator[Repair]:
        """All changes in the function's own statements."""
        for statement in self._function.node.body:
            yield from self._of_statement(statement)

    def _names(self, line: int) -> list[str]:
        """The names that a line may use, the latest first.

        Not the cache where it has been given other names, for these say all that is in it.
        """
        opened = {name for name in self._opened if self._known.get(name) == 0 and self._uses.get(name) == 1}
        known = [name for name, since in self._known.items() if since < line and name not in opened | {"self", "_"}]
        return sorted(known, key=lambda name: -self._known[name])[:MOST_NAMES]

    def _change(self, node: ast.expr | ast.stmt, text: str, means: Means = "instead") -> Repair:
        last = node.end_lineno or node.lineno
        return Repair(node.lineno, last, self._program.at(node), text, self._function.unit, means)

    def _of_statement(self, statement: ast.stmt) -> Iterator[Repair]:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            return
        for field, value in ast.iter_fields(statement):
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, ast.stmt):
                    yield from self._of_statement(each)
                elif isinstance(each, ast.expr) and field not in ("target", "targets", "annotation"):
                    yield from self._of(each)
                    yield from self._around(each, self._hands_on(each))
        match statement:
            case ast.AugAssign(target=target, value=value):
                yield from self._assigned(statement, target, value)
                yield self._change(statement, "pass")
            case ast.Assign(targets=[ast.Tuple(elts=elements)]):
                yield from self._swapped(elements)
            case ast.Assign(targets=[target], value=value):
                name = target.id if isinstance(target, ast.Name) else ""
                if not name or self._known.get(name, statement.lineno) < statement.lineno:
                    yield from self._assigned(statement, target, value)
                    yield self._change(statement, "pass")
            case ast.If(test=test) | ast.While(test=test):
                yield self._change(test, f"(not ({self._program.text(test)}))")
            case ast.For(iter=ast.Call() as values):
                yield self._change(values, f"reversed({self._program.text(values)})")
        if isinstance(statement, ast.Assign | ast.AugAssign):
            target = statement.target if isinstance(statement, ast.AugAssign) else statement.targets[0]
            if isinstance(target, ast.Subscript):
                yield from self._of(target.slice)
                if isinstance(target.value, ast.Name):
                    names = [each for each in self._names(target.lineno) if each != target.value.id]
                    yield from (self._change(target.value, each) for each in names)

    def _assigned(self, statement: ast.stmt, target: ast.expr, value: ast.expr) -> Iterator[Repair]:
        """The same assignment with `+=` for `=`, and the like."""
        for sign in _AUGMENTED:
            yield self._change(statement, f"{self._program.text(target)} {sign} ({self._program.text(value)})")

    def _swapped(self, elements: Sequence[ast.expr]) -> Iterator[Repair]:
        """Two elements of a tuple in each other's places."""
        for one, two in combinations(elements, 2):
            (start, end), (other, last) = self._program.at(one), self._program.at(two)
            between = self._program.source[end:other].decode()
            text = f"{self._program.text(two)}{between}{self._program.text(one)}"
            lines = one.lineno, two.end_lineno or two.lineno
            yield Repair(*lines, (start, last), text, self._function.unit, "instead")

    def _of(self, node: ast.expr) -> Iterator[Repair]:
        """The changes at an expression, and below."""
        for text in self._instead(node):
            yield self._change(node, f"({text})")
        match node:
            case ast.JoinedStr() | ast.Lambda():
                return
            case ast.Tuple(elts=elements):
                if not any(isinstance(each, ast.Slice) for each in elements):
                    yield from self._swapped(elements)
            case ast.Subscript(value=value, slice=ast.Slice() | ast.Tuple()):
                yield self._change(node, f"({self._program.text(value)})")
        for field, value in ast.iter_fields(node):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.keyword):
                    child = child.value
                if not isinstance(child, ast.expr) or (field == "func" and isinstance(child, ast.Name)):
                    continue
                if isinstance(child, ast.Attribute) and field == "func":
                    # The method's own name is the call's; what it is called on is an expression.
                    child = child.value
                    if isinstance(child, ast.Name) and child.id not in self._known:
                        continue
                yield from self._of(child)
                if isinstance(node, ast.Slice):
                    # A bound is off by a term as easily as it is another one.
                    yield from (replace(each, means="instead") for each in self._plus(child))
                if isinstance(node, ast.BinOp | ast.Call | ast.Tuple | ast.List | ast.Dict | ast.UnaryOp | ast.Compare):
                    yield from self._inner(node, child)

    def _inner(self, node: ast.expr, child: ast.expr) -> Iterator[Repair]:
        """What may be done around a part of an expression, as far as it isn't the same as around the whole."""
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div | ast.Pow):
            is_divisor = child is node.right and not isinstance(node.op, ast.Mult)
            yield from self._on(child)
            if is_divisor or isinstance(node.op, ast.Pow):
                yield from self._plus(child)
                yield from self._times(child)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
            yield from self._on(child)
            yield from self._times(child)
        elif not isinstance(node, ast.UnaryOp):
            is_returned = isinstance(node, ast.Tuple | ast.List | ast.Dict)
            yield from self._around(child, is_returned and self._is_made_for_this(child))

    def _is_made_for_this(self, node: ast.expr) -> bool:
        """Whether it is a value that was worked out before, and is used here alone."""
        return isinstance(node, ast.Name) and node.id in self._made and self._uses.get(node.id) == 1

    def _hands_on(self, node: ast.expr) -> bool:
        """Whether an expression is no work, but a name for what comes in, or for a size."""
        match node:
            case ast.Name(id=name):
                return self._uses.get(name) == 1
            case ast.Call(func=ast.Name(id="len")) | ast.Subscript(value=ast.Attribute(attr="shape")):
                return True
        return False

    def _around(self, node: ast.expr, hands_on: bool = False) -> Iterator[Repair]:
        """An expression with something done to it on top: where it only hands a value on, that is said."""
        if isinstance(node, ast.Tuple | ast.List | ast.Dict | ast.Slice | ast.GeneratorExp | ast.Starred):
            return
        for each in (*self._on(node), *self._times(node), *self._plus(node)):
            yield replace(each, means="handed on") if hands_on else each

    def _on(self, node: ast.expr) -> Iterator[Repair]:
        """An expression with its sign turned, summed, transposed, squared, as a mask, as an argument."""
        if isinstance(node, ast.Slice | ast.Starred | ast.Tuple) or _is_text(node):
            return
        e = self._program.text(node)
        texts = [f"-({e})", f"({e}) ** 2", f"1 - ({e})", f"1 + ({e})", f"({e}) - 1"]
        if not isinstance(node, ast.Constant):
            texts += [f"1 / ({e})", f"({e}) > 0", f"({e}).T", f"({e})[0]", f"({e})[:, None]", f"({e}).copy()"]
            for method in ("sum", "mean"):
                arguments = ("", "axis=0", "axis=1", "axis=-1, keepdims=True", "axis=0, keepdims=True")
                texts += [f"({e}).{method}({each})" for each in arguments]
            texts += [f"{each}({e})" for each in _WRAPPERS]
        yield from (self._change(node, f"({each})", "on top") for each in texts)

    def _times(self, node: ast.expr) -> Iterator[Repair]:
        """An expression with a factor or divisor more."""
        if _is_text(node) or isinstance(node, ast.Slice | ast.Starred):
            return
        e, names = self._program.text(node), self._names(node.lineno)
        factors = [*names, *(f"(1 - {each})" for each in names), *(f"({each} > 0)" for each in names)]
        factors += [f"{each} ** 2" for each in names]
        sizes = [f"len({each})" for each in names[-6:]] + [f"{each}.shape[1]" for each in names[-6:]]
        elsewhere = [f"({each})" for each in self._elsewhere(node, names)]
        yield from (self._change(node, f"(({e}) * {each})", "more") for each in (*factors, *sizes, *elsewhere))
        yield from (self._change(node, f"(({e}) / {each})", "more") for each in (*names, *sizes, *elsewhere))
        for factor in ("2", "0.5"):
            yield self._change(node, f"(({e}) * {factor})", "number")

    def _plus(self, node: ast.expr) -> Iterator[Repair]:
        """An expression with a term more."""
        if _is_text(node) or isinstance(node, ast.Slice | ast.Starred):
            return
        e, names = self._program.text(node), self._names(node.lineno)
        terms = [*names, *(f"({each})" for each in self._elsewhere(node, names)), "1"]
        yield from (self._change(node, f"(({e}) {sign} {each})", "more") for sign in "+-" for each in terms)

    def _elsewhere(self, node: ast.expr, names: Sequence[str]) -> list[str]:
        """Terms of other places in the file that can stand here."""
        found: dict[str, None] = {}
        for part in self._parts:
            used = {each.id for each in ast.walk(part) if isinstance(each, ast.Name)}
            if used & set(names) and used <= {*names, "np", "numpy", "len"}:
                found[self._program.text(part)] = None
        return list(found)[:MOST_PARTS]

    def _instead(self, node: ast.expr) -> Iterator[str]:
        """What can stand in the place of an expression."""
        text = self._program.text
        match node:
            case ast.Name(id=name, ctx=ast.Load()) if name in self._known:
                yield from (each for each in self._names(node.lineno) if each != name)
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
            isinstance(function.value, ast.Name) and function.value.id not in self._known
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


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str | bytes))


def _parts(tree: ast.Module) -> Iterator[ast.expr]:
    """What stands in a file as a factor, divisor or term, but for names and numbers."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div | ast.Add | ast.Sub):
            for each in (node.right, node.left):
                if not isinstance(each, ast.Name | ast.Constant) and each.lineno == each.end_lineno:
                    yield each
