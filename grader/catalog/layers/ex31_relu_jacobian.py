"""The Jacobian of ReLU, and the vector–Jacobian product of any Jacobian (004 §6–8)."""

import numpy as np

from grader.exercise import Array, Call, Edge, Example, Exercise, Input, Output, Tensor


def forward(x: Array, jacobian: Array, dout: Array) -> dict[str, Tensor]:
    import torch
    from torch.autograd import grad

    inputs = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    rows = [grad(z_i, inputs, retain_graph=True)[0] for z_i in inputs.relu()]
    loss = torch.tensor(dout, dtype=torch.float64) @ (torch.tensor(jacobian, dtype=torch.float64) @ inputs)
    (dx,) = grad(loss, inputs)
    return {"J": torch.stack(rows), "dx": dx}


def inverse_for_transpose(x: Array, jacobian: Array, dout: Array) -> dict[str, Array]:
    """dx has the pseudo-inverse of J as its factor, where the transpose belongs.

    Going backward undoes nothing: it sums J_ij · dout_i over the outputs i, which is a product with Jᵀ.
    """
    return {"J": np.diag((x > 0) * 1.0), "dx": np.linalg.pinv(jacobian) @ dout}


exercise = Exercise(
    title="The Jacobian of ReLU, and the vector–Jacobian product",
    source="004 §6–8",
    statement=(
        "Write two functions. relu_jacobian(x) returns the Jacobian J of z = max(x, 0), with J_ij = ∂z_i/∂x_j; "
        "at x_i = 0 the slope is taken to be 0. "
        "vjp(J, dout) takes any Jacobian J (m, n), not only that of ReLU, and the upstream gradient dout (m,), "
        "and returns Jᵀ dout, the gradient of the loss with respect to the n inputs. "
        "J is a Jacobian here; in 002 and 003 the same letter is a cost."
    ),
    formula=r"J_{ij} = \frac{\partial z_i}{\partial x_j}, \qquad"
    r" \frac{\partial \mathcal{L}}{\partial x} = J^\top \frac{\partial \mathcal{L}}{\partial z}",
    inputs=(Input("x", "n"), Input("jacobian", "m n"), Input("dout", "m", constant=True)),
    out=Output("J", "n n"),
    gradients=("J", "dx"),
    forward=forward,
    calls=(Call("relu_jacobian", ("x",), "J"), Call("vjp", ("jacobian", "dout"), "dx")),
    examples=(
        Example(
            "004 §8.2",
            {
                "x": [1, -2, 3, -1],
                "jacobian": [[1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]],
                "dout": [4, -1, 5, 9],
            },
            printed={"J": "1 0 0 0 0 0 0 0 0 0 1 0 0 0 0 0", "dx": "4 0 5 0"},
        ),
        Example("004 §9.5", {"x": [5, 6], "jacobian": [[1, 2], [3, 4]], "dout": [10, -1]}, printed={"dx": "7 16"}),
    ),
    edges=(
        Edge(
            "x at 0",
            {"x": [0, 2, 0], "jacobian": [[1, -2, 3]], "dout": [-4]},
            holds=lambda x, jacobian, dout: bool((x == 0).any()),
            convention=True,
        ),
        Edge(
            "x negative throughout",
            {"x": [-1, -3], "jacobian": [[2, -1], [0, 5], [3, 4]], "dout": [1, -2, 3]},
            holds=lambda x, jacobian, dout: bool((x < 0).all()),
        ),
    ),
    textbook="""
        J = diag((x > 0) * 1.0)
        dx = jacobian.T @ dout

        J = (x > 0) * eye(n)
        dx = dout @ jacobian
    """,
    mistakes="""
        mask-as-vector: J = (x > 0) * 1.0
            J is a vector, the mask itself.
            A Jacobian has a row for each output and a column for each input: n by n here. The mask is its diagonal.
        mask-in-every-row: J = tile((x > 0) * 1.0, (n, 1))
            Every row of J is the whole mask.
            Row i says which inputs move z_i, and only x_i does: off the diagonal all is 0.
        values-on-the-diagonal: J = diag(maximum(x, 0))
            On the diagonal of J stand ReLU's values, where its slopes belong.
            A Jacobian holds derivatives: where x is positive the slope is 1, whatever the size of x.
        identity: J = eye(n)
            J is the identity, whatever the signs in x.
            Where x is negative z stays at 0, so that row of J is 0 altogether.
        open-at-zero: J = diag((x >= 0) * 1.0)
            J has a 1 on the diagonal where x = 0.
            There the notes and PyTorch both take 0: the slope is 1 only where x is greater than 0.
        product-not-summed: dx = jacobian.T * dout
            dx is a matrix of the products J_ij · dout_i: they are not added up over the outputs i.
            x_j reaches the loss through every output, so its gradient is a sum over i, one number for each input.
        averaged: dx = jacobian.T @ dout / m
            dx is the mean over the outputs, where their sum belongs.
            Where several paths lead to the loss their gradients are added; nothing is divided by their number.
        upstream-ignored: dout = ones_like(dout)
            There is no dout in dx: it is the sum of the rows of J.
            dout_i says how much output i matters to the loss: it multiplies row i of J before the rows are added.
    """,
    misconceptions=(inverse_for_transpose,),
    hints=(
        "Nudge x_2 alone. Which elements of z can move? That answer is column 2 of J.",
        "z_i depends on x_i alone, so J is 0 off the diagonal; on it stands the slope of ReLU at x_i, 0 or 1.",
        "For vjp follow one input x_j: it moves output i by J_ij, and output i matters by dout_i. "
        "Add these products over i; J (m, n) and dout (m,) fit together in only one way that leaves n numbers.",
    ),
    points=2,
)
