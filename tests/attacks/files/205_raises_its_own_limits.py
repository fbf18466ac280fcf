# Raises its limits of memory, file size and processes; must be refused.
# status: failed
import resource

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    unlimited = resource.RLIM_INFINITY
    for kind in ("RLIMIT_AS", "RLIMIT_FSIZE", "RLIMIT_NPROC", "RLIMIT_CPU", "RLIMIT_CORE"):
        try:
            resource.setrlimit(getattr(resource, kind), (unlimited, unlimited))
            print("BREACH: no limit of", kind)
        except (OSError, ValueError):
            continue
    return np.zeros_like(dout)
