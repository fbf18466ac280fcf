"""Max pooling (beyond the notes)."""

import numpy as np


def max_pool_forward(x, size, stride):
    """The largest value in each window of size by size pixels, the windows `stride` apart, channel by channel.

    x: images, shape (N, C, H, W). size, stride: ints, the same for rows and columns. out: shape (N, C, H_out, W_out).
    """
    N, C, H, W = x.shape
    H_out = (H - size) // stride + 1
    W_out = (W - size) // stride + 1
    out = np.zeros((N, C, H_out, W_out))
    for i in range(H_out):
        for j in range(W_out):
            top, left = i * stride, j * stride
            window = x[:, :, top : top + size, left : left + size]
            out[:, :, i, j] = window.max(axis=(2, 3))
    cache = (x, out, size, stride)
    return out, cache


def max_pool_backward(dout, cache):
    """The gradient of the loss with respect to the images.

    dout: upstream gradient, shape (N, C, H_out, W_out).
    Returns dx, shape (N, C, H, W).
    """
    x, out, size, stride = cache
    dx = np.zeros_like(x)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            rows = slice(i * stride, i * stride + size)
            columns = slice(j * stride, j * stride + size)
            is_largest = x[:, :, rows, columns] == out[:, :, i, j, None, None]
            dx[:, :, rows, columns] += is_largest * dout[:, :, i, j, None, None]
    return dx
