"""The copy gate (004 §4.3)

A value that is used twice: the forward returns the tuple (v, v), one copy for each branch. So dout
is a tuple too: (d1, d2), the upstream gradients of the two branches, both with the shape of v.
Return the gradient with respect to v. Every fan-out is this gate: a variable that appears in two
places, a weight that is shared.

A gradient has the shape of its variable, to the axis, and its type.

Example (004 §4.3, with numbers of ours)
    v = [5, -1], dout = ([3, -2], [4, 6])

Judge it:  pytest grader::copy
Stuck?     grader hint copy
"""

import numpy as np


def copy_forward(v):
    """The tuple (v, v): one copy for each branch."""
    copies = (v, v)
    cache = None
    return copies, cache


def copy_backward(dout, cache):
    """The gradient of the loss with respect to v.

    dout: the tuple (d1, d2), the upstream gradients of the two branches, both the shape of v.
    Returns dv, the shape of v.
    """
    raise NotImplementedError("copy_backward is yours to write")


# handgrad stub 40cd84e5f114
