"""What `pytest grader` runs: one item for every exercise and check."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader import catalog
from grader.desk.pytest_run import GraderRun
from grader.judging.checks import check_names


class CheckFailedError(Exception):
    """A check failed; its message says how, and the summary says the rest."""


class Exercises(pytest.File):
    """All exercises."""

    def collect(self) -> Iterator[pytest.Collector]:
        for name in catalog.names():
            yield ExerciseNode.from_parent(self, name=name)


class ExerciseNode(pytest.Collector):
    """One exercise."""

    def collect(self) -> Iterator[pytest.Item]:
        for check in check_names(catalog.get(self.name)):
            yield CheckItem.from_parent(self, name=check)


class CheckItem(pytest.Item):
    """One check of one exercise."""

    def runtest(self) -> None:
        assert self.parent is not None
        result = GraderRun.of(self.config).result(self.parent.name)
        check = next(check for check in result.checks if check.name == self.name)
        if result.status == "not-started":
            pytest.skip("not started")
        if check.status == "skipped":
            pytest.skip(check.message)
        if check.status == "failed":
            raise CheckFailedError(check.message)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        if isinstance(excinfo.value, CheckFailedError):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, int | None, str]:
        assert self.parent is not None
        return self.path, None, f"{self.parent.name}: {self.name}"
