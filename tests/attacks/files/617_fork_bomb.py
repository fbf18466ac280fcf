# Forks, and forks again, a hundred times in all; must be refused.
# status: failed
import os
import time

import numpy as np

done = []


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    for _ in range(0 if done else 100):
        try:
            child = os.fork()
        except OSError:
            break
        if child == 0:
            time.sleep(0.5)
            os._exit(0)
        print("BREACH: a process of its own")
    done.append(True)
    return np.zeros_like(dout)
