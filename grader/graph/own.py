"""A submission's own gradients at the nodes, and whether each is right, wrong, or right but for what came before."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from grader.cases import Case
from grader.exercise import Array, Exercise
from grader.graph.diagram import State
from grader.judging.comparison import Tolerance, agrees, array_of, tolerance
from grader.reference.oracle import Following, following
from grader.sandbox.wire.records import Plain


@dataclass(frozen=True)
class Own:
    """What a submission has at one node."""

    value: Array | None = None
    state: State = ""
    settled: Array | None = None
    """The gradient that it is compared with, where several are right."""

    @property
    def is_wrong(self) -> bool:
        """Whether it is wrong by itself."""
        return self.state in ("coarse", "wrong", "missing", "unusable")


def own(
    exercise: Exercise,
    case: Case,
    returned: Mapping[str, Plain] | None,
    gradients: Mapping[str, Array],
    follow: Following = following,
    coarse: Collection[str] = (),
) -> dict[str, Own]:
    """The answers by the name of the node, in the order in which the exercise asks for them.

    `returned` is by name; `gradients` are PyTorch's by the name of the node. The gradients in `coarse`, as "dx",
    are wrong though they agree: only a few of their digits are right. Raises what `follow` raises.
    """
    if returned is None:
        return {}
    found = _by_node(exercise, returned)
    mine = _arrays(found)
    asked = [name for name in _asked(exercise, found, gradients) if name in gradients]
    settled = _settled(exercise, case, mine, gradients)
    expected = {name: gradients[name] for name in asked} | settled
    within = tolerance(case.float32, exercise.rtol)
    usable = {f"d{name}": each for name, each in mine.items()}
    wrong = [name for name in asked if name not in mine or not agrees(mine[name], expected[name], within)]
    followed = follow(exercise, case, usable) if exercise.network and wrong else {}
    right: dict[str, State] = {name: "coarse" if f"d{name}" in coarse else "right" for name in asked}
    states = right | {name: _state(name, mine, expected, followed, within) for name in wrong}
    # A pair that returns None for a gradient has left it out; a grad of None stands in its place.
    given = {name for name, each in found.items() if each is not None or not exercise.is_pair}
    odd = given - set(mine)
    return {name: Own(mine.get(name), "unusable" if name in odd else states[name], settled.get(name)) for name in asked}


def _state(
    name: str,
    mine: Mapping[str, Array],
    expected: Mapping[str, Array],
    followed: Mapping[str, Array],
    within: Tolerance,
) -> State:
    if name not in mine:
        return "missing"
    from_before = followed.get(f"d{name}")
    follows = from_before is not None and np.isfinite(from_before).all() and agrees(mine[name], from_before, within)
    return "follows" if follows else "wrong"


def _asked(exercise: Exercise, found: Mapping[str, Plain], gradients: Mapping[str, Array]) -> list[str]:
    """The nodes whose gradients the exercise asks for, of a capstone those that came back, in backward order."""
    if exercise.is_pair:
        return [name.removeprefix("d") for name in exercise.gradients]
    return [name for name in reversed(list(gradients)) if name in found]


def _by_node(exercise: Exercise, returned: Mapping[str, Plain]) -> dict[str, Plain]:
    """What the submission returned, by the name of the node."""
    if exercise.is_pair:
        return {name.removeprefix("d"): each for name, each in returned.items()}
    # The capstones return theirs under names of their own.
    found = {"x": returned.get("dx", returned.get("numerical"))} if {"dx", "numerical"} & returned.keys() else {}
    for name in ("gradients", "grad"):
        part = returned.get(name)
        found |= part if isinstance(part, Mapping) else {}
    return found


def _arrays(found: Mapping[str, Plain]) -> dict[str, Array]:
    """Those that are arrays of numbers."""
    arrays = {name: array_of(each) for name, each in found.items() if each is not None}
    return {name: each for name, each in arrays.items() if isinstance(each, np.ndarray) and each.dtype.kind in "fiub"}


def _settled(
    exercise: Exercise, case: Case, mine: Mapping[str, Array], gradients: Mapping[str, Array]
) -> dict[str, Array]:
    """Where several gradients are right, those nearest to the submission's."""
    if exercise.settle is None:
        return {}
    asked = {f"d{name}": each for name, each in gradients.items() if f"d{name}" in exercise.gradients}
    usable = {name: mine[name[1:]] for name in asked if name[1:] in mine and mine[name[1:]].shape == asked[name].shape}
    if not usable:
        return {}
    return {name.removeprefix("d"): each for name, each in exercise.settle(usable, asked, *case.arguments).items()}
