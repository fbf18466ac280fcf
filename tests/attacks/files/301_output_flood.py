# Floods the standard output; must be capped.
# status: failed
import numpy as np

done = []


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    if not done:
        done.append(True)
        for _ in range(50_000):
            print("x" * 1000)
    return np.zeros_like(dout)
