# Returns a generator, a coroutine, a function and a module in turn; must be refused.
# status: failed error
import numpy as np

count = []


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    async def later():
        return dout

    count.append(1)
    odd = (iter([dout]), (each for each in [dout]), relu_forward, np, NotImplemented, Ellipsis, type)
    return odd[len(count) % len(odd)]
