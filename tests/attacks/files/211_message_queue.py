# Opens a POSIX message queue, which outlives its process; must be refused.
# status: failed
import ctypes

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    libc = ctypes.CDLL(None, use_errno=True)
    if hasattr(libc, "mq_open") and libc.mq_open(b"/handgrad-@TOKEN@", 0o102, 0o600, None) >= 0:
        print("BREACH: a message queue")
        libc.mq_unlink(b"/handgrad-@TOKEN@")
    return np.zeros_like(dout)
