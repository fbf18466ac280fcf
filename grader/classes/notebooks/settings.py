"""A course's nbgrader_config.py, as nbgrader reads it; what it asks for and can't be done here is refused."""

from __future__ import annotations

import hashlib
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbconvert.writers import FilesWriter
from nbgrader import preprocessors as stock
from nbgrader.apps.autogradeapp import AutogradeApp
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from grader.course.outputs import MOST_LINES
from grader.course.preprocessor import JudgeSubmission, RestoreCells, SubmissionExporter
from grader.course.running import Limits
from grader.judging.telling import Tell
from grader.sandbox.host.worker import Isolation

CONFIG = "nbgrader_config.py"

_OURS = Config(
    Autograde={
        "exporter_class": SubmissionExporter,
        "sanitize_preprocessors": [RestoreCells, stock.OverwriteKernelspec, stock.CheckCellMetadata],
        "autograde_preprocessors": [
            JudgeSubmission,
            stock.IgnorePattern,
            ClearMetadataPreprocessor,
            stock.LimitOutput,
            stock.SaveAutoGrades,
            stock.AssignLatePenalties,
            stock.CheckCellMetadata,
        ],
    }
)

_FOLLOWED = {
    "Autograde": {
        *("force", "permissions", "create_student", "exclude_overwriting"),
        *("exporter_class", "sanitize_preprocessors", "autograde_preprocessors"),
    },
    "JudgeSubmission": {"seed_file", "isolation", "tell", "language", "seconds", "notebook_seconds", "runs"},
    "AssignLatePenalties": {"plugin_class"},
    "LimitOutput": {"max_lines", "max_traceback"},
}
"""The settings, by class, that are done as nbgrader does them, or looked at below."""


class CourseError(Exception):
    """Why a course can't be graded; the message is a sentence without its full stop."""


@dataclass(frozen=True)
class Settings:
    """What a course has set for autograding.

    `directory` is nbgrader's CourseDirectory, and `late` its preprocessor for late penalties. `keep` are files of the
    assignment, by assignment, that a student may hand in changed; `permissions` those of the files that are written.
    """

    directory: Any
    late: Any
    permissions: int
    force: bool
    creates_students: bool
    keep: dict[str, list[str]]
    seed_file: str
    isolation: Isolation
    limits: Limits
    tell: Tell
    language: str


def read_settings() -> Settings:
    """The settings of the course in the current folder. Raises CourseError."""
    if not Path(CONFIG).is_file():
        raise CourseError(
            f"there is no {CONFIG} in {os.getcwd()}: run this in a course's folder, or name it by --course"
        )
    app = AutogradeApp()
    app.raise_config_file_errors = True
    app.log_level = logging.WARNING
    try:
        app.initialize([])
        converter, parts = _pipeline(app, app.coursedir)
        _, plain = _pipeline(AutogradeApp(config=_OURS), CourseDirectory(root=app.coursedir.root))
    except SystemExit:
        raise CourseError(f"{CONFIG} sets what nbgrader refuses: see above") from None
    except Exception as error:
        raise CourseError(f"{CONFIG} can't be read: {type(error).__name__}: {error}") from None
    _require_followed(parts, plain)
    if app.coursedir.notebook_id != "*":
        raise CourseError(_refusal("CourseDirectory.notebook_id"))
    judge = next(part for part in parts if isinstance(part, JudgeSubmission))
    return Settings(
        directory=app.coursedir,
        late=next(part for part in parts if isinstance(part, stock.AssignLatePenalties)),
        permissions=int(str(converter.permissions), 8),
        force=converter.force,
        creates_students=converter.create_student,
        keep=converter.exclude_overwriting,
        seed_file=judge.seed_file,
        isolation=judge.isolation,
        limits=Limits(judge.seconds, judge.notebook_seconds, judge.runs),
        tell=judge.tell,
        language=judge.language,
    )


def plugin_text(late: Any) -> str:
    """What nbgrader's preprocessor for late penalties does, as a text: its plug-in's code and settings."""
    plugin = late.plugin_class
    file = getattr(sys.modules.get(plugin.__module__), "__file__", None)
    try:
        code = Path(file).read_bytes() if file else b""
    except OSError:
        code = b""
    own = sorted((each.__name__, repr(late.config.get(each.__name__))) for each in plugin.__mro__)
    return repr((plugin.__module__, plugin.__qualname__, hashlib.sha256(code).hexdigest(), own))


def _pipeline(app: Any, directory: Any) -> tuple[Any, list[Any]]:
    """nbgrader's converter, and all that it would take a submission through, as it makes them."""
    converter = Autograde(coursedir=directory, parent=app)
    exporter = converter.exporter_class(parent=converter, config=converter.config)
    asked = list(exporter._preprocessors)
    for each in (*converter.sanitize_preprocessors, *converter.autograde_preprocessors):
        exporter.register_preprocessor(each)
    writer = FilesWriter(parent=converter, config=converter.config)
    return converter, [converter, exporter, writer, *asked, *exporter._preprocessors[len(asked) :]]


def _require_followed(parts: Sequence[Any], plain: Sequence[Any]) -> None:
    """Raises CourseError unless `parts` are those that we know, and set as by default where we know no other way."""
    if list(map(type, parts)) != list(map(type, plain)):
        raise CourseError(
            f"{CONFIG} grades in steps of its own (exporter_class, sanitize_preprocessors or autograde_preprocessors): "
            "only nbgrader autograde does that"
        )
    for part, default in zip(parts, plain, strict=True):
        name = type(part).__name__
        for trait in _changed(part, default):
            if trait not in _FOLLOWED.get(name, ()):
                raise CourseError(_refusal(f"{name}.{trait}"))
        if name == "LimitOutput" and -1 < part.max_lines <= MOST_LINES:
            raise CourseError(f"c.LimitOutput.max_lines: {MOST_LINES} lines are kept here; only nbgrader keeps fewer")


def _changed(part: Any, default: Any) -> Iterator[str]:
    """The settings in which a part isn't as it is by default; of one that is off, none matters."""
    if not getattr(part, "enabled", True) and not default.enabled:
        return
    for trait in part.traits(config=True):
        if getattr(part, trait) != getattr(default, trait):
            yield trait


def _refusal(setting: str) -> str:
    return f"c.{setting} is set in {CONFIG}, and grader autograde can't follow it: only nbgrader autograde does"
