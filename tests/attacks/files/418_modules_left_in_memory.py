# Looks for modules of the grader and of torch that are loaded in its process; must find no spec and no reference.
# status: failed
import gc
import sys
import types

import numpy as np

SECRET = ("grader.catalog", "grader.reference", "grader.compare", "grader.judge", "grader.exercise", "torch")


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    gc.unfreeze()
    names = set(sys.modules) | {thing.__name__ for thing in gc.get_objects() if isinstance(thing, types.ModuleType)}
    for name in names:
        if name.startswith(SECRET):
            print("BREACH: loaded in this process,", name)
    return np.zeros_like(dout)
