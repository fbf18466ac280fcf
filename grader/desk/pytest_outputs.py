"""The files that a run of `pytest grader` writes when it is over: its results, and a page."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from grader.judging.bench import Bench
from grader.judging.checks import check_names
from grader.judging.judgement import Judgement
from grader.results import SubmissionResult
from grader.text import quote


@dataclass(frozen=True)
class Outputs:
    """Where results are written, in which format, and where a page; None where that isn't asked for."""

    results: Path | None
    format: str
    page: Path | None

    @classmethod
    def of(cls, config: pytest.Config) -> Outputs:
        """What the options of a run ask for. Raises UsageError."""
        return cls(_output(config, "--json"), _format(config), _output(config, "--report"))

    @property
    def any(self) -> bool:
        """Whether there is anything to be written."""
        return bool(self.results or self.page)

    def write(
        self,
        results: SubmissionResult,
        judgements: Mapping[str, tuple[Bench, Judgement]],
        selected: Mapping[str, Collection[str]],
    ) -> None:
        """Writes them; `selected` are the names of checks, by exercise."""
        from grader.desk.dossier import dossier
        from grader.report.formats import in_format

        made = replace(dossier(results, judgements), remarks=tuple(_remarks(judgements, selected)))
        for file, form in ((self.results, self.format), (self.page, "html")):
            if file:
                file.write_text(in_format(form, made), encoding="utf-8")


def _remarks(
    judgements: Mapping[str, tuple[Bench, Judgement]], selected: Mapping[str, Collection[str]]
) -> Iterator[str]:
    """What is to be known of exercises of which only some checks were selected."""
    for name, (bench, _) in judgements.items():
        if set(selected[name]) < check_names(bench.exercise).keys():
            yield f"Not every check of {name} was selected: it was judged whole, and has the points of all checks."


def _format(config: pytest.Config) -> str:
    """What the file of --json has in it. Raises UsageError."""
    form: str | None = config.getoption("--format")
    if form is None:
        return "json"
    from grader.report.platform_results.platform_formats import RESULT_FORMATS

    if form not in RESULT_FORMATS:
        raise pytest.UsageError(f"--format {quote.line(form, 40)}: there is {', '.join(RESULT_FORMATS)}")
    if not config.getoption("--json"):
        raise pytest.UsageError("--format says what the file of --json FILE has in it: give that, too")
    return form


def _output(config: pytest.Config, option: str) -> Path | None:
    """The file that an option names, if it is given. Raises UsageError if none can be written there."""
    if not config.getoption(option):
        return None
    from grader.desk.dossier import obstacle, page_obstacle

    file = Path(config.getoption(option))
    if reason := page_obstacle(file) if option == "--report" else obstacle(file):
        raise pytest.UsageError(f"{option} {file}: no file can be written there ({reason})")
    return file
