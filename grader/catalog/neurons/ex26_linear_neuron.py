"""A linear neuron with squared error, node by node (003)."""

from grader.exercise import Example, Exercise, Input, Node, Output, Tensor


def forward(node: Node, w: Tensor, x: Tensor, b: Tensor, y: Tensor) -> Tensor:
    c = node("c", w * x)
    a = node("a", c + b)
    d = node("d", a - y)
    return 0.5 * d**2


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
    textbook="""
        c = w * x
        a = c + b
        d = a - y
        J = 0.5 * d**2
        dd = dout * d
        da = dd
        dc = da
        dw = dc * x
        dx = dc * w
        db = da
    """,
    mistakes="""
        x-missing: dw = dc
            The factor x is missing from dw.
            c = w·x, so a change in w moves c by x times as much.
        factor-two: dd = 2 * dout * d
            dd is twice what it should be: the ½ before d² is missing.
            J = ½d²: the 2 that comes down cancels the ½, and leaves d.
        error-reversed: dd = dout * (y - a)
            dd has the wrong sign, as the error y − a would give it.
            d = a − y, so J falls as a rises towards y.
        cost-for-error: dd = dout * J
            dd has the cost J as its factor, where the error d belongs.
            The slope of ½d² at d is d itself, not its height.
        upstream-ignored: dout = 1.0
            There is no dout in {names}, as if the graph ended at J.
            J may feed into something else: begin with dd = dout · d.
    """,
    hints=(
        "Go from right to left. At each node ask for one thing: how does this node's output move when its input does?",
        "∂J/∂d is d. Subtracting y and adding b have slope 1, so that gradient goes on unchanged to a and c.",
        "At c = w·x each factor gets the upstream gradient times the other factor.",
    ),
    points=2,
)
