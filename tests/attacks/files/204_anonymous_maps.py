# Maps memory past the allocator; must be refused.
# status: failed
import ctypes
import mmap

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    try:
        mmap.mmap(-1, 3 << 30)
        print("BREACH: a map of 3 GB")
    except (OSError, ValueError, MemoryError):
        pass
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    noreserve = 0x4022
    address = libc.mmap(None, ctypes.c_size_t(3 << 30), 3, noreserve, -1, ctypes.c_long(0))
    if address not in (None, ctypes.c_void_p(-1).value):
        print("BREACH: a map of 3 GB that reserves nothing")
    return np.zeros_like(dout)
