"""The cases of one exercise, and PyTorch's answers to them: all that a verdict ever needs of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TypeAlias

from grader.cases import Case, cases, fresh
from grader.catalog.outside import blamed
from grader.exercise import Array, Exercise
from grader.reference.oracle import Reference, reference
from grader.reference.upstream import LocalGradients, TorchNeededError, following, local_gradients


class Sheet:
    """Cases, whose answers PyTorch is asked for when they are wanted, once, unless they are known already.

    In a network a student's own gradients go through the same local ones, whether these are asked for or known: what
    was kept or carried gives the same verdicts. With `asks_never`, `following` raises TorchNeededError where these
    won't do.
    """

    def __init__(self, exercise: Exercise, cases: Sequence[Case]) -> None:
        self.exercise = exercise
        self.cases = tuple(cases)
        self.asks_never = False
        self._known_local: Callable[[], Sequence[LocalGradients]] = tuple
        self._known_fresh: Callable[[], Sequence[Case]] = tuple

    @classmethod
    def known(
        cls,
        exercise: Exercise,
        cases: Sequence[Case],
        references: Sequence[Reference],
        local: Callable[[], Sequence[LocalGradients]] = tuple,
        fresh: Callable[[], Sequence[Case]] = tuple,
        asks_never: bool = False,
    ) -> Sheet:
        """One whose answers are known; once they are wanted, `local` gives a network's local gradients by case, and
        `fresh` what would have to be drawn."""
        made = cls(exercise, cases)
        made.asks_never = asks_never
        made._known_local, made._known_fresh = local, fresh
        vars(made)["references"] = tuple(references)
        return made

    @property
    def is_known(self) -> bool:
        """Whether PyTorch needn't be asked for the references any more."""
        return "references" in vars(self)

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        """PyTorch's answer to each case."""
        with blamed(self.exercise):
            return tuple(reference(self.exercise, case) for case in self.cases)

    @cached_property
    def fresh(self) -> tuple[Case, ...]:
        """The cases that tell which formula a wrong gradient comes from, for any seed; none without a textbook."""
        return tuple(self._known_fresh()) or (fresh(self.exercise) if self.exercise.textbook else ())

    @property
    def local(self) -> tuple[LocalGradients, ...]:
        """In a network the local gradients of each case, else nothing."""
        return tuple(map(self._of, self.cases)) if self.exercise.network else ()

    def following(self, case: Case, got: Mapping[str, Array]) -> dict[str, Array]:
        """What `upstream.following` says of one of the cases."""
        try:
            return self._of(case).following(self.exercise, got)
        except TorchNeededError:
            if self.asks_never:
                raise
            return following(self.exercise, case, got)

    @cached_property
    def _local(self) -> dict[int, LocalGradients]:
        return {id(case): each for case, each in zip(self.cases, self._known_local(), strict=False)}

    def _of(self, case: Case) -> LocalGradients:
        if id(case) not in self._local:
            if self.asks_never:
                raise TorchNeededError
            self._local[id(case)] = local_gradients(self.exercise, case)
        return self._local[id(case)]


Following: TypeAlias = Callable[[Case, Mapping[str, Array]], dict[str, Array]]
"""What answers as `Sheet.following` does."""

Sheets: TypeAlias = Callable[[Exercise, int], Sheet]
"""Where the sheet of an exercise comes from, for a seed."""


def fresh_sheet(exercise: Exercise, seed: int) -> Sheet:
    """A sheet of which nothing is known yet. Raises SpecError, as `references` does."""
    with blamed(exercise):
        return Sheet(exercise, cases(exercise, seed))
