# Attaches to its parent and to the grader as a debugger; must be refused.
# status: failed
# varies: limits process
import ctypes
import os

import numpy as np

SEIZE = 0x4206


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    libc = ctypes.CDLL(None, use_errno=True)
    for process in (os.getppid(), int("@GRADER@")):
        if libc.ptrace(ctypes.c_long(SEIZE), ctypes.c_long(process), None, None) == 0:
            print("BREACH: attached to", process)
            libc.ptrace(ctypes.c_long(17), ctypes.c_long(process), None, None)
    return np.zeros_like(dout)
