# Returns losses and parameters of a training run in odd shapes, types and sizes; must be wrong, and no more.
# status: failed error
# exercise: train
import numpy as np

calls = []
ODD = (
    np.zeros((0, 3)),
    np.full((2, 2), np.nan),
    [np.inf] * 5000,
    {"W1": None},
    [[1.0], [2.0, 3.0]],
    None,
    np.array(1.0),
    (),
    np.full(7, np.iinfo(np.int64).min),
)


def loss_and_gradients(parameters, X, labels):
    calls.append(1)
    return np.nan, {name: ODD[(place + len(calls)) % len(ODD)] for place, name in enumerate(parameters)}


def train(parameters, X, labels, batches, lr):
    calls.append(1)
    return ODD[len(calls) % len(ODD)], {name: ODD[(place + len(calls)) % len(ODD)] for place, name in enumerate(parameters)}
