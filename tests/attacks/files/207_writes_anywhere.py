# Writes a file wherever that might be possible; must be refused everywhere.
# status: failed
import os

import numpy as np

PLACES = ("/tmp", "/var/tmp", "/dev/shm", "/run", "/", ".", os.path.expanduser("~"), "@CANARY@", "@CANARY@/open")


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    for place in PLACES:
        try:
            with open(f"{place}/handgrad-@TOKEN@", "w") as file:
                file.write("x")
        except OSError:
            continue
    return np.zeros_like(dout)
