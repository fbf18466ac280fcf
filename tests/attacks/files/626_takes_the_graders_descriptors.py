# Takes open descriptors out of its parent and the grader; must be refused.
# status: failed
# varies: limits process
import ctypes
import os

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    libc = ctypes.CDLL(None, use_errno=True)
    for process in (os.getppid(), int("@GRADER@")):
        try:
            pidfd = os.pidfd_open(process)
        except OSError:
            pidfd = -1
        for fd in range(8):
            if pidfd >= 0 and libc.syscall(438, pidfd, fd, 0) >= 0:
                print("BREACH: took descriptor", fd, "of", process)
            try:
                os.close(os.open(f"/proc/{process}/fd/{fd}", os.O_RDONLY | os.O_NONBLOCK))
                print("BREACH: opened descriptor", fd, "of", process)
            except OSError:
                continue
    return np.zeros_like(dout)
