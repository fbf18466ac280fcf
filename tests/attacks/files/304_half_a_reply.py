# Writes the beginning of a reply and sleeps; must be stopped at the time limit.
# status: timeout
# seconds: 0.3
import json
import os
import struct
import time

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
    send(frame(["reply", None, "", 0], ["dict", [], ["list"]])[:-9])
    time.sleep(1000)
