"""What convolution and pooling look through: windows that move over images in steps of the stride."""

from typing import Any

import numpy as np

from grader.exercise import Array


def windows(images: Array, height: int, width: int, stride: int) -> Array:
    """Every window of images (N, C, H, W), as an array (N, C, H_out, W_out, height, width)."""
    return np.lib.stride_tricks.sliding_window_view(images, (height, width), (2, 3))[:, :, ::stride, ::stride]


def add_windows(each: Array, images: Array, height: int, width: int, stride: int) -> Array:
    """An array like `images` that has, at each pixel, the sum of what is there in all windows; 0 outside them."""
    total = np.zeros_like(images)
    for row, column in np.ndindex(each.shape[2:4]):
        total[place(row, column, height, width, stride)] += each[:, :, row, column]
    return total


def put_windows(each: Array, images: Array, height: int, width: int, stride: int, where: Any = True) -> Array:
    """The same with what the last window has there, in place of the sum; it is put only `where` one is true."""
    total = np.zeros_like(images)
    where = np.broadcast_to(where, each.shape)
    for row, column in np.ndindex(each.shape[2:4]):
        seen = place(row, column, height, width, stride)
        total[seen] = np.where(where[:, :, row, column], each[:, :, row, column], total[seen])
    return total


def place(row: int, column: int, height: int, width: int, stride: int) -> tuple[slice, ...]:
    """Where in the images the window at (row, column) is."""
    top, left = row * stride, column * stride
    return slice(None), slice(None), slice(top, top + height), slice(left, left + width)
