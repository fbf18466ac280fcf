"""What `pytest grader` runs: a file and a class for every exercise, as editors show them, and an item a check."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import FunctionType

import pytest

from grader import catalog
from grader.catalog.outside import SpecError
from grader.desk.pytest_paths import ITEMS
from grader.desk.pytest_run import GraderRun
from grader.judging.checks import check_names
from grader.judging.source import written_line
from grader.report.terminal import plain, verdict
from grader.results import ExerciseResult

MOST_BYTES = 1 << 16
"""Of a longer file an editor is not told an exercise's line: to find it, Python takes the file apart."""


class CheckFailedError(Exception):
    """A check failed; its message says how, and the summary says the rest."""


@dataclass(frozen=True)
class FileLine:
    """Where a check failed, and how, as pytest's own failures say it."""

    path: str
    lineno: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.lineno}: {self.message}"


@dataclass(frozen=True)
class Told:
    """What is told of a failed check, in the form in which pytest keeps a failure: its place in a line, and all.

    All is put into words when somebody wants it: pytest's own terminal shows the verdicts once.
    """

    reprcrash: FileLine
    result: ExerciseResult

    def __str__(self) -> str:
        return f"{self.reprcrash.message}\n\n{plain(verdict(self.result))}"

    def toterminal(self, terminal: pytest.TerminalReporter) -> None:
        """Writes it as pytest writes a traceback."""
        terminal.line(str(self))


class Exercises(pytest.File):
    """All exercises, or those that are asked for: what comes from outside is looked for only if it is needed."""

    def collect(self) -> Iterator[pytest.Collector]:
        run = GraderRun.of(self.config)
        for name in _asked(self.config):
            path = Path.cwd() / run.directory / f"{catalog.spec_file(name).module}.py"
            # Not below this file, which is ours: an editor shows an exercise where the student's file is.
            file = ExerciseFile.from_parent(self.session, path=path, name=path.name, nodeid=self.nodeid)
            yield ExerciseClass.from_parent(file, name=name)


def _asked(config: pytest.Config) -> Iterable[str]:
    """The exercises that the arguments name, or all of them."""
    own = [argument.split("::") for argument in config.args if argument.partition("::")[0] == str(ITEMS)]
    if not own or any(len(each) == 1 for each in own):
        return catalog.names()
    return dict.fromkeys(each[1] for each in own)


class ExerciseFile(pytest.File):
    """The student's file of an exercise, which is never imported here."""

    def collect(self) -> Iterator[pytest.Collector]:
        return iter(())


class ExerciseClass(pytest.Class):
    """One exercise: a class, for that is what editors nest tests in."""

    @cached_property
    def line(self) -> int:
        """The line that the student begins to write at, or the first."""
        run = GraderRun.of(self.config)
        exercise = catalog.get(self.name)
        return written_line(run.source(exercise), exercise)

    def _getobj(self) -> Callable[[], None]:
        """What editors ask for the exercise's line."""
        pointer = _pointing(str(self.path), self.line)
        source = GraderRun.of(self.config).source(catalog.get(self.name))
        # A file that isn't there, or that Python can't read, has no lines to show; what is no file isn't opened.
        with suppress(Exception):
            if isinstance(source, bytes) and len(source) <= MOST_BYTES:
                inspect.getsourcelines(pointer)
                return pointer
        return _pointing("<no file>", 1)

    def collect(self) -> Iterator[pytest.Item]:
        for check in check_names(catalog.get(self.name)):
            yield CheckItem.from_parent(self, name=check)


class CheckItem(pytest.Item):
    """One check of one exercise."""

    @property
    def exercise(self) -> str:
        """The name of its exercise."""
        assert self.parent is not None
        return self.parent.name

    def runtest(self) -> None:
        result = GraderRun.of(self.config).result(self.exercise)
        check = next(check for check in result.checks if check.name == self.name)
        if result.status == "not-started":
            raise pytest.skip.Exception("not started", _use_item_location=True)
        if check.status == "skipped":
            raise pytest.skip.Exception(check.message, _use_item_location=True)
        if check.status == "failed":
            raise CheckFailedError(check.message)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        if isinstance(excinfo.value, SpecError):
            return f"{self.exercise} can't be judged: {excinfo.value}."
        if not isinstance(excinfo.value, CheckFailedError):
            return str(super().repr_failure(excinfo))
        path, line, _ = self.reportinfo()
        spot = FileLine(str(path), line + 1, str(excinfo.value))
        return Told(spot, GraderRun.of(self.config).result(self.exercise))  # type: ignore[return-value]

    def reportinfo(self) -> tuple[Path, int, str]:
        assert isinstance(self.parent, ExerciseClass)
        return self.path, self.parent.line - 1, f"{self.exercise}: {self.name}"


def _pointing(file: str, line: int) -> Callable[[], None]:
    """A function whose code seems to stand there: so its line is found, and nothing imported."""

    def nothing() -> None: ...

    return FunctionType(nothing.__code__.replace(co_filename=file, co_firstlineno=line), {})
