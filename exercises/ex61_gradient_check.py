"""Checking a gradient by nudging (003, 001 §6)

How do you know that a gradient is right, without PyTorch? Nudge one input and see what the output
does. Write numerical_gradient, which takes central differences of any f, and gradient_check, which
says whether a gradient that someone else has computed is right. It will be shown right ones and
wrong ones: a wrong sign, a factor, one element off by a thousandth, a wrong shape, nan. A verdict
on your verdicts: accepted[k] is 1 where you said True to the k-th of them, and 0 for False.

Example (003)
    numerical_gradient(lambda x: (np.array([1.0, 1.0, 1.0]) * x**2).sum(), np.array([3.0, 2.0,
        -3.0]), 0.001)
    printed: numerical = [6, 4, -6]

Judge it:  pytest grader::gradient_check
Stuck?     grader hint gradient_check
"""

import numpy as np


def numerical_gradient(f, x, h=1e-5):
    """The gradient of f at x by central differences: (f(x + h) − f(x − h)) / (2h), one element of x at a time.

    f: a function of an array like x; it returns a number. x: an array of any shape; it is as before in the end.
    Returns an array of the shape of x.
    """
    raise NotImplementedError("numerical_gradient is yours to write")


def gradient_check(f, x, gradient, h=1e-5, tolerance=1e-6):
    """Whether gradient is the gradient of f at x, as far as a numerical one can tell.

    f, x and h: as in numerical_gradient. gradient: an array, perhaps of a wrong shape, perhaps with nan in it.
    tolerance: how far each element may be from the numerical one, relative to the larger of the two in size.
    Returns True or False; False if gradient has another shape than x.
    """
    raise NotImplementedError("gradient_check is yours to write")


# handgrad stub 06c6f11b9c95
