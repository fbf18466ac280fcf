"""Gradient descent on the graph that branches and merges (002)."""

import numpy as np


def two_updates(parameters, xs, y, lam, lr):
    """One step of gradient descent for each x in xs, on J = (p − y)² + (λ/2)(a² + c²).

    The graph: u = a·x + b, h = u², v = c·h + u + d, p = 1/(1 + v).
    parameters: a dict with the keys a, b, c, d, floats; it stays as it is. xs: a list of floats, one at least.
    y, lam and lr: floats, the target, the coefficient λ and the learning rate η.
    Returns a list as long as xs: a new dict of the four parameters after each step.
    """
    steps = []
    for x in xs:
        a, b, c, d = (parameters[name] for name in "abcd")
        u = a * x + b
        h = u**2
        v = c * h + u + d
        p = 1 / (1 + v)

        dv = 2 * (p - y) * -1 / (1 + v) ** 2
        du = dv * c * 2 * u + dv
        da = du * x + lam * a
        dc = dv * h + lam * c

        parameters = {"a": a - lr * da, "b": b - lr * du, "c": c - lr * dc, "d": d - lr * dv}
        steps.append(parameters)
    return steps
