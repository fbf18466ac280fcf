# Says that everything was answered, and exits with success; must earn nothing for it.
# status: error
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
    send(frame(["end"]))
    os._exit(0)
