"""The multiply gate (004 §4.2)."""

from grader.exercise import Edge, Example, Exercise, Input, Output, Tensor


def forward(a: Tensor, b: Tensor) -> Tensor:
    return a * b


exercise = Exercise(
    title="The multiply gate",
    source="004 §4.2",
    statement=(
        "A gate with two inputs of the same shape: p = a·b, element by element, no matrix product. "
        "Given dout, the upstream gradient ∂L/∂p, return the gradients with respect to a and to b, in this order."
    ),
    formula=r"p = a \odot b",
    inputs=(Input("a"), Input("b")),
    out=Output("p"),
    gradients=("da", "db"),
    forward=forward,
    examples=(
        Example(
            "004 §2, the multiply node",
            {"a": [3], "b": [-4]},
            dout=[1],
            printed={"p": "-12", "da": "-4", "db": "3"},
        ),
    ),
    edges=(
        Edge(
            "a factor at 0",
            {"a": [0, 2, 0], "b": [3, 0, 0]},
            dout=[-4, 5, 2],
            holds=lambda dout, a, b: bool((a * b == 0).any()),
        ),
    ),
    textbook="""
        p = a * b
        da = dout * b
        db = dout * a
    """,
    mistakes="""
        not-swapped: da = dout * a; db = dout * b
            In {names} the input's own value is the factor, where the other one's belongs.
            How far the product moves with a depends on b, so a gets b and b gets a.
        upstream-ignored: dout = ones_like(dout)
            There is no dout in {names}, only the other factor.
            b says how p follows a. How the loss follows a is that times dout.
        upstream-added: da = dout + b; db = dout + a
            In {names} the other factor is added to the upstream gradient, not multiplied with it.
            The chain rule multiplies rates: p moves b times as far as a does, and the loss dout times as far as p.
        add-rule: da = dout; db = dout
            In {names} there is the upstream gradient alone, without the other factor.
            That is the rule of the add gate. A product moves with a as many times as b says.
        product-used: da = dout * p; db = dout * p
            In {names} the product a·b is the factor, where the other input belongs.
            The product is the gate's value. Its slope along a has one factor left, b.
        factors-added: da = dout * (a + b); db = dout * (a + b)
            In {names} the sum a + b is the factor, where the other input belongs.
            The product rule adds two terms when a and b move together. Here each is nudged alone, and has a slope of
                its own.
    """,
    hints=(
        "Hold b still and nudge a. If b is 5, how many times as far does p move?",
        "The local gradient along a is b, the one along b is a: each input's slope is the other input.",
        "Multiply the upstream gradient by the other factor, element by element: once for a, once for b.",
    ),
)
