"""Two-dimensional convolution as deep learning has it: cross-correlation (beyond the notes)."""

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
    padded, w, stride, pad = cache
    K_h, K_w = w.shape[2:]
    dpadded = np.zeros_like(padded)
    dw = np.zeros_like(w)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            rows = slice(i * stride, i * stride + K_h)
            columns = slice(j * stride, j * stride + K_w)
            pixel = dout[:, :, i, j]
            dpadded[:, :, rows, columns] += np.einsum("nf,fchw->nchw", pixel, w)
            dw += np.einsum("nf,nchw->fchw", pixel, padded[:, :, rows, columns])
    db = dout.sum(axis=(0, 2, 3))
    H, W = padded.shape[2] - 2 * pad, padded.shape[3] - 2 * pad
    dx = dpadded[:, :, pad : pad + H, pad : pad + W]
    return dx, dw, db
