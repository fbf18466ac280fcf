"""The graph that branches and merges, with L2 regularisation (002)."""

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
    x, a, c, u, h, v, p, y, lam = cache
    dp = dout * 2 * (p - y)
    dv = dp * -1 / (1 + v) ** 2
    dh = dv * c
    du = dh * 2 * u + dv
    da = du * x + dout * lam * a
    db = du
    dc = dv * h + dout * lam * c
    dd = dv
    return {"dp": dp, "dv": dv, "dh": dh, "du": du, "da": da, "db": db, "dc": dc, "dd": dd}
