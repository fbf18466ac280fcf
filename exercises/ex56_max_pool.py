"""Max pooling (beyond the notes)

A square window of side size moves over each channel of x (N, C, H, W) in steps of stride; each
output pixel is the largest value of its window. A stride smaller than the window makes windows
overlap, a larger one leaves gaps; it always divides. No window here has a tie. Return dx; size and
stride get no gradient.

A gradient has the shape of its variable, to the axis, and its type.

Example (beyond the notes)
    x = [[[[1, 3, 2, 0], [5, 4, 8, 6]]]], size = 2, stride = 2, dout = [[[[3, -2]]]]

Example (beyond the notes)
    x = [[[[1, 9, 2], [4, 3, 5]]]], size = 2, stride = 1, dout = [[[[4, -3]]]]

Judge it:  pytest grader::max_pool
Stuck?     grader hint max_pool
"""

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
    raise NotImplementedError("max_pool_backward is yours to write")


# handgrad stub 2718dbac530b
