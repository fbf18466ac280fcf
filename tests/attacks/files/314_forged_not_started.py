# Forges replies that say that nothing was written yet, to hide a wrong answer; must earn nothing.
# status: not-started error
import json
import os
import struct
import sys

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
    up = sys._getframe()
    while up and "job" not in up.f_locals:
        up = up.f_back
    trials = len(up.f_locals["job"].trials) if up else 20
    for _ in range(trials):
        send(frame(["reply", ["not-written", "relu_backward", "NotImplementedError", "", 0, ""], "", 0], ["dict", []]))
    send(frame(["end"]))
    os._exit(0)
