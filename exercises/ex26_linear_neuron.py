"""A linear neuron, node by node (003)

Four nodes in a row: c = w·x, a = c + b, d = a − y and the cost J = ½d². Walk the graph from J back
to the inputs and keep the gradient of every node on the way. Here J is a cost, and d an error.

A gradient has the shape of its variable, to the axis, and its type.

Example (003, with numbers of ours)
    w = 3, x = 2, b = 1, y = 4, dout = 1

Judge it:  pytest grader::linear_neuron
Stuck?     grader hint linear_neuron
"""

import numpy as np


def linear_neuron_forward(w, x, b, y):
    """c = w·x, a = c + b, d = a − y, J = ½d²; all of them Python floats."""
    c = w * x
    a = c + b
    d = a - y
    J = 0.5 * d**2
    cache = (w, x, d)
    return J, cache


def linear_neuron_backward(dout, cache):
    """The gradient of the loss with respect to every node and input.

    dout: upstream gradient of J, a float.
    Returns a dict with the keys dd, da, dc, dw, dx, db, floats all.
    """
    raise NotImplementedError("linear_neuron_backward is yours to write")


# handgrad stub 785bc1ce144f
