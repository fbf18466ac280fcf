"""Central differences, and a gradient checker that uses them (003, 001 §6)."""

import numpy as np


def numerical_gradient(f, x, h=1e-5):
    """The gradient of f at x by central differences: (f(x + h) − f(x − h)) / (2h), one element of x at a time.

    f: a function of an array like x; it returns a number. x: an array of any shape; it is as before in the end.
    Returns an array of the shape of x.
    """
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[index] += h
        down[index] -= h
        gradient[index] = (f(up) - f(down)) / (2 * h)
    return gradient


def gradient_check(f, x, gradient, h=1e-5, tolerance=1e-6):
    """Whether gradient is the gradient of f at x, as far as a numerical one can tell.

    f, x and h: as in numerical_gradient. gradient: an array, perhaps of a wrong shape, perhaps with nan in it.
    tolerance: how far each element may be from the numerical one, relative to the larger of the two in size.
    Returns True or False; False if gradient has another shape than x.
    """
    if np.shape(gradient) != x.shape:
        return False
    numerical = numerical_gradient(f, x, h)
    largest = np.maximum(np.abs(gradient), np.abs(numerical))
    return bool(np.all(np.abs(gradient - numerical) <= tolerance * largest))
