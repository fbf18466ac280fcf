"""The arithmetic of images: convolution and max pooling, element by element."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from grader.exercise import Array
from grader.graph.calls import call
from grader.graph.terms import Index, Term, total


def _windows(x: Array, size: tuple[int, ...], stride: int) -> Array:
    """What each pixel of the output sees of images, as (N, C, rows, columns, *size)."""
    return sliding_window_view(x, size, (2, 3))[:, :, ::stride, ::stride]


def _pad(x: Array, pad: int) -> Array:
    return np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))


def _settings(stride: int, padding: int) -> str:
    return f"stride={stride}, pad={padding}"


def convolution(x: Term, w: Term, b: Term, stride: int = 1, padding: int = 0) -> Term:
    """The cross-correlation of images (N, C, H, W) with kernels (F, C, K_h, K_w), plus a bias (F,)."""
    seen = _windows(_pad(x.value, padding), w.shape[2:], stride)
    value = np.moveaxis(np.tensordot(seen, w.value, ((1, 4, 5), (1, 2, 3))) + b.value, -1, 1)

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
    for row, column in np.ndindex(*z.shape[2:]):
        top, left = row * stride, column * stride
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
    seen = _windows(_pad(x.value, padding), w.shape[2:], stride)
    value = np.tensordot(g.value, seen, ((0, 2, 3), (0, 2, 3)))

    def element(index: Index) -> Term:
        f, c, k, m = index
        products = []
        for n, row, column in np.ndindex(z.shape[0], *z.shape[2:]):
            place = (n, c, row * stride + k - padding, column * stride + m - padding)
            if _inside(place, x):
                products.append(g.at((n, f, row, column)) * x.at(place))
        return total(products)

    return call("conv2d_dw", g, x, value=value, element=element, also=_settings(stride, padding))


def pooling(x: Term, size: Term, stride: int = 0, **_: Any) -> Term:
    """The largest pixel of each window."""
    side = int(size.value)
    step = stride or side
    value = _windows(x.value, (side, side), step).max(axis=(4, 5))

    def element(index: Index) -> Term:
        n, c, row, column = index
        seen = (x.at((n, c, row * step + k, column * step + m)) for k, m in np.ndindex(side, side))
        return call("max", *seen, value=value[index])

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
