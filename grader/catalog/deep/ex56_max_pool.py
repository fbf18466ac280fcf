"""Max pooling (beyond the notes)."""

from dataclasses import replace

import numpy as np

from grader.catalog.deep.windows import add_windows, put_windows, windows
from grader.exercise import Array, Drawing, Edge, Example, Exercise, Input, Output, Tensor, real


def forward(x: Tensor, size: int, stride: int) -> Tensor:
    from torch.nn.functional import max_pool2d

    return max_pool2d(x, size, stride)


def sample(drawing: Drawing) -> tuple[Array, int, int]:
    """Images without ties, windows of side 2 or 3, stride 1 to 3: the output's sides are drawn, the image's follow."""
    rng = drawing.rng
    size, stride = int(rng.integers(2, 4)), int(rng.choice([1, 1, 2, 3]))
    sides = (rng.permutation([1, 2, 3])[:2] - 1) * stride + size
    shape = (drawing.sizes["N"], drawing.sizes["C"], *sides.tolist())
    if drawing.whole:
        count = int(np.prod(shape))
        return (rng.permutation(count) - count // 2).reshape(shape).astype(float), size, stride
    return real(replace(drawing, shape=shape)), size, stride


def out_shape(x: Array, size: int, stride: int) -> tuple[int, ...]:
    return (*x.shape[:2], (x.shape[2] - size) // stride + 1, (x.shape[3] - size) // stride + 1)


def winners(x: Array, size: int, stride: int) -> list[tuple[int, ...]]:
    """The place in x of each window's largest pixel."""
    return [
        (n, c, row * stride + flat // size, column * stride + flat % size)
        for (n, c, row, column), flat in np.ndenumerate(flattened(x, size, stride).argmax(axis=4))
    ]


def overlap(dout: Array, size: int, stride: int) -> bool:
    """Whether there are windows that share pixels."""
    return stride < size and max(dout.shape[2:]) > 1


def flattened(x: Array, size: int, stride: int) -> Array:
    """The pixels of each window in a row."""
    seen = windows(x, size, size, stride)
    return seen.reshape(*seen.shape[:4], -1)


def lead(x: Array, size: int, stride: int) -> float:
    """The least distance of a window's largest pixel from its second."""
    ordered = np.sort(flattened(x, size, stride))
    return float((ordered[..., -1] - ordered[..., -2]).min()) if size > 1 else np.inf


def is_repeated_outside(dout: Array, x: Array, size: int, stride: int) -> bool:
    """Whether a window's largest value is in its channel more often than in the window."""
    rows = flattened(x, size, stride)
    seen = [(x[n, c], pixels) for n, c in np.ndindex(x.shape[:2]) for pixels in rows[n, c].reshape(-1, size**2)]
    return any((channel == pixels.max()).sum() > (pixels == pixels.max()).sum() for channel, pixels in seen)


exercise = Exercise(
    title="Max pooling",
    source="beyond the notes",
    statement=(
        "A square window of side size moves over each channel of x (N, C, H, W) in steps of stride; "
        "each output pixel is the largest value of its window. "
        "A stride smaller than the window makes windows overlap, a larger one leaves gaps; it always divides. "
        "No window here has a tie. Return dx; size and stride get no gradient."
    ),
    formula=r"\mathrm{out}_{ncij} = \max_{0 \le k,\,l < \mathrm{size}} x_{n,\,c,\,i s + k,\,j s + l}"
    r" \quad \text{($s$ the stride)}",
    inputs=(
        Input("x", "N C H W"),
        Input("size", "", constant=True, integer=True),
        Input("stride", "", constant=True, integer=True),
    ),
    out=Output("out", out_shape),
    gradients=("dx",),
    forward=forward,
    sample=sample,
    axes=("N", "C"),
    examples=(
        Example(
            "beyond the notes",
            {"x": [[[[1, 3, 2, 0], [5, 4, 8, 6]]]], "size": 2, "stride": 2},
            dout=[[[[3, -2]]]],
        ),
        Example(
            "beyond the notes",
            {"x": [[[[1, 9, 2], [4, 3, 5]]]], "size": 2, "stride": 1},
            dout=[[[[4, -3]]]],
        ),
    ),
    edges=(
        Edge(
            "overlapping windows with one largest pixel",
            {"x": [[[[1, 2, 3], [4, 9, 5], [6, 7, 8]]]], "size": 2, "stride": 1},
            dout=[[[[1, -2], [3, -5]]]],
            holds=lambda dout, x, size, stride: overlap(dout, size, stride) and len(set(winners(x, size, stride))) == 1,
        ),
        Edge(
            "overlapping windows with different largest pixels",
            {"x": [[[[1, 7, 8], [2, 3, 4]]]], "size": 2, "stride": 1},
            dout=[[[[-3, 5]]]],
            holds=lambda dout, x, size, stride: (
                overlap(dout, size, stride) and len(set(winners(x, size, stride))) == dout.size
            ),
        ),
        Edge(
            "the largest value of a window once more outside it",
            {
                "x": [
                    [
                        [[9, 1, 8, 2], [4, 8, 3, 7], [4, 2, 7, 5], [1, 3, 3, 0]],
                        [[0, 3, 3, 1], [5, 7, 2, 4], [7, 3, 8, 4], [2, 8, 1, 9]],
                    ]
                ],
                "size": 2,
                "stride": 2,
            },
            dout=[[[[2, -3], [4, 5]], [[-6, 7], [1, -8]]]],
            holds=is_repeated_outside,
        ),
        Edge(
            "nearly a tie",
            {"x": [[[[2, 1.999999], [1, 0]]]], "size": 2, "stride": 1},
            dout=[[[[3]]]],
            holds=lambda dout, x, size, stride: 0 < lead(x, size, stride) < 1e-5,
        ),
        Edge(
            "negative throughout",
            {"x": [[[[-4, -3], [-1, -2]]]], "size": 2, "stride": 1},
            dout=[[[[-6]]]],
            holds=lambda dout, x, *others: bool((x < 0).all()),
        ),
        Edge(
            "windows of one pixel",
            {"x": [[[[1, -2], [0, 3]]]], "size": 1, "stride": 1},
            dout=[[[[2, -3], [4, -5]]]],
            holds=lambda dout, x, size, stride: size == 1,
        ),
        Edge(
            "gaps between windows",
            {"x": [[[[1, 9, 2], [8, 7, 6], [3, 5, -4]]]], "size": 1, "stride": 2},
            dout=[[[[2, -3], [4, -5]]]],
            holds=lambda dout, x, size, stride: stride > size and max(dout.shape[2:]) > 1,
        ),
        Edge(
            "one window over the whole image",
            {"x": [[[[1, 2, 3], [4, 5, 9], [6, 7, 8]], [[-1, 0, 7], [2, 3, 4], [5, -6, 1]]]], "size": 3, "stride": 1},
            dout=[[[[-2]], [[3]]]],
            holds=lambda dout, x, size, stride: x.shape[2:] == (size, size),
        ),
        Edge(
            "several images and channels",
            {
                "x": [[[[1, 4], [3, 2]], [[8, 5], [6, 7]]], [[[-1, -4], [-3, -2]], [[0, 9], [2, -5]]]],
                "size": 2,
                "stride": 2,
            },
            dout=[[[[1]], [[-2]]], [[[3]], [[-4]]]],
            holds=lambda dout, x, *others: min(x.shape[:2]) > 1,
        ),
    ),
    textbook="""
        window = windows(x, size, size, stride)
        out = window.max(axis=(4, 5))
        is_largest = window == out[..., None, None]
        dwindow = dout[..., None, None] * is_largest
        dx = add_windows(dwindow, x, size, size, stride)
    """,
    tools=(windows, add_windows, put_windows),
    mistakes="""
        windows-overwritten: dx = put_windows(dwindow, x, size, size, stride)
            Where windows overlap, dx has what the last of them leaves there, and nothing of the others.
            Where windows overlap, a pixel may be the largest of several, and collects from each: accumulate.
        winner-overwritten: dx = put_windows(dwindow, x, size, size, stride, is_largest)
            At a pixel that is the largest of several windows, dx has the gradient of the last one only.
            A pixel that is the largest of several windows stands in several outputs: add up what they send back.
        averaged: dwindow = dout[..., None, None] / size**2
            dx spreads the gradient evenly over each window.
            That is average pooling. The output follows the largest value alone, with slope 1.
        all-get-it: dwindow = dout[..., None, None]
            dx has the whole gradient of a window at every one of its pixels.
            A pixel that isn't the largest can be nudged without the output noticing: its gradient is 0.
        row-and-column-swapped: dwindow = dout[..., None, None] * is_largest.swapaxes(4, 5)
            In each window dx has the gradient where the largest value's row and column are swapped.
            A flat index counts along the rows: divided by the width it gives the row, and the remainder is the column.
        window-corner: dx = add_windows(dout[..., None, None], x, 1, 1, stride)
            dx has the gradient at the first pixel of each window.
            It goes to wherever the largest value stands: the position within the window comes on top of the window's
                own.
        times-output: dwindow = dout[..., None, None] * is_largest * window
            dx has the largest value itself as a factor.
            The output equals the largest pixel, so its slope there is 1, whatever the value.
        upstream-ignored: dout = ones_like(dout)
            dx counts the windows in which a pixel is the largest, without the upstream gradient.
            The mask says where the gradient goes. What goes there is the dout of that window.
    """,
    hints=(
        "Take one window. Nudge each of its pixels in turn: for which one does the output move, and how far?",
        "It is the max gate again: the largest pixel gets the whole upstream gradient, the rest nothing.",
        "Go over the windows as the forward does, find the largest pixel in each, and add that window's dout there. "
        "Add, since with overlapping windows one pixel may win several times.",
    ),
    points=3,
)
