"""A network of two ReLU units in a row, node by node (003)."""

from collections.abc import Callable

from grader.exercise import Edge, Example, Exercise, Input, Node, Output, Tensor


def forward(node: Node, x: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor, y: Tensor) -> Tensor:
    z1 = node("z1", w1 * x + b1)
    a1 = node("a1", z1.relu())
    z2 = node("z2", w2 * a1 + b2)
    a2 = node("a2", z2.relu())
    return 0.5 * (a2 - y) ** 2


def values(x: float, w1: float, b1: float, w2: float, b2: float) -> tuple[float, float, float, float]:
    """The forward's z1, a1, z2, a2."""
    z1 = w1 * x + b1
    a1 = max(z1, 0.0)
    z2 = w2 * a1 + b2
    return z1, a1, z2, max(z2, 0.0)


def where(holds: Callable[[float, float], bool]) -> Callable[..., bool]:
    """A property of z1 and z2, as an edge's `holds` tells it."""

    def of_inputs(dout: float, x: float, w1: float, b1: float, w2: float, b2: float, y: float) -> bool:
        z1, _, z2, _ = values(x, w1, b1, w2, b2)
        return holds(z1, z2)

    return of_inputs


def accept(x: float, w1: float, b1: float, w2: float, b2: float, y: float) -> bool:
    z1, _, z2, a2 = values(x, w1, b1, w2, b2)
    return min(abs(z1), abs(z2), abs(a2 - y)) > 0.05


exercise = Exercise(
    title="A ReLU network, node by node",
    source="003",
    statement=(
        "Two units in a row, each with a weight, a bias and a ReLU, and the squared error at the end: "
        "z1 = w1·x + b1, a1 = max(z1, 0), z2 = w2·a1 + b2, a2 = max(z2, 0), J = ½(a2 − y)². All of them are numbers. "
        "Return the gradient of every node and every input, going from J back to x. "
        "In the note's example every ReLU is open; here a unit may be off, and the output unit too. "
        "At z = 0 the slope of a ReLU is taken to be 0. J is a cost."
    ),
    formula=(
        r"z_1 = w_1 x + b_1, \quad a_1 = \max(z_1, 0), \quad z_2 = w_2 a_1 + b_2, \quad a_2 = \max(z_2, 0), \quad "
        r"J = \tfrac12 (a_2 - y)^2"
    ),
    inputs=(
        Input("x", ""),
        Input("w1", ""),
        Input("b1", ""),
        Input("w2", ""),
        Input("b2", ""),
        Input("y", "", constant=True),
    ),
    out=Output("J", ""),
    gradients=("da2", "dz2", "dw2", "db2", "da1", "dz1", "dw1", "db1", "dx"),
    network=True,
    forward=forward,
    accept=accept,
    examples=(
        Example(
            "003",
            {"x": 1, "w1": 2, "b1": 0, "w2": 3, "b2": 1, "y": 5},
            printed={"z1": "2", "a1": "2", "z2": "7", "a2": "7", "J": "2"},
        ),
    ),
    edges=(
        Edge(
            "both units on",
            {"x": 3, "w1": 2, "b1": -1, "w2": 4, "b2": -3, "y": 19},
            dout=-2.3,
            holds=where(lambda z1, z2: z1 > 0 and z2 > 0),
        ),
        Edge(
            "hidden unit off",
            {"x": 3, "w1": -2, "b1": 1, "w2": 4, "b2": 3, "y": 1},
            dout=-2,
            holds=where(lambda z1, z2: z1 < 0 < z2),
        ),
        Edge(
            "output unit off",
            {"x": 3, "w1": 2, "b1": 1, "w2": -4, "b2": 3, "y": 1},
            dout=-2,
            holds=where(lambda z1, z2: z2 < 0 < z1),
        ),
        Edge(
            "both units off",
            {"x": 3, "w1": -2, "b1": 1, "w2": 4, "b2": -3, "y": 2},
            dout=-2,
            holds=where(lambda z1, z2: z1 < 0 and z2 < 0),
        ),
        Edge(
            "z1 just above 0",
            {"x": 2.9, "w1": 2.1, "b1": -6.08, "w2": 4.2, "b2": 3.1, "y": 1},
            dout=-2.3,
            holds=where(lambda z1, z2: 0 < z1 < 0.02),
        ),
        Edge(
            "z1 a little above 0",
            {"x": 3.1, "w1": 1.9, "b1": -5.79, "w2": 4.1, "b2": 2.9, "y": 1},
            dout=-1.7,
            holds=where(lambda z1, z2: 0.05 < z1 < 0.2),
        ),
        Edge(
            "z1 just below 0",
            {"x": 2.9, "w1": 2.1, "b1": -6.1, "w2": 4.2, "b2": 3.1, "y": 1},
            dout=-2.3,
            holds=where(lambda z1, z2: -0.02 < z1 < 0),
        ),
        Edge(
            "z2 just above 0",
            {"x": 3.1, "w1": 1.9, "b1": -0.89, "w2": 4.1, "b2": -20.49, "y": 1},
            dout=-2.1,
            holds=where(lambda z1, z2: 0 < z2 < 0.02),
        ),
        Edge(
            "z2 just below 0",
            {"x": 3.1, "w1": 1.9, "b1": -0.89, "w2": 4.1, "b2": -20.51, "y": 1},
            dout=-2.1,
            holds=where(lambda z1, z2: -0.02 < z2 < 0),
        ),
        Edge(
            "z1 at 0",
            {"x": 3, "w1": 2, "b1": -6, "w2": 4, "b2": 3, "y": 1},
            dout=2,
            holds=where(lambda z1, z2: z1 == 0),
            convention=True,
        ),
        Edge(
            "z2 at 0",
            {"x": 3, "w1": 2, "b1": -1, "w2": 4, "b2": -20, "y": 1},
            dout=2,
            holds=where(lambda z1, z2: z2 == 0),
            convention=True,
        ),
    ),
    textbook="""
        z1 = w1 * x + b1
        a1 = maximum(z1, 0)
        z2 = w2 * a1 + b2
        a2 = maximum(z2, 0)
        da2 = dout * (a2 - y)
        dz2 = da2 * (z2 > 0)
        dw2 = dz2 * a1
        db2 = dz2
        da1 = dz2 * w2
        dz1 = da1 * (z1 > 0)
        dw1 = dz1 * x
        db1 = dz1
        dx = dz1 * w1
    """,
    mistakes="""
        no-masks: dz2 = da2; dz1 = da1
            In {names} the gradient is let through even where the ReLU is off.
            A ReLU whose input is not positive stops the gradient: look at z2 first, and then at z1.
        outer-mask-missing: dz2 = da2
            dz2 lets the gradient through even where z2 is not positive.
            The output unit has a ReLU too: where z2 is not positive, nothing before it can move the loss.
        inner-mask-missing: dz1 = da1
            dz1 lets the gradient through even where z1 is not positive.
            Between a1 and z1 stands a ReLU: where z1 is not positive, it stops the gradient.
        masks-on-the-gradient: dz2 = da2 * (da2 > 0); dz1 = da1 * (da1 > 0)
            In {names} the gradient is let through where it is positive itself, whatever z is.
            A ReLU opens and closes with its input z from the forward pass; a negative gradient goes through an open
                one.
        open-at-zero: dz2 = da2 * (z2 >= 0); dz1 = da1 * (z1 >= 0)
            In {names} the gradient is let through where z is exactly 0.
            There the notes and PyTorch both take 0: a ReLU is open only where z is greater than 0.
        times-output: dz2 = da2 * a2; dz1 = da1 * a1
            In {names} the ReLU's output is a factor, where its slope belongs.
            Where z is positive a = z, so the slope is 1, whatever the size of z.
        z1-for-a1: dw2 = dz2 * z1
            dw2 has z1 as its factor, where a1 belongs.
            w2 is multiplied by what comes out of the hidden ReLU. When that unit is off, a1 is 0, and so is the
                gradient of w2.
        w2-missing: da1 = dz2
            The factor w2 is missing from da1.
            z2 = w2·a1 + b2, so a change in a1 moves z2 by w2 times as much.
        upstream-ignored: dout = 1.0
            There is no dout in {names}, as if the graph ended at J.
            J may feed into something else: begin with dout times the error.
    """,
    hints=(
        "Go from right to left, one node at a time. Each needs the gradient from the node after it, and its own slope.",
        "A ReLU's slope is 1 where its input z is positive, and 0 elsewhere. Before each ReLU stands a linear neuron.",
        "At z2 = w2·a1 + b2 the gradient goes three ways: to w2 times a1, to b2 unchanged, to a1 times w2. "
        "Mask it with z1 > 0, and do the same once more.",
    ),
    points=3,
)
