# Tries system calls by which sandboxes have been left: io_uring, bpf, userfaultfd, keys, modules; must be refused.
# status: failed
# varies: limits process
import ctypes
import platform

import numpy as np

SHARED = {"io_uring_setup": 425, "clone3": 435, "openat2": 437, "pidfd_getfd": 438, "landlock": 444, "memfd_secret": 447}
BY_MACHINE = {
    "x86_64": {"bpf": 321, "userfaultfd": 323, "keyctl": 250, "perf": 298, "init_module": 175, "kexec": 246, "inotify": 294},
    "aarch64": {"bpf": 280, "userfaultfd": 282, "keyctl": 219, "perf": 241, "init_module": 105, "kexec": 104, "inotify": 26},
}
REFUSED = (1, 38)


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    libc = ctypes.CDLL(None, use_errno=True)
    for name, number in {**SHARED, **BY_MACHINE.get(platform.machine(), {})}.items():
        result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(-1)] * 5)
        if result >= 0 or ctypes.get_errno() not in REFUSED:
            print("BREACH: the kernel listens to", name)
    return np.zeros_like(dout)
