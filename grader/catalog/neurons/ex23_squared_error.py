"""The squared error, with ½ (000, 001, 003)."""

from grader.exercise import Edge, Example, Exercise, Input, Output, Tensor


def forward(a: Tensor, y: Tensor) -> Tensor:
    return 0.5 * ((a - y) ** 2).sum()


exercise = Exercise(
    title="Squared error",
    source="000, 001, 003",
    statement=(
        "Half the sum of the squared errors: L = ½ Σ (a − y)². The loss is a number, and so is the upstream gradient. "
        "Return the gradient with respect to the prediction a; the target y is a constant. "
        "The notes have one output each and call it a; here a and y may have any shape, the same for both."
    ),
    formula=r"L = \tfrac12 \sum_i (a_i - y_i)^2",
    inputs=(Input("a"), Input("y", constant=True)),
    out=Output("L", ""),
    gradients=("da",),
    forward=forward,
    examples=(
        Example("001 §4", {"a": [0.708], "y": [0.8]}, printed={"L": "0.00423", "da": "-0.092"}),
        Example("003", {"a": [7], "y": [5]}, printed={"L": "2"}),
    ),
    edges=(
        Edge("a at y", {"a": [2, -3, 1], "y": [2, 3, 1]}, dout=-2, holds=lambda dout, a, y: bool((a == y).any())),
        Edge("dout at 0", {"a": [2, -3], "y": [1, 4]}, dout=0, holds=lambda dout, a, y: dout == 0),
    ),
    textbook="""
        da = dout * (a - y)
    """,
    mistakes="""
        factor-two: da = 2 * dout * (a - y)
            da is twice what it should be: the ½ before the sum is missing.
            The 2 that comes down from the square cancels the ½; that is what the ½ is there for.
        error-reversed: da = dout * (y - a)
            da has the wrong sign, as the error y − a would give it.
            The gradient is with respect to a: where a is above y, raising it makes the loss larger.
        averaged: da = dout * (a - y) / a.size
            da is divided by the number of elements.
            This loss is a sum, not a mean: each element counts in full, however many there are.
        loss-for-slope: da = dout * 0.5 * (a - y) ** 2
            da has the height ½(a − y)² in it, where its slope belongs.
            The slope of ½e² at e is e itself.
        sign-only: da = dout * sign(a - y)
            da has only the sign of the error in it, and not its size.
            That is the slope of the absolute error |a − y|. The parabola gets steeper the further a is from y.
        errors-summed: da = dout * (a - y).sum()
            da is one number, with the sum of all errors in it.
            Each a feeds into its own term of the sum only, so each has a gradient of its own: da has the shape of a.
        upstream-ignored: dout = 1.0
            da is a − y, as if this loss were the end of the graph: there is no dout in it.
            L may feed into something else, which dout tells you: multiply the error by it.
    """,
    hints=(
        "Take one element first. How does ½(a − y)² move when a moves a little? And when a equals y?",
        "The power rule brings down a 2, which meets the ½. The inner derivative of a − y with respect to a is 1.",
        "So the local gradient is the error a − y, element by element. Multiply it by dout, a single number.",
    ),
    points=2,
)
