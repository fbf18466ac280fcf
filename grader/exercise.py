"""The records that a spec is made of.

A spec is one module of `grader.catalog`; it builds one `Exercise`. Nothing here imports torch: the reference forward is
a function of tensors that runs only when a reference is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from inspect import cleandoc
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor as Tensor
else:
    Tensor = Any

Array: TypeAlias = NDArray[Any]

Node: TypeAlias = Callable[[str, Tensor], Tensor]
"""Marks a tensor as a named node of a network, and returns the tensor to go on with."""

Value: TypeAlias = Any
"""An array, a number, or tuples, lists and dicts of them."""

Group: TypeAlias = Literal["examples", "random", "edges", "unchanged"]
"""Where a case comes from. Those of "unchanged" have read-only inputs, and count for leaving these as they were."""

SHARES: Mapping[Group, float] = {"examples": 0.25, "random": 0.5, "edges": 0.25}
"""Each gradient's points by group; an answer that passes only the documented examples earns under half."""

UNCHANGED_SHARE = 0.05
"""The part of an exercise's points for leaving its inputs and the upstream gradient as they were."""

ANY_SHAPE = "..."
"""A shape of any rank, the same for every input and output that has it."""


@dataclass(frozen=True)
class Drawing:
    """What a `draw` function may use to make the values of one input.

    `whole` asks for small whole numbers, readable by eye, where the maths allows them; `wide` for numbers of very
    different sizes.
    """

    rng: np.random.Generator
    shape: tuple[int, ...]
    sizes: Mapping[str, int]
    whole: bool
    wide: bool = False


def real(drawing: Drawing) -> Array:
    """Signed values, never 0; shape `drawing.shape`."""
    if drawing.whole:
        return np.asarray(drawing.rng.integers(1, 6, drawing.shape) * drawing.rng.choice([-1.0, 1.0], drawing.shape))
    scale = 10 ** drawing.rng.uniform(-3, 2, drawing.shape) if drawing.wide else 1.0
    return np.asarray(drawing.rng.normal(size=drawing.shape) * scale)


def positive(drawing: Drawing) -> Array:
    """Values above 0; shape `drawing.shape`."""
    return np.abs(real(drawing)) + (0.0 if drawing.whole else 0.1)


def probability(drawing: Drawing) -> Array:
    """Values in [0.05, 0.95]; shape `drawing.shape`."""
    if drawing.whole:
        return drawing.rng.choice([0.1, 0.2, 0.25, 0.4, 0.6, 0.75, 0.8], drawing.shape)
    return drawing.rng.uniform(0.05, 0.95, drawing.shape)


def binary(drawing: Drawing) -> Array:
    """Targets 0.0 or 1.0; shape `drawing.shape`."""
    return drawing.rng.integers(0, 2, drawing.shape).astype(float)


def class_labels(classes: str) -> Callable[[Drawing], Array]:
    """Labels in [0, size of the axis `classes`), int64; shape `drawing.shape`."""

    def draw(drawing: Drawing) -> Array:
        return drawing.rng.integers(0, drawing.sizes[classes], drawing.shape, dtype=np.int64)

    return draw


@dataclass(frozen=True)
class Input:
    """One argument of the forward.

    `shape` names its axes ("N d_x"), or is `ANY_SHAPE`, or "" for a Python number, or None for a value of another kind,
    which is passed as it is. A `constant` (label, target, coefficient) gets no gradient. With `integer` it is an int,
    or int64.
    """

    name: str
    shape: str | None = ANY_SHAPE
    draw: Callable[[Drawing], Value] = real
    constant: bool = False
    integer: bool = False


@dataclass(frozen=True)
class Output:
    """What the forward returns: its textbook name and shape, in the notation of `Input`.

    A tuple of shapes stands for a tuple of outputs; a function of the inputs for a shape that axis names can't say.
    """

    name: str
    shape: str | tuple[str, ...] | Callable[..., tuple[int, ...]] = ANY_SHAPE


@dataclass(frozen=True)
class Example:
    """A worked example of a source note.

    `inputs` and `dout` are plain nested lists and numbers. `printed` maps a quantity (output, node or gradient) to the
    figures that the note prints, in C order, separated by spaces, "_" where it prints none.
    """

    source: str
    inputs: Mapping[str, Value]
    dout: Value = 1.0
    printed: Mapping[str, str] = field(default_factory=dict)
    also: Mapping[str, tuple[str, float]] = field(default_factory=dict)
    """Figures on the way that are no variable of the exercise: how each is written, as it is printed, and exactly."""


@dataclass(frozen=True)
class Edge:
    """A case at the edge of the maths, with the name that a failure shows: "x at 0"."""

    name: str
    inputs: Mapping[str, Value]
    dout: Value = 1.0


@dataclass(frozen=True)
class Call:
    """One function of an exercise that is no forward/backward pair: `result = function(*arguments)`.

    `arguments` are names of the exercise's inputs.
    """

    function: str
    arguments: tuple[str, ...]
    result: str


@dataclass(frozen=True)
class Misconception:
    """A wrong backward pass that people really write; running it is the diagnosis.

    `backward(dout, *inputs)` gives the wrong gradients in the form that a submission's backward has.
    """

    id: str
    claim: str
    hint: str
    backward: Callable[..., Value]

    @classmethod
    def of(cls, backward: Callable[..., Value]) -> Misconception:
        """The misconception that a function is: its name is the id, its docstring's paragraphs claim and hint.

        Raises ValueError if the docstring has not exactly two paragraphs.
        """
        paragraphs = cleandoc(backward.__doc__ or "").split("\n\n")
        if len(paragraphs) != 2:
            raise ValueError(f"{backward.__name__}: the docstring needs two paragraphs, the claim and the hint")
        claim, hint = (" ".join(paragraph.split()) for paragraph in paragraphs)
        return cls(backward.__name__.replace("_", "-"), claim, hint, backward)


@dataclass(frozen=True)
class Exercise:
    """One thing to learn: what is given, what is asked, and how an answer is judged.

    `forward` takes tensors in the order of `inputs`. In a `network` its first argument is `node(name, tensor)`, which
    marks an intermediate value and returns the tensor to go on with; its gradients come back as a dict, in backward
    order. With `calls` or another `driver` it returns a dict of the expected results by name, and `gradients` are the
    names of these.
    """

    title: str
    source: str
    statement: str
    formula: str
    inputs: tuple[Input, ...]
    out: Output
    gradients: tuple[str, ...]
    forward: Callable[..., Any]
    misconceptions: tuple[Callable[..., Value], ...]
    hints: tuple[str, ...]
    examples: tuple[Example, ...] = ()
    edges: tuple[Edge, ...] = ()
    points: float = 1.0
    network: bool = False
    calls: tuple[Call, ...] = ()
    driver: str = ""
    asks: tuple[str, ...] = ()
    """With a `driver`, the functions and methods ("Value.backward") that the student writes."""
    minimum: Mapping[str, int] = field(default_factory=dict)
    """The least size of an axis, where 1 makes no sense."""
    accept: Callable[..., bool] | None = None
    """Whether drawn inputs are usable (away from kinks, ties, poles); others are drawn again."""
    sample: Callable[[Drawing], tuple[Value, ...]] | None = None
    """Draws all inputs at once, where one by one won't do; `drawing.shape` is empty, `drawing.sizes` has `axes`."""
    axes: tuple[str, ...] = ()
    """The axis names that `sample` wants sizes for."""
    settle: Callable[..., Mapping[str, Array]] | None = None
    """`settle(got, expected, dout, *inputs)`: the right gradients nearest to `got`, where more than one is right; `got`
    has at least one."""
    rtol: float | None = None
    """A relative tolerance of its own, for float64."""
    float32: bool = True
    """Whether float32 inputs are among the cases."""
    seconds: float = 5.0
    """The wall-clock limit for all cases together."""
    shown: Callable[..., str] | None = None
    """`shown(*inputs)`: how a failing case is written, where a call with its inputs would not do."""
    remark: Callable[[Mapping[str, Value], Mapping[str, Value]], str] | None = None
    """`remark(got, expected)`: something to say about what came back in one case, or ""; the first is shown."""
    name: str = ""
    number: int = 0
    chapter: str = ""

    @property
    def module(self) -> str:
        """The name of its file without `.py`: `ex21_relu`."""
        return f"ex{self.number}_{self.name}"

    @property
    def file(self) -> str:
        """The name of its file: `ex21_relu.py`."""
        return f"{self.module}.py"

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups of cases that it has."""
        has = {"examples": bool(self.examples), "random": True, "edges": bool(self.edges)}
        return tuple(group for group in SHARES if has[group])

    @property
    def bank(self) -> tuple[Misconception, ...]:
        """Its misconceptions, as records."""
        return tuple(Misconception.of(function) for function in self.misconceptions)

    @property
    def is_pair(self) -> bool:
        """Whether it is a forward/backward pair."""
        return not self.calls and not self.driver

    @property
    def functions(self) -> tuple[str, ...]:
        """The functions and classes that a submission must define, the given ones first."""
        if self.is_pair:
            return (f"{self.name}_forward", f"{self.name}_backward")
        return tuple(dict.fromkeys(name.split(".")[0] for name in self.asked))

    @property
    def asked(self) -> tuple[str, ...]:
        """The functions and methods whose bodies the student writes."""
        if self.is_pair:
            return (f"{self.name}_backward",)
        return self.asks or tuple(dict.fromkeys(call.function for call in self.calls))

    def by_name(self, returned: Value) -> dict[str, Value]:
        """What a backward returns, by gradient name: bare, in order, or a dict already."""
        if isinstance(returned, Mapping):
            return dict(returned)
        if len(self.gradients) == 1:
            return {self.gradients[0]: returned}
        return dict(zip(self.gradients, returned, strict=True))
