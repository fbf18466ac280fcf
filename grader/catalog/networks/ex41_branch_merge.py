"""The graph that branches and merges, with L2 regularisation (002)."""

from grader.exercise import Edge, Example, Exercise, Input, Node, Output, Tensor, among, between, either

signed = either(among(-2.0, -1.0, -0.5, 0.5, 1.0, 2.0))
"""Small enough that p is not almost 0."""


def forward(node: Node, x: Tensor, a: Tensor, b: Tensor, c: Tensor, d: Tensor, y: Tensor, lam: Tensor) -> Tensor:
    u = node("u", a * x + b)
    h = node("h", u**2)
    v = node("v", c * h + u + d)
    p = node("p", 1 / (1 + v))
    R = lam / 2 * (a**2 + c**2)
    return (p - y) ** 2 + R


def accept(x: float, a: float, b: float, c: float, d: float, y: float, lam: float) -> bool:
    u = a * x + b
    return abs(u) > 0.05 and 0.3 < abs(1 + c * u**2 + u + d) < 10


def prediction(x: float, a: float, b: float, c: float, d: float) -> float:
    """The forward's p."""
    u = a * x + b
    return 1 / (1 + c * u**2 + u + d)


exercise = Exercise(
    title="Branch and merge, with regularisation",
    source="002",
    statement=(
        "u = a·x + b goes two ways: through h = u², and directly into v = c·h + u + d. Then p = 1/(1 + v), "
        "the data loss L = (p − y)², the regularisation R = (λ/2)(a² + c²), and J = L + R. All of them are numbers. "
        "Return the gradient at p, v, h and u, and of a, b, c and d; x, y and λ get none. "
        "J is a cost here and d a parameter, so dd is the gradient of d. Note that L has no ½ before it, and R has."
    ),
    formula=(
        r"u = a x + b, \quad h = u^2, \quad v = c h + u + d, \quad p = \frac{1}{1 + v}, \quad "
        r"J = (p - y)^2 + \frac{\lambda}{2}(a^2 + c^2)"
    ),
    inputs=(
        Input("x", "", signed, constant=True),
        Input("a", "", signed),
        Input("b", "", signed),
        Input("c", "", signed),
        Input("d", "", signed),
        Input("y", "", signed, constant=True),
        Input("lam", "", either(among(0.1, 0.2, 0.5), between(0.05, 0.5)), constant=True),
    ),
    out=Output("J", ""),
    gradients=("dp", "dv", "dh", "du", "da", "db", "dc", "dd"),
    network=True,
    forward=forward,
    accept=accept,
    examples=(
        Example(
            "002, step 1",
            {"x": 2, "a": 1, "b": 0, "c": 1, "d": 0, "y": 1, "lam": 0.1},
            printed={
                "u": "2",
                "h": "4",
                "v": "6",
                "p": "0.142857",
                "J": "0.8346",
                "dv": "0.034985",
                "dd": "0.034985",
                "dc": "0.239942",
                "db": "0.174927",
                "da": "0.449854",
            },
        ),
        Example(
            "002, step 2",
            {
                "x": 0,
                "a": 0.9550145772594752,
                "b": -0.01749271137026239,
                "c": 0.9760058309037901,
                "d": -0.003498542274052478,
                "y": 1,
                "lam": 0.1,
            },
            printed={
                "u": "-0.017493",
                "h": "0.000306",
                "v": "-0.02069",
                "p": "1.0211",
                "J": "0.0936",
                "dv": "-0.044064",
                "dd": "-0.044064",
                "dc": "0.097587",
                "db": "-0.042560",
                "da": "0.0955",
            },
        ),
    ),
    edges=(
        Edge(
            "x at 0",
            {"x": 0, "a": 2, "b": 1, "c": -2, "d": 3, "y": 1, "lam": 0.5},
            dout=-2,
            holds=lambda dout, x, *others: bool(x == 0),
        ),
        Edge(
            "u at 0",
            {"x": 2, "a": -1, "b": 2, "c": 3, "d": 1, "y": 2, "lam": 0.5},
            dout=-2,
            holds=lambda dout, x, a, b, *others: bool(a * x + b == 0),
        ),
        Edge(
            "lam at 0",
            {"x": 2, "a": -1, "b": 3, "c": 2, "d": 1, "y": 1, "lam": 0},
            dout=5,
            holds=lambda *case: bool(case[-1] == 0),
        ),
        Edge(
            "p at y",
            {"x": 1, "a": -2, "b": 3, "c": 2, "d": -2, "y": 0.5, "lam": 0.1},
            dout=-2,
            holds=lambda dout, x, a, b, c, d, y, lam: bool(prediction(x, a, b, c, d) == y),
        ),
    ),
    textbook="""
        u = a * x + b
        h = u**2
        v = c * h + u + d
        p = 1 / (1 + v)
        dp = dout * 2 * (p - y)
        dv = -dp / (1 + v) ** 2
        dh = dv * c
        du = dh * 2 * u + dv
        da = du * x + dout * lam * a
        db = du
        dc = dv * h + dout * lam * c
        dd = dv

        u = a * x + b
        p = 1 / (1 + c * u**2 + u + d)
        dp = 2 * (p - y) * dout
        dv = -dp * p**2
        dh = dv * c
        du = dv * (2 * c * u + 1)
        da = dv * (2 * c * u + 1) * x + dout * lam * a
        db = dv * (2 * c * u + 1)
        dc = dv * u**2 + dout * lam * c
        dd = dv
    """,
    mistakes="""
        direct-path-only: du = dv
            du has only what comes back directly from v, and nothing by way of h.
            u feeds two nodes, v and h. Its gradient is the sum of what comes back from both.
        indirect-path-only: du = dh * 2 * u
            du has only what comes back by way of h, and nothing directly from v.
            u also stands by itself in v = c·h + u + d. Its gradient is the sum of what comes back on both ways.
        square-slope-halved: du = dh * u + dv
            In du the slope of h = u² counts as u, without the 2.
            The power rule brings the exponent down: the slope of u² is 2u.
        c-forgotten: dh = dv
            dh lacks the factor c.
            h enters v as c·h, so a change in h moves v by c times as much.
        half-assumed: dp = dout * (p - y)
            dp lacks the factor 2: the slope at p counts as p − y.
            There is no ½ in this loss to cancel it: L = (p − y)². Only the regularisation has one.
        minus-lost: dv = dp / (1 + v) ** 2
            dv lacks the minus that comes from p = 1/(1 + v).
            As 1 + v moves away from 0, p moves towards it: its slope is −1/(1 + v)².
        regularisation-dropped: da = du * x; dc = dv * h
            There is only the data's share in {names}, and nothing of the regularisation.
            J = L + R, and R depends on a and c directly. They have a second path to J, which adds λa and λc.
        regularisation-everywhere: db = du + dout * lam * b; dd = dv + dout * lam * d
            There is λ times the parameter in {names}, though R = (λ/2)(a² + c²) holds neither b nor d.
            R = (λ/2)(a² + c²) holds only the two parameters that multiply something; b and d have the data's share
                alone.
        coefficient-alone: da = du * x + dout * lam; dc = dv * h + dout * lam
            In {names} the slope of R counts as λ, where λ times the parameter belongs.
            The slope of (λ/2)a² is λa: the larger a parameter is, the harder it is pulled back. At a = 1 you can't see
                it.
        upstream-on-the-data-only: da = du * x + lam * a; dc = dv * h + lam * c
            In {names} the data's share has the upstream gradient as a factor, but the regularisation's has not.
            dout belongs to J = L + R, and the addition hands it to both terms: R contributes dout times λa and λc.
        upstream-ignored: dout = 1.0
            The upstream gradient is missing from {names}.
            J may feed into something else, and dout says how it matters there. Begin with it, on both paths.
    """,
    hints=(
        "Draw the graph, and list every path from J back to a, b, c and d. Two of the four have a path through R.",
        "At p the slope is 2(p − y); from p to v it is −1/(1 + v)². Let δ reach v: then d gets δ, c δ·h and h δ·c.",
        "At u two branches meet: δ·c·2u comes back from h, and δ directly. Add them. "
        "Then a gets x times the sum and dout·λa on top, c gets dout·λc on top, and b gets the sum as it is.",
    ),
    points=3,
)
