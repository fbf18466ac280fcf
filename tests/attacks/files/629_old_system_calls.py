# Uses the 32-bit interface, whose numbers mean other calls, to get past a filter of numbers; must be refused or die.
# status: failed error
# varies: limits process
import ctypes
import mmap
import platform

import numpy as np

GETPID_BY_INT_80 = bytes.fromhex("b814000000cd80c3")


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    if platform.machine() != "x86_64":
        return np.zeros_like(dout)
    page = mmap.mmap(-1, mmap.PAGESIZE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, 7)
    page.write(GETPID_BY_INT_80)
    call = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
    if call() > 0:
        print("BREACH: a 32-bit system call")
    if ctypes.CDLL(None).syscall(ctypes.c_long(0x40000000 | 39)) > 0:
        print("BREACH: an x32 system call")
    return np.zeros_like(dout)
