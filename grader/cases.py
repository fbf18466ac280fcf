"""A spec and a seed make cases, small to large: documented examples, random shapes, edges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from grader.exercise import Drawing, Exercise, Group, Value, real
from grader.exercise.shapes import ANY_SHAPE, Shape, Sizes, axes, in_numbers, label, sizes_of
from grader.sandbox.wire.records import Layout

DEFAULT_SEED = 0

_ANY_SHAPES: tuple[Shape, ...] = ((2,), (1,), (3,), (1, 3), (2, 1), (2, 3))
_ANY_SHAPES_LARGER: tuple[Shape, ...] = ((5,), (4, 2), (1, 6), (2, 3, 4))
_SCALAR_DRAWS = 10
_TRIES = 2000

_FRESH_SEED = 2026
"""Of the cases that are the same for every submission of every class."""

_MANY = 200
"""So many numbers tell two masks apart, which have one bit each."""

_LARGE = 1e6
"""The size of one upstream gradient: behind two slopes of a sigmoid, too, beyond the bounds of customary clipping."""


@dataclass(frozen=True)
class Case:
    """Inputs and an upstream gradient to try a submission on.

    `name` is what a failure calls it. `dout` is None for an exercise that is no forward/backward pair. With `float32`
    the arrays are float32, and so is the tolerance.
    """

    name: str
    group: Group
    inputs: Mapping[str, Value]
    dout: Value
    layout: Layout = "contiguous"
    float32: bool = False
    number: int | None = None
    """Its place among the exercise's cases, if it is one of them."""

    @property
    def arguments(self) -> tuple[Value, ...]:
        """The arguments of a misconception or a settlement: dout first, where there is one, then the inputs."""
        inputs = tuple(self.inputs.values())
        return inputs if self.dout is None else (self.dout, *inputs)

    @cached_property
    def largest(self) -> float:
        """The size of the largest element of the upstream gradient; 0 where there is none."""
        return _largest(self.dout)


def _largest(dout: Value) -> float:
    if isinstance(dout, tuple):
        return max(map(_largest, dout))
    if isinstance(dout, np.ndarray):
        return float(np.abs(dout).max()) if dout.size else 0.0
    return 0.0 if dout is None else abs(dout)


def cases(exercise: Exercise, seed: int = DEFAULT_SEED) -> tuple[Case, ...]:
    """All cases of an exercise, in the order in which failures are looked for."""
    rng = np.random.default_rng([seed, exercise.number])
    edges = (
        _written_case(exercise, edge.name, "conventions" if edge.convention else "edges", edge.inputs, edge.dout)
        for edge in exercise.edges
    )
    every = (*examples(exercise), *_random(exercise, rng), *edges)
    return tuple(replace(case, number=number) for number, case in enumerate(every))


def examples(exercise: Exercise) -> Iterator[Case]:
    """The cases of its documented examples, in their order."""
    for example in exercise.examples:
        yield _written_case(exercise, example.source, "examples", example.inputs, example.dout)


def fresh(exercise: Exercise) -> tuple[Case, ...]:
    """Cases of no seed that nothing is marked by, to try on them what the others have shown.

    In the first all axes are unequal, in the second equal; the last is large.
    """
    rng = np.random.default_rng([_FRESH_SEED, exercise.number])
    every = _axes(exercise)
    if every == (ANY_SHAPE,):
        first: list[Sizes] = [{ANY_SHAPE: (3, 4)}, {ANY_SHAPE: (3, 3)}]
        last: Sizes = {ANY_SHAPE: (13, 16)}
    else:
        most = max((exercise.minimum.get(axis, 1) for axis in every), default=1) + 2
        first = [{axis: most + place for place, axis in enumerate(every)}, dict.fromkeys(every, most)]
        last = first[0]
    drawn = [_draw(exercise, rng, sizes, whole=False) for sizes in (*first, *_larger_sizes(exercise, rng))]
    drawn += [_draw(exercise, rng, sizes, whole=False) for sizes in _larger_sizes(exercise, rng)]
    while every and every != (ANY_SHAPE,) and _most(_draw(exercise, rng, last, whole=False)) < _MANY:
        last = {axis: size + 2 for axis, size in last.items() if isinstance(size, int)}
    drawn.append(_draw(exercise, rng, last, whole=False))
    return tuple(replace(case, number=number) for number, case in enumerate(drawn))


def _most(case: Case) -> int:
    """How many numbers the largest input has."""
    return max(np.size(value) for value in case.inputs.values())


def _written_case(exercise: Exercise, name: str, group: Group, values: Mapping[str, Value], dout: Value) -> Case:
    inputs = {each.name: each.convert(values[each.name]) for each in exercise.inputs}
    if not exercise.is_pair:
        return Case(name, group, inputs, None)
    upstream = (np.array(each, dtype=np.float64) for each in (dout if isinstance(dout, tuple) else (dout,)))
    return Case(name, group, inputs, exercise.out.upstream(upstream))


def _random(exercise: Exercise, rng: np.random.Generator) -> Iterator[Case]:
    small = [_draw(exercise, rng, sizes, whole=True) for sizes in _small_sizes(exercise, rng)]
    large = [_draw(exercise, rng, sizes, whole=False) for sizes in _larger_sizes(exercise, rng)]
    yield from sorted(small, key=_elements)
    yield from large
    if exercise.is_pair:
        other = _upstream(exercise, large[0].inputs, rng, False)
        yield replace(large[0], name=f"{large[0].name}, another dout", dout=other)
        yield replace(large[3], name=f"{large[3].name}, dout reversed and large", dout=_of_size(large[3].dout, -_LARGE))
        yield _wide(exercise, rng, large[0])
    if not any(isinstance(value, np.ndarray) for value in large[0].inputs.values()):
        return
    yield replace(large[1], name=f"{large[1].name}, non-contiguous", layout="non-contiguous")
    yield replace(large[2], name=f"{large[2].name}, read-only", layout="read-only", group="unchanged")
    if exercise.float32:
        yield _as_float32(large[3])


def _wide(exercise: Exercise, rng: np.random.Generator, case: Case) -> Case:
    """A case like `case`, with numbers of very different sizes: upstream, and in the inputs where any will do."""
    inputs = case.inputs
    if exercise.sample is None and exercise.accept is None:
        inputs = _inputs(exercise, rng, _sizes(exercise, inputs), whole=False, wide=True)
    dout = _upstream(exercise, inputs, rng, whole=False, wide=True)
    return replace(case, name=f"{case.name}, wide", inputs=inputs, dout=dout)


def _small_sizes(exercise: Exercise, rng: np.random.Generator) -> Iterator[Sizes]:
    """The least unequal sizes, with each axis at its least in turn, and all at once."""
    every = _axes(exercise)
    if every == (ANY_SHAPE,):
        yield from ({ANY_SHAPE: shape} for shape in _ANY_SHAPES)
        return
    if not every:
        yield from ({} for _ in range(_SCALAR_DRAWS))
        return
    least = {axis: exercise.minimum.get(axis, 1) for axis in every}
    for axis in every:
        unequal = {other: least[other] + 1 + place for place, other in enumerate(rng.permutation(every))}
        yield unequal | {axis: least[axis]}
    yield {axis: least[axis] + 1 + place for place, axis in enumerate(every)}
    yield least


def _larger_sizes(exercise: Exercise, rng: np.random.Generator) -> Iterator[Sizes]:
    every = _axes(exercise)
    if every == (ANY_SHAPE,):
        yield from ({ANY_SHAPE: shape} for shape in _ANY_SHAPES_LARGER)
        return
    for _ in range(4 if every else _SCALAR_DRAWS):
        sizes = rng.permutation(np.arange(1, len(every) + 3))[: len(every)]
        yield {axis: exercise.minimum.get(axis, 1) + int(size) for axis, size in zip(every, sizes, strict=True)}


def _axes(exercise: Exercise) -> tuple[str, ...]:
    return exercise.axes or tuple(dict.fromkeys(axis for spec in exercise.inputs for axis in axes(spec.shape)))


def _draw(exercise: Exercise, rng: np.random.Generator, sizes: Sizes, whole: bool) -> Case:
    for _ in range(_TRIES):
        inputs = _inputs(exercise, rng, sizes, whole)
        if exercise.accept is None or exercise.accept(*inputs.values()):
            break
    else:
        raise RuntimeError(
            f"{exercise.name}: no usable inputs in {_TRIES} draws of sizes {dict(sizes)}; loosen `accept`"
        )
    dout = _upstream(exercise, inputs, rng, whole) if exercise.is_pair else None
    return Case(label(sizes) or "random", "random", inputs, dout)


def _inputs(
    exercise: Exercise, rng: np.random.Generator, sizes: Sizes, whole: bool, wide: bool = False
) -> dict[str, Value]:
    named = {axis: size for axis, size in sizes.items() if isinstance(size, int)}
    drawing = Drawing(rng, (), named, whole, wide)
    if exercise.sample:
        return dict(zip((spec.name for spec in exercise.inputs), exercise.sample(drawing), strict=True))
    return {
        spec.name: spec.convert(spec.draw(replace(drawing, shape=in_numbers(spec.shape, sizes))))
        for spec in exercise.inputs
    }


def _upstream(
    exercise: Exercise, inputs: Mapping[str, Value], rng: np.random.Generator, whole: bool, wide: bool = False
) -> Value:
    """A random, signed upstream gradient in the shape of the output: a float for a scalar one."""
    shapes = exercise.out.shapes(inputs.values(), _sizes(exercise, inputs))
    return exercise.out.upstream(real(Drawing(rng, shape, {}, whole, wide)) for shape in shapes)


def _sizes(exercise: Exercise, inputs: Mapping[str, Value]) -> Sizes:
    pairs = (sizes_of(spec.shape, inputs[spec.name]).items() for spec in exercise.inputs)
    return dict(pair for each in pairs for pair in each)


def _of_size(dout: Value, size: float) -> Value:
    """An upstream gradient multiplied by a number, of the sign of `size`, that makes its largest element as large."""
    if isinstance(dout, tuple):
        return tuple(_of_size(each, size) for each in dout)
    # By a Python number, so that a number stays one.
    return dout * (size / float(np.max(np.abs(dout))))


def _elements(case: Case) -> int:
    return sum(np.size(value) for value in case.inputs.values() if isinstance(value, np.ndarray))


def _as_float32(case: Case) -> Case:
    def single(value: Value) -> Value:
        if isinstance(value, tuple):
            return tuple(single(each) for each in value)
        return value.astype(np.float32) if isinstance(value, np.ndarray) and value.dtype == np.float64 else value

    inputs = {name: single(value) for name, value in case.inputs.items()}
    return replace(case, name=f"{case.name}, float32", inputs=inputs, dout=single(case.dout), float32=True)
