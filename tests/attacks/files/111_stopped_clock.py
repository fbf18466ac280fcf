# Stops every clock that Python has, then loops; must be stopped at the time limit by a clock out of reach.
# status: timeout
# seconds: 0.3
import time

import numpy as np

for clock in ("time", "monotonic", "perf_counter", "process_time", "thread_time", "time_ns", "monotonic_ns"):
    setattr(time, clock, lambda: 0)
time.sleep = lambda seconds: None


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    while time.time() < 1:
        pass
