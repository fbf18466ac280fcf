"""A class's summary as one HTML page that needs nothing else: no network, and no trust in what it names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeAlias

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from grader.report.class_report.class_roster import Standing
from grader.report.class_report.class_summary import ClassSummary, ExerciseTally
from grader.report.class_report.class_text import NAME_IT, percent, tenth
from grader.report.page.contents import finding_data
from grader.report.page.write import content_hash, embed
from grader.report.page.write import part as page_part
from grader.text.numbers import points

Json: TypeAlias = dict[str, Any]

SCRIPTS = ("class_verdicts.js", "class_address.js", "class_table.js", "class_page.js")
"""In the order in which they run, after the student page's `dom.js`: they share one scope."""

STATUSES: Mapping[str, str] = {
    "passed": "passed",
    "failed": "begun, not right yet",
    "not-started": "not started",
    "missing": "missing",
    "error": "error",
    "timeout": "timed out",
}
"""How an exercise can stand, in the order in which a bar shows it, and what it is called."""

FIRST = 12
"""So many mistakes are seen at once, the others behind a click."""

MOST = 500
"""So many mistakes of a kind are in the page at all; a class of any size still opens."""


def class_page(summary: ClassSummary) -> str:
    """The whole page."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters.update(percent=percent, points=points, tenth=tenth)
    script = page_part("dom.js") + "".join(map(_part, SCRIPTS))
    return environment.get_template("class_page.html").render(
        summary=summary,
        statuses=STATUSES,
        name_it=NAME_IT,
        first=FIRST,
        most=MOST,
        style=Markup(_part("class_page.css")),
        script=Markup(script),
        script_hash=Markup(content_hash(script)),
        data=Markup(embed(roster_data(summary))),
    )


def roster_data(summary: ClassSummary) -> Json:
    """The page's table as plain JSON: exercises with their standings, students with the places of theirs."""
    roster = summary.roster
    tallies = {each.name: each for each in summary.exercises}
    shown = [place for place, name in enumerate(roster.standings) if name in tallies]
    return {
        "exercises": [
            _exercise(tallies[name], standings) for name, standings in roster.standings.items() if name in tallies
        ],
        "students": [
            {"name": row.name, "why": row.why}
            if row.why
            else {
                "name": row.name,
                "share": round(row.points / summary.max_points, 6) if summary.max_points else 0,
                "points": points(row.points, summary.max_points),
                "at": [row.places[place] for place in shown],
            }
            for row in roster.rows
        ],
        "max": points(summary.max_points),
        "statuses": STATUSES,
        "left": roster.left_out,
    }


def _exercise(tally: ExerciseTally, standings: Iterable[Standing]) -> Json:
    return {
        "name": tally.name,
        "max": points(tally.max_points),
        "standings": [_standing(tally, each) for each in standings],
    }


def _standing(tally: ExerciseTally, standing: Standing) -> Json:
    found = {
        "status": standing.status,
        "share": round(standing.points / tally.max_points, 6) if tally.max_points else 0,
        "points": points(standing.points, tally.max_points),
        "message": standing.message,
        "answers": list(dict.fromkeys(filter(None, standing.answers))),
        "findings": list(_findings(tally.name, standing)),
        "cut": standing.is_cut,
    }
    return {name: value for name, value in found.items() if value or name == "share"}


def _findings(exercise: str, standing: Standing) -> Iterator[Json]:
    call = ""
    for answer, each in zip(standing.answers, standing.findings, strict=not standing.is_cut):
        found = finding_data(exercise, each) | {"answer": answer, "call": "" if each.call == call else each.call}
        call = each.call
        yield {name: value for name, value in found.items() if value}


def _part(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
