"""PyTorch's answers and diagnoses from run to run, for who works at a desk: nobody waits for them twice."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Lock

from grader import catalog
from grader.cases import DEFAULT_SEED
from grader.catalog.outside import SpecError
from grader.desk.kept_diagnoses import KeptDiagnoses
from grader.exercise import Exercise
from grader.judging.bench import Bench
from grader.reference.sheet import Sheet, fresh_sheet
from grader.reference.store import Store
from grader.sandbox.host.backend import Level
from grader.sandbox.host.worker import Sandbox


class KeptAnswers:
    """The sheets of one run's benches: from the store, as far as they are kept there.

    Only those of the default seed are: no other's lie on a disk. A submission that is held less tightly than "full",
    which `level` says once that is known, may write wherever its user may. Then the store answers for the user's `own`
    work alone, and what it holds is forgotten if it isn't any more what it was.
    """

    def __init__(self, own: bool, level: Callable[[], Level]) -> None:
        # Stock nbgrader runs `check` in a process that somebody else's code is in.
        self._is_of_use = "NBGRADER_EXECUTION" not in os.environ
        self._level, self._own = level, own
        self._store = Store()
        self._state = self._store.state()
        self._asked: list[Sheet] = []
        self._diagnoses = KeptDiagnoses(self._store, level)
        self._lock = Lock()
        self._is_given_up = False

    def _sheet(self, exercise: Exercise, seed: int) -> Sheet:
        """The sheet of an exercise; waits for the level if this is not the user's own work."""
        if seed != DEFAULT_SEED or not self._is_of_use or not (self._own or self._level() == "full"):
            return fresh_sheet(exercise, seed)
        if found := self._store.find(exercise):
            return found
        self._asked.append(fresh_sheet(exercise, seed))
        return self._asked[-1]

    def bench(self, exercise: Exercise, seed: int = DEFAULT_SEED) -> Bench:
        """What an exercise's submissions are judged by, with what is kept of it."""
        is_kept = seed == DEFAULT_SEED and self._is_of_use
        return Bench(exercise, seed, self._sheet, self._diagnoses if is_kept else None)

    def guard(self) -> None:
        """Forgets what a submission that has run may have written there; nothing is written down yet."""
        with self._lock:
            self._forget_if_changed()

    def keep(self) -> None:
        """Writes down what PyTorch had to be asked for, and what was found."""
        with self._lock:
            if self._is_given_up:
                return
            self._forget_if_changed()
            for sheet in [each for each in self._asked if each.is_known]:
                self._asked.remove(sheet)
                # Who asks for its verdict is told.
                with suppress(SpecError):
                    self._store.keep(sheet)
            self._diagnoses.keep()
            self._state = self._store.state()

    def give_up(self, is_loose: bool) -> None:
        """Writes nothing down any more, and waits until what is being written is whole.

        If submissions were held less tightly than "full", `is_loose`, it forgets all if anything has been written
        besides. None may run any more.
        """
        with self._lock:
            self._is_given_up = True
            if is_loose:
                self._store.forget_if_changed(self._state)

    def keep_all(self) -> None:
        """As `keep`; and if anything had to be asked for, all other exercises are asked for, too."""
        is_begun = bool(self._asked)
        self.keep()
        if is_begun:
            for exercise in catalog.every():
                with suppress(SpecError):
                    assert self._sheet(exercise, DEFAULT_SEED).references
            self.keep()

    def _forget_if_changed(self) -> None:
        if self._level() != "full":
            self._store.forget_if_changed(self._state)
            self._state = self._store.state()


@contextmanager
def judging(own: bool) -> Iterator[tuple[KeptAnswers, Sandbox]]:
    """What a command judges a submission with, its user's `own` or somebody else's.

    At the end, what had to be asked for is kept. Where that isn't reached, what a submission may have put in its
    place is forgotten.
    """
    with Sandbox() as sandbox:
        answers = KeptAnswers(own, lambda: sandbox.isolation)
        try:
            yield answers, sandbox
            answers.keep()
        except BaseException:
            sandbox.close()
            # Now nothing runs that could write there.
            answers.give_up(sandbox.is_loose)
            raise
