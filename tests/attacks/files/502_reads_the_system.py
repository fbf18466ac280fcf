# Reads what anyone may read elsewhere on the machine, as /etc/passwd; must be refused.
# status: failed
import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    for place in ("/etc/passwd", "/etc/hostname", "/proc/version", "/proc/self/maps", "/proc/1/cmdline"):
        try:
            with open(place, "rb") as file:
                print("BREACH: read", place, len(file.read()))
        except OSError:
            continue
    return np.zeros_like(dout)
