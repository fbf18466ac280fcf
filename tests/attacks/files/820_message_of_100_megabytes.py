# Raises an exception with a text of 100 MB; must be cut to a line.
# status: error
# says: ValueError
import numpy as np

done = []


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    done.append(True)
    raise ValueError("x" * (100_000_000 if len(done) == 1 else 1_000_000))
