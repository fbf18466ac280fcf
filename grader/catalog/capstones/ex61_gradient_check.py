"""Checking a gradient by nudging (003, 001 §6)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from types import CodeType
from typing import Any

import numpy as np

from grader.exercise import Array, Drawing, Edge, Example, Exercise, Input, Output, Value, with_signs

Results = dict[str, Value]
Slopes = Callable[[Callable[[Array], float], Array, float], Array]
Verdict = Callable[[Array, Array, float], bool]

EXPRESSIONS = (
    "(c * x**2).sum()",
    "(c * x**3).sum()",
    "(c * sin(x)).sum()",
    "(c * exp(x)).sum()",
    "sin((c * x).sum()) + (x**2).sum()",
    "(c * x).sum() ** 2 + (c * x**2).sum()",
    "(x**2).sum() * exp((c * x).sum() / 8)",
    "log(1 + (c * x**2).sum() ** 2) + (c * x).sum()",
)


def forward(
    f: str, x: Array, c: Array, candidates: Sequence[Array], tolerances: Sequence[float], h: float
) -> dict[str, Value]:
    import torch

    leaf = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    names = {"c": torch.tensor(c), "sin": torch.sin, "exp": torch.exp, "log": torch.log, "x": leaf}
    (true,) = torch.autograd.grad(eval(f, names), leaf)
    verdicts = [judged(each, true.numpy(), within) for each, within in zip(candidates, tolerances, strict=True)]
    return {"numerical": true, "accepted": np.array(verdicts)}


def judged(gradient: Array, right: Array, tolerance: float) -> bool:
    """Whether a gradient is right within a relative tolerance, element by element."""
    if gradient.shape != right.shape:
        return False
    return bool(np.all(np.abs(gradient - right) <= tolerance * np.maximum(np.abs(gradient), np.abs(right))))


def evaluated(f: str, x: Array, c: Array) -> Any:
    """The value of an expression at x, which may be complex."""
    return eval(compiled(f), {"c": c, "sin": np.sin, "exp": np.exp, "log": np.log, "x": x})


@cache
def compiled(f: str) -> CodeType:
    return compile(f, "f", "eval")


def exact(f: str, x: Array, c: Array) -> Array:
    """The gradient to the last digit: a nudge along the imaginary axis takes no difference, and so loses nothing."""
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        nudged = x.astype(complex)
        nudged[index] += 1e-30j
        gradient[index] = evaluated(f, nudged, c).imag / 1e-30
    return gradient


def sample(drawing: Drawing) -> tuple[Value, ...]:
    """A function, where to differentiate it, right and wrong gradients in any order, tolerances, and h."""
    rng, sizes = drawing.rng, drawing.sizes
    shape = [(sizes["m"],), (sizes["m"], sizes["n"]), (sizes["n"], 1, 2)][rng.integers(3)]
    f = str(rng.choice(EXPRESSIONS))
    if drawing.whole:
        x, c = (with_signs(rng, rng.integers(1, 4, shape)) for _ in range(2))
    else:
        x, c = (with_signs(rng, np.round(rng.uniform(0.3, 1.4, shape), 2)) for _ in range(2))
    bank = candidates_near(exact(f, x, c), rng)
    order = rng.permutation(len(bank))
    candidates, tolerances = [bank[place][0] for place in order], [bank[place][1] for place in order]
    return f, x, c, candidates, tolerances, float(rng.choice([1e-5, 1e-4]))


def candidates_near(right: Array, rng: np.random.Generator) -> list[tuple[Array, float]]:
    """Right gradients and wrong ones, each with a tolerance that leaves no doubt which it is."""
    largest = np.unravel_index(np.argmax(np.abs(right)), right.shape)
    place = tuple(rng.integers(0, right.shape))

    def spoilt(index: tuple[Any, ...], by: float) -> Array:
        gradient: Array = right.copy()
        gradient[index] *= by
        return gradient

    return [
        (right, 1e-6),
        (right * (1 + 1e-14 * rng.normal(size=right.shape)), 1e-6),
        (right * (1 + 1e-3 * rng.uniform(0.2, 1, right.shape)), 1e-2),
        (-right, 1e-6),
        (2 * right, 1e-6),
        (right / 2, 1e-6),
        (right[..., ::-1].copy(), 1e-6),
        (right[np.newaxis], 1e-6),
        (np.zeros(right.shape), 1e-6),
        (spoilt(largest, 1 + float(rng.choice([-1e-3, 1e-3]))), 1e-6),
        (spoilt(largest, 1.1), 1e-2),
        (spoilt(place, 0), 1e-6),
        (spoilt(place, -1), 1e-6),
    ]


def accept(f: str, x: Array, c: Array, candidates: Sequence[Array], tolerances: Sequence[float], h: float) -> bool:
    """Whether no slope is near 0 or very steep, and a one-sided difference is off for all to see."""
    right = exact(f, x, c)
    steps = one_sided(lambda x: float(evaluated(f, x, c)), x, h)
    return bool(np.all((np.abs(right) > 0.1) & (np.abs(right) < 100)) and not judged(steps, right, 4e-6))


def nudged(x: Array, index: tuple[int, ...], by: float) -> Array:
    """x with one element nudged."""
    moved: Array = x.copy()
    moved[index] += by
    return moved


def central(f: Callable[[Array], float], x: Array, h: float) -> Array:
    slopes = [f(nudged(x, index, h)) - f(nudged(x, index, -h)) for index in np.ndindex(x.shape)]
    return np.asarray(np.reshape(slopes, x.shape) / (2 * h))


def one_sided(f: Callable[[Array], float], x: Array, h: float) -> Array:
    slopes = [f(nudged(x, index, h)) - f(x) for index in np.ndindex(x.shape)]
    return np.asarray(np.reshape(slopes, x.shape) / h)


def differenced(case: tuple[Value, ...], slopes: Slopes) -> Results:
    """What a submission gives whose differences are wrong; how its checker takes that is a matter of its own."""
    f, x, c, _, _, h = case
    return answered(case) | {"numerical": slopes(lambda x: float(evaluated(f, x, c)), x, h)}


def answered(case: tuple[Value, ...], verdict: Verdict = judged) -> Results:
    """What a submission gives that comes to its verdicts in this way."""
    f, x, c, candidates, tolerances, h = case
    numerical = central(lambda x: float(evaluated(f, x, c)), x, h)
    with np.errstate(all="ignore"):
        verdicts = [verdict(each, numerical, within) for each, within in zip(candidates, tolerances, strict=True)]
    return {"numerical": numerical, "accepted": np.array(verdicts)}


def checked(*case: Value, error: Callable[[Array, Array], Array], tolerance: float | None = None) -> Results:
    """What a submission gives that has an error measure of its own."""

    def verdict(gradient: Array, numerical: Array, within: float) -> bool:
        if gradient.shape != numerical.shape:
            return False
        return bool(np.all(error(gradient, numerical) <= (within if tolerance is None else tolerance)))

    return answered(case, verdict)


def relative(gradient: Array, numerical: Array) -> Array:
    """The relative error, 0 where both are 0."""
    largest = np.maximum(np.abs(gradient), np.abs(numerical))
    return np.asarray(np.abs(gradient - numerical) / np.where(largest == 0, 1, largest))


def one_sided_difference(*case: Value) -> Results:
    """Your slopes are differences on one side: f(x + h) − f(x), over h.

    That leaves an error as large as h. Nudge to both sides: what bends the curve cancels, and the error falls to h².
    """
    return differenced(case, one_sided)


def width_forgotten(*case: Value) -> Results:
    """Your slopes are twice what they should be, as if the two points lay h apart.

    A slope is a rise over a run; from x − h to x + h the run is 2h.
    """
    return differenced(case, lambda f, x, h: 2 * central(f, x, h))


def h_not_divided(*case: Value) -> Results:
    """Your slopes are the differences themselves, not divided by the width of the nudge.

    A slope is a rise over a run: divide what f has changed by the distance of the two points.
    """
    return differenced(case, lambda f, x, h: 2 * h * central(f, x, h))


def all_at_once(*case: Value) -> Results:
    """Your slopes are all the same, and show what f does when every element of x is nudged at the same time.

    Then f shows what all of them do together. Each element has a slope of its own: nudge it alone, the others at rest.
    """

    def slopes(f: Callable[[Array], float], x: Array, h: float) -> Array:
        return np.full(x.shape, (f(x + h) - f(x - h)) / (2 * h))

    return differenced(case, slopes)


def nudge_left_in_place(*case: Value) -> Results:
    """Your slopes are taken where the elements before are still nudged.

    Later slopes are then taken at another point. Before the next element is nudged, x has to be as it was.
    """

    def slopes(f: Callable[[Array], float], x: Array, h: float) -> Array:
        moving, found = x.copy(), np.zeros(x.shape)
        for index in np.ndindex(x.shape):
            moving[index] += h
            above = f(moving)
            moving[index] -= 2 * h
            found[index] = (above - f(moving)) / (2 * h)
        return found

    return differenced(case, slopes)


def shape_lost(*case: Value) -> Results:
    """Your slopes come in a row, whatever the shape of x.

    A gradient has exactly the shape of its variable: where x is a matrix, so is its gradient.
    """
    return differenced(case, lambda f, x, h: central(f, x, h).ravel())


def accepts_everything(*case: Value) -> Results:
    """Your gradient_check says True to every gradient.

    A check that can't fail checks nothing. Compare the gradient with the numerical one: False where they differ.
    """
    return answered(case, lambda gradient, numerical, tolerance: True)


def rejects_everything(*case: Value) -> Results:
    """Your gradient_check says False to every gradient.

    A numerical gradient is never exact to the last digit: a right gradient is close to it, not equal.
    """
    return answered(case, lambda gradient, numerical, tolerance: False)


def shape_not_checked(*case: Value) -> Results:
    """Your gradient_check accepts a gradient of another shape than that of x.

    NumPy stretches arrays of unequal shapes until they fit. Compare the shapes before you compare any number.
    """
    return answered(case, lambda *each: bool(np.all(relative(*each[:2]) <= each[2])))


def sign_not_seen(*case: Value) -> Results:
    """Your gradient_check accepts a gradient with the opposite sign.

    Take the difference first, and its size afterwards.
    """
    return checked(*case, error=lambda gradient, numerical: relative(np.abs(gradient), np.abs(numerical)))


def too_small_is_fine(*case: Value) -> Results:
    """Your gradient_check only sees elements that are too large: those that are too small pass.

    The difference has a sign; how far two numbers are apart is its absolute value.
    """
    return checked(
        *case, error=lambda gradient, numerical: relative(gradient, numerical) * np.sign(gradient - numerical)
    )


def one_element_is_enough(*case: Value) -> Results:
    """Your gradient_check accepts a gradient as soon as one of its elements is right.

    One wrong element makes a gradient wrong: all of them have to agree.
    """

    def verdict(gradient: Array, numerical: Array, tolerance: float) -> bool:
        return gradient.shape == numerical.shape and bool(np.any(relative(gradient, numerical) <= tolerance))

    return answered(case, verdict)


def sums_compared(*case: Value) -> Results:
    """Your gradient_check passes elements in the wrong places, and errors that cancel, as a comparison of sums does.

    Compare element by element, and sum up nothing before you have taken absolute values.
    """
    return checked(*case, error=lambda gradient, numerical: relative(gradient.sum(), numerical.sum()))


def absolute_error(*case: Value) -> Results:
    """Your verdicts are those of an error that is not measured against the size of the gradient.

    Where f is steep, even rounding is larger than that tolerance. Divide by the larger of the two sizes.
    """
    return checked(*case, error=lambda gradient, numerical: np.abs(gradient - numerical))


def equal_zeros_rejected(*case: Value) -> Results:
    """Your gradient_check rejects a right gradient that has a 0 in it, where the numerical one is 0 too.

    There 0 divided by 0 is nan, and 0 < 0 is False. Equal zeros agree: ask whether the difference is <= the tolerance
    times the larger size, without dividing.
    """
    return checked(
        *case, error=lambda gradient, numerical: np.abs(gradient - numerical) / np.abs(gradient + 0 * numerical)
    )


def nan_passes(*case: Value) -> Results:
    """Your gradient_check accepts a gradient with nan in it.

    Every comparison with nan is False, so no error is ever found too large. Ask whether all are small enough instead.
    """

    def verdict(gradient: Array, numerical: Array, tolerance: float) -> bool:
        return gradient.shape == numerical.shape and not np.any(relative(gradient, numerical) > tolerance)

    return answered(case, verdict)


def tolerance_ignored(*case: Value) -> Results:
    """Your verdicts go by one fixed tolerance, whatever is asked for.

    A caller who passes a tolerance wants that one; the default is for those who don't.
    """
    return checked(*case, error=relative, tolerance=1e-6)


def is_in_every_slope(f: str, x: Array, c: Array, *others: Value) -> bool:
    """Whether a nudge of any one element changes the slope of every element."""
    slopes = exact(f, x, c)
    return all((exact(f, nudged(x, index, 0.5), c) != slopes).all() for index in np.ndindex(x.shape))


def written_call(
    result: str, f: str, x: Array, c: Array, candidates: Sequence[Array], tolerances: Sequence[float], h: float
) -> str:
    function = re.sub(r"\b(sin|exp|log)\b", r"np.\1", re.sub(r"\bc\b", f"np.array({c.tolist()})", f))
    given = f"lambda x: {function}, np.array({x.tolist()})"
    judged = re.fullmatch(r"(?:accepted|gradient_check)(?:\[(\d+)\])?", result)
    if not judged:
        return f"numerical_gradient({given}, {h:g})"
    place = int(judged[1] or 0)
    candidate, tolerance = candidates[place], tolerances[place]
    return f"gradient_check({given}, {_typed(candidate)}, {h:g}, {tolerance:g})"


def _typed(candidate: Array) -> str:
    """A candidate as Python; rounding would change whether it is right."""
    return f"np.array({candidate.tolist()})".replace("nan", "np.nan").replace("inf", "np.inf")


exercise = Exercise(
    title="Checking a gradient by nudging",
    source="003, 001 §6",
    statement=(
        "How do you know that a gradient is right, without PyTorch? Nudge one input and see what the output does. "
        "Write numerical_gradient, which takes central differences of any f, and gradient_check, which says whether "
        "a gradient that someone else has computed is right. "
        "It will be shown right ones and wrong ones: a wrong sign, a factor, one element off by a thousandth, "
        "a wrong shape, nan. "
        "A verdict on your verdicts: accepted[k] is 1 where you said True to the k-th of them, and 0 for False."
    ),
    formula=r"\frac{\partial f}{\partial x_i} \approx \frac{f(x + h e_i) - f(x - h e_i)}{2h}",
    inputs=(
        Input("f", None, constant=True),
        Input("x"),
        Input("c", constant=True),
        Input("candidates", None, constant=True),
        Input("tolerances", None, constant=True),
        Input("h", "", constant=True),
    ),
    out=Output("f", ""),
    gradients=("numerical", "accepted"),
    driver="gradient_check",
    asks=("numerical_gradient", "gradient_check"),
    forward=forward,
    sample=sample,
    axes=("m", "n"),
    accept=accept,
    rtol=1e-6,
    written_call=written_call,
    examples=(
        Example(
            "003",
            {
                "f": "(c * x**2).sum()",
                "x": [3, 2, -3],
                "c": [1, 1, 1],
                "candidates": [np.array(each) for each in ([6.0, 4, -6], [6.0, 4, 6], [6.001, 4.001, -5.999])],
                "tolerances": [1e-6, 1e-6, 1e-6],
                "h": 0.001,
            },
            printed={"numerical": "6 4 -6"},
        ),
    ),
    edges=(
        Edge(
            "every element in each slope",
            {
                "f": "(c * x).sum() ** 2",
                "x": [[1, 2], [3, -1]],
                "c": [[1, -2], [3, 2]],
                "candidates": [np.array(each) for each in ([[8.0, -16], [24, 16]], [[8.0, 24], [-16, 16]])],
                "tolerances": [1e-6, 1e-6],
                "h": 1e-5,
            },
            holds=is_in_every_slope,
        ),
        Edge(
            "a transposed gradient",
            {
                "f": "(c * x**2).sum()",
                "x": [[1, 2, 3], [-1, -2, -3]],
                "c": [[1, 1, 1], [2, 2, 2]],
                "candidates": [np.array([[2.0, 4, 6], [-4, -8, -12]]), np.array([[2.0, -4], [4, -8], [6, -12]])],
                "tolerances": [1e-6, 1e-6],
                "h": 1e-5,
            },
            holds=lambda f, x, c, candidates, *others: any(
                each.shape != x.shape and np.array_equal(each, exact(f, x, c).T) for each in candidates
            ),
        ),
        Edge(
            "a slope of 0",
            {
                "f": "(c * sin(x)).sum()",
                "x": [0, 2, 0],
                "c": [3, 0, -2],
                "candidates": [np.array(each) for each in ([3.0, 0, -2], [3.0, 2, -2], [3.0, 0, 0])],
                "tolerances": [1e-6, 1e-6, 1e-6],
                "h": 1e-5,
            },
            holds=lambda f, x, c, *others: bool((exact(f, x, c) == 0).any()),
        ),
        Edge(
            "a steep f",
            {
                "f": "(c * x**3).sum()",
                "x": [1.5, -2.5],
                "c": [1e7, 2e7],
                "candidates": [np.array(each) for each in ([6.75e7, 3.75e8], [6.75e7, 3.76e8])],
                "tolerances": [1e-6, 1e-6],
                "h": 1e-5,
            },
            holds=lambda f, x, c, *others: bool((abs(exact(f, x, c)) > 1e7).all()),
        ),
        Edge(
            "nan in a gradient",
            {
                "f": "(c * x**2).sum()",
                "x": [1, -2],
                "c": [3, 2],
                "candidates": [np.array(each) for each in ([6.0, np.nan], [6.0, -8], [np.nan, np.nan])],
                "tolerances": [1e-6, 1e-6, 1e-2],
                "h": 1e-5,
            },
            holds=lambda f, x, c, candidates, *others: any(np.isnan(each).any() for each in candidates),
        ),
    ),
    misconceptions=(
        one_sided_difference,
        width_forgotten,
        h_not_divided,
        all_at_once,
        nudge_left_in_place,
        shape_lost,
        accepts_everything,
        rejects_everything,
        shape_not_checked,
        sign_not_seen,
        too_small_is_fine,
        one_element_is_enough,
        sums_compared,
        absolute_error,
        equal_zeros_rejected,
        nan_passes,
        tolerance_ignored,
    ),
    hints=(
        "Take 003's J = w² at w = 3. From 2.999 to 3.001 J rises by 0.012, over a distance of 0.002.",
        "With many inputs, nudge one element at a time, up and then down, and put it back before you go on. "
        "A copy of x for each nudge is the simplest way.",
        "To judge: first the shape. Then, for each element, the distance between the two gradients, as an absolute "
        "value, must be at most the tolerance times the larger of their sizes; and this must hold for all of them.",
    ),
    points=3,
    float32=False,
    aside=(
        "Drawn is f with the gradient by PyTorch; yours is what numerical_gradient returns. "
        "What gradient_check says of the candidates is not drawn."
    ),
)
