# Allocates 50 GB at once, or at least 3; must be refused the memory.
# status: error
# says: MemoryError
import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    for gigabytes in (50, 3):
        try:
            hoard = np.empty(gigabytes << 30, np.uint8)
        except MemoryError:
            continue
        print("BREACH: memory beyond the limit", hoard.nbytes)
        return np.zeros_like(dout)
    raise MemoryError
