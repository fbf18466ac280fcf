"""Where several gradients are right at a tie, the ones that a submission is compared with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from grader.exercise import Array
from grader.graph.flows import Flows
from grader.graph.terms import Term, leaf, number
from grader.graph.values import Trace
from grader.text.language import later, say

SAID = later(
    "At a tie any two shares that make up the upstream gradient are right: "
    "drawn are those nearest to yours, where PyTorch takes half each."
)


def share_ties(trace: Trace, found: Flows, settled: Mapping[str, Array]) -> tuple[Flows, str]:
    """The flows with the settled gradients, by name, in the place of PyTorch's; and a word on them if any are others.

    Each maximum learns its shares, for what is written of it.
    """
    gradients, contributions = dict(found.gradients), dict(found.contributions)
    note = ""
    for value in trace.values:
        if value.operation != "maximum":
            continue
        if not all(each.name in settled and len(found.consumers[each]) == 1 for each in value.sources):
            continue
        a, b = value.sources
        upstream, own = found.gradients[value], settled[a.name]
        if np.array_equal(own, gradients[a]) and np.array_equal(settled[b.name], gradients[b]):
            continue
        share = _share(found.values[a] == found.values[b], own, upstream)
        value.options = {**value.options, "share": share}
        for k, each in enumerate(value.sources):
            gradients[each] = contributions[value, k] = settled[each.name]
        note = say(SAID) if share.by is not None else f"{say(SAID)} {say('share is the part of {name}.', name=a.name)}"
    return replace(found, gradients=gradients, contributions=contributions), note


def _share(tie: Array, own: Array, upstream: Array) -> Term:
    """What goes to the first operand at a tie, as a part of the upstream gradient: one number, or one an element."""
    counts = tie & (upstream != 0)
    shares = np.divide(own, upstream, out=np.full(np.shape(upstream), 0.5), where=counts)
    alike = np.unique(shares[counts])
    return number(float(alike[0])) if alike.size == 1 else leaf("share", shares)
