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


def leading(product: Array, factor: Array) -> tuple[int, ...]:
    """The axes of the product that a factor doesn't have."""
    return tuple(range(product.ndim - factor.ndim))


def stretched(factor: Array) -> tuple[int, ...]:
    """The axes along which a factor has size 1, counted from the last."""
    return tuple(axis - factor.ndim for axis, size in enumerate(factor.shape) if size == 1)


def is_stretched(factor: Array, product: Array) -> bool:
    """Whether an axis of the factor has size 1, and is longer in the product."""
    own = product.shape[product.ndim - factor.ndim :]
    return any(size == 1 < long for size, long in zip(factor.shape, own, strict=True))


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
        Edge(
            "equal shapes",
            {"a": [[1, -2], [3, 4]], "b": [[5, 6], [-7, 8]]},
            dout=[[1, -2], [3, -4]],
            holds=lambda dout, a, b: a.shape == b.shape,
        ),
        Edge(
            "b lacks a leading axis",
            {"a": [[1, 2], [-3, 4], [5, 6]], "b": [2, -3]},
            dout=[[1, -2], [3, 4], [-5, 6]],
            holds=lambda dout, a, b: b.ndim == a.ndim - 1,
        ),
        Edge(
            "a lacks a leading axis",
            {"a": [2, -3], "b": [[1, 2], [-3, 4], [5, 6]]},
            dout=[[1, -2], [3, 4], [-5, 6]],
            holds=lambda dout, a, b: a.ndim == b.ndim - 1,
        ),
        Edge(
            "b lacks two leading axes",
            {"a": [[[1, 2], [-5, 6]], [[3, -4], [9, -1]]], "b": [7, 8]},
            dout=[[[1, -2], [5, 3]], [[3, 4], [-7, 2]]],
            holds=lambda dout, a, b: b.ndim == a.ndim - 2,
        ),
        Edge(
            "a lacks two leading axes",
            {"a": [7, 8], "b": [[[1, 2], [-5, 6]], [[3, -4], [9, -1]]]},
            dout=[[[1, -2], [5, 3]], [[3, 4], [-7, 2]]],
            holds=lambda dout, a, b: a.ndim == b.ndim - 2,
        ),
        Edge(
            "an axis of size 1 in b",
            {"a": [[1, -2, 3], [4, 5, 6]], "b": [[2], [-3]]},
            dout=[[1, 2, -3], [4, -5, 6]],
            holds=lambda dout, a, b: is_stretched(b, dout) and not is_stretched(a, dout),
        ),
        Edge(
            "an axis of size 1 in a",
            {"a": [[2], [-3]], "b": [[1, -2, 3], [4, 5, 6]]},
            dout=[[1, 2, -3], [4, -5, 6]],
            holds=lambda dout, a, b: is_stretched(a, dout) and not is_stretched(b, dout),
        ),
        Edge(
            "an axis of size 1 in each",
            {"a": [[1], [-2], [3]], "b": [[4, -5]]},
            dout=[[1, -2], [3, 4], [5, -6]],
            holds=lambda dout, a, b: is_stretched(a, dout) and is_stretched(b, dout),
        ),
        Edge(
            "b lacks an axis and has one of size 1",
            {"a": [[[1, 2, 3], [-4, 5, 6]], [[7, 8, -9], [1, -2, 4]]], "b": [[2], [-3]]},
            dout=[[[1, -2, 3], [4, 5, -6]], [[-1, 2, 5], [3, -3, 4]]],
            holds=lambda dout, a, b: b.ndim < a.ndim and is_stretched(b, dout),
        ),
        Edge(
            "a has an axis of size 1, b lacks it",
            {"a": [[2, -3]], "b": [4, 5]},
            dout=[[1, -2]],
            holds=lambda dout, a, b: a.shape[0] == 1 and b.ndim == a.ndim - 1,
        ),
        Edge("one element each", {"a": [3], "b": [-4]}, dout=[2], holds=lambda dout, a, b: a.size == b.size == 1),
    ),
    textbook="""
        da = (dout * b).sum(axis=leading(dout, a)).sum(axis=stretched(a), keepdims=True)
        db = (dout * a).sum(axis=leading(dout, b)).sum(axis=stretched(b), keepdims=True)

        da = (dout * b).sum(axis=leading(dout, a) + stretched(a)).reshape(a.shape)
        db = (dout * a).sum(axis=leading(dout, b) + stretched(b)).reshape(b.shape)
    """,
    tools=(leading, stretched),
    mistakes="""
        not-summed: da = dout * b; db = dout * a
            In {names} nothing is summed: the shape is that of the product, not of the factor.
            A factor that was repeated feeds several products, and its gradient is the sum over all of them.
        size-one-axes-missed: da = (dout * b).sum(axis=leading(dout, a)); db = (dout * a).sum(axis=leading(dout, b))
            In {names} missing leading axes are summed over, but axes of size 1 are not.
            An axis of size 1 is stretched too: its one value meets every value of the other factor, and collects from
                all.
        leading-axes-missed: da = (dout * b).sum(axis=stretched(a), keepdims=True);
                db = (dout * a).sum(axis=stretched(b), keepdims=True)
            In {names} axes of size 1 are summed over, but missing leading axes are not.
            A factor with fewer axes is repeated along each axis that it lacks: sum over those as well.
        leading-axes-kept: da = (dout * b).sum(axis=leading(dout, a) + stretched(a), keepdims=True);
                db = (dout * a).sum(axis=leading(dout, b) + stretched(b), keepdims=True)
            In {names} axes that the factor doesn't have are kept, as axes of size 1.
            A gradient has exactly the shape of its variable: a missing leading axis goes away in the sum.
        size-one-axes-dropped: da = (dout * b).sum(axis=leading(dout, a) + stretched(a));
                db = (dout * a).sum(axis=leading(dout, b) + stretched(b))
            In {names} the factor's axes of size 1 are gone.
            A gradient has exactly the shape of its variable: an axis of size 1 stays, with size 1.
        first-axis-summed-over: da = (dout * b).sum(axis=0); db = (dout * a).sum(axis=0)
            In {names} the first axis of the product is summed over in every case, and no other one.
            Which axes are summed over depends on the shapes: those that a factor lacks, and those where its size is 1.
                (Python's sum goes along the first one, whatever the shapes are.)
        averaged: da = (dout * b).mean(axis=leading(dout, a)).mean(axis=stretched(a), keepdims=True);
                db = (dout * a).mean(axis=leading(dout, b)).mean(axis=stretched(b), keepdims=True)
            In {names} there is the mean over the repeated axes, where their sum belongs.
            Gradients of several uses add up; dividing by the number of uses is no part of the chain rule.
        not-swapped: da = (dout * a).sum(axis=leading(dout, a)).sum(axis=stretched(a), keepdims=True);
                db = (dout * b).sum(axis=leading(dout, b)).sum(axis=stretched(b), keepdims=True)
            In {names} the factor's own value stands, where that of the other factor belongs.
            The slope of a·b in a is b, the other factor, and in b it is a.
        upstream-ignored: dout = ones_like(dout)
            There is no dout in {names}, only the other factor.
            Each product has its own weight in the loss: multiply by dout before you sum.
    """,
    hints=(
        "Write p out element by element for a (2, 3) and b (3,). In how many products does b's first element stand?",
        "Without broadcasting da is dout times b. With it, one element of a stands in several products: "
        "that is fan-out, and fan-out adds gradients.",
        "Form the products in the big shape first. Then sum over the leading axes that the factor lacks, which vanish, "
        "and over its axes of size 1, which stay with size 1.",
    ),
    points=2,
)
