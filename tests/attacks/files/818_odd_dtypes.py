# Returns dates, text, records and masks in turn; must be refused.
# status: failed
import numpy as np

kinds = []


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    kinds.append(len(kinds))
    odd = (
        np.zeros(dout.shape, "datetime64[s]"),
        np.zeros(dout.shape, "timedelta64[s]"),
        np.full(dout.shape, "0.0"),
        np.zeros(dout.shape, [("dx", float)]),
        np.ma.masked_all(dout.shape),
        np.zeros(dout.shape, "V8"),
        np.zeros(dout.shape, bytes),
    )
    return odd[len(kinds) % len(odd)]
