"""Cases without an answer are somebody's failure: who pays for them, and how many answers are enough for the others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from grader.exercise import Edge, Example
from grader.judging.checks import ONE_IN, checks
from grader.judging.comparison import Mismatch
from grader.judging.marks import Mark
from grader.results import Check, Diagnosis, Finding
from tests.policy.builders import WRONG, exercise, observed, seen

WHOLE = {"examples": (Example("a note", {"x": 1.0}),), "edges": (Edge("x at 0", {"x": 0.0}),)}
REFUSAL = Finding("bend_backward raises ValueError", case=7)
EDGE, CONVENTION, EXAMPLE = 7, 8, 9


def mark(name: str, silent: Iterable[int] = (), wrong: Iterable[int] = (), **fields: Any) -> Mark:
    return Mark(name, dict.fromkeys(wrong, WRONG), unanswered=frozenset(silent), **fields)


def made(
    *marks: Mark, random: int = 7, found: Sequence[Finding] = (REFUSAL,), explained: bool = False
) -> dict[str, Check]:
    """The checks of a pair; of its cases the first `random` are random, then there is one of each other group."""
    groups: list[Any] = [*["random"] * random, "edges", "conventions", "examples"]
    judged = observed(*(seen({each.name: (1, 1) for each in marks}, group) for group in groups))
    of = exercise(" ".join(each.name for each in marks), **WHOLE)
    return {each.name: each for each in checks(of, judged, marks, None, None, found, explained)}


def random(*marks: Mark, **fields: Any) -> list[str]:
    """What the check of the random cases says of each gradient."""
    found = made(*marks, **fields)
    return [found[f"{each.name} random"].status for each in marks]


def told_of(gradient: str) -> Finding:
    return Finding("an error", case=7, diagnosis=Diagnosis("guess", gradient, "You guessed.", ""))


# Who pays.


def test_the_first_gradient_pays_where_nothing_else_is_wrong() -> None:
    assert random(mark("dx", [0]), mark("dw", [0]), mark("db", [0])) == ["failed", "passed", "passed"]


def test_a_gradient_that_is_wrong_elsewhere_pays_and_no_other() -> None:
    wrong_at_the_edge = mark("dw", [0], [EDGE])
    assert random(mark("dx", [0]), wrong_at_the_edge, mark("db", [0])) == ["passed", "failed", "passed"]
    assert random(mark("dx", [0]), wrong_at_the_edge, mark("db", [0], [EXAMPLE])) == ["passed", "failed", "failed"]


def test_a_gradient_that_is_wrong_at_conventions_alone_does_not_pay() -> None:
    assert random(mark("dx", [0]), mark("dw", [0], [CONVENTION])) == ["failed", "passed"]


def test_a_gradient_that_is_wrong_in_its_form_alone_does_not_pay() -> None:
    narrow = mark("dw", [0], forms={1: Mismatch("width", "it is float32")})
    assert random(mark("dx", [0]), narrow) == ["failed", "passed"]


def test_the_gradient_pays_that_is_diagnosed_unless_one_is_wrong() -> None:
    assert random(mark("dx", [0]), mark("dw", [0]), found=[REFUSAL, told_of("dw")]) == ["passed", "failed"]
    assert random(mark("dx", [0]), mark("dw", [0], [EDGE]), found=[told_of("dx")]) == ["passed", "failed"]


def test_who_pays_does_so_in_each_group_with_a_case_without_an_answer() -> None:
    def failed(*marks: Mark) -> list[str]:
        return [name for name, check in made(*marks).items() if check.status == "failed"]

    assert failed(mark("dx", [EXAMPLE]), mark("dw", [EXAMPLE])) == ["dx examples"]
    assert failed(mark("dx", [EDGE]), mark("dw", [EDGE])) == ["dx edges"]
    assert failed(mark("dx", [CONVENTION]), mark("dw", [CONVENTION])) == ["conventions"]
    assert failed(mark("dx", [0, EXAMPLE]), mark("dw", [0, EXAMPLE])) == ["dx examples", "dx random"]
    assert failed(mark("dx", [EDGE], [0]), mark("dw", [EDGE])) == ["dx random"], "the edges of dx are skipped"


# How many answers are enough for the others.


@pytest.mark.parametrize(("answered", "of", "status"), [(2, 8, "passed"), (1, 8, "failed"), (1, 5, "passed")])
def test_a_fifth_of_the_random_cases_shows_what_a_gradient_is(answered: int, of: int, status: str) -> None:
    silent = range(answered, of)
    groups: list[Any] = ["random"] * of
    judged = observed(*(seen({"dx": (1, 1), "dw": (1, 1)}, group) for group in groups))
    marks = [mark("dx", silent), mark("dw", silent)]
    found = checks(exercise("dx dw"), judged, marks, None, None, [REFUSAL], False)
    assert {each.name: each.status for each in found}["dw random"] == status


def test_cases_of_other_groups_do_not_count_among_these() -> None:
    silent = [0, 1, 2, EXAMPLE, EDGE, CONVENTION]
    assert random(mark("dx", silent), mark("dw", silent)) == ["failed", "passed"], "though six of ten are not answered"
    assert random(mark("dx", range(6)), mark("dw", range(6))) == ["failed", "failed"], "though four of ten are answered"


def test_one_answer_in_five_is_enough_whether_another_gradient_is_wrong_or_not() -> None:
    assert ONE_IN == 5
    for wrong in ([], [0]):
        assert random(mark("dx", range(2, 7), wrong), mark("dw", range(2, 7))) == ["failed", "passed"]
        assert random(mark("dx", range(1, 7), wrong), mark("dw", range(1, 7))) == ["failed", "failed"]


def test_any_answer_is_enough_where_a_known_mistake_accounts_for_the_rest() -> None:
    silent = range(1, 7)
    for marks in ((mark("dx", silent, [0]), mark("dw", silent)), (mark("dx", silent), mark("dw", silent))):
        assert random(*marks, found=[told_of("dx")], explained=True) == ["failed", "passed"]
        assert random(*marks, found=[told_of("dx")]) == ["failed", "failed"]
    everything = mark("dx", range(7)), mark("dw", range(7))
    assert random(*everything, found=[told_of("dx")], explained=True) == ["failed", "failed"]


def test_a_gradient_with_too_few_answers_fails_in_all_its_groups() -> None:
    silent = [*range(7), EDGE, EXAMPLE, CONVENTION]
    found = made(mark("dx", silent), mark("dw", silent))
    assert {name: each.status for name, each in found.items()} == {
        "forward": "passed",
        "dx examples": "failed",
        "dx random": "failed",
        "dx edges": "skipped",
        "dw examples": "failed",
        "dw random": "failed",
        "dw edges": "skipped",
        "conventions": "skipped",
        "unchanged": "skipped",
    }
    assert sum(each.points for each in found.values()) == 0


def test_a_gradient_that_was_answered_in_the_random_cases_fails_nowhere_else() -> None:
    silent = [EDGE, EXAMPLE, CONVENTION]
    found = made(mark("dx", silent, [0]), mark("dw", silent))
    assert [each.status for name, each in found.items() if name.startswith("dw")] == ["passed"] * 3
    assert found["conventions"].status == "passed"


# Messages.


def message(*marks: Mark, name: str = "dx random", **fields: Any) -> str:
    return made(*marks, **fields)[name].message


def test_a_case_without_an_answer_is_told_by_its_finding() -> None:
    others = [Finding("dw is wrong", case=1), Finding("bend_backward raises KeyError", case=0)]
    assert message(mark("dx", [0]), found=others) == "bend_backward raises KeyError"
    assert message(mark("dx", [4]), found=others) == "dw is wrong", "where no finding shows such a case"


def test_a_case_without_an_answer_is_told_with_the_claim_that_accounts_for_it() -> None:
    found = [Finding("bend_backward raises KeyError", case=0, diagnosis=Diagnosis("a", "dx", "You guessed.", ""))]
    assert message(mark("dx", [0]), mark("dw", [0]), found=found) == "bend_backward raises KeyError. You guessed."
    assert message(mark("dx", range(7)), mark("dw", range(7)), name="dw random", found=found) == (
        "bend_backward raises KeyError"
    )


def test_a_wrong_number_is_told_before_a_case_without_an_answer() -> None:
    assert message(mark("dx", [0], [1])) == "it is wrong."


def test_a_case_without_an_answer_is_told_at_conventions() -> None:
    found = [Finding("bend_backward raises KeyError", case=CONVENTION)]
    assert message(mark("dx", [CONVENTION]), name="conventions", found=found) == "bend_backward raises KeyError"
