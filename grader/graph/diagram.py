"""The plain records of a computation graph with its values, gradients and steps, and their JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from math import isfinite, prod
from typing import Any, Literal, TypeAlias

from grader.results import State
from grader.text.language import say

Kind: TypeAlias = Literal["input", "constant", "operation", "output"]
Phase: TypeAlias = Literal["forward", "backward"]

DIGITS = 10
"""The significant digits of a number in the JSON."""


@dataclass(frozen=True)
class Array:
    """An array, or with the shape () a number: its numbers in C order, of a large one not all but some from `start`."""

    shape: tuple[int, ...]
    numbers: tuple[float, ...]
    start: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether `numbers` are all that there are."""
        return len(self.numbers) == prod(self.shape)

    @property
    def nested(self) -> Any:
        """A whole array as nested lists, a number as it is."""
        numbers: list[Any] = list(self.numbers)
        for size in reversed(self.shape[1:]):
            numbers = [numbers[start : start + size] for start in range(0, len(numbers), size or 1)]
        return numbers if self.shape else numbers[0]


@dataclass(frozen=True)
class Contribution:
    """The gradient that reaches a node from one of its consumers."""

    consumer: str
    value: Array


@dataclass(frozen=True)
class PrintedFigure:
    """A figure that the note prints: of what ("dW2[0, 1]"), as it is printed, exactly, and why it is off, if it is."""

    quantity: str
    text: str
    exact: float
    is_off: bool = False
    why: str = ""


@dataclass(frozen=True)
class Path:
    """One path: the numbers of its edges, and the factors that its part of the gradient is the product of.

    These are the local derivatives, and last the gradient at the output; there are none where an array is on the way.
    """

    edges: tuple[int, ...]
    factors: tuple[float, ...] = ()

    @property
    def product(self) -> float:
        """What comes back along it."""
        return prod(self.factors)


@dataclass(frozen=True)
class Lens:
    """What an operation looks at to make one element: of a product a row and a column, else a window.

    `operands` are the arrays' nodes, in order. A window moves by `step` over images with a border of `border` zeros; of
    a pooling it has `size` pixels a side, of which it takes those in the places `picked` in C order.
    """

    kind: Literal["matmul", "conv2d", "max_pool"]
    operands: tuple[str, ...]
    step: int = 0
    border: int = 0
    size: int = 0
    picked: tuple[int, ...] = ()


@dataclass(frozen=True)
class Node:
    """One value of the graph.

    `label` stands in its circle: "σ", "@", "x"; `name` is what the student calls its value, "" for an unnamed
    intermediate, whose id is "t1", "t2", …; `text` is how formulas write it: the name, a short expression, or the id.
    `gradient` is PyTorch's, None where none is asked for; `mine` the submission's own, which differs from it in the
    places `off`, in C order: of a large array those that are kept. Where it is only a part of the sum, `share` has the
    consumers whose contributions make it up. `contributions` has one for each
    edge that leaves the node and carries a gradient, in the order of the edges: their sum is the gradient. `meaning`
    says what the operation does, where its label doesn't; `own` is the line of a step that gives `mine`, where a
    formula is known that does. `paths` are those to the outputs, and `more` says how many others there are.
    """

    id: str
    label: str
    kind: Kind
    name: str
    text: str
    value: Array
    gradient: Array | None = None
    mine: Array | None = None
    state: State = ""
    off: tuple[int, ...] = ()
    share: tuple[str, ...] = ()
    contributions: tuple[Contribution, ...] = ()
    printed: tuple[PrintedFigure, ...] = ()
    meaning: str = ""
    own: str = ""
    lens: Lens | None = None
    paths: tuple[Path, ...] = ()
    more: int = 0


@dataclass(frozen=True)
class Wire:
    """An operand on its way into an operation, and the local derivative on the way back.

    `local` is it in symbols and, where they fit, numbers: "a2 · (1 − a2) = 0.2070"; "" where no gradient flows. Two
    edges may join the same nodes: a · a. `slope` is it as a number, where both ends are one number; `sums` says what
    is added up on the way back, "" where nothing is.
    """

    source: str
    target: str
    local: str = ""
    slope: float | None = None
    sums: str = ""


@dataclass(frozen=True)
class Step:
    """One value or gradient, as it is computed: formula, the same in numbers, and the result.

    `place` is "" or the one element that numbers and result show of a large array: "[0, 0]". `numbers` is "" where
    there is nothing to compute. `spread` is the shape over which what is computed is repeated, or "".
    """

    phase: Phase
    node: str
    formula: str
    numbers: str
    result: str
    place: str = ""
    spread: str = ""

    @property
    def line(self) -> str:
        """The step as a line of the log: "dz2 = da2 · a2 · (1 − a2) = −0.0926 · 0.7074 · (1 − 0.7074) = −0.0192"."""
        formula = f"{self.formula}; at {self.place}:" if self.place else f"{self.formula} ="
        if self.spread:
            computed = f"{formula} {self.numbers}" if self.numbers else self.formula
            return f"{computed}, spread over {self.spread}: {self.result}"
        return f"{formula} {self.numbers} = {self.result}" if self.numbers else f"{formula} {self.result}"


@dataclass(frozen=True)
class Graph:
    """The graph of an exercise's forward on one case, and the steps through it.

    `nodes` are in topological order; `steps` in the order in which they are taken, both passes. `source` is the section
    of the note whose example it is, or "". `printed` are figures that belong to no node. `first_wrong` is the id of the
    first node, going backward, whose gradient is wrong by itself, or "". `notes` are sentences on what is drawn.
    """

    exercise: str
    case: str
    source: str
    nodes: tuple[Node, ...]
    edges: tuple[Wire, ...]
    steps: tuple[Step, ...]
    printed: tuple[PrintedFigure, ...] = ()
    first_wrong: str = ""
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Nested dicts, lists, strings and numbers; nan and infinities are strings, and what is empty is left out."""
        json: dict[str, Any] = _json(self)
        return json


@dataclass(frozen=True)
class LearningCurves:
    """PyTorch's losses for each of the rates, a submission's for the rate in the place `own`, and the scale's end.

    A curve begins with the step `first`; `loss` says what it shows, `rate` is the input that the rates are for.
    """

    loss: str
    rate: str
    first: int
    rates: tuple[float, ...]
    losses: tuple[tuple[float, ...], ...]
    own: int
    top: float
    mine: tuple[float, ...] = ()


@dataclass(frozen=True)
class Guess:
    """A number, how it is shown, and the claim of the mistake that gives it; without one it is right."""

    number: float
    text: str
    claim: str = ""


@dataclass(frozen=True)
class AskedNumber:
    """What is asked before the step of that number: its result, of an array the element in that `place`.

    `wrong` are the numbers that known mistakes give there; `rtol` and `atol` are the tolerance of what is typed.
    """

    step: int
    place: str
    right: Guess
    wrong: tuple[Guess, ...]
    rtol: float
    atol: float


@dataclass(frozen=True)
class Exhibit:
    """One graph of an exercise, with the title that it is chosen by, and whether it is of the case that failed.

    It has the learning curves where something is trained, and what is asked before its steps are shown.
    """

    graph: Graph
    title: str
    failing: bool = False
    curves: LearningCurves | None = None
    questions: tuple[AskedNumber, ...] = ()


def _json(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        pairs = {each.name: getattr(value, each.name) for each in fields(value)}
        kept = isinstance(value, Array)
        return {name: _json(each) for name, each in pairs.items() if kept or each not in ("", None, (), False)}
    if isinstance(value, tuple | list):
        return [_json(each) for each in value]
    if isinstance(value, Mapping):
        return {name: _json(each) for name, each in value.items()}
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") if isfinite(value) else str(value)
    return value


def said_case(name: str) -> str:
    """A case's name, which may be a label, in the language of the run."""
    before, label, sizes = name.partition("shape = ")
    return say("shape = {sizes}", sizes=sizes) if label and not before else say(name)
