# Starts other programs, by subprocess, os.system and posix_spawn; must be refused.
# status: failed
import os
import subprocess

import numpy as np

done = []


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    if done:
        return np.zeros_like(dout)
    done.append(True)
    try:
        print(subprocess.run(["echo", "BREACH: a program"], capture_output=True, text=True).stdout)
    except OSError:
        pass
    if os.system("exit 7") == 7 << 8:
        print("BREACH: a shell")
    try:
        os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)
        print("BREACH: a program spawned")
    except OSError:
        pass
    return np.zeros_like(dout)
