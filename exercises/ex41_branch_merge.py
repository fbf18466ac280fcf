"""Branch and merge, with regularisation (002)

u = a·x + b goes two ways: through h = u², and directly into v = c·h + u + d. Then p = 1/(1 + v),
the data loss L = (p − y)², the regularisation R = (λ/2)(a² + c²), and J = L + R. All of them are
numbers. Return the gradient at p, v, h and u, and of a, b, c and d; x, y and λ get none. J is a
cost here and d a parameter, so dd is the gradient of d. Note that L has no ½ before it, and R has.

A gradient has the shape of its variable, to the axis, and its type.

Example (002, step 1)
    x = 2, a = 1, b = 0, c = 1, d = 0, y = 1, lam = 0.1, dout = 1
    printed: u = 2, h = 4, v = 6, p = 0.142857, J = 0.8346, dv = 0.034985, dd = 0.034985, dc =
        0.239942, db = 0.174927, da = 0.449854

Example (002, step 2)
    x = 0, a = 0.955015, b = -0.0174927, c = 0.976006, d = -0.00349854, y = 1, lam = 0.1, dout = 1
    printed: u = -0.017493, h = 0.000306, v = -0.02069, p = 1.0211, J = 0.0936, dv = -0.044064, dd =
        -0.044064, dc = 0.097587, db = -0.042560, da = 0.0955

Judge it:  pytest grader::branch_merge
Stuck?     grader hint branch_merge
"""

import numpy as np


def branch_merge_forward(x, a, b, c, d, y, lam):
    """u = a·x + b, h = u², v = c·h + u + d, p = 1/(1 + v), J = (p − y)² + (λ/2)(a² + c²); all of them Python floats."""
    u = a * x + b
    h = u**2
    v = c * h + u + d
    p = 1 / (1 + v)
    J = (p - y) ** 2 + lam / 2 * (a**2 + c**2)
    cache = (x, a, c, u, h, v, p, y, lam)
    return J, cache


def branch_merge_backward(dout, cache):
    """The gradient of the loss with respect to every node and parameter.

    dout: upstream gradient of J, a float.
    Returns a dict with the keys dp, dv, dh, du, da, db, dc, dd, floats all; dd belongs to the parameter d.
    """
    raise NotImplementedError("branch_merge_backward is yours to write")


# handgrad stub 591b10023133
