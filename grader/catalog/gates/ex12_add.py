"""The add gate (004 §4.1)."""

from grader.exercise import Edge, Example, Exercise, Input, Output, Tensor


def forward(a: Tensor, b: Tensor) -> Tensor:
    return a + b


exercise = Exercise(
    title="The add gate",
    source="004 §4.1",
    statement=(
        "A gate with two inputs of the same shape: s = a + b, element by element. "
        "Given dout, the upstream gradient ∂L/∂s, return the gradients with respect to a and to b, in this order."
    ),
    formula=r"s = a + b",
    inputs=(Input("a"), Input("b")),
    out=Output("s"),
    gradients=("da", "db"),
    forward=forward,
    examples=(
        Example(
            "004 §2, the add node",
            {"a": [-2], "b": [5]},
            dout=[-4],
            printed={"s": "3", "da": "-4", "db": "-4"},
        ),
    ),
    edges=(
        Edge(
            "a and b at 0",
            {"a": [0, 0], "b": [0, 0]},
            dout=[3, -4],
            holds=lambda dout, a, b: not a.any() and not b.any(),
        ),
        Edge(
            "a and b cancel",
            {"a": [2, -3], "b": [-2, 3]},
            dout=[-5, 4],
            holds=lambda dout, a, b: bool(a.all()) and not (a + b).any(),
        ),
    ),
    textbook="""
        da = dout
        db = dout
    """,
    mistakes="""
        upstream-ignored: dout = ones_like(dout)
            There is no dout in {names}, only ones: the local gradients of a sum.
            Ones say how s follows a and b. Multiply them by dout: what comes out is dout itself.
        multiply-rule: da = dout * b; db = dout * a
            In {names} the other input is a factor, as in a product.
            That is the rule of the multiply gate. In a sum b has no say in how far s moves with a.
        own-value: da = dout * a; db = dout * b
            In {names} the input's own value is a factor.
            How large a is doesn't matter: a nudge of a moves the sum by that nudge, wherever a stands.
        halved: da = dout / 2; db = dout / 2
            In {names} there is only half of the upstream gradient.
            A gradient is no fixed amount to share out: s follows each input in full, so each gets all of dout.
        copy-rule: da = 2 * dout; db = 2 * dout
            In {names} the upstream gradient is counted twice.
            Gradients add up where one value feeds two branches. Here two values feed one: dout goes to each of them
                once.
        max-rule: da = dout * (a >= b); db = dout * (a < b)
            In {names} there is a 0 wherever the input is smaller than the other one.
            That is what a max gate does. A sum follows both of its inputs, the smaller one just as much.
    """,
    hints=(
        "Nudge a alone by a little. How far does s move? Does the answer depend on a or on b?",
        "Both local gradients are 1, everywhere.",
        "The upstream gradient times 1 is the upstream gradient: the add gate hands it on, whole, to both inputs.",
    ),
)
