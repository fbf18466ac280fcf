"""Training a two-layer classifier on handwritten digits (003, 004 §10)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from grader.catalog.digits import digits
from grader.exercise import Array, Drawing, Edge, Example, Exercise, Input, Output, Training, Value
from grader.text.language import say

Parameters = dict[str, Array]
Results = dict[str, Value]
Gradients = Callable[..., tuple[float, Parameters]]

TRAINING = 512
"""The first digits are for training."""

TEST = 1297
"""The digits from here on are for the test: the last 500."""

HIDDEN, CLASSES, BATCH, EPOCHS = 24, 10, 64, 6

MOST_NUMBERS = 12
"""Data of more numbers are told by their sizes."""


def forward(parameters: Mapping[str, Array], X: Array, labels: Array, batches: Array, lr: float) -> Results:
    import torch

    leaves = {name: torch.tensor(each, dtype=torch.float64, requires_grad=True) for name, each in parameters.items()}
    inputs, targets = torch.tensor(X, dtype=torch.float64), torch.tensor(labels)
    losses: list[float] = []
    first: dict[str, torch.Tensor] = {}
    for batch in torch.tensor(batches):
        hidden = (inputs[batch] @ leaves["W1"] + leaves["b1"]).relu()
        logits = hidden @ leaves["W2"] + leaves["b2"]
        loss = torch.nn.functional.cross_entropy(logits, targets[batch])
        gradients = dict(zip(leaves, torch.autograd.grad(loss, tuple(leaves.values())), strict=True))
        with torch.no_grad():
            # One step of torch.optim.SGD, to the last bit; that class would take a second to import.
            for name, leaf in leaves.items():
                leaf.add_(gradients[name], alpha=-lr)
        losses.append(loss.item())
        first = first or gradients
    backward_order = ("W2", "b2", "W1", "b1")
    return {
        "gradients": {name: first[name] for name in backward_order},
        "losses": np.array(losses),
        "parameters": {name: leaves[name] for name in backward_order},
    }


def network(parameters: Mapping[str, Array], X: Array) -> tuple[Array, Array, Array]:
    """Z1, A1 and the logits."""
    Z1 = X @ parameters["W1"] + parameters["b1"]
    A1 = np.maximum(Z1, 0)
    return Z1, A1, A1 @ parameters["W2"] + parameters["b2"]


def log_softmax(logits: Array) -> Array:
    shifted = logits - logits.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))


def softmax(logits: Array) -> Array:
    """The probabilities, where no exponential overflows; the maximum is not subtracted."""
    powers = np.exp(logits)
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def loss_and_gradients(
    parameters: Mapping[str, Array],
    X: Array,
    labels: Array,
    log_P: Callable[[Array], Array] = log_softmax,
    mask: Callable[[Array], Array] = lambda Z1: Z1 > 0,
    mean: Callable[[Array, int], Array] = lambda dlogits, N: dlogits / N,
    P: Callable[[Array], Array] = lambda logits: np.exp(log_softmax(logits)),
) -> tuple[float, Parameters]:
    """The loss and its gradients, with parts that can be replaced by wrong ones."""
    Z1, A1, logits = network(parameters, X)
    found = log_P(logits)
    rows = np.arange(len(labels))
    dlogits = P(logits)
    dlogits[rows, labels] -= 1
    dlogits = mean(dlogits, len(labels))
    dZ1 = dlogits @ parameters["W2"].T * mask(Z1)
    gradients = {"W1": X.T @ dZ1, "b1": dZ1.sum(axis=0), "W2": A1.T @ dlogits, "b2": dlogits.sum(axis=0)}
    return -float(found[rows, labels].mean()), gradients


def trained(case: tuple[Value, ...], gradients: Gradients = loss_and_gradients) -> Results:
    """What a submission gives that has these gradients, and trains as it should."""
    parameters, X, labels, batches, lr = case
    _, first = gradients(parameters, X[batches[0]], labels[batches[0]])
    losses = []
    for batch in batches:
        loss, slopes = gradients(parameters, X[batch], labels[batch])
        losses.append(loss)
        parameters = moved(parameters, slopes, lr)
    return {"gradients": first, "losses": losses, "parameters": parameters}


def moved(parameters: Mapping[str, Array], slopes: Mapping[str, Array], lr: float) -> Parameters:
    """The parameters one step downhill."""
    return {name: parameters[name] - lr * slopes[name] for name in parameters}


def with_right_gradients(case: tuple[Value, ...], wrong: Results) -> Results:
    """What a submission gives whose gradients are right, and whose loop isn't."""
    parameters, X, labels, batches, _ = case
    return wrong | {"gradients": loss_and_gradients(parameters, X[batches[0]], labels[batches[0]])[1]}


def batch_not_averaged(*case: Value) -> Results:
    """Your gradients are those of the sum over the mini-batch: the factor 1/N is missing.

    The loss is a mean over N digits: each of them counts 1/N in every gradient, once, where the backward pass begins.
    """
    return trained(case, partial(loss_and_gradients, mean=lambda dlogits, N: dlogits))


def averaged_twice(*case: Value) -> Results:
    """Your gradients have the factor 1/N twice.

    The mean in the loss brings 1/N once. Where it stands already in the gradient of the logits, W and b have it too.
    """
    return trained(case, partial(loss_and_gradients, mean=lambda dlogits, N: dlogits / N**2))


def mask_missing(*case: Value) -> Results:
    """Your gradients go back through ReLU as if it weren't there.

    Where Z1 is negative, A1 stays 0 whatever W1 does: what comes back stops there.
    """
    return trained(case, partial(loss_and_gradients, mask=np.ones_like))


def open_at_zero(*case: Value) -> Results:
    """Your gradients go back through ReLU where its input is exactly 0.

    There the notes and PyTorch both take 0: a unit is on only where Z1 is greater than 0.
    """
    return trained(case, partial(loss_and_gradients, mask=lambda Z1: Z1 >= 0))


def maximum_not_subtracted(*case: Value) -> Results:
    """No number comes back in {names} where logits are near 1000: their exponentials overflow.

    e to the 1000 is inf, and inf by inf is nan. Subtract each row's largest logit first: no probability changes.
    """
    return trained(
        case,
        partial(loss_and_gradients, log_P=lambda logits: np.log(softmax(logits)), P=softmax),
    )


def sum_overflows(*case: Value) -> Results:
    """Where logits are near 1000 the sum of their exponentials overflows, and no loss comes of it.

    e to the 1000 is inf, and so is its logarithm. Subtract each row's largest logit first: no probability changes.
    """

    def log_P(logits: Array) -> Array:
        return np.asarray(logits - np.log(np.exp(logits).sum(axis=1, keepdims=True)))

    return trained(case, partial(loss_and_gradients, log_P=log_P, P=softmax))


def probability_underflows(*case: Value) -> Results:
    """Where the probability of a label underflows to 0, no loss comes of it.

    Its logarithm is no such extreme number: that of a quotient is a difference, which can be taken of the logits before
    anything underflows.
    """

    def log_P(logits: Array) -> Array:
        return np.asarray(np.log(softmax(logits - logits.max(axis=1, keepdims=True))))

    return trained(case, partial(loss_and_gradients, log_P=log_P))


def biases_averaged(*case: Value) -> Results:
    """Your gradients of the biases have the factor 1/N twice.

    A bias is added in every row, so its gradient is the sum over the rows; the loss's 1/N is in them already.
    """

    def gradients(parameters: Mapping[str, Array], X: Array, labels: Array) -> tuple[float, Parameters]:
        loss, slopes = loss_and_gradients(parameters, X, labels)
        return loss, slopes | {name: slopes[name] / len(labels) for name in ("b1", "b2")}

    return trained(case, gradients)


def loss_not_averaged(*case: Value) -> Results:
    """Your loss is the sum over the mini-batch, where its mean belongs.

    With a mean, losses of mini-batches of any size can be compared; and your gradients are those of the mean already.
    """

    def gradients(parameters: Mapping[str, Array], X: Array, labels: Array) -> tuple[float, Parameters]:
        loss, slopes = loss_and_gradients(parameters, X, labels)
        return loss * len(labels), slopes

    return trained(case, gradients)


def uphill(*case: Value) -> Results:
    """Your steps go uphill: along the gradient, and not against it.

    The gradient points to where the loss grows; to make it smaller, step against it.
    """
    *data, lr = case
    return with_right_gradients(case, trained((*data, -lr)))


def learning_rate_missing(*case: Value) -> Results:
    """Each of your steps is as long as the whole gradient: the learning rate is missing.

    The gradient gives a direction; the learning rate says how far to go.
    """
    *data, _ = case
    return with_right_gradients(case, trained((*data, 1.0)))


def learning_rate_by_batch(*case: Value) -> Results:
    """Each of your steps is N times too short, for a mini-batch of N digits.

    The mean in the loss has done that already: the gradients need no further 1/N.
    """
    *data, lr = case
    return with_right_gradients(case, trained((*data, lr / case[3].shape[1])))


def all_data_in_each_step(*case: Value) -> Results:
    """Each of your steps sees all the data instead of its mini-batch.

    That is gradient descent, not the stochastic kind. Row k of batches says which rows of X make step k.
    """
    parameters, X, labels, batches, lr = case
    every = np.tile(np.arange(len(X)), (len(batches), 1))
    return with_right_gradients(case, trained((parameters, X, labels, every, lr)))


def first_batch_only(*case: Value) -> Results:
    """Every one of your steps is taken on the first mini-batch.

    Each row of batches is a step of its own, with other digits.
    """
    parameters, X, labels, batches, lr = case
    return with_right_gradients(case, trained((parameters, X, labels, batches[[0] * len(batches)], lr)))


def gradient_at_the_start(*case: Value) -> Results:
    """The gradient in every step is the one at the parameters that training starts with.

    They move with each step, and the slope with them: the next forward and backward pass see the new ones.
    """
    parameters, X, labels, batches, lr = case
    pairs = [loss_and_gradients(parameters, X[batch], labels[batch]) for batch in batches]
    here = parameters
    for _, slopes in pairs:
        here = moved(here, slopes, lr)
    return with_right_gradients(case, {"losses": [loss for loss, _ in pairs], "parameters": here})


def gradients_piled_up(*case: Value) -> Results:
    """Each of your steps takes the sum of its own gradient and those of all steps before.

    That is PyTorch without zero_grad(). A step uses the gradients of its own mini-batch only: begin at 0 each time.
    """
    parameters, X, labels, batches, lr = case
    losses, pile = [], {name: np.zeros_like(each) for name, each in parameters.items()}
    for batch in batches:
        loss, slopes = loss_and_gradients(parameters, X[batch], labels[batch])
        losses.append(loss)
        pile = {name: pile[name] + slopes[name] for name in pile}
        parameters = moved(parameters, pile, lr)
    return with_right_gradients(case, {"losses": losses, "parameters": parameters})


def loss_after_the_update(*case: Value) -> Results:
    """Your losses are those after each update, one step late.

    The forward pass that gives the gradients gives the loss as well; record that one, before the parameters move.
    """
    parameters, X, labels, batches, lr = case
    losses = []
    for batch in batches:
        parameters = moved(parameters, loss_and_gradients(parameters, X[batch], labels[batch])[1], lr)
        losses.append(loss_and_gradients(parameters, X[batch], labels[batch])[0])
    return with_right_gradients(case, {"losses": losses, "parameters": parameters})


def biases_not_updated(*case: Value) -> Results:
    """Your biases stay where they were.

    All four parameters learn: each moves by the learning rate times its own gradient.
    """

    def gradients(parameters: Mapping[str, Array], X: Array, labels: Array) -> tuple[float, Parameters]:
        loss, slopes = loss_and_gradients(parameters, X, labels)
        return loss, slopes | {name: np.zeros_like(slopes[name]) for name in ("b1", "b2")}

    return with_right_gradients(case, trained(case, gradients))


def losses(results: Mapping[str, Value], inputs: Mapping[str, Value]) -> Sequence[float]:
    """The losses of all steps, which the exercise asks for."""
    found: Sequence[float] = results["losses"]
    return found


def initial(rng: np.random.Generator, d_x: int, d_h: int, classes: int) -> Parameters:
    """Parameters to start from: small random weights, biases that aren't 0."""
    return {
        "W1": np.round(rng.normal(size=(d_x, d_h)) * np.sqrt(2 / d_x), 3),
        "b1": np.round(rng.normal(size=d_h) / 10, 3),
        "W2": np.round(rng.normal(size=(d_h, classes)) * np.sqrt(1 / d_h), 3),
        "b2": np.round(rng.normal(size=classes) / 10, 3),
    }


def training_run() -> Results:
    """The real thing: some epochs over the digits, each in a random order of its own."""
    rng = np.random.default_rng(63)
    X, labels = digits()
    epochs = [rng.permutation(TRAINING).reshape(-1, BATCH) for _ in range(EPOCHS)]
    return {
        "parameters": initial(rng, X.shape[1], HIDDEN, CLASSES),
        "X": X[:TRAINING],
        "labels": labels[:TRAINING],
        "batches": np.concatenate(epochs),
        "lr": 0.5,
    }


def sample(drawing: Drawing) -> tuple[Value, ...]:
    """A small network, small data, two to four mini-batches that leave some of it out."""
    rng, sizes = drawing.rng, drawing.sizes
    rows, steps = sizes["N"] + 2, int(rng.integers(2, 5))
    X = rng.integers(-2, 3, (rows, sizes["d_x"])) * 1.0 if drawing.whole else rng.normal(size=(rows, sizes["d_x"]))
    batches = np.array([rng.permutation(rows)[: sizes["N"]] for _ in range(steps)])
    lr = float(rng.choice([0.1, 0.2, 0.5]))
    parameters = initial(rng, sizes["d_x"], sizes["d_h"], sizes["C"])
    return parameters, X, rng.integers(0, sizes["C"], rows), batches, lr


def accept(parameters: Parameters, X: Array, labels: Array, batches: Array, lr: float) -> bool:
    """Whether no input of ReLU is near its kink on the way."""
    for batch in batches:
        if np.abs(network(parameters, X[batch])[0]).min() < 1e-4:
            return False
        parameters = moved(parameters, loss_and_gradients(parameters, X[batch], labels[batch])[1], lr)
    return True


def remark(got: Mapping[str, Any], expected: Mapping[str, Any]) -> str:
    """The accuracy on digits that neither has seen, the submission's and PyTorch's."""
    mine, theirs = got.get("parameters"), expected["parameters"]
    if len(theirs["W1"]) != digits()[0].shape[1]:
        return ""
    if not isinstance(mine, Mapping) or not all(_usable(mine.get(name), each) for name, each in theirs.items()):
        return ""
    shares = [f"{100 * accuracy(each):.1f} %" for each in (mine, theirs)]
    return say(
        "your network reads {own} of 500 new digits rightly, PyTorch's {theirs}", own=shares[0], theirs=shares[1]
    )


def _usable(mine: object, theirs: Array) -> bool:
    return isinstance(mine, np.ndarray) and mine.shape == theirs.shape and bool(np.isfinite(mine).all())


def accuracy(parameters: Mapping[str, Array]) -> float:
    """The share of the test digits that a network recognises."""
    X, labels = digits()
    return float((network(parameters, X[TEST:])[2].argmax(axis=1) == labels[TEST:]).mean())


def written_call(result: str, parameters: Parameters, X: Array, labels: Array, batches: Array, lr: float) -> str:
    first = result.startswith(("gradients", "loss_and_gradients"))
    if X.size <= MOST_NUMBERS:
        named = ", ".join(f'"{name}": {_typed(each)}' for name, each in parameters.items())
        data = (X[batches[0]], labels[batches[0]]) if first else (X, labels, batches)
        given = f"{{{named}}}, {', '.join(map(_typed, data))}"
        return f"loss_and_gradients({given})" if first else f"train({given}, {lr:g})"
    (d_x, d_h), classes = parameters["W1"].shape, len(parameters["b2"])
    call = "loss_and_gradients(parameters, X, labels)" if first else f"train(parameters, X, labels, batches, {lr:g})"
    sizes = f"d_x = {d_x}, d_h = {d_h}, C = {classes}"
    return f"{call}  # with {len(batches)} mini-batches of {batches.shape[1]}, {sizes}"


def _typed(array: Array) -> str:
    return f"np.array({np.round(array, 3).tolist()})"


def first_step(
    parameters: Parameters, X: Array, labels: Array, batches: Array, lr: float
) -> tuple[Array, Array, Array]:
    """Z1, the logits, and each label's probability, in the first mini-batch."""
    Z1, _, logits = network(parameters, X[batches[0]])
    return Z1, logits, np.exp(log_softmax(logits))[np.arange(len(logits)), labels[batches[0]]]


def has_large_logits(*case: Any) -> bool:
    """Whether the logits of the first step are all near 1000, with probabilities that are likely."""
    _, logits, chosen = first_step(*case)
    return bool(
        (abs(logits - 1000) < 20).all() and (logits > np.log(np.finfo(float).max)).all() and (chosen > 1e-3).all()
    )


def has_underflow(*case: Any) -> bool:
    """Whether a label's probability is 0 in the first step, and no exponential overflows."""
    _, logits, chosen = first_step(*case)
    return bool((chosen == 0).any() and np.isfinite(np.exp(logits)).all())


def has_zero(*case: Any) -> bool:
    """Whether an input of ReLU is exactly 0 in the first step."""
    return bool((first_step(*case)[0] == 0).any())


def edges() -> Iterator[Edge]:
    rng = np.random.default_rng(6)
    parameters = initial(rng, 3, 4, 3)
    small = {"parameters": parameters, "X": rng.normal(size=(6, 3)), "labels": rng.integers(0, 3, 6)}
    twice, single = np.array([[0, 2, 5], [0, 2, 5], [0, 2, 5]]), np.array([[4], [1], [4]])
    yield Edge(
        "the same mini-batch three times",
        {**small, "batches": twice, "lr": 0.5},
        holds=lambda parameters, X, labels, batches, lr: len(batches) == 3 and bool((batches == batches[0]).all()),
    )
    yield Edge(
        "mini-batches of one",
        {**small, "batches": single, "lr": 0.5},
        holds=lambda parameters, X, labels, batches, lr: batches.shape[1] == 1,
    )
    yield Edge(
        "one digit twice in a mini-batch",
        {**small, "batches": np.array([[3, 3, 1, 0]]), "lr": 0.2},
        holds=lambda parameters, X, labels, batches, lr: any(len(set(batch)) < len(batch) for batch in batches),
    )
    yield Edge("logits near 1000", by_hand([[0, 1, 2]], b2=[1000, 1001, 998]), holds=has_large_logits)
    yield Edge("a probability that underflows to 0", by_hand([[0, 1], [2, 1]], b2=[0, -800, 1]), holds=has_underflow)
    yield Edge("an input of ReLU at 0", by_hand([[0, 1], [2, 1]], b1=[-7, 1]), holds=has_zero, convention=True)


def by_hand(batches: list[list[int]], b1: Sequence[float] = (1, 1), b2: Sequence[float] = (0, 1, -1)) -> Results:
    """The inputs of a case with small whole numbers, and three rows of data."""
    parameters = {"W1": [[1, 2], [3, 1]], "b1": b1, "W2": [[1, 0, -1], [0, 1, 1]], "b2": b2}
    return {
        "parameters": {name: np.array(each, dtype=np.float64) for name, each in parameters.items()},
        "X": np.array([[1.0, 2], [2, 1], [1, 0]]),
        "labels": np.array([1, 0, 0]),
        "batches": np.array(batches),
        "lr": 0.1,
    }


exercise = Exercise(
    title="Training on handwritten digits",
    source="003, 004 §10",
    statement=(
        "Everything together: a two-layer classifier learns to read handwritten digits, 8 by 8 pixels each, with your "
        "own gradients. Write loss_and_gradients, the forward and the backward pass of the network in one, and train, "
        "the loop of mini-batch stochastic gradient descent: θ ← θ − η·∂L/∂θ, where lr is η. "
        "Which digits make a mini-batch is given, so that every loss, from the first step to the last, and every "
        "parameter in the end can be compared with those of torch.optim.SGD. "
        "The slope of ReLU at 0 is taken to be 0. "
        "It is judged on small networks as well. The command grader curve draws your losses over PyTorch's."
    ),
    formula=(
        r"L = -\frac{1}{N} \sum_n \log P_{n, y_n}, \quad P = \mathrm{softmax}(\max(X W_1 + b_1, 0) W_2 + b_2), \qquad "
        r"\theta \leftarrow \theta - \eta \, \frac{\partial L}{\partial \theta}"
    ),
    inputs=(
        Input("parameters", None, constant=True),
        Input("X", None, constant=True),
        Input("labels", None, constant=True),
        Input("batches", None, constant=True),
        Input("lr", "", constant=True),
    ),
    out=Output("L", ""),
    gradients=("gradients", "losses", "parameters"),
    driver="train",
    asks=("loss_and_gradients", "train"),
    forward=forward,
    sample=sample,
    axes=("N", "d_x", "d_h", "C"),
    minimum={"C": 2},
    accept=accept,
    rtol=1e-6,
    apart=("gradients",),
    written_call=written_call,
    remark=remark,
    training=Training("lr", "batches", "the loss of each mini-batch, before its step", losses),
    examples=(
        Example(
            "003 and 004 §10, with numbers of ours",
            {
                "parameters": {
                    "W1": np.array([[1.0, -1.0], [0.5, 2.0]]),
                    "b1": np.array([0.0, -0.5]),
                    "W2": np.array([[1.0, -1.0], [-0.5, 1.0]]),
                    "b2": np.array([0.0, 0.5]),
                },
                "X": np.array([[1.0, 2.0], [-1.0, 1.0], [2.0, -1.0]]),
                "labels": np.array([0, 1, 1]),
                "batches": np.array([[0, 1], [2, 0]]),
                "lr": 0.5,
            },
        ),
        Example("the real digits", training_run()),
    ),
    edges=tuple(edges()),
    misconceptions=(
        batch_not_averaged,
        averaged_twice,
        mask_missing,
        open_at_zero,
        maximum_not_subtracted,
        sum_overflows,
        probability_underflows,
        biases_averaged,
        loss_not_averaged,
        uphill,
        learning_rate_missing,
        learning_rate_by_batch,
        all_data_in_each_step,
        first_batch_only,
        gradient_at_the_start,
        gradients_piled_up,
        loss_after_the_update,
        biases_not_updated,
    ),
    hints=(
        "loss_and_gradients is exercise 44, two_layer_batch, with forward and backward in one function and nothing "
        "upstream. Get gradients right before you train: exercise 61 shows how to check them.",
        "A step has four parts: pick the rows of the mini-batch, run forward and backward on them, note the loss, "
        "and make new parameters, each the old one less the learning rate times its gradient.",
        "Begin with an empty list and the given parameters. Don't change the given arrays in place: "
        "put new arrays into a new dict, and let the next step start from that.",
    ),
    points=5,
    float32=False,
)
