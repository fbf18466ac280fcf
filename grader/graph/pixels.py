"""The arithmetic of images: convolution and max pooling, element by element."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from grader.exercise import Array
from grader.graph.axes import sum_over
from grader.graph.calls import call
from grader.graph.terms import Index, Term, total


def _windows(z: Term, stride: int) -> Iterator[tuple[int, int, int, int]]:
    """Each pixel of the output, and the top left corner of what it sees."""
    for row, column in np.ndindex(*z.shape[2:]):
        yield row, column, row * stride, column * stride


def _pad(x: Array, pad: int) -> Array:
    return np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))


def _settings(stride: int, padding: int) -> str:
    return f"stride={stride}, pad={padding}"


def convolution(x: Term, w: Term, b: Term, stride: int = 1, padding: int = 0) -> Term:
    """The cross-correlation of images (N, C, H, W) with kernels (F, C, K_h, K_w), plus a bias (F,)."""
    image = _pad(x.value, padding)
    height, width = ((size - kernel) // stride + 1 for size, kernel in zip(image.shape[2:], w.shape[2:], strict=True))
    value = np.zeros((len(image), len(w.value), height, width))
    for row, column in np.ndindex(height, width):
        top, left = row * stride, column * stride
        seen = image[:, :, top : top + w.shape[2], left : left + w.shape[3]]
        value[:, :, row, column] = np.tensordot(seen, w.value, ((1, 2, 3), (1, 2, 3))) + b.value

    def element(index: Index) -> Term:
        n, f, row, column = index
        products = []
        for c, k, m in np.ndindex(*w.shape[1:]):
            place = (n, c, row * stride + k - padding, column * stride + m - padding)
            if _inside(place, x):
                products.append(w.at((f, c, k, m)) * x.at(place))
        return total([*products, b.at((f,))])

    return call("conv2d", x, w, b, value=value, element=element, also=_settings(stride, padding))


def image_gradient(g: Term, z: Term, x: Term, w: Term, b: Term, stride: int = 1, padding: int = 0) -> Term:
    """The gradient at the images of a convolution: each pixel's part in every window that sees it."""
    value = np.zeros(_pad(x.value, padding).shape)
    for row, column, top, left in _windows(z, stride):
        part = np.tensordot(g.value[:, :, row, column], w.value, 1)
        value[:, :, top : top + w.shape[2], left : left + w.shape[3]] += part
    height, width = x.shape[2:]

    def element(index: Index) -> Term:
        n, c, y, s = index
        products = []
        for f, row, column in np.ndindex(*z.shape[1:]):
            k, m = y + padding - row * stride, s + padding - column * stride
            if 0 <= k < w.shape[2] and 0 <= m < w.shape[3]:
                products.append(g.at((n, f, row, column)) * w.at((f, c, k, m)))
        return total(products)

    inner = value[:, :, padding : padding + height, padding : padding + width]
    return call("conv2d_dx", g, w, value=inner, element=element, also=_settings(stride, padding))


def kernel_gradient(g: Term, z: Term, x: Term, w: Term, b: Term, stride: int = 1, padding: int = 0) -> Term:
    """The gradient at the kernels of a convolution: what each weight met, in every window."""
    image, value = _pad(x.value, padding), np.zeros(w.shape)
    for row, column, top, left in _windows(z, stride):
        seen = image[:, :, top : top + w.shape[2], left : left + w.shape[3]]
        value += np.tensordot(g.value[:, :, row, column], seen, ((0,), (0,)))

    def element(index: Index) -> Term:
        f, c, k, m = index
        products = []
        for n, row, column in np.ndindex(z.shape[0], *z.shape[2:]):
            place = (n, c, row * stride + k - padding, column * stride + m - padding)
            if _inside(place, x):
                products.append(g.at((n, f, row, column)) * x.at(place))
        return total(products)

    return call("conv2d_dw", g, x, value=value, element=element, also=_settings(stride, padding))


def bias_gradient(g: Term, *_: Any, **__: Any) -> Term:
    """The gradient at the biases of a convolution."""
    return sum_over(g, (0, 2, 3))


def pooling(x: Term, size: Term, stride: int = 0, **_: Any) -> Term:
    """The largest pixel of each window."""
    side = int(size.value)
    step = stride or side
    height, width = ((each - side) // step + 1 for each in x.shape[2:])
    places = {
        (row, column): [(row * step + k, column * step + m) for k, m in np.ndindex(side, side)]
        for row, column in np.ndindex(height, width)
    }
    value = np.zeros((*x.shape[:2], height, width))
    for (row, column), seen in places.items():
        value[:, :, row, column] = np.max([x.value[:, :, y, s] for y, s in seen], axis=0)

    def element(index: Index) -> Term:
        n, c, row, column = index
        return call("max", *(x.at((n, c, y, s)) for y, s in places[row, column]), value=value[index])

    return call("max_pool", x, value=value, element=element, also=f"size={side}, stride={step}")


def pooling_gradient(g: Term, z: Term, x: Term, size: Term, stride: int = 0, **_: Any) -> Term:
    """The gradient at the pixels of a pooling: that of every window that a pixel is the largest of."""
    side = int(size.value)
    step = stride or side
    value = np.zeros(x.shape)
    winners: dict[Index, list[Index]] = {}
    for n, c, row, column in np.ndindex(*z.shape):
        seen = x.value[n, c, row * step : row * step + side, column * step : column * step + side]
        k, m = np.unravel_index(int(seen.argmax()), seen.shape)
        place = (n, c, row * step + int(k), column * step + int(m))
        value[place] += g.value[n, c, row, column]
        winners.setdefault(place, []).append((n, c, row, column))

    def element(index: Index) -> Term:
        return total([g.at(window) for window in winners.get(index, [])])

    return call("max_pool_dx", g, x, value=value, element=element, also=f"size={side}, stride={step}")


def _inside(place: Index, x: Term) -> bool:
    return all(0 <= each < size for each, size in zip(place, x.shape, strict=True))
