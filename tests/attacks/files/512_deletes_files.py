# Deletes solutions and stubs; must be refused.
# status: failed
import os
import shutil

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    try:
        os.unlink("@PROJECT@/solutions/ex22_sigmoid.py")
    except OSError:
        pass
    shutil.rmtree("@PROJECT@/exercises", ignore_errors=True)
    return np.zeros_like(dout)
