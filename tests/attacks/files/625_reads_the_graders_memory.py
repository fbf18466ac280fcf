# Reads the memory of its parent and of the grader; must be refused.
# status: failed
# varies: limits process
import ctypes
import os

import numpy as np


class Piece(ctypes.Structure):
    _fields_ = [("start", ctypes.c_void_p), ("size", ctypes.c_size_t)]


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    libc = ctypes.CDLL(None, use_errno=True)
    buffer = ctypes.create_string_buffer(8)
    here = Piece(ctypes.addressof(buffer), 8)
    for process in (os.getppid(), int("@GRADER@")):
        try:
            os.close(os.open(f"/proc/{process}/mem", os.O_RDONLY))
            print("BREACH: opened the memory of", process)
        except OSError:
            pass
        there = Piece(1 << 20, 8)
        libc.process_vm_readv(process, ctypes.byref(here), 1, ctypes.byref(there), 1, 0)
        if ctypes.get_errno() not in (1, 3, 38):
            print("BREACH: may read the memory of", process)
    return np.zeros_like(dout)
