"""Students are told what the instructor chooses: the facts always, of diagnoses no more than that."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.judging.telling import EVERYTHING, TELL, Tell, for_students
from grader.results import Check, Diagnosis, ExerciseResult, Finding
from tests.policy.builders import at, diagnostician, exercise

KNOWN = Diagnosis("square", "dx", "You square it.", "Don't square.", formula="dx = dout * x ** 2")
FORMULA = Diagnosis("formula", "dw", "Your dw comes out as -dw.", "Check each sign.", "dw = -dout", "sign")
PROBED = Diagnosis("sign-flipped", "dw", "dw has the wrong sign.", "Look for a minus.")
FOUND = (
    Finding("dx is wrong", "bend(3)", "dx = 9, PyTorch says 6", "2 of 9 agree", KNOWN, "Look at dw next.", case=0),
    Finding("dw is wrong", "bend(4)", "dw = -1, PyTorch says 1", diagnosis=FORMULA, probed=PROBED),
)


def judged(*findings: Finding) -> ExerciseResult:
    checks = (
        Check("dx random", "failed", 0.0, 1.0, "dx = 9, PyTorch says 6. You square it."),
        Check("dw random", "failed", 0.0, 1.0, "dw = -1, PyTorch says 1. Your dw comes out as -dw."),
    )
    return ExerciseResult("bend", "ex10_bend.py", "", "failed", 0.0, 2.0, checks, findings)


def messages(result: ExerciseResult) -> list[str]:
    return [check.message for check in result.checks]


def test_formulas_are_everything_and_the_default() -> None:
    assert EVERYTHING == "formulas"
    assert for_students(judged(*FOUND), "formulas") == judged(*FOUND)


def test_facts_are_the_same_findings_without_a_diagnosis_of_any_kind() -> None:
    told = for_students(judged(*FOUND), "facts")
    assert told.findings == tuple(replace(each, diagnosis=None, probed=None) for each in FOUND)
    assert messages(told) == ["dx = 9, PyTorch says 6.", "dw = -1, PyTorch says 1."]


def test_known_mistakes_are_told_without_formulas_and_a_probe_in_their_place() -> None:
    told = for_students(judged(*FOUND), "known")
    assert [each.diagnosis for each in told.findings] == [replace(KNOWN, formula=""), PROBED]
    assert messages(told) == [messages(judged())[0], "dw = -1, PyTorch says 1. dw has the wrong sign."]
    told = for_students(judged(replace(FOUND[1], probed=None)), "known")
    assert told.findings == (replace(FOUND[1], diagnosis=None, probed=None),)
    assert messages(told)[1] == "dw = -1, PyTorch says 1."


@pytest.mark.parametrize("tell", TELL)
def test_points_stay_whatever_is_told(tell: Tell) -> None:
    told = for_students(judged(*FOUND), tell)
    assert [(each.name, each.status, each.points) for each in told.checks] == [
        (each.name, each.status, each.points) for each in judged().checks
    ]
    assert (told.status, told.points, told.max_points) == ("failed", 0.0, 2.0)


def test_a_later_node_that_has_nothing_but_its_diagnosis_is_left_out_with_it() -> None:
    later = Finding("dz1 is wrong", diagnosis=FORMULA)
    assert len(for_students(judged(FOUND[0], later), "formulas").findings) == 2
    assert len(for_students(judged(FOUND[0], later), "known").findings) == 1
    assert len(for_students(judged(FOUND[0], later), "facts").findings) == 1
    assert len(for_students(judged(FOUND[0], replace(later, probed=PROBED)), "known").findings) == 2
    # What was an error, and never had a diagnosis, is a fact.
    assert len(for_students(judged(FOUND[0], Finding("it raises ValueError")), "facts").findings) == 2


def test_what_a_formula_explains_is_probed_too() -> None:
    flipped = [at(3.0, -18.0, 18.0), at(5.0, -50.0, 50.0)]
    alone = diagnostician(exercise("dx"), flipped)
    assert alone.diagnoses["dx"].id == "sign-flipped"
    assert not alone.probed
    explained = replace(alone, explain=lambda names: dict.fromkeys(names, replace(FORMULA, gradient="dx")))
    assert explained.diagnoses["dx"].id == "formula"
    assert explained.probed == alone.diagnoses
