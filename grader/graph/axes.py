"""The arithmetic along axes: sums, means, variances, and their way back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from grader.graph.calls import call
from grader.graph.terms import Index, Term, as_result, leaf, number, own_place, total

TWO = number(2)


def sum_over(term: Term, axis: Sequence[int] | None = None, keepdims: bool = False) -> Term:
    """The sum over some axes, or all."""
    return _reduce("sum", term, axis, keepdims)


def mean_over(term: Term, axis: Sequence[int] | None = None, keepdims: bool = False) -> Term:
    """The mean over some axes, or all."""
    return _reduce("mean", term, axis, keepdims)


def _reduce(name: str, term: Term, axis: Sequence[int] | None, keepdims: bool) -> Term:
    rank = term.value.ndim
    axes = tuple(range(rank)) if axis is None else tuple(each % rank for each in axis)
    sizes = [term.shape[each] for each in axes]
    count = number(int(np.prod(sizes)) if name == "mean" else 1)

    def element(index: Index) -> Term:
        kept = iter(index)
        fixed = [next(kept) if keepdims or place not in axes else 0 for place in range(rank)]
        spots = (dict(zip(axes, spot, strict=True)) for spot in np.ndindex(*sizes))
        return (
            total([term.at(tuple(spot.get(place, each) for place, each in enumerate(fixed))) for spot in spots]) / count
        )

    named = "" if len(axes) == rank else f"axis={axes[0] if len(axes) == 1 else axes}"
    also = ", ".join([named] * bool(named) + ["keepdims=True"] * keepdims)
    value = term.value.sum(axis=axes, keepdims=keepdims) / count.value
    return call(name, term, value=value, element=element, also=also)


def spread(term: Term, shape: tuple[int, ...]) -> Term:
    """The term, repeated to a shape that it broadcasts to; written as before."""
    if term.shape == shape:
        return term
    return Term(
        np.broadcast_to(term.value, shape), term.write, lambda index: term.at(own_place(index, term.shape)), spread=True
    )


def unbroadcast(term: Term, shape: tuple[int, ...]) -> Term:
    """The term summed over the axes along which an operand of that shape was repeated."""
    if term.shape == shape:
        return term
    leading = term.value.ndim - len(shape)
    if leading > 0:
        term = sum_over(term, range(leading)) if shape else sum_over(term)
    stretched = [axis for axis, size in enumerate(shape) if size == 1 and term.shape[axis] > 1]
    return sum_over(term, stretched, keepdims=True) if stretched else term


def along(term: Term, shape: tuple[int, ...], dim: Any, keepdim: bool) -> Term:
    """What has been reduced over `dim`, repeated over the shape that it was reduced from."""
    axes = axes_of(dim, len(shape))
    if axes is not None and not keepdim and axes != tuple(range(len(axes))):
        kept = [1 if axis in axes else size for axis, size in enumerate(shape)]
        places = ", ".join("None" if axis in axes else ":" for axis in range(len(shape)))
        term = leaf(f"{term.symbols}[{places}]", term.value.reshape(kept))
    return spread(term, shape)


def axes_of(dim: Any, rank: int) -> tuple[int, ...] | None:
    """The axes that a `dim` of PyTorch's names; None for all."""
    if dim is None:
        return None
    return tuple(each % rank for each in ([dim] if isinstance(dim, int) else dim))


def count(a: Term, dim: Any) -> Term:
    """How many elements are reduced to one."""
    axes = axes_of(dim, a.value.ndim)
    return number(int(np.prod(a.shape if axes is None else [a.shape[axis] for axis in axes])))


def centre(a: Term, dim: Any) -> Term:
    """What is left of a without its mean."""
    axes = axes_of(dim, a.value.ndim)
    return a - as_result(mean_over(a, axes, keepdims=axes is not None and axes != tuple(range(len(axes)))))


def variance(a: Term, dim: Any = None, correction: int = 1, keepdim: bool = False) -> Term:
    """The variance, divided by the number of elements less `correction`."""
    axes = axes_of(dim, a.value.ndim)
    squares = sum_over(centre(a, dim) ** TWO, axes, keepdim)
    divisor = count(a, dim) - number(correction)
    also = ", ".join([f"axis={dim}"] * (dim is not None) + ["keepdims=True"] * keepdim)
    value = squares.value / divisor.value
    return call("var", a, value=value, element=lambda index: squares.at(index) / divisor, also=also)


def variance_slope(a: Term, dim: Any = None, correction: int = 1) -> Term:
    """The local derivative of a variance."""
    return TWO * centre(a, dim) / (count(a, dim) - number(correction))
