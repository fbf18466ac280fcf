"""A ReLU network, node by node (003)

Two units in a row, each with a weight, a bias and a ReLU, and the squared error at the end: z1 =
w1·x + b1, a1 = max(z1, 0), z2 = w2·a1 + b2, a2 = max(z2, 0), J = ½(a2 − y)². All of them are
numbers. Return the gradient of every node and every input, going from J back to x. In the note's
example every ReLU is open; here a unit may be off, and the output unit too. At z = 0 the slope of a
ReLU is taken to be 0. J is a cost.

A gradient has the shape of its variable, to the axis, and its type.

Example (003)
    x = 1, w1 = 2, b1 = 0, w2 = 3, b2 = 1, y = 5, dout = 1
    printed: z1 = 2, a1 = 2, z2 = 7, a2 = 7, J = 2

Judge it:  pytest grader::relu_network
Stuck?     grader hint relu_network
"""

import numpy as np


def relu_network_forward(x, w1, b1, w2, b2, y):
    """z1 = w1·x + b1, a1 = max(z1, 0), z2 = w2·a1 + b2, a2 = max(z2, 0), J = ½(a2 − y)²; all of them Python floats."""
    z1 = w1 * x + b1
    a1 = max(z1, 0.0)
    z2 = w2 * a1 + b2
    a2 = max(z2, 0.0)
    J = 0.5 * (a2 - y) ** 2
    cache = (x, w1, z1, a1, w2, z2, a2, y)
    return J, cache


def relu_network_backward(dout, cache):
    """The gradient of the loss with respect to every node and input.

    dout: upstream gradient of J, a float.
    Returns a dict with the keys da2, dz2, dw2, db2, da1, dz1, dw1, db1, dx, floats all.
    """
    raise NotImplementedError("relu_network_backward is yours to write")


# handgrad stub 3e4712dae29b
