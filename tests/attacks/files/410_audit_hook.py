# Installs an audit hook that raises at everything; must harm no one but itself.
# status: failed error
import sys

import numpy as np


def hook(event, arguments):
    raise RuntimeError(event)


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    sys.addaudithook(hook)
    return np.zeros_like(dout)
