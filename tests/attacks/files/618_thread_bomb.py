# Starts threads without end, a hundred at most; must be refused.
# status: failed
import threading
import time

import numpy as np

done = []


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    for _ in range(0 if done else 100):
        try:
            threading.Thread(target=time.sleep, args=(0.5,), daemon=True).start()
        except RuntimeError:
            break
        print("BREACH: a thread of its own")
    done.append(True)
    return np.zeros_like(dout)
