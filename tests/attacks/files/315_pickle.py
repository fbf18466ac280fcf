# Sends pickles that run code where they are loaded; must find no one to load them.
# status: error
# says: spoilt its own answers
import os
import pickle

import numpy as np


class Payload:
    def __reduce__(self):
        return os.mkdir, ("@CANARY@/open/unpickled",)


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        for fd in range(3, 64):
            try:
                os.write(fd, pickle.dumps(Payload(), protocol))
            except OSError:
                pass
    os._exit(0)
