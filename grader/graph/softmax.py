"""The arithmetic of classes: softmax, cross-entropy, and the choice of each sample's own class."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.graph.axes import mean_over
from grader.graph.calls import call, elementwise
from grader.graph.terms import Index, Term, leaf, number, total

_STEEP = 30
"""From here on the largest element is subtracted before exp is taken."""


def shift(a: Term, index: Index, dim: int) -> tuple[Term, list[Term]]:
    """One element, and the exponentials of all that a softmax adds up there, with nothing large in them."""
    places = [(*index[: dim % a.value.ndim], k, *index[dim % a.value.ndim + 1 :]) for k in range(a.shape[dim])]
    largest = max(float(a.value[place]) for place in places)
    shift = number(largest if largest > _STEEP else 0)
    return a.at(index) - shift, [elementwise("exp", np.exp, a.at(place) - shift) for place in places]


def softmax(a: Term, dim: int) -> Term:
    """The softmax along an axis."""
    exp = np.exp(a.value - a.value.max(axis=dim, keepdims=True))

    def element(index: Index) -> Term:
        own, exponentials = shift(a, index, dim)
        return elementwise("exp", np.exp, own) / total(exponentials)

    return call("softmax", a, value=exp / exp.sum(axis=dim, keepdims=True), element=element, also=f"axis={dim}")


def log_softmax(a: Term, dim: int) -> Term:
    """The logarithm of the softmax along an axis."""
    less = a.value - a.value.max(axis=dim, keepdims=True)

    def element(index: Index) -> Term:
        own, exponentials = shift(a, index, dim)
        return own - elementwise("log", np.log, total(exponentials))

    value = less - np.log(np.exp(less).sum(axis=dim, keepdims=True))
    return call("log_softmax", a, value=value, element=element, also=f"axis={dim}")


def pick(a: Term, dim: Term, labels: Term) -> Term:
    """From each row the element that its label names."""
    places = labels.value.astype(int).reshape(-1, 1)

    def element(index: Index) -> Term:
        return a.at((index[0], int(places[index])))

    return call("pick", a, labels, value=np.take_along_axis(a.value, places, axis=1), element=element)


def one_hot(labels: Term, classes: int) -> Term:
    """A row for each label, 1 at its place and 0 elsewhere."""
    hot = (np.arange(classes) == labels.value.reshape(-1, 1)) * 1.0
    return call("one_hot", labels, value=hot, element=lambda index: number(hot[index]))


def cross_entropy(logits: Term, labels: Term, **_: Any) -> Term:
    """The mean cross-entropy of a softmax: −log of each sample's probability of its class."""
    places = labels.value.astype(int).reshape(-1, 1)
    losses = leaf("losses", -np.take_along_axis(log_softmax(logits, 1).value, places, axis=1)[:, 0])
    mean = mean_over(losses)
    return call("cross_entropy", logits, labels, value=mean.value, element=mean.at)


def cross_entropy_slope(logits: Term, labels: Term) -> Term:
    """The local derivative of the mean cross-entropy."""
    samples, classes = logits.shape
    return (softmax(logits, 1) - one_hot(labels, classes)) / number(samples)
