# Imports torch to have the gradient computed; must be told that it is not available.
# status: error
# says: torch is not available here
import numpy as np
import torch


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    x = torch.tensor(cache, requires_grad=True)
    x.relu().backward(torch.tensor(dout))
    return x.grad.numpy()
