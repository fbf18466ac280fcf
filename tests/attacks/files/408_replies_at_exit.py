# Leaves exit handlers and finalizers that write replies of their own; must earn nothing for them.
# status: failed error
import atexit
import json
import os
import struct
import weakref

import numpy as np


def frame(head, tree=None, payload=b""):
    header = json.dumps([head, tree]).encode()
    return struct.pack("<4sIQ", b"HGR1", len(header), len(payload)) + header + payload


def send(data):
    for fd in range(3, 64):
        try:
            os.write(fd, data)
        except OSError:
            pass


class Late:
    pass


late = Late()
atexit.register(send, frame(["end"]))
weakref.finalize(late, send, frame(["end"]))


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    return np.zeros_like(dout)
