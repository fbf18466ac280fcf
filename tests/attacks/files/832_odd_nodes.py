# Returns a network's gradients in odd shapes, types and sizes, case by case; must be wrong, and no more.
# status: failed
# exercise: two_layer_batch
import numpy as np

NODES = ("dlogits", "dW2", "db2", "dA1", "dZ1", "dW1", "db1", "dX")
calls = []


def two_layer_batch_forward(X, W1, b1, W2, b2, labels):
    A1 = np.maximum(X @ W1 + b1, 0)
    logits = A1 @ W2 + b2
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(shifted).sum(axis=1))
    return np.mean(log_sum - shifted[np.arange(len(labels)), labels]), None


def two_layer_batch_backward(dout, cache):
    calls.append(1)
    odd = (
        np.zeros(0),
        np.array(True),
        np.full((3, 1, 2), np.nan),
        np.full((2, 2), np.iinfo(np.int64).min),
        [np.zeros(2), [np.zeros(1)]],
        {"dlogits": np.zeros(1)},
        np.full(1000, np.inf),
        None,
        np.zeros((1,) * 16),
        "text",
    )
    return {name: odd[(place + len(calls)) % len(odd)] for place, name in enumerate(NODES)}
