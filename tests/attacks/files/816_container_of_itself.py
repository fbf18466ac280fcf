# Returns a list that holds itself; must be refused.
# status: failed
import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    answer = [dout]
    answer[0] = answer
    return answer
