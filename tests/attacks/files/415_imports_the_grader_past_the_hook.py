# Removes the import hook and imports the grader from its folder for a reference; must be unable to read it.
# status: error
# The grader imports it too: where Python lies in a private home, only what is named can be there.
import pathlib
import sys

import numpy as np

sys.meta_path[:] = [each for each in sys.meta_path if "grader" not in getattr(type(each), "__module__", "")]
sys.path.insert(0, "@PROJECT@")

from grader.catalog.neurons.ex21_relu import exercise

print("BREACH: imported the spec", exercise.title)


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    return np.zeros_like(dout)
