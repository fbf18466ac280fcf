# Claims arrays of a million million elements with no data behind them; must be refused.
# status: error
# says: spoilt its own answers
import json
import os
import struct

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


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    arrays = ["list", *(["array", "<f8", [1000, 1000, 1000, 1000]] for _ in range(100))]
    send(frame(["reply", None, "", 0], ["dict", ["gradients"], arrays]))
    os._exit(0)
