"""The Jacobian of ReLU, and the vector–Jacobian product of any Jacobian (004 §6–8)."""

import numpy as np


def relu_jacobian(x):
    """The Jacobian of z = max(x, 0), element by element.

    x: shape (n,).
    Returns J, shape (n, n): row i for output z_i, column j for input x_j.
    """
    slope = np.where(x > 0, 1.0, 0.0)
    return np.diag(slope)


def vjp(J, dout):
    """The gradient of the loss with respect to the inputs of any step whose Jacobian is J.

    J: shape (m, n), m outputs by n inputs. dout: upstream gradient, shape (m,).
    Returns dx, shape (n,).
    """
    return J.T @ dout
