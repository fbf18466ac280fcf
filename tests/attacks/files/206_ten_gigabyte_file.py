# Makes a file of 10 GB, mostly a hole, and writes 50 MB into it; must be refused the file.
# status: failed
import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    try:
        with open("@CANARY@/open/big", "wb") as file:
            file.truncate(10 << 30)
            for _ in range(50):
                file.write(bytes(1 << 20))
    except OSError:
        pass
    return np.zeros_like(dout)
