"""Training a two-layer classifier with mini-batch SGD, every gradient by hand (003, 004 §10)."""

import numpy as np


def loss_and_gradients(parameters, X, labels):
    """The mean cross-entropy of a two-layer network on a mini-batch, and its gradients.

    The network: Z1 = X·W1 + b1, A1 = max(Z1, 0), logits = A1·W2 + b2, then softmax and cross-entropy.
    parameters: a dict with W1, shape (d_x, d_h), b1, (d_h,), W2, (d_h, C), and b2, (C,).
    X: shape (N, d_x). labels: shape (N,), whole numbers from 0 to C − 1.
    Returns (loss, gradients): a number, and a dict with the same keys and shapes as parameters.
    """
    W1, b1, W2, b2 = (parameters[name] for name in ("W1", "b1", "W2", "b2"))
    rows = np.arange(len(labels))

    Z1 = X @ W1 + b1
    A1 = np.maximum(Z1, 0)
    logits = A1 @ W2 + b2
    # Subtracting each row's maximum changes no probability, and keeps np.exp from overflowing.
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_P = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -log_P[rows, labels].mean()

    dlogits = np.exp(log_P)
    dlogits[rows, labels] -= 1
    dlogits /= len(labels)
    dA1 = dlogits @ W2.T
    dZ1 = dA1 * (Z1 > 0)
    gradients = {"W1": X.T @ dZ1, "b1": dZ1.sum(axis=0), "W2": A1.T @ dlogits, "b2": dlogits.sum(axis=0)}
    return loss, gradients


def train(parameters, X, labels, batches, lr):
    """Mini-batch stochastic gradient descent, one step for each mini-batch.

    parameters: a dict as in loss_and_gradients, where training starts; it stays as it is, and so do its arrays.
    X: shape (M, d_x), all the data. labels: shape (M,).
    batches: shape (steps, N), whole numbers: row k says which rows of X and labels make the k-th mini-batch.
    lr: a number, the learning rate.
    Returns (losses, parameters): a list with each step's loss, as it is before that step's update, and a dict with the
    parameters after the last step.
    """
    losses = []
    for batch in batches:
        loss, gradients = loss_and_gradients(parameters, X[batch], labels[batch])
        losses.append(loss)
        parameters = {name: parameters[name] - lr * gradients[name] for name in parameters}
    return losses, parameters
