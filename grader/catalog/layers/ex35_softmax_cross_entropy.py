"""Softmax with mean cross-entropy, on logits (beyond the notes)."""

import numpy as np

from grader.exercise import Array, Edge, Example, Exercise, Input, Output, Tensor, class_labels


def forward(logits: Tensor, labels: Tensor) -> Tensor:
    log_p = logits.log_softmax(dim=1)
    picked = log_p.gather(1, labels[:, None])
    return -picked.mean()


def overflowing_softmax(dout: float, logits: Array, labels: Array) -> Array:
    """Where the exp of a logit overflows, or every exp in a row is 0, dlogits is no number.

    inf divided by inf is nan, and so is 0 divided by 0. Shifting a row of logits leaves its softmax as it is: take away
    each row's maximum before exp.
    """
    exp: Array = np.exp(logits)
    total: Array = exp.sum(axis=1, keepdims=True)
    p = exp / total
    return dout * (p - np.eye(logits.shape[1])[labels]) / len(labels)


exercise = Exercise(
    title="Softmax with cross-entropy",
    source="beyond the notes",
    statement=(
        "Each row of logits holds a sample's scores for C classes; the softmax turns them into probabilities p. "
        "The loss is the mean over the N samples of −log of the probability that p gives to the true class, labels[n]. "
        "Return dlogits, through the softmax and the logarithm at once. Logits may be as large as ±1000."
    ),
    formula=r"p_{nc} = \frac{e^{s_{nc}}}{\sum_k e^{s_{nk}}}, \quad L = -\frac1N \sum_n \log p_{n,\,\mathrm{labels}_n}",
    inputs=(Input("logits", "N C"), Input("labels", "N", class_labels("C"), constant=True, integer=True)),
    out=Output("L", ""),
    gradients=("dlogits",),
    forward=forward,
    minimum={"C": 2},
    examples=(
        Example("beyond the notes", {"logits": [[2, 1, 0], [-1, 3, 1]], "labels": [0, 2]}),
        Example("beyond the notes", {"logits": [[0, 0, 0, 0]], "labels": [1]}, dout=-4),
    ),
    edges=(
        Edge(
            "logits at ±1000",
            {"logits": [[1000, -1000, 0], [1000, -1000, 0], [-1000, -1000, -1000]], "labels": [1, 0, 2]},
            dout=-3,
            holds=lambda dout, logits, labels: bool(logits.min() == -1000 and logits.max() == 1000),
        ),
        Edge(
            "one label for all samples",
            {"logits": [[1, -2], [0, 3], [2, 2]], "labels": [1, 1, 1]},
            dout=6,
            holds=lambda dout, logits, labels: len(labels) > 1 and len(set(labels)) == 1,
        ),
    ),
    textbook="""
        p = softmax(logits, axis=1)
        dlogits = dout * (p - one_hot(labels, C)) / N

        p = softmax(logits, axis=1)
        dlog_p = -dout * one_hot(labels, C) / N
        dlogits = dlog_p - p * dlog_p.sum(axis=1, keepdims=True)
    """,
    mistakes="""
        not-averaged: dlogits = dout * (p - one_hot(labels, C))
            The factor 1/N is missing from dlogits.
            L is the mean over the samples, so each sample has the weight 1/N in it.
        averaged-over-all: dlogits = dout * (p - one_hot(labels, C)) / (N * C)
            dlogits is divided by the number of logits, N·C, where the number of samples belongs.
            The loss has one term for each sample, not for each class: the mean is over N.
        probabilities-only: dlogits = dout * p / N
            In dlogits there are the probabilities alone, without the 1 taken away at the true class.
            A logit acts in two ways: all of them through the log of the sum, and the true one directly. The second
                subtracts 1.
        true-class-only: dlogits = dout * (p - 1) * one_hot(labels, C) / N
            dlogits is 0 at every class but the true one.
            The other logits stand in the denominator of the softmax: raising one lowers the true class's probability.
        softmax-over-samples: p = softmax(logits, axis=0)
            In dlogits the probabilities are those of a softmax down the columns, over the samples.
            Each row is one sample, and its probabilities over the classes sum to 1.
        softmax-missing: dlogits = dout * (logits - one_hot(labels, C)) / N
            In dlogits the 1 at the true class is taken away from the logits themselves, not from their softmax.
            What is compared with the labels is the softmax of the logits, the probabilities.
        slope-twice: dlogits = dout * (p - one_hot(labels, C)) * (p * (1 - p)) / N
            In dlogits the probabilities, less 1 at the true class, are multiplied by p(1 − p).
            p, less 1 at the true class, is the gradient at the logits already: the softmax's slope is in it.
        upstream-ignored: dout = 1.0
            dlogits is the gradient of L by itself: there is no dout in it.
            L may be one part of a greater loss, and dout is its weight there: multiply by it.
    """,
    misconceptions=(overflowing_softmax,),
    hints=(
        "For one sample write −log p of the true class as (log of the sum of all exps) − (the true logit). "
        "Now differentiate the two terms.",
        "The derivative of the log of the sum, in one logit, is that logit's probability. "
        "The second term moves with the true logit only.",
        "For one sample the gradient is its probabilities, less 1 at the true class. "
        "The mean gives each sample the weight 1/N, and dout weighs the whole.",
    ),
    points=3,
)
