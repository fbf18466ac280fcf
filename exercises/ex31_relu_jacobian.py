"""The Jacobian of ReLU, and the vector–Jacobian product (004 §6–8)

Write two functions. relu_jacobian(x) returns the Jacobian J of z = max(x, 0), with J_ij =
∂z_i/∂x_j; at x_i = 0 the slope is taken to be 0. vjp(J, dout) takes any Jacobian J (m, n), not only
that of ReLU, and the upstream gradient dout (m,), and returns Jᵀ dout, the gradient of the loss
with respect to the n inputs. J is a Jacobian here; in 002 and 003 the same letter is a cost.

Example (004 §8.2)
    x = [1, -2, 3, -1], jacobian = [[1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]], dout =
        [4, -1, 5, 9]
    printed: J = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0], dx = [4, 0, 5, 0]

Example (004 §9.5)
    x = [5, 6], jacobian = [[1, 2], [3, 4]], dout = [10, -1]
    printed: dx = [7, 16]

Judge it:  pytest grader::relu_jacobian
Stuck?     grader hint relu_jacobian
"""

import numpy as np


def relu_jacobian(x):
    """The Jacobian of z = max(x, 0), element by element.

    x: shape (n,).
    Returns J, shape (n, n): row i for output z_i, column j for input x_j.
    """
    raise NotImplementedError("relu_jacobian is yours to write")


def vjp(J, dout):
    """The gradient of the loss with respect to the inputs of any step whose Jacobian is J.

    J: shape (m, n), m outputs by n inputs. dout: upstream gradient, shape (m,).
    Returns dx, shape (n,).
    """
    raise NotImplementedError("vjp is yours to write")


# handgrad stub c0634e14170a
