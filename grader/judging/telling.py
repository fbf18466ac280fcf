"""How much of a verdict students are told: an instructor chooses; the instructor's own record always has all of it.

For students are the outputs of an autograded notebook, from which its feedback is made, and the texts that
`grader grade --feedback` writes. Everything else that is made for a class is the instructor's: the JSON, the table of
marks, the files from which a run goes on, and the class's summary, on the terminal and as a page. Who runs Handgrad on
their own work is told everything: all of it is installed there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal, TypeAlias, get_args

from grader.results import Diagnosis, ExerciseResult, Finding

Tell: TypeAlias = Literal["facts", "known", "formulas"]
"""What is wrong and where, in numbers, and no more; known mistakes, too; or formulas, too."""

TELL: tuple[Tell, ...] = get_args(Tell)

EVERYTHING: Tell = "formulas"


def for_students(result: ExerciseResult, tell: Tell) -> ExerciseResult:
    """The verdict on an exercise as students get it: its points and facts as they are, and of diagnoses what they may.

    "known" tells a mistake of the exercise's bank without its formula, and in place of a formula what a generic probe
    shows.
    """
    if tell == EVERYTHING:
        return result
    instead = [(each, _diagnosis(each, tell)) for each in result.findings]
    claims = {each.diagnosis.claim: new.claim if new else "" for each, new in instead if each.diagnosis}
    return replace(
        result,
        checks=tuple(replace(check, message=_message(check.message, claims)) for check in result.checks),
        findings=tuple(_findings(instead)),
    )


def _diagnosis(finding: Finding, tell: Tell) -> Diagnosis | None:
    if tell == "facts" or finding.diagnosis is None:
        return None
    return finding.probed if finding.diagnosis.is_formula else replace(finding.diagnosis, formula="", kind="")


def _findings(instead: list[tuple[Finding, Diagnosis | None]]) -> Iterator[Finding]:
    for place, (finding, diagnosis) in enumerate(instead):
        # A later node of a network stands there for its diagnosis alone: the first finding names it already.
        if place == 0 or diagnosis or finding.diagnosis is None or finding.call:
            yield replace(finding, diagnosis=diagnosis, probed=None)


def _message(message: str, claims: dict[str, str]) -> str:
    claim = next((each for each in claims if each and message.endswith(each)), "")
    return f"{message.removesuffix(claim)}{claims[claim]}".rstrip() if claim else message
