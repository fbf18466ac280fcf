# Returns objects that claim another class, of itself and of its metaclass; must be judged by what they are.
# status: failed error
import numpy as np


class Meta(type):
    @property
    def __name__(cls):
        raise SystemExit

    def __instancecheck__(cls, instance):
        return True

    def __getattribute__(cls, name):
        raise KeyboardInterrupt


class False_(metaclass=Meta):
    @property
    def __class__(self):
        return float


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    return False_()
