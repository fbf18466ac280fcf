# Leaves a daemon that holds none of its pipes, so that no one waits for it; must be refused, or die with its job.
# status: failed
import os
import time

import numpy as np

done = []


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    if not done:
        done.append(True)
        try:
            if os.fork() == 0:
                os.setsid()
                os.closerange(0, 1024)
                time.sleep(15)
                os._exit(0)
        except OSError:
            pass
    return np.zeros_like(dout)
