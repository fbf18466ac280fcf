# Raises SystemExit; must count as an error like another.
# status: error
# says: SystemExit
import sys

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    sys.exit(0)
