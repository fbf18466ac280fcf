# Returns an object whose every method raises, ends the process or writes a file; must be refused untouched.
# status: failed error
import os

import numpy as np


def hostile(*arguments, **named):
    open("@CANARY@/open/handgrad-@TOKEN@-method", "w").close()
    raise SystemExit(0)


class Hostile:
    __reduce__ = __reduce_ex__ = __repr__ = __str__ = __format__ = __len__ = __iter__ = __bool__ = hostile
    __array__ = __float__ = __int__ = __index__ = __getitem__ = __eq__ = __hash__ = __getattr__ = hostile


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    return Hostile()
