"""A submission's answers beside PyTorch's, a case at a time: what came back from the sandbox, sorted by gradient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from grader.cases import Case
from grader.exercise import Array, Exercise, Value
from grader.judging.comparison import Tolerance, array_of, describe, mismatch, tolerance
from grader.reference.oracle import Reference
from grader.sandbox.wire.records import Plain, Reply, StudentError, Unsupported
from grader.text.language import say, say_many


@dataclass(frozen=True)
class Observation:
    """What one case showed.

    `got` holds the submission's gradients by name, or is None where it returned none: then there is an `error`, or a
    `problem` with the form of what it returned, in words. `out` is its forward's output; `touched` names what it
    changed in place. `within` is what is tolerated.
    """

    case: Case
    reference: Reference
    within: Tolerance
    got: Mapping[str, Plain] | None
    out: Plain = None
    error: StudentError | None = None
    problem: str = ""
    touched: tuple[str, ...] = ()
    printed: str = ""

    @property
    def number(self) -> int:
        """The number of its case."""
        assert self.case.number is not None, "a case that is observed is one of its bench's"
        return self.case.number

    def fails_forward(self, exercise: Exercise) -> bool:
        """Whether the forward of a pair raised an error: no mistake in the backward accounts for that."""
        return exercise.is_pair and self.error is not None and self.error.stage == exercise.functions[0]

    def answers(self, name: str) -> bool:
        """Whether it says all that it has to of a gradient, or says that wrong.

        Not where there was an error before that came back, or before all entries of a dict did, those that did being
        right.
        """
        if self.got is None or (self.error and name not in self.got):
            return False
        whole = self.reference.gradients[name]
        if self.expected(name) is whole:
            return True
        wrong = mismatch(name, self.got[name], self.expected(name), self.within)
        return wrong is not None and not wrong.is_form

    def expected(self, name: str) -> Value:
        """What is compared with a gradient: PyTorch's; if there was an error, of a dict the entries that came back."""
        whole = self.reference.gradients[name]
        got = self.got.get(name) if self.got else None
        if not (self.error and isinstance(whole, Mapping) and isinstance(got, Mapping)) or not set(whole) - set(got):
            return whole
        return {key: each for key, each in whole.items() if key in got}

    @property
    def arrays(self) -> dict[str, Array]:
        """The submission's gradients that are arrays of numbers."""
        return {
            name: each for name, value in (self.got or {}).items() if isinstance(each := array_of(value), np.ndarray)
        }

    def pair(self, name: str) -> tuple[Array, Array] | None:
        """The submission's array of one gradient and PyTorch's; None where either is no array."""
        got = array_of(self.got[name]) if self.got and name in self.got else None
        expected = self.reference.gradients[name]
        return (got, expected) if isinstance(got, np.ndarray) and isinstance(expected, np.ndarray) else None


def observe(
    exercise: Exercise, cases: Sequence[Case], references: Sequence[Reference], replies: Sequence[Reply | None]
) -> tuple[Observation, ...]:
    """An observation for every case that was answered, in the order of the cases."""
    return tuple(
        _observation(exercise, case, reference, reply)
        for case, reference, reply in zip(cases, references, replies, strict=True)
        if reply is not None
    )


def _observation(exercise: Exercise, case: Case, reference: Reference, reply: Reply) -> Observation:
    got, problem = None, ""
    if exercise.is_pair:
        if "gradients" in reply.results:
            got, problem = _by_name(exercise, reply.results["gradients"])
        elif reply.error is None:
            # Nothing of ours leaves them out; who writes into the pipe may.
            problem = say("brings nothing back")
    else:
        got = {name: reply.results[name] for name in exercise.gradients if name in reply.results}
    return Observation(
        case=case,
        reference=_settle(exercise, case, reference, got),
        within=tolerance(case, exercise.rtol),
        got=got,
        out=reply.results.get("out"),
        error=reply.error,
        problem=problem,
        touched=() if reply.error and got is None else tuple(_changes(case, reply.results)),
        printed=reply.printed,
    )


def _settle(exercise: Exercise, case: Case, reference: Reference, got: Mapping[str, Plain] | None) -> Reference:
    """The reference, or where several gradients are right the one with those nearest to the submission's."""
    if exercise.settle is None or got is None:
        return reference
    given = {name: array_of(got[name]) for name in exercise.gradients if name in got}
    arrays = {name: each for name, each in given.items() if isinstance(each, np.ndarray)}
    usable = {name: each for name, each in arrays.items() if each.shape == np.shape(reference.gradients[name])}
    if not usable:
        return reference
    settled = exercise.settle(usable, reference.gradients, *case.arguments)
    several = any(not np.array_equal(settled[name], each) for name, each in reference.gradients.items())
    return replace(reference, gradients=settled, settled=several)


def _by_name(exercise: Exercise, value: Plain) -> tuple[Mapping[str, Plain] | None, str]:
    """A backward's return value by gradient name, or what is wrong with its form."""
    wanted, count = ", ".join(exercise.gradients), len(exercise.gradients)
    if exercise.network:
        if not isinstance(value, Mapping):
            return None, say(
                "returns {what}, where a dict with {wanted} belongs",
                what=describe(value),
                wanted=wanted,
            )
        return value, ""
    if count == 1:
        if isinstance(value, Unsupported | Mapping):
            return None, say("returns {what}, where {wanted} belongs", what=describe(value), wanted=wanted)
        return {wanted: value}, ""
    if isinstance(value, np.ndarray) and value.ndim and len(value) == count:
        value = list(value)
    if not isinstance(value, list | tuple):
        return None, say(
            "returns {what}, where the {wanted_count} gradients {wanted} belong",
            what=describe(value),
            wanted_count=count,
            wanted=wanted,
        )
    if len(value) != count:
        return None, say_many(
            "returns 1 gradient, where {wanted_count} belong: {wanted}",
            "returns {count} gradients, where {wanted_count} belong: {wanted}",
            len(value),
            wanted_count=count,
            wanted=wanted,
        )
    return dict(zip(exercise.gradients, value, strict=True)), ""


def _changes(case: Case, results: Mapping[str, Plain]) -> list[str]:
    """The names of the inputs, and dout, that aren't as they were sent."""
    after = results.get("changed")
    if not isinstance(after, Mapping) or not after:
        return []
    sent = {**case.inputs, "dout": case.dout}
    return [name for name, value in sent.items() if name in after and not _is_unchanged(value, after[name])]


def _is_unchanged(sent: Value, back: Plain) -> bool:
    if isinstance(sent, Mapping):
        return isinstance(back, Mapping) and all(key in back and _is_unchanged(sent[key], back[key]) for key in sent)
    if isinstance(sent, list | tuple):
        return isinstance(back, list | tuple) and len(sent) == len(back) and all(map(_is_unchanged, sent, back))
    if not isinstance(sent, np.ndarray | float | int):
        return True
    return isinstance(back, np.ndarray) and np.array_equal(np.asarray(sent), back, equal_nan=True)
