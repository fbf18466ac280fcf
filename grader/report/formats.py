"""The formats of a submission's report, all of one signature; those for platforms are made from the JSON alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from grader.graph.diagram import Exhibit
from grader.report.platform_results.platform_formats import PLATFORM_FORMATS
from grader.report.platform_results.wording_for_all import about
from grader.report.terminal import plain, verdict
from grader.results import ExerciseResult, Lesson, SubmissionResult


@dataclass(frozen=True)
class Dossier:
    """What a report is made from: the results, and by exercise what each teaches and the graphs to step through.

    The latter are made when a format asks for them. `chapters` are the chapters' names, in their order. With `only` the
    page is that of this exercise alone, to be embedded in another one. `remarks` are told on platforms.
    """

    results: SubmissionResult
    chapters: Sequence[str]
    lessons: Callable[[], Mapping[str, Lesson]]
    exhibits: Callable[[], Mapping[str, Sequence[Exhibit]]]
    only: str = ""
    remarks: Sequence[str] = ()


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


def in_words(record: Mapping[str, Any], results: Iterable[ExerciseResult]) -> dict[str, Any]:
    """The JSON of a submission's results, with the words of each verdict in it, for platforms."""
    told = {each.name: {"details": plain(verdict(each)), "is_begun": not each.is_blank} for each in results}
    return {**record, "exercises": [{**each, **told[each["name"]]} for each in record["exercises"]]}


def in_format(name: str, dossier: Dossier) -> str:
    """A submission's report in one of the formats: "html", "json", or what a platform reads."""
    if platform := PLATFORM_FORMATS.get(name):
        record = in_words(dossier.results.to_json(), dossier.results.exercises)
        return platform.result({**record, "remarks": [*about(record), *dossier.remarks]})
    return FORMATS[name](dossier)


FORMATS: Mapping[str, Format] = {"json": record, "html": page}
"""Those that need more than the JSON, or are that."""
