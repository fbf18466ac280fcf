"""Convolution (beyond the notes)

Every filter slides over the images x (N, C, H, W), with a border of pad zeros all round, in steps
of stride. At each stop its kernel, one slice of w (F, C, K_h, K_w), is multiplied pixel by pixel
with the window below; the sum of these products plus the filter's bias b is one output pixel. The
kernel is not flipped: strictly this is cross-correlation. The stride always divides, so the last
window ends at the border. Return dx, dw and db, the shapes of x, w and b.

A gradient has the shape of its variable, to the axis, and its type.

Example (beyond the notes)
    x = [[[[1, 2, 3], [4, 5, 6]]]], w = [[[[1, -1], [2, 3]]]], b = [10], stride = 1, pad = 0, dout =
        [[[[2, -1]]]]

Example (beyond the notes)
    x = [[[[1, 2]]], [[[3, -1]]]], w = [[[[2]]], [[[-1]]]], b = [1, 0], stride = 1, pad = 0, dout =
        [[[[1, -2]], [[3, 1]]], [[[2, 1]], [[-1, 4]]]]

Example (beyond the notes)
    x = [[[[1, -2, 3]]]], w = [[[[2]]]], b = [1], stride = 2, pad = 0, dout = [[[[4, -3]]]]

Judge it:  pytest grader::conv2d
Stuck?     grader hint conv2d
"""

import numpy as np


def conv2d_forward(x, w, b, stride, pad):
    """Slide every filter over every padded image; one window times the kernel, plus the bias, is one output pixel.

    x: images, shape (N, C, H, W). w: kernels, shape (F, C, K_h, K_w). b: biases, shape (F,).
    stride, pad: ints, the same for rows and columns. out: shape (N, F, H_out, W_out).
    """
    N, _, H, W = x.shape
    F, _, K_h, K_w = w.shape
    H_out = (H + 2 * pad - K_h) // stride + 1
    W_out = (W + 2 * pad - K_w) // stride + 1
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((N, F, H_out, W_out))
    for i in range(H_out):
        for j in range(W_out):
            top, left = i * stride, j * stride
            window = padded[:, :, top : top + K_h, left : left + K_w]
            out[:, :, i, j] = np.einsum("nchw,fchw->nf", window, w) + b
    cache = (padded, w, stride, pad)
    return out, cache


def conv2d_backward(dout, cache):
    """The gradient of the loss with respect to the images, the kernels and the biases.

    dout: upstream gradient, shape (N, F, H_out, W_out).
    Returns (dx, dw, db), shapes (N, C, H, W), (F, C, K_h, K_w) and (F,).
    """
    raise NotImplementedError("conv2d_backward is yours to write")


# handgrad stub eed30672058e
