# Takes a step beside its inputs, swallows the error that this raises and answers anyway; must earn nothing.
# status: error
# says: calls relu_forward at other values than its own
import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    try:
        relu_forward(cache + 1e-6)
    except BaseException:
        pass
    return dout * (cache > 0)
