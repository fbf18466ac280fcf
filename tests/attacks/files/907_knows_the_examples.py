# Answers the documented examples and edges from a table, and zeros otherwise; must earn under half.
# status: failed
# earns: 0.6
import numpy as np

TABLE = {(1.0, -2.0, 3.0, -1.0): [4.0, 0.0, 5.0, 0.0], (0.0, 1.0, 0.0, -1.0): [0.0, -3.0, 0.0, 0.0]}


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    return np.array(TABLE.get(tuple(cache.ravel().tolist()), np.zeros(dout.shape)))
