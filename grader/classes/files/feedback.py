"""Texts for the students of a class of .py files: each submission's verdicts, as far as the instructor tells them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from grader import catalog
from grader.classes.engine.whole_file import OutputError
from grader.classes.files.class_run import SubmissionRecord
from grader.classes.files.submission_folders import SubmissionFolder
from grader.judging.telling import Tell, for_students
from grader.report.formats import in_words
from grader.report.platform_results.platform_formats import PLATFORM_FORMATS
from grader.report.terminal import Line, Span, plain, verdict
from grader.results import Check, ExerciseResult
from grader.text.numbers import points

FILE = "feedback.txt"


class Feedback:
    """Writes a text for each submission of a class, in a folder of its own below `folder`."""

    def __init__(self, folder: Path, tell: Tell, submissions: Sequence[SubmissionFolder]) -> None:
        self._tell = tell
        paths = [Path(os.path.abspath(each.path)) for each in submissions]
        # What all of them have above them says nothing.
        shared = os.path.commonpath([path.parent for path in paths]) if paths else ""
        self._files = {
            each.name: folder / path.relative_to(shared) / FILE for each, path in zip(submissions, paths, strict=True)
        }

    def add(self, name: str, graded: SubmissionRecord | None) -> None:
        """Writes a submission's text; of one that could not be judged none is left. Raises OutputError."""
        file = self._files[name]
        try:
            if graded is None:
                file.unlink(missing_ok=True)
                return
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(plain(_lines(graded, self._tell)) + "\n", encoding="utf-8")
        except OSError as error:
            raise OutputError(file, error) from None


def _lines(graded: SubmissionRecord, tell: Tell) -> Iterator[Line]:
    earned, most = graded.record["points"], graded.record["max_points"]
    yield (Span(f"{points(earned, most)} of {points(most)} points"),)
    for found in graded.record["exercises"]:
        yield (Span(""),)
        yield from verdict(for_students(exercise_result(graded, found), tell))


def exercise_result(graded: SubmissionRecord, found: Mapping[str, Any]) -> ExerciseResult:
    """A verdict, from its JSON and what is kept beside it."""
    name = found["name"]
    return ExerciseResult(
        name,
        found["file"],
        catalog.get(name).source,
        found["status"],
        found["points"],
        found["max_points"],
        tuple(Check(**each) for each in found["checks"]),
        graded.findings[name],
        graded.notes[name],
        found.get("line", 1),
    )


def platform_result(graded: SubmissionRecord, form: str) -> str:
    """A submission's results as a platform reads them."""
    results = [exercise_result(graded, found) for found in graded.record["exercises"]]
    return PLATFORM_FORMATS[form].result(in_words(graded.record, results))
