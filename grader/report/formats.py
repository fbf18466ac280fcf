"""The formats of a submission's report, all of one signature."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from grader.graph.diagram import Exhibit
from grader.results import Lesson, SubmissionResult


@dataclass(frozen=True)
class Dossier:
    """What a report is made from: the results, and by exercise what each teaches and the graphs to step through.

    The latter are made when a format asks for them. `chapters` are the chapters' names, in their order. With `only` the
    page is that of this exercise alone, to be embedded in another one.
    """

    results: SubmissionResult
    chapters: Sequence[str]
    lessons: Callable[[], Mapping[str, Lesson]]
    exhibits: Callable[[], Mapping[str, Sequence[Exhibit]]]
    only: str = ""


Format: TypeAlias = Callable[[Dossier], str]


def record(dossier: Dossier) -> str:
    """The JSON, version 1."""
    return json.dumps(dossier.results.to_json(), indent=2) + "\n"


def page(dossier: Dossier) -> str:
    """The page, as one HTML file."""
    # What draws is imported where something is drawn.
    from grader.report.page.contents import page_data
    from grader.report.page.write import html

    data = page_data(dossier.results, dossier.lessons(), dossier.exhibits(), dossier.chapters)
    return html(data | {"only": dossier.only} if dossier.only else data)


FORMATS: Mapping[str, Format] = {"json": record, "html": page}
"""Every format by its name."""
