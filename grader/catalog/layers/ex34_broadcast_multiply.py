"""Elementwise multiplication with broadcasting (004 §11)."""

from dataclasses import replace

import numpy as np

from grader.exercise import Array, Drawing, Edge, Example, Exercise, Input, Output, Tensor, real


def forward(a: Tensor, b: Tensor) -> Tensor:
    return a * b


def sample(drawing: Drawing) -> tuple[Array, Array]:
    """Two factors whose shapes come from one: each without some leading axes, and with some axes shrunk to 1."""
    full = tuple(drawing.rng.permutation([2, 3, 4])[: drawing.rng.integers(1, 4)].tolist())
    shapes = []
    for _ in "ab":
        kept = full[drawing.rng.integers(len(full)) :]
        shapes.append(tuple(1 if drawing.rng.random() < 0.3 else size for size in kept))
    a, b = (real(replace(drawing, shape=shape)) for shape in shapes)
    return a, b


def broadcast_shape(a: Array, b: Array) -> tuple[int, ...]:
    return np.broadcast_shapes(a.shape, b.shape)


def leading(gradient: Array, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The axes of the gradient that a factor of that shape doesn't have."""
    return tuple(range(gradient.ndim - len(shape)))


def stretched(gradient: Array, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The axes of the gradient along which a factor of that shape has size 1."""
    return tuple(gradient.ndim - len(shape) + axis for axis, size in enumerate(shape) if size == 1)


def repeated(gradient: Array, shape: tuple[int, ...]) -> tuple[int, ...]:
    """All axes along which a factor of that shape was repeated."""
    return leading(gradient, shape) + stretched(gradient, shape)


def unbroadcast(gradient: Array, shape: tuple[int, ...]) -> Array:
    """The gradient, summed over the repeated axes, in the factor's own shape."""
    summed: Array = gradient.sum(axis=repeated(gradient, shape))
    return summed.reshape(shape)


def not_summed(dout: Array, a: Array, b: Array) -> tuple[Array, Array]:
    """Your gradients have the shape of the product, not of the factors.

    A factor that was repeated feeds several products, and its gradient is the sum over all of them.
    """
    return dout * b, dout * a


def size_one_axes_missed(dout: Array, a: Array, b: Array) -> tuple[Array, Array]:
    """You summed over the missing leading axes, but not over axes of size 1.

    An axis of size 1 is stretched too: its one value meets every value of the other factor, and collects from all.
    """
    da, db = dout * b, dout * a
    return np.asarray(da.sum(axis=leading(da, a.shape))), np.asarray(db.sum(axis=leading(db, b.shape)))


def leading_axes_missed(dout: Array, a: Array, b: Array) -> tuple[Array, Array]:
    """You summed over axes of size 1, but not over missing leading axes.

    A factor with fewer axes is repeated along each axis that it lacks: sum over those as well.
    """
    da, db = dout * b, dout * a
    return da.sum(axis=stretched(da, a.shape), keepdims=True), db.sum(axis=stretched(db, b.shape), keepdims=True)


def leading_axes_kept(dout: Array, a: Array, b: Array) -> tuple[Array, Array]:
    """You kept axes that the factor doesn't have, as axes of size 1.

    A gradient has exactly the shape of its variable: a missing leading axis goes away in the sum.
    """
    da, db = dout * b, dout * a
    return da.sum(axis=repeated(da, a.shape), keepdims=True), db.sum(axis=repeated(db, b.shape), keepdims=True)


def size_one_axes_dropped(dout: Array, a: Array, b: Array) -> tuple[Array, Array]:
    """You dropped the axes of size 1 when you summed over them.

    A gradient has exactly the shape of its variable: an axis of size 1 stays, with size 1.
    """
    da, db = dout * b, dout * a
    return da.sum(axis=repeated(da, a.shape)), db.sum(axis=repeated(db, b.shape))


def averaged(dout: Array, a: Array, b: Array) -> tuple[Array, Array]:
    """You took the mean over the repeated axes.

    Gradients of several uses add up; dividing by the number of uses is no part of the chain rule.
    """
    da, db = dout * b, dout * a
    return (
        da.mean(axis=repeated(da, a.shape)).reshape(a.shape),
        db.mean(axis=repeated(db, b.shape)).reshape(b.shape),
    )


def not_swapped(dout: Array, a: Array, b: Array) -> tuple[Array, Array]:
    """You multiplied each factor's gradient by the factor itself.

    The slope of a·b in a is b, the other factor, and in b it is a.
    """
    return unbroadcast(dout * a, a.shape), unbroadcast(dout * b, b.shape)


def upstream_ignored(dout: Array, a: Array, b: Array) -> tuple[Array, Array]:
    """You summed the other factor alone, without the upstream gradient.

    Each product has its own weight in the loss: multiply by dout before you sum.
    """
    ones = np.ones_like(dout)
    return unbroadcast(ones * b, a.shape), unbroadcast(ones * a, b.shape)


exercise = Exercise(
    title="Multiplication with broadcasting",
    source="004 §11",
    statement=(
        "p = a·b element by element, where NumPy repeats the smaller factor until the shapes agree: "
        "along leading axes that it lacks, and along axes where its size is 1. "
        "Either factor may be repeated, or both, or neither. Return da and db, each in exactly the shape of its factor."
    ),
    formula=r"p = a \odot b \quad \text{(with broadcasting)}",
    inputs=(Input("a"), Input("b")),
    out=Output("p", broadcast_shape),
    gradients=("da", "db"),
    forward=forward,
    sample=sample,
    examples=(
        Example(
            "004 §11, with numbers of ours",
            {"a": [[1, 2, 3], [4, 5, 6]], "b": [10, -20, 30]},
            dout=[[1, -1, 2], [3, 5, -2]],
        ),
    ),
    edges=(
        Edge("equal shapes", {"a": [[1, -2], [3, 4]], "b": [[5, 6], [-7, 8]]}, dout=[[1, -2], [3, -4]]),
        Edge("b lacks a leading axis", {"a": [[1, 2], [-3, 4], [5, 6]], "b": [2, -3]}, dout=[[1, -2], [3, 4], [-5, 6]]),
        Edge("a lacks a leading axis", {"a": [2, -3], "b": [[1, 2], [-3, 4], [5, 6]]}, dout=[[1, -2], [3, 4], [-5, 6]]),
        Edge(
            "b lacks two leading axes",
            {"a": [[[1, 2], [-5, 6]], [[3, -4], [9, -1]]], "b": [7, 8]},
            dout=[[[1, -2], [5, 3]], [[3, 4], [-7, 2]]],
        ),
        Edge(
            "a lacks two leading axes",
            {"a": [7, 8], "b": [[[1, 2], [-5, 6]], [[3, -4], [9, -1]]]},
            dout=[[[1, -2], [5, 3]], [[3, 4], [-7, 2]]],
        ),
        Edge("an axis of size 1 in b", {"a": [[1, -2, 3], [4, 5, 6]], "b": [[2], [-3]]}, dout=[[1, 2, -3], [4, -5, 6]]),
        Edge("an axis of size 1 in a", {"a": [[2], [-3]], "b": [[1, -2, 3], [4, 5, 6]]}, dout=[[1, 2, -3], [4, -5, 6]]),
        Edge("an axis of size 1 in each", {"a": [[1], [-2], [3]], "b": [[4, -5]]}, dout=[[1, -2], [3, 4], [5, -6]]),
        Edge(
            "b lacks an axis and has one of size 1",
            {"a": [[[1, 2, 3], [-4, 5, 6]], [[7, 8, -9], [1, -2, 4]]], "b": [[2], [-3]]},
            dout=[[[1, -2, 3], [4, 5, -6]], [[-1, 2, 5], [3, -3, 4]]],
        ),
        Edge("a has an axis of size 1, b lacks it", {"a": [[2, -3]], "b": [4, 5]}, dout=[[1, -2]]),
        Edge("one element each", {"a": [3], "b": [-4]}, dout=[2]),
    ),
    misconceptions=(
        not_summed,
        size_one_axes_missed,
        leading_axes_missed,
        leading_axes_kept,
        size_one_axes_dropped,
        averaged,
        not_swapped,
        upstream_ignored,
    ),
    hints=(
        "Write p out element by element for a (2, 3) and b (3,). In how many products does b's first element stand?",
        "Without broadcasting da is dout times b. With it, one element of a stands in several products: "
        "that is fan-out, and fan-out adds gradients.",
        "Form the products in the big shape first. Then sum over the leading axes that the factor lacks, which vanish, "
        "and over its axes of size 1, which stay with size 1.",
    ),
    points=2,
)
