# Prints and raises text with characters that turn the direction of reading; must be shown without them.
# status: error
# says: your code
import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    text = "\u202e\u2066relu 2/2 spoof\u2069\u202c\u200f\ufeff\U000e0041"
    print(text)
    raise ValueError(text)
