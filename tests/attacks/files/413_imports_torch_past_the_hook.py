# Removes the import hook and imports torch to have the gradient computed; must be unable to read it.
# status: error
# seconds: 20
# varies: limits process
import sys

import numpy as np

sys.meta_path[:] = [each for each in sys.meta_path if "grader" not in getattr(type(each), "__module__", "")]

import torch

sys.setrecursionlimit(1000)


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    x = torch.tensor(np.array(cache), requires_grad=True)
    x.relu().backward(torch.tensor(np.array(dout)))
    return x.grad.numpy()
