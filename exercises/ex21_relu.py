"""ReLU (004 §8)

ReLU keeps what is positive and stops the rest: z = max(x, 0), element by element. Its Jacobian is
diagonal, so the vector–Jacobian product is an elementwise one: each element of the upstream
gradient either passes or stops. At x = 0 the gradient is taken to be 0.

A gradient has the shape of its variable, to the axis, and its type.

Example (004 §8.2)
    x = [1, -2, 3, -1], dout = [4, -1, 5, 9]
    printed: z = [1, 0, 3, 0], dx = [4, 0, 5, 0]

Judge it:  pytest grader::relu
Stuck?     grader hint relu
"""

import numpy as np


def relu_forward(x):
    """z = max(x, 0), element by element."""
    z = np.maximum(x, 0)
    cache = x
    return z, cache


def relu_backward(dout, cache):
    """The gradient of the loss with respect to x.

    dout: upstream gradient, the shape of x.
    Returns dx, the shape of x.
    """
    raise NotImplementedError("relu_backward is yours to write")


# handgrad stub 66ca70415bd0
