"""An assignment's submissions, graded by worker processes; this one reads, and writes folders and the gradebook.

Where a run may be cut, nothing is lost: a submission's folder is written beside its place; then the ledger notes that
its marks are begun, the gradebook gets them, the folder is put in its place, and the ledger notes that it is done.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

from grader import catalog
from grader.classes.benches import Portable
from grader.classes.engine import fingerprint
from grader.classes.engine.work import NotDone
from grader.classes.engine.workforce import workforce
from grader.classes.notebooks import handed_in
from grader.classes.notebooks.folders import Place, share
from grader.classes.notebooks.gradebook import Entries, Entry
from grader.classes.notebooks.handed_in import Contents, Handed, OddSubmissionError
from grader.classes.notebooks.ledger import Ledger, LedgerLine
from grader.classes.notebooks.notebook_grading import (
    GradedNotebook,
    Grading,
    Setup,
    Submission,
    exercises,
    finish,
    make,
)
from grader.classes.notebooks.settings import Settings
from grader.course.notebook_judge import Benches
from grader.graph.drawn import traced
from grader.report.class_summary import Tally

BATCH = 50
BATCH_SECONDS = 2.0
"""How many submissions, or of how many seconds, are entered in the gradebook at once."""


@dataclass(frozen=True)
class _Begun:
    """A submission on its way: where it comes from, what it was read as (without the notebooks), and its key."""

    handed: Handed
    contents: Contents
    key: str


@dataclass(frozen=True)
class _Written:
    """A graded submission whose folder stands beside its place."""

    entry: Entry
    place: Place
    line: LedgerLine


class Autograding:
    """One run over an assignment's submissions. `problems` tell why some weren't graded, and `notes` what was left out.

    Raises CheckError when it is made.
    """

    def __init__(
        self,
        settings: Settings,
        entries: Entries,
        ledger: Ledger,
        seed: int,
        force: bool,
        tell: Callable[[str], None],
    ) -> None:
        self.problems: dict[str, str] = {}
        self.notes: dict[str, str] = {}
        self.unknown = 0
        self._settings = settings
        self._entries = entries
        self._ledger = ledger
        self._force = force
        self._tell = tell
        self._benches = Benches(seed)
        self._begun: dict[str, _Begun] = {}
        self._batch: list[_Written] = []
        self._since = 0.0
        directory = settings.directory
        self._students = entries.students()
        self._points = entries.points()
        self._largest = directory.max_file_size * 1000
        self._source = Path(directory.format_path(directory.source_directory, ".", directory.assignment_id))
        kept = set(settings.keep.get(directory.assignment_id, ()))
        self._beside = [path for path in handed_in.other_files(self._source, directory.ignore) if path not in kept]
        self._exercises = exercises(entries.masters)
        self._key = self._common_key()

    def run(self, found: list[Handed], jobs: int, dask: str | None) -> None:
        """Grades what isn't graded yet. Raises WorkersError, and OperationalError of the gradebook."""
        if self._force:
            # Cut off, it goes on with those that it hasn't come to, also without being told once more.
            self._ledger.begin(each.student for each in found)
        to_do = self._to_do(found)
        if (first := next(to_do, None)) is not None:
            benches = {name: Portable.of(self._benches[name], traced(self._benches[name])) for name in self._exercises}
            settings, masters = self._settings, self._entries.masters
            setup = Setup(settings.isolation, settings.limits, self._benches.seed, benches, masters)
            with workforce(make, setup, jobs, dask) as running:
                for submission, grading in running.run(chain([first], to_do)):
                    self._take(submission, grading)
        self._flush()
        if self._settings.directory.groupshared:
            root = Path(self._settings.directory.format_path(self._settings.directory.autograded_directory, ".", "."))
            if root.is_dir():
                share(root)

    def tally(self, found: list[Handed]) -> Tally:
        """What the verdicts on all submissions say together, those of earlier runs too; `unknown` counts the others."""
        tally = Tally()
        self.unknown = 0
        for each in found:
            if each.student in self.problems:
                tally.note("infrastructure", each.student, self.problems[each.student])
            elif (line := self._ledger.line(each.student)) and line.record:
                record = json.loads(line.record)
                tally.add(each.student, record["exercises"], record["seconds"], record["concerns"])
                for kind, said in record.get("odd", ()):
                    tally.note(kind, each.student, said)
            else:
                self.unknown += 1
        return tally

    def _to_do(self, found: list[Handed]) -> Iterator[Submission]:
        for handed in found:
            try:
                submission = self._read(handed)
            except (OddSubmissionError, OSError, ValueError) as error:
                self._fail(handed.student, str(error))
                continue
            if submission:
                yield submission

    def _read(self, handed: Handed) -> Submission | None:
        """A submission that is to be graded, or None. Raises OddSubmissionError."""
        student = handed.student
        try:
            student.encode()
        except UnicodeEncodeError:
            raise OddSubmissionError("its folder's name is no UTF-8") from None
        if student not in self._students and not self._settings.creates_students:
            raise OddSubmissionError("the gradebook doesn't know this student, and c.Autograde.create_student is off")
        contents = handed_in.read(handed, self._settings.directory.ignore, self._largest)
        key = hashlib.sha256(f"{self._key} {contents.digest}".encode()).hexdigest()
        if not self._force and self._is_current(handed, contents, key):
            self._tell("kept")
            return None
        known = {name: content for name, content in contents.notebooks.items() if name in self._entries.masters}
        if not known:
            self._enter_nothing(handed, contents)
        self._begun[student] = _Begun(handed, replace(contents, notebooks={}), key)
        other = [f"{name}.ipynb is no notebook of this assignment" for name in contents.notebooks if name not in known]
        if other or contents.left:
            self.notes[student] = "; ".join([*other, *contents.left])
        return Submission(student, known)

    def _enter_nothing(self, handed: Handed, contents: Contents) -> None:
        """Notes that there is a submission, though not in a notebook of the assignment's. Raises OddSubmissionError."""
        problems = self._entries.enter([Entry(handed.student, contents.timestamp, {})])
        names = ", ".join(f"{name}.ipynb" for name in contents.notebooks)
        raise OddSubmissionError(problems.get(handed.student, f"{names} is no notebook of this assignment"))

    def _is_current(self, handed: Handed, contents: Contents, key: str) -> bool:
        """Whether a submission is graded as it is; where that isn't known, nbgrader's rule is taken."""
        path = self._place(handed.student).path
        if not path.exists():
            return False
        line = self._ledger.line(handed.student)
        if line is None:
            before = handed_in.timestamp(path)
            return contents.timestamp is None or before is None or contents.timestamp <= before
        # Another gradebook, a backup perhaps, doesn't have these marks.
        points = self._points.get(handed.student)
        return line.key == key and points is not None and abs(points - line.points) < 1e-6

    def _place(self, student: str) -> Place:
        directory = self._settings.directory
        path = directory.format_path(directory.autograded_directory, student, directory.assignment_id)
        return Place(Path(os.path.normpath(path)), self._settings.permissions, directory.groupshared)

    def _take(self, submission: Submission, grading: Grading | NotDone) -> None:
        begun = self._begun.pop(submission.student)
        if isinstance(grading, NotDone):
            self._fail(submission.student, grading.why)
            return
        graded = finish(self._entries.masters, self._benches, grading)
        place = self._place(submission.student)
        texts = {name: each.text for name, each in graded.items()}
        theirs = (begun.handed.folder, begun.contents.files, self._largest)
        try:
            place.write(texts, theirs, [(self._source, path) for path in self._beside])
        except (OSError, ValueError, RecursionError) as error:
            self._fail(submission.student, f"its folder can't be written: {error}")
            return
        paths = {name: begun.handed.folder / f"{name}.ipynb" for name in self._entries.masters}
        absent = frozenset(name for name, path in paths.items() if not path.exists())
        marks = {name: each.marks for name, each in graded.items()}
        entry = Entry(submission.student, begun.contents.timestamp, marks, absent)
        record = json.dumps(_record(graded, grading))
        self._batch.append(_Written(entry, place, LedgerLine(submission.student, begun.key, entry.points, record)))
        self._since = self._since or time.monotonic()
        if len(self._batch) >= BATCH or time.monotonic() - self._since > BATCH_SECONDS:
            self._flush()

    def _flush(self) -> None:
        """Brings the batch to its places, in the order that makes every cut safe."""
        if not self._batch:
            return
        self._ledger.begin(each.entry.student for each in self._batch)
        problems = self._entries.enter([each.entry for each in self._batch])
        for each in self._batch:
            if each.entry.student not in problems:
                try:
                    each.place.put()
                    self._tell("graded")
                    continue
                except OSError as error:
                    problems[each.entry.student] = f"its folder can't be put in its place: {error}"
            each.place.drop()
            self._fail(each.entry.student, problems[each.entry.student])
        self._ledger.finish(each.line for each in self._batch if each.entry.student not in problems)
        self._batch, self._since = [], 0.0

    def _fail(self, student: str, why: str) -> None:
        self.problems[student] = why
        self._tell("failed")

    def _common_key(self) -> str:
        """What all marks depend on besides the submission."""
        digest = hashlib.sha256()
        for path in self._beside:
            content = (self._source / path).read_bytes()
            digest.update(f"{path} {len(content)} ".encode("utf-8", "surrogateescape") + content)
        prints = [fingerprint.of_exercise(catalog.get(name)) for name in self._exercises]
        cells = {
            name: [(each.cell_type, each.source, sorted(each.marks.items())) for each in master.originals.values()]
            for name, master in self._entries.masters.items()
        }
        judging = (self._benches.seed, self._settings.limits, self._settings.isolation)
        digest.update(repr((prints, cells, judging)).encode("utf-8", "surrogatepass"))
        return digest.hexdigest()


def _record(graded: Mapping[str, GradedNotebook], grading: Grading) -> dict[str, Any]:
    """The verdicts on a submission, for the class's summary: of an exercise's checks, the first with a message."""
    found = []
    concerns: dict[str, str] = {}
    for notebook in graded.values():
        concerns.update(notebook.concerns)
        for result in notebook.results:
            each = result.to_json()
            found.append(each | {"checks": [check for check in each["checks"] if check["message"]][:1]})
    seconds = round(grading.seconds, 3)
    return {"exercises": found, "seconds": seconds, "concerns": concerns, "odd": grading.odd}
