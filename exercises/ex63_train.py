"""Training on handwritten digits (003, 004 §10)

Everything together: a two-layer classifier learns to read handwritten digits, 8 by 8 pixels each,
with your own gradients. Write loss_and_gradients, the forward and the backward pass of the network
in one, and train, the loop of mini-batch stochastic gradient descent: θ ← θ − η·∂L/∂θ, where lr is
η. Which digits make a mini-batch is given, so that every loss, from the first step to the last, and
every parameter in the end can be compared with those of torch.optim.SGD. The slope of ReLU at 0 is
taken to be 0. It is judged on small networks as well. The command grader curve draws your losses
over PyTorch's.

Example (003 and 004 §10, with numbers of ours)
    train({"W1": np.array([[1.0, -1.0], [0.5, 2.0]]), "b1": np.array([0.0, -0.5]), "W2":
        np.array([[1.0, -1.0], [-0.5, 1.0]]), "b2": np.array([0.0, 0.5])}, np.array([[1.0, 2.0],
        [-1.0, 1.0], [2.0, -1.0]]), np.array([0, 1, 1]), np.array([[0, 1], [2, 0]]), 0.5)

Example (the real digits)
    train(parameters, X, labels, batches, 0.5)  # with 48 mini-batches of 64, d_x = 64, d_h = 24, C
        = 10

Judge it:  pytest grader::train
Stuck?     grader hint train
"""

import numpy as np


def loss_and_gradients(parameters, X, labels):
    """The mean cross-entropy of a two-layer network on a mini-batch, and its gradients.

    The network: Z1 = X·W1 + b1, A1 = max(Z1, 0), logits = A1·W2 + b2, then softmax and cross-entropy.
    parameters: a dict with W1, shape (d_x, d_h), b1, (d_h,), W2, (d_h, C), and b2, (C,).
    X: shape (N, d_x). labels: shape (N,), whole numbers from 0 to C − 1.
    Returns (loss, gradients): a number, and a dict with the same keys and shapes as parameters.
    """
    raise NotImplementedError("loss_and_gradients is yours to write")


def train(parameters, X, labels, batches, lr):
    """Mini-batch stochastic gradient descent, one step for each mini-batch.

    parameters: a dict as in loss_and_gradients, where training starts; it stays as it is, and so do its arrays.
    X: shape (M, d_x), all the data. labels: shape (M,).
    batches: shape (steps, N), whole numbers: row k says which rows of X and labels make the k-th mini-batch.
    lr: a number, the learning rate.
    Returns (losses, parameters): a list with each step's loss, as it is before that step's update, and a dict with the
    parameters after the last step.
    """
    raise NotImplementedError("train is yours to write")


# handgrad stub 9cbd466d07c2
