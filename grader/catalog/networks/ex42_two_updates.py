"""Gradient descent on the graph that branches and merges (002)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from grader.exercise import Call, Drawing, Edge, Example, Exercise, Input, Output, Training, Value

Parameters = dict[str, float]


def forward(
    parameters: Mapping[str, float], xs: Sequence[float], y: float, lam: float, lr: float
) -> dict[str, list[Any]]:
    import torch

    steps = []
    for x in xs:
        a, b, c, d = (torch.tensor(parameters[name], dtype=torch.float64, requires_grad=True) for name in "abcd")
        u = a * x + b
        v = c * u**2 + u + d
        p = 1 / (1 + v)
        R = lam / 2 * (a**2 + c**2)
        J = (p - y) ** 2 + R
        slopes = torch.autograd.grad(J, (a, b, c, d))
        parameters = {name: parameters[name] - lr * slope.item() for name, slope in zip("abcd", slopes, strict=True)}
        steps.append(parameters)
    return {"steps": steps}


def gradients(parameters: Parameters, x: float, y: float, lam: float) -> Parameters:
    """The gradient of J with respect to each parameter."""
    a, b, c, d = (parameters[name] for name in "abcd")
    u = a * x + b
    p = 1 / (1 + c * u**2 + u + d)
    dv = -2 * (p - y) * p**2
    du = dv * (2 * c * u + 1)
    return {"a": du * x + lam * a, "b": du, "c": dv * u**2 + lam * c, "d": dv}


def moved(parameters: Parameters, slopes: Parameters, lr: float) -> Parameters:
    """The parameters one step downhill."""
    return {name: parameters[name] - lr * slopes[name] for name in parameters}


def descend(parameters: Parameters, xs: list[float], y: float, lam: float, lr: float) -> list[Parameters]:
    """The parameters after each step, as they should be."""
    steps = []
    for x in xs:
        parameters = moved(parameters, gradients(parameters, x, y, lam), lr)
        steps.append(parameters)
    return steps


def sample(drawing: Drawing) -> tuple[Value, ...]:
    """Parameters, inputs, target, λ and learning rate; as many inputs as there are steps."""
    rng, steps = drawing.rng, drawing.sizes["steps"]
    if drawing.whole:
        values = rng.choice([-1.0, -0.5, 0.5, 1.0, 2.0], 4)
        xs = rng.choice([-1.0, 0.5, 1.0, 2.0], steps)
        y, lam, lr = rng.choice([-1.0, 0.5, 2.0]), rng.choice([0.1, 0.2, 0.5]), rng.choice([0.1, 0.2])
    else:
        values, xs = rng.normal(size=4), rng.normal(size=steps)
        y, lam, lr = rng.normal(), rng.uniform(0.05, 0.5), rng.uniform(0.05, 0.2)
    parameters = {name: float(value) for name, value in zip("abcd", values, strict=True)}
    return parameters, [float(x) for x in xs], float(y), float(lam), float(lr)


def accept(parameters: Parameters, xs: list[float], y: float, lam: float, lr: float) -> bool:
    for x in xs:
        u = parameters["a"] * x + parameters["b"]
        pole = abs(1 + parameters["c"] * u**2 + u + parameters["d"])
        if not (0.4 < pole < 10 and abs(u) > 0.05):
            return False
        parameters = moved(parameters, gradients(parameters, x, y, lam), lr)
    return True


def losses(results: Mapping[str, Value], inputs: Mapping[str, Value]) -> Iterator[float]:
    """The mean of J over all xs, before the first step and after each one."""
    for parameters in (inputs["parameters"], *results["steps"]):
        a, b, c, d = (np.float64(float(+parameters[name])) for name in "abcd")
        u = a * np.array(inputs["xs"]) + b
        p = 1 / (1 + c * u**2 + u + d)
        yield float(((p - inputs["y"]) ** 2).mean() + inputs["lam"] / 2 * (a**2 + c**2))


def uphill(parameters: Parameters, xs: list[float], y: float, lam: float, lr: float) -> list[Parameters]:
    """Your steps go uphill: along the gradient, and not against it.

    The gradient points to where J grows; to make it smaller, step against it.
    """
    return descend(parameters, xs, y, lam, -lr)


def learning_rate_missing(parameters: Parameters, xs: list[float], y: float, lam: float, lr: float) -> list[Parameters]:
    """Each of your steps is as long as the whole gradient: the learning rate is missing.

    The gradient gives a direction; the learning rate says how far to go: θ ← θ − η·∇.
    """
    return descend(parameters, xs, y, lam, 1.0)


def one_dict_for_all_steps(
    parameters: Parameters, xs: list[float], y: float, lam: float, lr: float
) -> list[Parameters]:
    """Every entry of your list has the parameters after the last step.

    A list keeps a reference, not a copy: a later change of the dict shows in it. Make a new dict at each step.
    """
    return [descend(parameters, xs, y, lam, lr)[-1]] * len(xs)


def started_over(parameters: Parameters, xs: list[float], y: float, lam: float, lr: float) -> list[Parameters]:
    """Each of your steps starts from the parameters at the very beginning.

    A step goes on from where the step before it has arrived.
    """
    return [moved(parameters, gradients(parameters, x, y, lam), lr) for x in xs]


def gradient_at_the_start(parameters: Parameters, xs: list[float], y: float, lam: float, lr: float) -> list[Parameters]:
    """The gradient in every step is the one at the parameters from the very beginning.

    The parameters have moved since, and J's slope with them: run the forward anew before each step.
    """
    steps, here = [], parameters
    for x in xs:
        here = moved(here, gradients(parameters, x, y, lam), lr)
        steps.append(here)
    return steps


def first_input_only(parameters: Parameters, xs: list[float], y: float, lam: float, lr: float) -> list[Parameters]:
    """Every one of your steps is taken for the first x.

    Each step sees an input of its own, the next one in xs.
    """
    return descend(parameters, [xs[0]] * len(xs), y, lam, lr)


def c_updated_too_early(parameters: Parameters, xs: list[float], y: float, lam: float, lr: float) -> list[Parameters]:
    """In each step the gradients of a and b have the new c in them.

    All gradients of a step belong to the parameters of its forward pass: first compute all four, then move all four.
    """
    steps = []
    for x in xs:
        slopes = gradients(parameters, x, y, lam)
        c = parameters["c"] - lr * slopes["c"]
        du = slopes["d"] * (2 * c * (parameters["a"] * x + parameters["b"]) + 1)
        slopes = slopes | {"a": du * x + lam * parameters["a"], "b": du}
        parameters = moved(parameters, slopes, lr)
        steps.append(parameters)
    return steps


def regularisation_dropped(
    parameters: Parameters, xs: list[float], y: float, lam: float, lr: float
) -> list[Parameters]:
    """Your steps follow the data alone; a and c are not pulled towards 0.

    J = L + R: the gradients of a and c have λa and λc in them, even where x = 0 and the data says nothing about a.
    """
    return descend(parameters, xs, y, 0.0, lr)


def regularisation_everywhere(
    parameters: Parameters, xs: list[float], y: float, lam: float, lr: float
) -> list[Parameters]:
    """In your steps b and d are pulled towards 0 too, as a and c are.

    Only a and c are in R = (λ/2)(a² + c²); b and d follow the data alone.
    """
    steps = []
    for x in xs:
        slopes = gradients(parameters, x, y, lam)
        slopes = slopes | {name: slopes[name] + lam * parameters[name] for name in "bd"}
        parameters = moved(parameters, slopes, lr)
        steps.append(parameters)
    return steps


def direct_path_only(parameters: Parameters, xs: list[float], y: float, lam: float, lr: float) -> list[Parameters]:
    """The gradients of a and b in your steps lack what comes back through h.

    u reaches v twice, by itself and through h = u². What comes back on the two ways is added.
    """
    steps = []
    for x in xs:
        slopes = gradients(parameters, x, y, lam)
        slopes = slopes | {"a": slopes["d"] * x + lam * parameters["a"], "b": slopes["d"]}
        parameters = moved(parameters, slopes, lr)
        steps.append(parameters)
    return steps


exercise = Exercise(
    title="Steps of gradient descent",
    source="002, 003",
    statement=(
        "Train the graph of 002 by hand: u = a·x + b, h = u², v = c·h + u + d, p = 1/(1 + v), "
        "J = (p − y)² + (λ/2)(a² + c²). "
        "two_updates gets a dict with a, b, c and d, and takes one step θ ← θ − η·∂J/∂θ for each x in xs; "
        "the note takes two, but xs may be of any length. "
        "Return a list with a new dict of parameters after each step, and leave the given one as it is. "
        "lam is λ, lr is η; d is a parameter here."
    ),
    formula=(
        r"J = \Bigl(\frac{1}{1 + c u^2 + u + d} - y\Bigr)^2 + \frac{\lambda}{2}(a^2 + c^2), \quad u = a x + b, \qquad "
        r"\theta \leftarrow \theta - \eta \, \frac{\partial J}{\partial \theta}"
    ),
    inputs=(
        Input("parameters", None, constant=True),
        Input("xs", None, constant=True),
        Input("y", "", constant=True),
        Input("lam", "", constant=True),
        Input("lr", "", constant=True),
    ),
    out=Output("steps", ""),
    gradients=("steps",),
    calls=(Call("two_updates", ("parameters", "xs", "y", "lam", "lr"), "steps"),),
    forward=forward,
    sample=sample,
    axes=("steps",),
    accept=accept,
    examples=(
        Example(
            "002",
            {
                "parameters": {"a": 1.0, "b": 0.0, "c": 1.0, "d": 0.0},
                "xs": [2.0, 0.0],
                "y": 1,
                "lam": 0.1,
                "lr": 0.1,
            },
            printed={"steps": "0.955015 -0.017493 0.976006 -0.003499 0.945464 -0.013237 0.966247 0.000908"},
        ),
    ),
    edges=(
        Edge(
            "x at 0",
            {"parameters": {"a": 2.0, "b": 1.0, "c": -2.0, "d": 3.0}, "xs": [0.0], "y": 1, "lam": 0.5, "lr": 0.1},
            holds=lambda parameters, xs, *others: 0 in xs,
        ),
        Edge(
            "lam at 0",
            {"parameters": {"a": -1.0, "b": 3.0, "c": 2.0, "d": 1.0}, "xs": [2.0, 1.0], "y": 1, "lam": 0, "lr": 0.5},
            holds=lambda parameters, xs, y, lam, lr: bool(lam == 0),
        ),
        Edge(
            "the same x again",
            {
                "parameters": {"a": 2.0, "b": 1.0, "c": 1.0, "d": -2.0},
                "xs": [1.0, 1.0, 1.0],
                "y": 2,
                "lam": 0.5,
                "lr": 0.2,
            },
            holds=lambda parameters, xs, *others: len(xs) > 1 and len(set(xs)) == 1,
        ),
    ),
    misconceptions=(
        uphill,
        learning_rate_missing,
        one_dict_for_all_steps,
        started_over,
        gradient_at_the_start,
        first_input_only,
        c_updated_too_early,
        regularisation_dropped,
        regularisation_everywhere,
        direct_path_only,
    ),
    hints=(
        "A step has three parts: forward with the present parameters, backward to their gradients, update. "
        "The gradients are those of exercise 41, with nothing upstream.",
        "With δ = −2(p − y)/(1 + v)²: d gets δ, c gets δ·h + λc, b gets δ·(2cu + 1), and a gets x times that, + λa.",
        "Compute all four gradients before you change any parameter. "
        "Each new parameter is the present one less η times its gradient; put the four into a new dict, and go on.",
    ),
    points=3,
    float32=False,
    descent=("parameters", "lr"),
    training=Training("lr", "xs", "the mean of J over all xs, before the first step and after each", losses, first=0),
    aside=(
        "This is the backward pass of the first step; the later steps are not drawn. "
        "Yours are what your first step says: (old − new)/lr."
    ),
)
