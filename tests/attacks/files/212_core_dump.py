# Crashes with a large memory, to leave a core dump; must leave none.
# status: error
# varies: process
# says: crashed its process
import ctypes
import os
import resource

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    try:
        os.chdir("@CANARY@/open")
        resource.setrlimit(resource.RLIMIT_CORE, (1 << 20, 1 << 20))
    except (OSError, ValueError):
        pass
    ctypes.string_at(0)
