# Prints letters under heaps of combining marks, which would cover the lines around them; must be shown without heaps.
# status: failed
# says: your code
import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    print("spoof" + "\u0338\u030d\u0348\u0489" * 500)
    return np.zeros_like(dout)
