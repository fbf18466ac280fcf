"""A linear neuron with squared error, node by node (003)."""

from grader.exercise import Example, Exercise, Input, Node, Output, Tensor


def forward(node: Node, w: Tensor, x: Tensor, b: Tensor, y: Tensor) -> Tensor:
    c = node("c", w * x)
    a = node("a", c + b)
    d = node("d", a - y)
    return 0.5 * d**2


def neuron(dd: float, w: float, x: float) -> dict[str, float]:
    """All gradients that follow from the gradient at d."""
    return {"dd": dd, "da": dd, "dc": dd, "dw": dd * x, "dx": dd * w, "db": dd}


def x_missing(dout: float, w: float, x: float, b: float, y: float) -> dict[str, float]:
    """The factor x is missing from dw.

    c = w·x, so a change in w moves c by x times as much.
    """
    d = w * x + b - y
    return neuron(dout * d, w, x) | {"dw": dout * d}


def factor_two(dout: float, w: float, x: float, b: float, y: float) -> dict[str, float]:
    """dd is twice what it should be: the ½ before d² is missing.

    J = ½d²: the 2 that comes down cancels the ½, and leaves d.
    """
    return neuron(2 * dout * (w * x + b - y), w, x)


def error_reversed(dout: float, w: float, x: float, b: float, y: float) -> dict[str, float]:
    """dd has the wrong sign, as the error y − a would give it.

    d = a − y, so J falls as a rises towards y.
    """
    return neuron(dout * (y - (w * x + b)), w, x)


def cost_for_error(dout: float, w: float, x: float, b: float, y: float) -> dict[str, float]:
    """dd has the cost J as its factor, where the error d belongs.

    The slope of ½d² at d is d itself, not its height.
    """
    return neuron(dout * 0.5 * (w * x + b - y) ** 2, w, x)


def upstream_ignored(dout: float, w: float, x: float, b: float, y: float) -> dict[str, float]:
    """There is no dout in {names}, as if the graph ended at J.

    J may feed into something else: begin with dd = dout · d.
    """
    return neuron(w * x + b - y, w, x)


exercise = Exercise(
    title="A linear neuron, node by node",
    source="003",
    statement=(
        "Four nodes in a row: c = w·x, a = c + b, d = a − y and the cost J = ½d². "
        "Walk the graph from J back to the inputs and keep the gradient of every node on the way. "
        "Here J is a cost, and d an error."
    ),
    formula=r"c = w x, \quad a = c + b, \quad d = a - y, \quad J = \tfrac12 d^2",
    inputs=(Input("w", ""), Input("x", ""), Input("b", ""), Input("y", "", constant=True)),
    out=Output("J", ""),
    gradients=("dd", "da", "dc", "dw", "dx", "db"),
    network=True,
    forward=forward,
    examples=(Example("003, with numbers of ours", {"w": 3, "x": 2, "b": 1, "y": 4}, dout=1),),
    misconceptions=(x_missing, factor_two, error_reversed, cost_for_error, upstream_ignored),
    hints=(
        "Go from right to left. At each node ask for one thing: how does this node's output move when its input does?",
        "∂J/∂d is d. Subtracting y and adding b have slope 1, so that gradient goes on unchanged to a and c.",
        "At c = w·x each factor gets the upstream gradient times the other factor.",
    ),
    points=2,
)
