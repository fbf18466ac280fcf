"""Two-dimensional convolution as deep learning has it: cross-correlation (beyond the notes)."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from grader.catalog.deep.windows import add_windows, put_windows, windows
from grader.exercise import Array, Drawing, Edge, Example, Exercise, Input, Output, Tensor, real


def forward(x: Tensor, w: Tensor, b: Tensor, stride: int, pad: int) -> Tensor:
    from torch.nn.functional import conv2d

    return conv2d(x, w, b, stride=stride, padding=pad)


def sample(drawing: Drawing) -> tuple[Array, Array, Array, int, int]:
    """Images, kernels, biases, stride 1 to 3, pad 0 to 2: the output's sides are drawn, the image's follow."""
    rng, sizes = drawing.rng, drawing.sizes
    stride, pad = int(rng.integers(1, 4)), int(rng.integers(0, 3))
    kernel = rng.integers(1, 4, 2)
    # At least 1 + 2·pad windows make the image no smaller than the kernel.
    out = rng.permutation([1, 2, 3])[:2] + 2 * pad
    height, width = ((out - 1) * stride + kernel - 2 * pad).tolist()
    x = real(replace(drawing, shape=(sizes["N"], sizes["C"], height, width)))
    w = real(replace(drawing, shape=(sizes["F"], sizes["C"], *kernel.tolist())))
    b = real(replace(drawing, shape=(sizes["F"],)))
    return x, w, b, stride, pad


def out_shape(x: Array, w: Array, b: Array, stride: int, pad: int) -> tuple[int, ...]:
    height, width = ((x.shape[axis] + 2 * pad - w.shape[axis]) // stride + 1 for axis in (2, 3))
    return len(x), len(w), height, width


def with_border(images: Array, rows: int, columns: int) -> Array:
    """Images with zeros all round."""
    return np.pad(images, ((0, 0), (0, 0), (rows, rows), (columns, columns)))


def without_border(images: Array, rows: int, columns: int) -> Array:
    return images[:, :, rows : images.shape[2] - rows, columns : images.shape[3] - columns]


def spread(images: Array, stride: int) -> Array:
    """Images whose pixels are a stride apart, with zeros in between."""
    height, width = ((side - 1) * stride + 1 for side in images.shape[2:])
    apart = np.zeros((*images.shape[:2], height, width), images.dtype)
    apart[:, :, ::stride, ::stride] = images
    return apart


def rotated(kernels: Array) -> Array:
    """Kernels turned by 180°."""
    return kernels[:, :, ::-1, ::-1]


def counting(*shape: int) -> Array:
    """Small signed whole numbers without a pattern that a flip or a transpose would keep."""
    return (np.arange(np.prod(shape)) * 5 % 11 - 4.0).reshape(shape)


def overlap(dout: Array, w: Array, stride: int) -> bool:
    """Whether neighbouring windows share pixels."""
    return any(windows > 1 and stride < side for windows, side in zip(dout.shape[2:], w.shape[2:], strict=True))


def skip(dout: Array, w: Array, stride: int) -> bool:
    """Whether there are pixels between neighbouring windows."""
    return any(windows > 1 and stride > side for windows, side in zip(dout.shape[2:], w.shape[2:], strict=True))


def edge(
    name: str,
    image: tuple[int, ...],
    kernel: tuple[int, ...],
    holds: Callable[[Array, Array, Array, Array, int, int], bool],
    stride: int = 1,
    pad: int = 0,
) -> Edge:
    """An edge case from the shapes of x and w."""
    x, w, b = counting(*image), counting(*kernel), counting(kernel[0])
    dout = 3 - counting(*out_shape(x, w, b, stride, pad))
    inputs = {"x": x.tolist(), "w": w.tolist(), "b": b.tolist(), "stride": stride, "pad": pad}
    return Edge(name, inputs, dout.tolist(), holds)


exercise = Exercise(
    title="Convolution",
    source="beyond the notes",
    statement=(
        "Every filter slides over the images x (N, C, H, W), with a border of pad zeros all round, in steps of stride. "
        "At each stop its kernel, one slice of w (F, C, K_h, K_w), is multiplied pixel by pixel with the window below; "
        "the sum of these products plus the filter's bias b is one output pixel. "
        "The kernel is not flipped: strictly this is cross-correlation. "
        "The stride always divides, so the last window ends at the border. "
        "Return dx, dw and db, the shapes of x, w and b."
    ),
    formula=r"\mathrm{out}_{nfij} = b_f + \sum_{c,k,l} w_{fckl} \, \tilde x_{n,\,c,\,i s + k,\,j s + l}"
    r" \quad \text{($\tilde x$ padded, $s$ the stride)}",
    inputs=(
        Input("x", "N C H W"),
        Input("w", "F C K_h K_w"),
        Input("b", "F"),
        Input("stride", "", constant=True, integer=True),
        Input("pad", "", constant=True, integer=True),
    ),
    out=Output("out", out_shape),
    gradients=("dx", "dw", "db"),
    forward=forward,
    sample=sample,
    axes=("N", "C", "F"),
    examples=(
        Example(
            "beyond the notes",
            {"x": [[[[1, 2, 3], [4, 5, 6]]]], "w": [[[[1, -1], [2, 3]]]], "b": [10], "stride": 1, "pad": 0},
            dout=[[[[2, -1]]]],
        ),
        Example(
            "beyond the notes",
            {"x": [[[[1, 2]]], [[[3, -1]]]], "w": [[[[2]]], [[[-1]]]], "b": [1, 0], "stride": 1, "pad": 0},
            dout=[[[[1, -2]], [[3, 1]]], [[[2, 1]], [[-1, 4]]]],
        ),
        Example(
            "beyond the notes",
            {"x": [[[[1, -2, 3]]]], "w": [[[[2]]]], "b": [1], "stride": 2, "pad": 0},
            dout=[[[[4, -3]]]],
        ),
    ),
    edges=(
        edge(
            "one image, one channel, overlapping windows",
            (1, 1, 3, 4),
            (1, 1, 2, 2),
            lambda dout, x, w, b, stride, pad: x.shape[:2] == (1, 1) and overlap(dout, w, stride),
        ),
        edge("a padded border", (1, 1, 2, 3), (1, 1, 3, 2), lambda dout, x, w, b, stride, pad: pad > 0, pad=1),
        edge("stride 2", (1, 1, 3, 5), (1, 1, 1, 3), lambda dout, x, w, b, stride, pad: stride == 2, stride=2),
        edge(
            "stride 2 with padding",
            (2, 1, 3, 2),
            (1, 1, 3, 2),
            lambda dout, x, w, b, stride, pad: stride == 2 and pad > 0,
            stride=2,
            pad=1,
        ),
        edge(
            "a 1 × 1 kernel",
            (2, 2, 2, 3),
            (3, 2, 1, 1),
            lambda dout, x, w, b, stride, pad: w.shape[2:] == (1, 1),
        ),
        edge(
            "a stride that skips pixels",
            (1, 1, 3, 5),
            (2, 1, 1, 1),
            lambda dout, x, w, b, stride, pad: skip(dout, w, stride),
            stride=2,
        ),
        edge(
            "a kernel as large as the image",
            (2, 1, 2, 3),
            (2, 1, 2, 3),
            lambda dout, x, w, b, stride, pad: w.shape[2:] == x.shape[2:] and pad == 0,
        ),
        edge(
            "several channels and filters",
            (2, 3, 3, 2),
            (2, 3, 2, 1),
            lambda dout, x, w, b, stride, pad: x.shape[1] > 1 and len(w) > 1,
        ),
    ),
    textbook="""
        padded = with_border(x, pad, pad)
        window = windows(padded, K_h, K_w, stride)
        db = dout.sum(axis=(0, 2, 3))
        dw = einsum("nfij,ncijkl->fckl", dout, window)
        dwindow = einsum("nfij,fckl->ncijkl", dout, w)
        dpadded = add_windows(dwindow, padded, K_h, K_w, stride)
        dx = without_border(dpadded, pad, pad)

        padded = with_border(x, pad, pad)
        window = windows(padded, K_h, K_w, stride)
        db = dout.sum(axis=(0, 2, 3))
        dw = einsum("nfij,ncijkl->fckl", dout, window)
        between = with_border(spread(dout, stride), K_h - 1, K_w - 1)
        dpadded = einsum("nfijkl,fckl->ncij", windows(between, K_h, K_w, 1), rotated(w))
        dx = without_border(dpadded, pad, pad)
    """,
    tools=(windows, add_windows, put_windows, with_border, without_border, spread, rotated),
    mistakes="""
        kernel-not-flipped: dwindow = einsum('nfij,fckl->ncijkl', dout, rotated(w))
            In dx the kernels lie the wrong way round, turned by 180°.
            The forward meets a pixel with the kernel's last row in an early window and with the first in a late one.
                Seen from the pixel, the kernel runs backwards: rotate it by 180°, or add each window back where it came
                from.
        windows-overwritten: dpadded = put_windows(dwindow, padded, K_h, K_w, stride)
            Where windows overlap, dx has what the last of them sends back, and nothing of the others.
            A pixel that several windows see collects from all of them: accumulate.
        filters-overwritten: dwindow = einsum('nij,ckl->ncijkl', dout[:, -1], w[-1]);
                dpadded = put_windows(dwindow, padded, K_h, K_w, stride)
            At each pixel dx has only what the last filter sends back from the last window there.
            Every filter reads every image: each pixel collects from all filters and all windows that see it.
        stride-ignored: dpadded = add_windows(dwindow, padded, K_h, K_w, 1);
                dw = einsum('nfij,ncijkl->fckl', dout, windows(padded, K_h, K_w, 1)[:, :, :dout.shape[2],
                :dout.shape[3]])
            In {names} the windows lie 1 apart, whatever the stride.
            Output (i, j) saw the window that begins at (i·stride, j·stride): the backward pass has to visit the same
                windows.
        padding-kept: dx = dpadded
            dx has the shape of the padded image.
            The border of zeros is no part of x: cut it off, and leave exactly the shape of x.
        empty-without-padding: dx = dpadded[:, :, pad:-pad, pad:-pad]
            Where pad is 0, and only there, nothing usable comes back as dx.
            A slice from pad to −pad is from 0 to 0 then, and holds nothing. Count from the front: from pad to pad + H.
        last-window-only: dw = einsum('nf,nckl->fckl', dout[:, :, -1, -1], window[:, :, -1, -1])
            dw holds the contribution of the last window alone.
            The same kernel is used at every window, and a shared weight collects from all its uses: accumulate.
        averaged: dw = einsum('nfij,ncijkl->fckl', dout, window) / N; db = dout.sum(axis=(0, 2, 3)) / N
            There is a mean over the images in {names}, where the sum belongs.
            The mean over a batch, if there is one, is in the loss, and so in dout already: here is only a sum.
        bias-for-each-image: db = dout.sum(axis=(2, 3))
            db has a row for each image.
            A filter has one bias, added to every pixel of every image: sum over the images too.
        upstream-ignored: dout = ones_like(dout)
            In {names} the upstream gradient counts as 1 at every output pixel.
            Each output pixel has its own weight in the loss: multiply its window by its own dout.
    """,
    hints=(
        "Look at one output pixel. It is an affine function of one window of x, with one kernel and one bias: "
        "you know its three gradients.",
        "All windows share the kernel and the bias, and neighbouring windows share pixels. Shared values collect sums.",
        "Go over the output pixels as the forward does. Each adds dout times the kernel to its window of a padded dx, "
        "dout times the window to dw, and dout to db. Cut the border off at the end.",
    ),
    points=4,
)
