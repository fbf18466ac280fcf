"""The notation of backward passes: assignments in NumPy's words, one a line, as a textbook writes them.

A line that needs no `dout` is a value of the forward; the others go backward, and those that bear the names of
gradients are what is asked. Names are the inputs, `dout`, the axes of their shapes ("N"), what earlier lines made, the
spec's own tools, and the functions of `VOCABULARY`. A value that the given forward has no name for begins with "_": it
is never said.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from textwrap import dedent
from types import CodeType
from typing import Any

import numpy as np

from grader.exercise.draws import Array, Value


def sigmoid(x: Value) -> Array:
    """1 / (1 + e^(−x)), without overflow; the shape of x."""
    e = np.exp(-np.abs(x))
    return np.asarray(np.where(np.asarray(x) >= 0, 1, e) / (1 + e))


def softmax(x: Array, axis: int | None = 1) -> Array:
    """e^x over its sum along an axis, without overflow; the shape of x."""
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return np.asarray(e / e.sum(axis=axis, keepdims=True))


def one_hot(labels: Array, classes: int) -> Array:
    """A row for each label: 1.0 in the label's column, and 0.0 in the others."""
    return np.asarray((np.arange(classes) == np.asarray(labels)[:, None]) * 1.0)


_INDENT = 4

_OF_NUMPY = (
    *("abs", "cos", "cosh", "exp", "expm1", "log", "log1p", "sign", "sin", "sqrt", "square", "tanh"),
    *("maximum", "minimum", "where", "outer", "einsum", "diag", "eye", "tile", "full_like", "ones_like", "zeros_like"),
)

VOCABULARY: Mapping[str, Callable[..., Any]] = {
    **{name: getattr(np, name) for name in _OF_NUMPY},
    **{each.__name__: each for each in (sigmoid, softmax, one_hot)},
}
"""The functions that every line may use."""


RAISED = (ArithmeticError, IndexError, ValueError, TypeError, AttributeError)
"""What the arithmetic of a line raises where it makes no sense; a prediction, too."""


@dataclass(frozen=True)
class Line:
    """One assignment: `dX = dout @ W.T`."""

    target: str
    expression: str

    @cached_property
    def tree(self) -> ast.expr:
        """The expression, taken apart. It is shared: copy it before you change it."""
        return ast.parse(self.expression, mode="eval").body

    @cached_property
    def names(self) -> frozenset[str]:
        """Everything that the expression names."""
        return frozenset(node.id for node in ast.walk(self.tree) if isinstance(node, ast.Name))

    @property
    def code(self) -> CodeType:
        """The expression, compiled."""
        return _code(self.expression)

    def __str__(self) -> str:
        return f"{self.target} = {self.expression}"


@cache
def _code(expression: str) -> CodeType:
    return compile(expression, "<formula>", "eval")


@dataclass(frozen=True)
class Textbook:
    """A backward pass, line by line; `tools` are functions of its spec, beside those of `VOCABULARY`."""

    lines: tuple[Line, ...]
    tools: tuple[Callable[..., Any], ...] = ()

    @classmethod
    def read(cls, text: str, tools: Iterable[Callable[..., Any]] = ()) -> Textbook:
        """Assignments, each in a line, or several in one between semicolons. Raises ValueError for anything else."""
        return cls(lines(text), tuple(tools))

    @cached_property
    def words(self) -> dict[str, Any]:
        """What names mean, but for values."""
        return {**VOCABULARY, **{tool.__name__: tool for tool in self.tools}}

    @cached_property
    def backward(self) -> frozenset[str]:
        """The targets that come of `dout`."""
        going = {"dout"}
        for line in self.lines:
            if line.names & going:
                going.add(line.target)
        return frozenset(going - {"dout"})

    def replaced(self, by: str | Iterable[Line]) -> Textbook:
        """The same with other lines: each in the place of the one with its target; at the front where there is none."""
        new = lines(by) if isinstance(by, str) else tuple(by)
        instead = {line.target: line for line in new}
        known = {line.target for line in self.lines}
        front = tuple(line for line in new if line.target not in known)
        return Textbook((*front, *(instead.get(line.target, line) for line in self.lines)), self.tools)

    @cached_property
    def _concerned(self) -> dict[tuple[frozenset[str], frozenset[str]], tuple[str, ...]]:
        return {}

    def concerned(self, changed: Iterable[str], ends: Iterable[str] = ()) -> tuple[str, ...]:
        """The targets that change if some names do, in order; what changes at one of the `ends` goes no further."""
        key = frozenset(changed), frozenset(ends)
        if key not in self._concerned:
            going, found = set(key[0]), []
            for line in self.lines:
                if line.target in key[0] or line.names & going:
                    found.append(line.target)
                    going |= {line.target} - key[1]
                    going -= {line.target} & key[1]
            self._concerned[key] = tuple(found)
        return self._concerned[key]

    @cached_property
    def by_target(self) -> dict[str, Line]:
        """Its lines by their targets."""
        return {line.target: line for line in self.lines}

    def run(self, values: Mapping[str, Value]) -> dict[str, Any]:
        """Every value by its name, the given ones among them. Raises what its arithmetic raises."""
        made = dict(values)
        for line in self.lines:
            made[line.target] = eval(line.code, self.words, made)
        return made


def forms(text: str) -> list[str]:
    """The forms of a textbook, which blank lines part."""
    return [form for form in dedent(text).strip().split("\n\n") if form]


@dataclass(frozen=True)
class Known:
    """A known mistake as a text on a formula; `formula` has the lines that come out otherwise, see `replaced`."""

    id: str
    formula: str
    claim: str
    hint: str


def known(text: str) -> Iterator[Known]:
    """The known mistakes of a text: "id: formula" each, below it, indented, a paragraph that claims and one that hints.

    Whatever is indented further goes on with the line before it. Raises ValueError where paragraphs are missing.
    """
    written: list[list[str]] = []
    for line in filter(str.strip, dedent(text).splitlines()):
        depth, content = len(line) - len(line.lstrip()), line.strip()
        if depth == 0:
            written.append([content])
        elif depth == _INDENT and written:
            written[-1].append(content)
        elif written:
            written[-1][-1] += f" {content}"
    for head, *paragraphs in written:
        name, _, formula = head.partition(": ")
        if len(paragraphs) != 2 or not formula:
            raise ValueError(f"{name}: needs a formula, and two paragraphs below it, the claim and the hint")
        yield Known(name, formula, *paragraphs)


def lines(text: str) -> tuple[Line, ...]:
    """Assignments of a text. Raises ValueError for anything else."""
    made = []
    for statement in ast.parse("\n".join(line.strip() for line in text.strip().splitlines())).body:
        if not (isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)):
            raise ValueError(f"a formula is made of assignments to names; this is none: {ast.unparse(statement)}")
        made.append(Line(statement.targets[0].id, ast.unparse(statement.value)))
    return tuple(made)
