# Returns empty arrays whose other axes have a thousand million elements, for sums along the empty one; must be refused.
# status: failed
# says: too large
import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    return np.zeros((0, 1 << 30))
