# Raises an exception whose text, arguments and class raise again; must be reported all the same.
# status: error
import numpy as np


class Worse(Exception):
    def __str__(self):
        raise KeyboardInterrupt

    __repr__ = __str__

    @property
    def __class__(self):
        raise SystemExit

    @property
    def __traceback__(self):
        raise SystemExit


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    raise Worse
