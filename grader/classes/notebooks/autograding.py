"""An assignment's submissions, graded by worker processes; this one reads, and writes folders and the gradebook."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from grader.classes.benches import Portable
from grader.classes.engine.processes import workforce
from grader.classes.engine.work import NotDone
from grader.classes.notebooks import student_folder
from grader.classes.notebooks.autograded_folder import Place, share
from grader.classes.notebooks.delivery import Delivery, GradedSubmission
from grader.classes.notebooks.gradebook import Entries, Entry
from grader.classes.notebooks.grading_keys import assignment_key, grading_of, submission_key
from grader.classes.notebooks.ledger import Ledger, LedgerLine
from grader.classes.notebooks.notebook_grading import (
    NotebooksSetup,
    StudentNotebooks,
    SubmissionGrading,
    exercises,
    finish,
    make,
    record_of,
)
from grader.classes.notebooks.settings import Settings
from grader.classes.notebooks.student_code import student_code
from grader.classes.notebooks.student_folder import OddSubmissionError, StudentFolder
from grader.course.handed_in import HandedIn, Room, other_files
from grader.course.notebook_judge import Benches
from grader.course.private_course import students_own
from grader.graph.exhibits import traced_graphs
from grader.report.class_report.class_summary import Circumstances
from grader.report.class_report.class_tally import Tally
from grader.results import Finding, seed_fingerprint
from grader.text.language import language


@dataclass(frozen=True)
class _UnderWay:
    """A submission on its way: what it was read as (without the notebooks), its key, and notebooks that are missing."""

    contents: HandedIn
    key: str
    absent: frozenset[str]


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
        self._under_way: dict[str, _UnderWay] = {}
        self._delivery = Delivery(entries, ledger, self._report)
        directory = settings.directory
        self._students = entries.students()
        self._points = entries.points()
        self._room = Room.of(directory)
        self._source = Path(directory.format_path(directory.source_directory, ".", directory.assignment_id))
        kept = set(settings.keep.get(directory.assignment_id, ()))
        self._beside = [path for path in other_files(self._source, directory.ignore) if path not in kept]
        self._exercises = exercises(entries.masters)
        judging = (seed_fingerprint(seed), settings.limits, settings.isolation, settings.tell)
        beside = [(path, (self._source / path).read_bytes()) for path in self._beside]
        self._key = assignment_key(self._exercises, entries.masters, beside, judging)
        self._lateness = entries.lateness()

    def run(self, found: list[StudentFolder], jobs: int, dask: str | None) -> None:
        """Grades what isn't graded yet. Raises WorkersError, and OperationalError of the gradebook."""
        if self._force:
            # Cut off, it goes on with those that it hasn't come to, also without being told once more.
            self._ledger.begin(each.student for each in found)
        to_do = self._to_do(found)
        if (first := next(to_do, None)) is not None:
            wanted = {name: self._benches[name] for name in self._exercises}
            benches = {name: Portable.of(bench, traced_graphs(bench)) for name, bench in wanted.items()}
            settings, masters = self._settings, self._entries.masters
            setup = NotebooksSetup(settings.isolation, settings.limits, settings.tell, benches, masters, language())
            with workforce(make, setup, jobs, dask) as running:
                for submission, grading in running.run(chain([first], to_do)):
                    self._take(submission, grading)
        self._delivery.deliver()
        if self._settings.directory.groupshared:
            root = Path(self._settings.directory.format_path(self._settings.directory.autograded_directory, ".", "."))
            if root.is_dir():
                share(root)

    def tally(self, found: list[StudentFolder]) -> Tally:
        """What the verdicts on all submissions say together, those of earlier runs too; `unknown` counts the others."""
        circumstances = Circumstances.now(self._benches.seed, self._settings.isolation)
        cells = (cell for master in self._entries.masters.values() for cell in master.originals.values())
        by_hand = sum(cell.points_by_hand for cell in cells)
        tally = Tally(self._settings.directory.assignment_id, circumstances, by_hand)
        self.unknown = 0
        for each in found:
            if each.student in self.problems:
                tally.note("infrastructure", each.student, self.problems[each.student])
            elif (line := self._ledger.line(each.student)) and line.record:
                record = json.loads(line.record)
                kept = record.get("findings", {})
                findings = {name: tuple(map(Finding.from_json, every)) for name, every in kept.items()}
                tally.add(each.student, record["exercises"], record["seconds"], record["concerns"], findings)
                for kind, text in record.get("odd", ()):
                    tally.note(kind, each.student, text)
            else:
                self.unknown += 1
        return tally

    def code(self, student: str, exercise: str) -> dict[str, str]:
        """What a student has written for an exercise, cell by cell."""
        directory = self._settings.directory
        path = directory.format_path(directory.submitted_directory, student, directory.assignment_id)
        handed = StudentFolder(student, Path(path), students_own(directory))
        return student_code(handed, self._entries.masters, exercise)

    def _to_do(self, found: list[StudentFolder]) -> Iterator[StudentNotebooks]:
        for handed in found:
            try:
                submission = self._read(handed)
            except (OddSubmissionError, OSError, ValueError) as error:
                self._report(handed.student, str(error))
                continue
            if submission:
                yield submission

    def _read(self, handed: StudentFolder) -> StudentNotebooks | None:
        """A submission that is to be graded, or None. Raises OddSubmissionError."""
        student = handed.student
        try:
            student.encode()
        except UnicodeEncodeError:
            raise OddSubmissionError("its folder's name is no UTF-8") from None
        if student not in self._students and not self._settings.creates_students:
            raise OddSubmissionError("the gradebook doesn't know this student, and c.Autograde.create_student is off")
        ignored = self._settings.directory.ignore
        contents = student_folder.read(handed, self._entries.masters, ignored, self._room, self._beside)
        key = submission_key(self._key, contents.digest, self._lateness(student))
        if not self._force and self._is_current(handed, contents, key):
            contents.beside.close()
            self._keep(handed, contents, key)
            return None
        if not contents.notebooks:
            contents.beside.close()
            self._enter_nothing(handed, contents)
        absent = frozenset(self._entries.masters) - set(contents.notebooks)
        self._under_way[student] = _UnderWay(replace(contents, notebooks={}), key, absent)
        other = [f"{name} is no notebook of this assignment" for name in contents.others]
        if other or contents.left:
            self.notes[student] = "; ".join([*other, *contents.left])
        return StudentNotebooks(student, contents.notebooks)

    def _enter_nothing(self, handed: StudentFolder, contents: HandedIn) -> None:
        """Notes that there is a submission, though not in a notebook of the assignment's. Raises OddSubmissionError."""
        problems = self._entries.enter([Entry(handed.student, contents.timestamp, {})])
        why = (
            f"{', '.join(contents.others)} is no notebook of this assignment"
            if contents.others
            else "it has no notebook"
        )
        raise OddSubmissionError(problems.get(handed.student, why))

    def _is_current(self, handed: StudentFolder, contents: HandedIn, key: str) -> bool:
        """Whether a submission is graded as it is; where that isn't known, nbgrader's rule is taken."""
        path = self._place(handed.student).path
        if not path.exists():
            return False
        line = self._ledger.line(handed.student)
        if line is None:
            before = student_folder.timestamp(path)
            return contents.timestamp is None or before is None or contents.timestamp <= before
        # Another gradebook, a backup perhaps, doesn't have these marks.
        points = self._points.get(handed.student)
        return grading_of(line.key) == grading_of(key) and points is not None and abs(points - line.points) < 1e-6

    def _keep(self, handed: StudentFolder, contents: HandedIn, key: str) -> None:
        """Leaves a submission graded as it is, but for late penalties that are other ones by now."""
        line = self._ledger.line(handed.student)
        if line is None or line.key == key:
            self._tell("kept")
            return
        if problem := self._entries.penalise(handed.student, contents.notebooks):
            self._report(handed.student, problem)
            return
        self._place(handed.student).drop_feedback()
        self._ledger.finish([replace(line, key=key)])
        self._tell("late penalty anew")

    def _place(self, student: str) -> Place:
        directory = self._settings.directory
        path, feedback = (
            Path(os.path.normpath(directory.format_path(step, student, directory.assignment_id)))
            for step in (directory.autograded_directory, directory.feedback_directory)
        )
        return Place(path, self._settings.permissions, directory.groupshared, feedback)

    def _take(self, submission: StudentNotebooks, grading: SubmissionGrading | NotDone) -> None:
        under_way = self._under_way.pop(submission.student)
        with closing(under_way.contents.beside):
            if isinstance(grading, NotDone):
                self._report(submission.student, grading.why)
                return
            self._deliver(submission.student, under_way, grading)

    def _deliver(self, student: str, under_way: _UnderWay, grading: SubmissionGrading) -> None:
        contents = under_way.contents
        graded = finish(self._entries.masters, self._benches, grading)
        place = self._place(student)
        texts = {name: each.text for name, each in graded.items()}
        try:
            place.write(texts, contents.beside, [(self._source, path) for path in self._beside])
        except (OSError, ValueError, RecursionError) as error:
            self._report(student, f"its folder can't be written: {error}")
            return
        marks = {name: each.marks for name, each in graded.items()}
        entry = Entry(student, contents.timestamp, marks, under_way.absent)
        record = record_of(graded, grading, contents.odd)
        self._delivery.add(GradedSubmission(entry, place, LedgerLine(student, under_way.key, entry.points, record)))

    def _report(self, student: str, problem: str = "") -> None:
        if problem:
            self.problems[student] = problem
        self._tell("failed" if problem else "graded")
