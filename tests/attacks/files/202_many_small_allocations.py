# Allocates memory in small pieces, up to 1.5 GB; must be refused some of them.
# status: error
# says: memory|Memory
# seconds: 15
import numpy as np

done = []


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    if done:
        raise MemoryError
    done.append(True)
    hoard = []
    while len(hoard) < 15_000:
        hoard.append(bytes(100_000))
    print("BREACH: memory beyond the limit", len(hoard))
    return np.zeros_like(dout)
