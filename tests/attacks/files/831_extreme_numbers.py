# Returns the extremes of every number type in turn, on which sums and signs overflow; must be wrong, and no more.
# status: failed
import numpy as np

kinds = []


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    kinds.append(1)
    extremes = (
        np.iinfo(np.int64).min,
        np.uint64(2**64 - 1),
        np.float64(1.7e308),
        np.float64(5e-324),
        np.float16(65504),
        np.int8(-128),
        np.True_,
        np.longdouble("1e4000"),
    )
    extreme = np.asarray(extremes[len(kinds) % len(extremes)])
    return np.full(dout.shape, extreme, extreme.dtype)
