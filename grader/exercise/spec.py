"""The records that a spec is made of.

A spec is one module of `grader.catalog`; it builds one `Exercise`. Nothing here imports torch: the reference forward is
a function of tensors that runs only when a reference is asked for.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from inspect import cleandoc, getsource
from keyword import iskeyword
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from grader.exercise.draws import Array, Draw, Drawing, Value, real
from grader.exercise.shapes import ANY_SHAPE, Shape, Sizes, in_numbers, sizes_of
from grader.exercise.textbook import Known, Textbook, forms, known
from grader.exercise.training_loop import Training

if TYPE_CHECKING:
    from torch import Tensor as Tensor
else:
    Tensor = Any

Node: TypeAlias = Callable[[str, Tensor], Tensor]
"""Marks a tensor as a named node of a network, and returns the tensor to go on with."""

Group: TypeAlias = Literal["examples", "random", "edges", "conventions", "unchanged"]
"""Where a case comes from.

Those of "conventions" are at points where the maths leaves a choice, or has nothing to work on; those of "unchanged"
have read-only inputs, and count for leaving these as they were.
"""

SHARES: Mapping[Group, float] = {"examples": 0.25, "random": 0.5, "edges": 0.25}
"""Each gradient's points by group; an answer that passes only the documented examples earns under half."""

CONVENTIONS_SHARE = 0.05
"""The part of an exercise's points for what is agreed, not derived: degenerate edges, shapes to the axis, float64."""

UNCHANGED_SHARE = 0.05
"""The part of an exercise's points for leaving its inputs and the upstream gradient as they were."""


@dataclass(frozen=True)
class Input:
    """One argument of the forward.

    `shape` names its axes ("N d_x"), or is `ANY_SHAPE`, or "" for a Python number, or None for a value of another kind,
    which is passed as it is. A `constant` (label, target, coefficient) gets no gradient. With `integer` it is an int,
    or int64.
    """

    name: str
    shape: str | None = ANY_SHAPE
    draw: Draw = real
    constant: bool = False
    integer: bool = False

    @property
    def is_number(self) -> bool:
        """Whether it is a Python number."""
        return self.shape == ""

    def convert(self, value: Value) -> Value:
        """A value as the forward gets it."""
        if self.shape is None:
            return value
        if self.is_number:
            return int(value) if self.integer else float(value)
        return np.array(value, dtype=np.int64 if self.integer else np.float64)


@dataclass(frozen=True)
class Output:
    """What the forward returns: its textbook name and shape, in the notation of `Input`.

    A tuple of shapes stands for a tuple of outputs; a function of the inputs for a shape that axis names can't say.
    """

    name: str
    shape: str | tuple[str, ...] | Callable[..., Shape] = ANY_SHAPE

    def shapes(self, inputs: Iterable[Value], sizes: Sizes) -> tuple[Shape, ...]:
        """The shape of each output, for inputs whose axes have these sizes."""
        if callable(self.shape):
            return (tuple(self.shape(*inputs)),)
        return tuple(in_numbers(each, sizes) for each in ([self.shape] if isinstance(self.shape, str) else self.shape))

    def upstream(self, arrays: Iterable[Array]) -> Value:
        """Upstream gradients, one an output, as a backward gets them: where there are no axes, a number."""
        each = tuple(array if array.ndim or self.shape == ANY_SHAPE else float(array) for array in arrays)
        return each if isinstance(self.shape, tuple) else each[0]


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
    """A case at the edge of the maths, with the name that a failure shows: "x at 0".

    `holds(dout, *inputs)`, without dout where there is none, is what the name says: the tests prove it. At a
    `convention` the maths leaves a choice, such as the slope of a kink, or has nothing to work on, such as an empty
    batch; what goes wrong there alone costs `CONVENTIONS_SHARE`, and the statement says what is expected.
    """

    name: str
    inputs: Mapping[str, Value]
    dout: Value = 1.0
    holds: Callable[..., bool] | None = None
    convention: bool = False


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

    `backward(dout, *inputs)` gives the wrong gradients in the form that a submission's backward has. Where it is a near
    formula, `formula` has the lines that are wrong.
    """

    id: str
    claim: str
    hint: str
    backward: Callable[..., Value]
    formula: str = ""

    @classmethod
    def of(cls, backward: Callable[..., Value]) -> Misconception:
        """The misconception that a function is: its name is the id, its docstring's paragraphs claim and hint.

        Raises ValueError if the docstring has not exactly two paragraphs.
        """
        paragraphs = _docstring(backward).split("\n\n")
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
    hints: tuple[str, ...]
    examples: tuple[Example, ...] = ()
    edges: tuple[Edge, ...] = ()
    textbook: str = ""
    """The backward pass as textbooks write it, in one to three forms with a blank line between them; see
    `grader.exercise.textbook`."""
    mistakes: str = ""
    """Misconceptions that are formulas near the textbook's first form; see `textbook.known`."""
    misconceptions: tuple[Callable[..., Value], ...] = ()
    """Those that no formula says; see `Misconception.of`."""
    tools: tuple[Callable[..., Any], ...] = ()
    """Functions of its own that the textbook's lines use."""
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
    descent: tuple[str, ...] = ()
    """Of results that are parameters after each step downhill, the inputs that are the first parameters and the rate:
    its gradients are (old − new)/rate."""
    training: Training | None = None
    """What is shown of how its loss falls, where it trains."""
    aside: str = ""
    """What is said below its graph, where that is of a part of the forward alone."""
    stable: Callable[..., Any] | None = None
    """The forward in a form that stays finite where the plain one gives infinity or nan, for numbers that a student
    tries; nodes may be missing. Its docstring is what is said of it."""
    seconds: float = 5.0
    """The wall-clock limit for all cases together."""
    apart: tuple[str, ...] = ()
    """With a `driver`, the results that are dicts whose entries earn their shares one by one, as gradients do."""
    written_call: Callable[..., str] | None = None
    """`written_call(result, *inputs)`: how a failing case is written, where a call with its inputs would not do.

    `result` is what is wrong, as a fact calls it ("operation['a * b']['da']"), or the function that raised, or ""."""
    remark: Callable[[Mapping[str, Value], Mapping[str, Value]], str] | None = None
    """`remark(got, expected)`: something to say about what came back in one case, or ""; the first is shown."""
    name: str = ""
    number: int = 0
    chapter: str = ""
    spec: Path | None = None
    """The file of its spec; None for one that isn't in a catalogue."""

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
        """The groups of cases that each gradient's points are shared among."""
        has = {
            "examples": bool(self.examples),
            "random": True,
            "edges": any(not edge.convention for edge in self.edges),
        }
        return tuple(group for group in SHARES if has[group])

    @property
    def bank(self) -> tuple[Misconception, ...]:
        """Its misconceptions, as records."""
        return (*map(self._of_formula, known(self.mistakes)), *map(Misconception.of, self.misconceptions))

    def _of_formula(self, mistake: Known) -> Misconception:
        book = self.books[0].replaced(mistake.formula)
        return Misconception(
            mistake.id, mistake.claim, mistake.hint, lambda *values: self.run(book, *values), mistake.formula
        )

    @cached_property
    def books(self) -> tuple[Textbook, ...]:
        """The textbook's forms, read."""
        return tuple(Textbook.read(text, self.tools) for text in forms(self.textbook))

    def run(self, book: Textbook, *values: Value) -> dict[str, Value]:
        """A form's gradients by name, of `dout` where there is one and the inputs. Raises what its arithmetic does."""
        made = book.run(self.named(*values))
        return {name: made[name] for name in self.gradients}

    def named(self, *values: Value) -> dict[str, Value]:
        """What a textbook's lines may name: `dout` where there is one, the inputs, and the sizes of their axes."""
        inputs = values[1:] if self.is_pair else values
        given = {spec.name: each for spec, each in zip(self.inputs, inputs, strict=True)}
        sizes = {axis: size for spec in self.inputs for axis, size in sizes_of(spec.shape, given[spec.name]).items()}
        sizes = {axis: size for axis, size in sizes.items() if axis.isidentifier() and not iskeyword(axis)}
        return {**sizes, **given, **({"dout": values[0]} if self.is_pair else {})}

    @property
    def is_pair(self) -> bool:
        """Whether it is a forward/backward pair."""
        return not self.calls and not self.driver

    @property
    def functions(self) -> tuple[str, ...]:
        """The functions and classes that a submission must define, the given ones first."""
        if self.is_pair:
            return (f"{self.name}_forward", f"{self.name}_backward")
        return tuple(dict.fromkeys(name.split(".")[0] for name in self.to_write))

    @property
    def to_write(self) -> tuple[str, ...]:
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


def _docstring(function: Callable[..., Any]) -> str:
    """A function's docstring, also where Python leaves them out (`python -OO`): what it says is needed."""
    if function.__doc__ or sys.flags.optimize < 2:
        return cleandoc(function.__doc__ or "")
    definition = ast.parse(dedent(getsource(function))).body[0]
    return (isinstance(definition, ast.FunctionDef) and ast.get_docstring(definition)) or ""
