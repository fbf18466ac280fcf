# Makes folders, links, pipes and empty files, which no limit of file size forbids; must be refused everywhere.
# status: failed
import os

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    for place in ("/tmp", "/dev/shm", "@CANARY@/open"):
        name = f"{place}/handgrad-@TOKEN@"
        for make in (
            lambda: os.mkdir(f"{name}-folder"),
            lambda: os.symlink("/", f"{name}-link"),
            lambda: os.mkfifo(f"{name}-pipe"),
            lambda: os.close(os.open(f"{name}-empty", os.O_CREAT | os.O_WRONLY)),
        ):
            try:
                make()
            except OSError:
                continue
    return np.zeros_like(dout)
