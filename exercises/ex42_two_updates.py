"""Steps of gradient descent (002, 003)

Train the graph of 002 by hand: u = a·x + b, h = u², v = c·h + u + d, p = 1/(1 + v), J = (p − y)² +
(λ/2)(a² + c²). two_updates gets a dict with a, b, c and d, and takes one step θ ← θ − η·∂J/∂θ for
each x in xs; the note takes two, but xs may be of any length. Return a list with a new dict of
parameters after each step, and leave the given one as it is. lam is λ, lr is η; d is a parameter
here.

Example (002)
    parameters = {'a': 1, 'b': 0, 'c': 1, 'd': 0}, xs = [2.0, 0.0], y = 1, lam = 0.1, lr = 0.1
    printed: steps = [0.955015, -0.017493, 0.976006, -0.003499, 0.945464, -0.013237, 0.966247,
        0.000908]

Judge it:  pytest grader::two_updates
Stuck?     grader hint two_updates
"""

import numpy as np


def two_updates(parameters, xs, y, lam, lr):
    """One step of gradient descent for each x in xs, on J = (p − y)² + (λ/2)(a² + c²).

    The graph: u = a·x + b, h = u², v = c·h + u + d, p = 1/(1 + v).
    parameters: a dict with the keys a, b, c, d, floats; it stays as it is. xs: a list of floats, one at least.
    y, lam and lr: floats, the target, the coefficient λ and the learning rate η.
    Returns a list as long as xs: a new dict of the four parameters after each step.
    """
    raise NotImplementedError("two_updates is yours to write")


# handgrad stub 9b981dc5a9be
