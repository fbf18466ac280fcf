# Reads the specs, with their misconceptions and reference forwards; must be refused.
# status: failed
import numpy as np

PLACES = ("@PROJECT@/grader/catalog/neurons/ex21_relu.py", "@PROJECT@/grader/judge.py", "@PROJECT@/solutions/ex21_relu.py")


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    for place in PLACES:
        try:
            with open(place) as file:
                print("BREACH: read", file.readline())
        except OSError:
            continue
    return np.zeros_like(dout)
