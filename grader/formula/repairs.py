"""Every change in one place of a student's own code that could mend it: the kinds of mistakes, turned round.

What comes of a change is for a sandbox to say. A value that is only handed on is changed where it is worked out: else
every mistake could be mended in the last line, too.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from grader.formula.additions import Additions
from grader.formula.alternatives import Alternatives
from grader.formula.own_names import OwnNames
from grader.formula.program import OwnFunction, Program, Span
from grader.formula.repair import MEANS, Means, Repair

_AUGMENTED = ("=", "+=", "-=", "*=", "/=")


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
        self._names = OwnNames(function)
        self._alternatives = Alternatives(program, self._names)
        self._additions = Additions(program, self._names)

    def repairs(self) -> Iterator[Repair]:
        """All changes in the function's own statements."""
        for statement in self._function.node.body:
            yield from self._of_statement(statement)

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
                    yield from self._around(each, self._names.hands_on(each))
        match statement:
            case ast.AugAssign(target=target, value=value):
                yield from self._assigned(statement, target, value)
                yield self._change(statement, "pass")
            case ast.Assign(targets=[ast.Tuple(elts=elements)]):
                yield from self._swapped(elements)
            case ast.Assign(targets=[target], value=value):
                name = target.id if isinstance(target, ast.Name) else ""
                if not name or self._names.known.get(name, statement.lineno) < statement.lineno:
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
                    names = [each for each in self._names.at(target.lineno) if each != target.value.id]
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
        for text in self._alternatives.of(node):
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
                    if isinstance(child, ast.Name) and child.id not in self._names.known:
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
            yield from self._around(child, is_returned and self._names.is_made_for_this(child))

    def _around(self, node: ast.expr, hands_on: bool = False) -> Iterator[Repair]:
        """An expression with something done to it on top: where it only hands a value on, that is said."""
        if isinstance(node, ast.Tuple | ast.List | ast.Dict | ast.Slice | ast.GeneratorExp | ast.Starred):
            return
        for each in (*self._on(node), *self._times(node), *self._plus(node)):
            yield replace(each, means="handed on") if hands_on else each

    def _on(self, node: ast.expr) -> Iterator[Repair]:
        return self._added(node, self._additions.on(node))

    def _times(self, node: ast.expr) -> Iterator[Repair]:
        return self._added(node, self._additions.times(node))

    def _plus(self, node: ast.expr) -> Iterator[Repair]:
        return self._added(node, self._additions.plus(node))

    def _added(self, node: ast.expr, texts: Iterable[tuple[str, Means]]) -> Iterator[Repair]:
        return (self._change(node, text, means) for text, means in texts)
