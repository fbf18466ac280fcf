# Changes its user, its namespaces, its root; must be refused.
# status: failed
# varies: limits process
import ctypes
import os

import numpy as np

NEW_USER = 0x10000000


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    for change in (lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.chroot("/"), lambda: os.setgroups([0])):
        try:
            change()
            print("BREACH: became someone else")
        except OSError:
            continue
    if ctypes.CDLL(None).unshare(NEW_USER) == 0:
        print("BREACH: a user namespace of its own")
    return np.zeros_like(dout)
