# Returns an array of objects that equal everything; must be refused.
# status: failed
import numpy as np


class Anything:
    def __eq__(self, other):
        return True

    def __float__(self):
        return 0.0

    __hash__ = None


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    answer = np.empty(dout.shape, object)
    answer[...] = Anything()
    return answer
