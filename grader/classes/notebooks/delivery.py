"""Graded submissions are brought to their places, many at once: their marks to the gradebook, their folders beside it.

Where a run may be cut, nothing is lost: a submission's folder is written beside its place; then the ledger notes that
its marks are begun, the gradebook gets them, the folder is put in its place, and the ledger notes that it is done.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from grader.classes.notebooks.autograded_folder import Place
from grader.classes.notebooks.gradebook import Entries, Entry
from grader.classes.notebooks.ledger import Ledger, LedgerLine

BATCH = 50
BATCH_SECONDS = 2.0
"""How many submissions, or of how many seconds, are entered in the gradebook at once."""


@dataclass(frozen=True)
class GradedSubmission:
    """A submission whose folder stands beside its place."""

    entry: Entry
    place: Place
    line: LedgerLine

    def put(self) -> str:
        """Puts the folder in its place; or says why that isn't possible."""
        try:
            self.place.put()
        except OSError as error:
            return f"its folder can't be put in its place: {error}"
        return ""


class Delivery:
    """Collects graded submissions. `report` gets each student, with what was in the way, or ""."""

    def __init__(self, entries: Entries, ledger: Ledger, report: Callable[[str, str], None]) -> None:
        self._entries = entries
        self._ledger = ledger
        self._report = report
        self._batch: list[GradedSubmission] = []
        self._since = 0.0

    def add(self, graded: GradedSubmission) -> None:
        """Takes a submission in, and delivers when there are enough."""
        self._batch.append(graded)
        self._since = self._since or time.monotonic()
        if len(self._batch) >= BATCH or time.monotonic() - self._since > BATCH_SECONDS:
            self.deliver()

    def deliver(self) -> None:
        """Brings what there is to its places, in the order that makes every cut safe."""
        if not self._batch:
            return
        self._ledger.begin(each.entry.student for each in self._batch)
        problems = self._entries.enter([each.entry for each in self._batch])
        for each in self._batch:
            student = each.entry.student
            if problem := problems.get(student) or each.put():
                each.place.drop()
                problems[student] = problem
            self._report(student, problem)
        self._ledger.finish(each.line for each in self._batch if each.entry.student not in problems)
        self._batch, self._since = [], 0.0
