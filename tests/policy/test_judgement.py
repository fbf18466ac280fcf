"""What a whole submission is worth, from the replies that came back, and its answers at the nodes of a graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from grader.cases import Case
from grader.exercise import Edge, Exercise
from grader.judging.answers import Answer, answers
from grader.judging.bench import Bench
from grader.judging.comparison import Mismatch
from grader.judging.judgement import Judgement, judgement
from grader.judging.marks import Mark
from grader.reference.oracle import Reference
from grader.reference.sheet import Sheet
from grader.reference.upstream import LocalGradients
from grader.results import ExerciseResult
from grader.sandbox.host.source_file import MissingFile, SubmissionFileError
from grader.sandbox.wire.records import Ending, Reply, Run, StudentError, Unsupported
from tests.policy.builders import MISSING, RAISED, WRONG, exercise, network, observed, seen, training

ONE, TWO, NINE = np.array([1.5, 4.0]), np.array([2.5, 8.0]), np.array([9.0, 9.0])
NOT_WRITTEN = StudentError("not-written", "bend_backward", "NotImplementedError", "")
FINISHED = Ending("finished")


def bench(of: Exercise, groups: Sequence[Any] = ("random", "random", "unchanged")) -> Bench:
    """Cases of these groups, in each of which every gradient is ONE and the output TWO."""
    cases = [Case("a case", group, {"x": ONE}, ONE, number=number) for number, group in enumerate(groups)]
    references = [Reference(dict.fromkeys(of.gradients, ONE), TWO)] * len(cases)
    return Bench(of).of(sheet(of, cases, references))


def sheet(of: Exercise, cases: Sequence[Case], references: Sequence[Reference]) -> Sheet:
    """A sheet of these references, by which nothing follows from anything."""
    return Sheet.known(of, cases, references, lambda: [LocalGradients({}, {})] * len(cases))


def reply(gradients: Any, out: Any = TWO, changed: Mapping[str, Any] | None = None, **fields: Any) -> Reply:
    return Reply({"out": out, "gradients": gradients, "changed": changed or {}}, **fields)


def judged(*replies: Reply | None, of: Exercise | None = None, ending: Ending = FINISHED) -> Judgement:
    of = of or exercise()
    return judgement(bench(of), "bend.py", Run(replies, ending))


def result(*replies: Reply | None, of: Exercise | None = None, ending: Ending = FINISHED) -> ExerciseResult:
    return judged(*replies, of=of, ending=ending).result


RIGHT, OFF = reply(ONE), reply(NINE)
NOTHING = Reply({"out": TWO}, RAISED)


def test_what_is_right_everywhere_passes_with_all_its_points_exactly() -> None:
    of = exercise("dx", points=0.7)
    passed = result(RIGHT, RIGHT, RIGHT, of=of)
    assert (passed.status, passed.points, passed.max_points, passed.findings) == ("passed", 0.7, 0.7, ())


def test_what_is_wrong_in_one_case_fails() -> None:
    failed = result(RIGHT, OFF, RIGHT)
    assert (failed.status, failed.points) == ("failed", 0)
    assert judged(RIGHT, OFF, RIGHT).failing == 1
    assert judged(RIGHT, RIGHT, RIGHT).failing is None


def test_points_are_the_sum_of_what_the_checks_earn() -> None:
    both = exercise("dx dw")
    half = result(*[reply((ONE, NINE))] * 3, of=both)
    assert half.status == "failed"
    assert half.points == pytest.approx(0.45 + 0.05 + 0.05)
    assert result(*[reply((ONE, ONE))] * 3, of=both).status == "passed"


# Forward.


def test_a_forward_that_computes_something_else_is_told_and_nothing_else() -> None:
    found = result(RIGHT, reply(NINE, out=NINE), RIGHT)
    assert [each.headline for each in found.findings] == ["bend_forward no longer computes y"]
    assert found.findings[0].case == 1
    assert found.points == 0


def test_a_forward_is_judged_where_it_answered() -> None:
    assert [each.headline for each in result(RIGHT, NOTHING, RIGHT).findings] == ["bend_backward raises ValueError"]
    raised = Reply({}, StudentError("raised", "bend_forward", "ValueError", "no"))
    assert [each.headline for each in result(RIGHT, raised, RIGHT).findings] == ["bend_forward raises ValueError"]


def test_a_change_in_place_is_not_told_beside_a_forward_that_is_off() -> None:
    off = reply(ONE, out=NINE, changed={"x": NINE})
    assert [each.headline for each in result(off, off, off).findings] == ["bend_forward no longer computes y"]


# Unchanged.


def test_a_change_in_place_is_told_last_and_costs_its_own_points() -> None:
    changing = reply(ONE, changed={"x": NINE})
    found = result(RIGHT, changing, RIGHT)
    assert [each.headline for each in found.findings] == ["x was changed in place"]
    assert found.status == "failed"
    assert found.points == pytest.approx(0.95)
    found = result(reply(NINE, changed={"x": NINE}), RIGHT, RIGHT)
    assert [each.headline for each in found.findings] == ["dx is wrong", "x was changed in place"]


def test_a_change_is_told_in_the_first_judged_case_before_one_with_read_only_arrays() -> None:
    changing = reply(ONE, changed={"x": NINE})
    assert [each.case for each in result(RIGHT, changing, changing).findings] == [1]
    assert [each.case for each in result(RIGHT, RIGHT, changing).findings] == [2]


def test_an_error_with_read_only_arrays_is_a_change() -> None:
    found = result(RIGHT, RIGHT, NOTHING)
    assert [each.headline for each in found.findings] == ["bend_backward raises ValueError"]
    assert found.points == pytest.approx(0.95)


def test_an_error_with_read_only_arrays_beside_others_is_nothing_new() -> None:
    found = result(RIGHT, NOTHING, NOTHING)
    assert [(each.headline, each.case) for each in found.findings] == [("bend_backward raises ValueError", 1)]


def test_an_error_with_read_only_arrays_in_another_line_than_others_is_a_change() -> None:
    elsewhere = Reply({"out": TWO}, replace(RAISED, line=7))
    assert [each.case for each in result(RIGHT, elsewhere, NOTHING).findings] == [1, 2]


def test_a_forward_that_raises_in_a_case_is_said_to_have_failed_whatever_is_told_first() -> None:
    raises = replace(RAISED, stage="bend_forward")
    found = result(reply(Unsupported("None")), Reply({}, raises), RIGHT)
    check = next(each for each in found.checks if each.name == "forward")
    assert (check.status, check.message) == ("failed", "bend_forward raises ValueError")


def test_what_is_wrong_with_read_only_arrays_alone_is_told() -> None:
    found = result(RIGHT, RIGHT, OFF)
    assert [each.headline for each in found.findings] == ["dx is wrong with read-only arrays"]
    assert found.points == pytest.approx(0.95)
    assert [each.headline for each in result(OFF, OFF, OFF).findings] == ["dx is wrong"]


def test_an_error_elsewhere_does_not_cost_the_points_for_leaving_the_inputs() -> None:
    of = exercise("dx", edges=(Edge("x at 0", {"x": 0.0}),))
    run = Run((RIGHT, NOTHING, NOTHING), FINISHED)
    found = judgement(bench(of, ("random", "edges", "unchanged")), "bend.py", run).result
    assert {check.name: check.status for check in found.checks} == {
        "forward": "passed",
        "dx random": "passed",
        "dx edges": "failed",
        "conventions": "passed",
        "unchanged": "passed",
    }


def test_what_is_right_but_for_its_form_is_told_and_costs_the_conventions() -> None:
    for odd in (np.array([ONE]), np.array(ONE, dtype=np.float32)):
        found = result(reply(odd), reply(odd), reply(odd))
        assert found.points == pytest.approx(0.95)
        assert {check.name for check in found.checks if check.status == "failed"} == {"conventions"}
        assert len(found.findings) == 1


def test_a_forward_in_float32_is_as_it_was_given_and_one_in_another_shape_is_not() -> None:
    narrow, shaped = np.array(TWO, dtype=np.float32), np.array([TWO])
    assert result(reply(ONE, out=narrow), RIGHT, RIGHT).status == "passed"
    assert [each.headline for each in result(reply(ONE, out=shaped), RIGHT, RIGHT).findings] == [
        "bend_forward no longer computes y"
    ]


def test_an_error_in_a_case_costs_its_points_and_no_others() -> None:
    both = exercise("dx dw")
    right = reply((ONE, ONE))
    found = judgement(bench(both, ("random", "random")), "bend.py", Run((right, NOTHING), FINISHED)).result
    assert {check.name: check.status for check in found.checks} == {
        "forward": "passed",
        "dx random": "failed",
        "dw random": "passed",
        "conventions": "passed",
        "unchanged": "passed",
    }


def test_an_error_that_nothing_explains_costs_all_gradients_where_too_little_is_answered() -> None:
    both = exercise("dx dw")
    right = reply((ONE, ONE))
    run = Run((right, *[NOTHING] * 6), FINISHED)
    found = judgement(bench(both, ["random"] * 7), "bend.py", run).result
    assert [check.status for check in found.checks if check.name.endswith("random")] == ["failed", "failed"]


def test_an_error_that_a_known_mistake_explains_is_told_with_it_and_costs_its_gradient_alone() -> None:
    def fails(dout: Any, *given: Any) -> Any:
        """You failed.

        Don't."""
        return (ONE, np.full(2, np.nan)) if dout[0] > 2 else (ONE, ONE)

    of = exercise("dx dw", misconceptions=(fails,))
    cases = [Case("a case", "random", {"x": ONE, "w": ONE}, dout, number=i) for i, dout in enumerate((ONE, TWO, NINE))]
    made = Bench(of).of(sheet(of, cases, [Reference(dict.fromkeys(of.gradients, ONE), TWO)] * 3))
    found = judgement(made, "bend.py", Run((reply((ONE, ONE)), NOTHING, NOTHING), FINISHED)).result
    assert [check.status for check in found.checks if check.name.endswith("random")] == ["passed", "failed"]
    assert [(each.headline, each.case) for each in found.findings] == [("bend_backward raises ValueError", 1)]
    assert found.diagnosis is not None
    assert (found.diagnosis.id, found.diagnosis.gradient) == ("fails", "dw")


def test_a_change_is_told_beside_an_error() -> None:
    found = result(reply(ONE, changed={"x": NINE}), NOTHING, RIGHT)
    assert [each.headline for each in found.findings] == ["bend_backward raises ValueError", "x was changed in place"]


# Errors and ends.


def test_one_error_everywhere_is_told_once_and_earns_nothing() -> None:
    found = result(NOTHING, NOTHING, NOTHING)
    assert (found.status, found.points) == ("error", 0)
    assert [(each.headline, each.case) for each in found.findings] == [("bend_backward raises ValueError", 0)]
    assert {check.name: (check.status, check.points, check.message) for check in found.checks} == {
        "forward": ("passed", 0.0, ""),
        "dx random": ("failed", 0.0, "bend_backward raises ValueError"),
        **dict.fromkeys(("conventions", "unchanged"), ("skipped", 0.0, "bend_backward raises ValueError")),
    }


def forward_status(found: ExerciseResult) -> str:
    return next(check.status for check in found.checks if check.name == "forward")


def test_a_forward_is_said_to_fail_only_where_it_did() -> None:
    everywhere = Reply({}, StudentError("raised", "bend_forward", "ValueError", "no"))
    assert forward_status(result(everywhere, everywhere, everywhere)) == "failed"
    assert forward_status(result(NOTHING, NOTHING, NOTHING)) == "passed"
    assert forward_status(result(RIGHT, None, None, ending=Ending("timeout"))) == "skipped"
    assert forward_status(result(*[Reply({"out": TWO}, NOT_WRITTEN)] * 3)) == "skipped"

    def loaded(kind: Any, stage: str) -> str:
        run = Run((), Ending("load-error"), StudentError(kind, stage, "ValueError", "no"))
        return forward_status(judgement(bench(exercise()), "bend.py", run).result)

    assert loaded("raised", "load") == "failed"
    assert loaded("missing", "bend_forward") == "failed"
    assert loaded("missing", "bend_backward") == "skipped"
    unread = judgement(bench(exercise()), "bend.py", SubmissionFileError("bend.py is odd.")).result
    assert forward_status(unread) == "failed"


def test_an_untouched_stub_is_not_started() -> None:
    found = result(*[Reply({"out": TWO}, NOT_WRITTEN)] * 3)
    assert (found.status, found.points, found.findings) == ("not-started", 0, ())
    assert {(check.status, check.message) for check in found.checks} == {("skipped", "not started")}


@pytest.mark.parametrize(
    "others",
    [
        pytest.param([RIGHT, RIGHT], id="an answer"),
        pytest.param([Reply({"gradients": ONE}, RAISED)] * 2, id="an answer beside the error"),
        pytest.param([Reply({}, StudentError("raised", "bend_backward", "KeyError", "no"))] * 2, id="another type"),
        pytest.param([Reply({}, StudentError("raised", "bend_forward", "ValueError", "no"))] * 2, id="another stage"),
        pytest.param([Reply({}, NOT_WRITTEN)] * 2, id="another kind"),
    ],
)
def test_errors_that_are_not_alike_everywhere_are_judged_check_by_check(others: list[Reply]) -> None:
    assert result(NOTHING, *others).status == "failed"


def test_errors_that_differ_in_their_message_alone_are_alike() -> None:
    other = Reply({"out": TWO}, StudentError("raised", "bend_backward", "ValueError", "another", line=3))
    found = result(NOTHING, other, NOTHING)
    assert (found.status, found.findings[0].theirs) == ("error", ("ValueError: no",))


@pytest.mark.parametrize(
    ("kind", "status"), [("timeout", "timeout"), ("exited", "error"), ("crashed", "error"), ("memory", "error")]
)
def test_a_process_that_ended_before_its_last_answer_earns_nothing(kind: Any, status: str) -> None:
    for replies in ((RIGHT, None, None), (NOTHING, None, None), (NOTHING, NOTHING, NOTHING)):
        found = result(*replies, ending=Ending(kind))
        assert (found.status, found.points, len(found.findings)) == (status, 0, 1)


def test_what_was_answered_before_an_end_is_kept() -> None:
    kept = judged(RIGHT, OFF, None, ending=Ending("timeout"))
    assert list(kept.observations) == [0, 1]
    assert [each.state(1) for each in kept.marks] == ["wrong"]


def test_a_file_that_can_not_be_loaded_or_read_earns_nothing() -> None:
    loaded = judgement(bench(exercise()), "bend.py", Run((), Ending("load-error"), RAISED)).result
    assert (loaded.status, loaded.points) == ("error", 0)
    for error, status in (
        (MissingFile("bend.py is missing."), "missing"),
        (SubmissionFileError("bend.py is odd."), "error"),
    ):
        unread = judgement(bench(exercise()), "bend.py", error).result
        assert (unread.status, unread.findings[0].headline) == (status, str(error)[:-1])


# Notes.


def test_at_most_five_things_that_were_not_asked_for_are_named() -> None:
    def notes(*extra: str) -> tuple[str, ...]:
        return result(*[reply({"dx": ONE, **dict.fromkeys(extra, ONE)})] * 3, of=network("dx")).notes

    assert notes() == ()
    assert notes("b", "a") == ("bend_backward returns more than is asked: a, b ignored",)
    assert notes(*"edcba") == ("bend_backward returns more than is asked: a, b, c, d, e ignored",)
    assert notes(*"fedcba") == ("bend_backward returns more than is asked: a, b, c, d, e, … ignored",)
    assert notes("x" * 20) == (f"bend_backward returns more than is asked: {'x' * 20} ignored",)
    assert notes("x" * 21) == (f"bend_backward returns more than is asked: {'x' * 19}… ignored",)


def test_the_first_remark_is_made() -> None:
    def remark(got: Mapping[str, Any], expected: Mapping[str, Any]) -> str:
        return f"{got['dx'][0]:g}" if got["dx"][0] > 2 else ""

    def notes(*replies: Reply) -> tuple[str, ...]:
        return result(*replies, of=exercise("dx", remark=remark)).notes

    assert notes(RIGHT, RIGHT, RIGHT) == ()
    assert notes(NOTHING, OFF, RIGHT) == ("9",)
    assert notes(reply(TWO), OFF, RIGHT) == ("2.5",)


# Answers.


def of_case(of: Exercise, case: Any, *marks: Mark) -> dict[str, Answer]:
    return answers(of, observed(case)[0], marks)


@pytest.mark.parametrize("state", ["coarse", "wrong", "missing", "unusable"])
def test_an_answer_may_be_wrong_by_itself(state: Any) -> None:
    assert Answer(None, state).is_wrong


@pytest.mark.parametrize("state", ["", "right", "follows", "empty"])
def test_an_answer_that_is_right_or_follows_is_not_wrong_by_itself(state: Any) -> None:
    assert not Answer(None, state).is_wrong


def test_answers_of_a_pair_stand_at_its_variables_in_backward_order() -> None:
    case = {"dz": (9.0, 1.0), "dx": (MISSING, 1.0), "dw": (2.0, 2.0)}
    marks = [Mark("dz", {0: WRONG}), Mark("dx", {0: Mismatch("missing", "")}), Mark("dw", {})]
    found = of_case(network("dz dx dw"), case, *marks)
    assert [(node, each.state) for node, each in found.items()] == [("z", "wrong"), ("x", "missing"), ("w", "right")]
    assert [each.value for each in found.values()] == [np.array(9.0), None, np.array(2.0)]
    assert {each.expected for each in found.values()} == {None}


def test_nothing_stands_anywhere_where_nothing_came_back() -> None:
    nothing = seen({"dx": (MISSING, 1.0)}, got=None)
    assert of_case(exercise(), nothing, Mark("dx", {0: WRONG})) == {}
    assert judged(RIGHT, RIGHT, RIGHT).answers(7) == {}
    assert [each.state for each in judged(RIGHT, OFF, RIGHT).answers(1).values()] == ["wrong"]


def test_where_several_gradients_are_right_an_answer_has_its_own_beside_it() -> None:
    either = exercise("dx", settle=lambda got, expected, *arguments: expected)
    assert of_case(either, {"dx": (9.0, 1.0)}, Mark("dx", {0: WRONG}))["x"].expected == np.array(1.0)


TRAINED = training("loss gradients numerical")


def test_what_is_no_pair_has_answers_at_x_or_at_the_nodes_that_it_names() -> None:
    expected = {"w": np.array(1.0), "b": np.array(2.0), "c": np.array(3.0)}
    got = {"w": np.array(1.0), "b": np.array(9.0), "more": np.array(9.0)}
    case = {"loss": (1.0, 1.0), "gradients": (got, expected), "numerical": (5.0, 5.0)}
    marks = [Mark("loss", {}), Mark("gradients", {0: WRONG}), Mark("numerical", {})]
    found = of_case(TRAINED, case, *marks)
    assert {node: each.state for node, each in found.items()} == {"w": "right", "b": "wrong", "x": "right"}


@pytest.mark.parametrize(("name", "nodes"), [("grad", ["w"]), ("gradients", ["w"]), ("steps", [])])
def test_a_dict_of_gradients_is_known_by_its_name(name: str, nodes: list[str]) -> None:
    parts = {"w": np.array(1.0)}
    assert list(of_case(training(name), {name: (parts, parts)}, Mark(name, {}))) == nodes


@pytest.mark.parametrize(("name", "nodes"), [("dx", ["x"]), ("numerical", ["x"]), ("loss", []), ("grad", [])])
def test_an_array_stands_at_x_if_it_has_the_name_of_its_gradient(name: str, nodes: list[str]) -> None:
    of = training(name)
    assert list(of_case(of, {name: (1.0, 1.0)}, Mark(name, {}))) == nodes
    assert list(of_case(of, {name: (MISSING, 1.0)}, Mark(name, {}))) == []


def test_a_part_that_is_no_array_is_unusable() -> None:
    parts = ({"w": Unsupported("a str")}, {"w": np.array(1.0)})
    found = of_case(training("grad"), {"grad": parts}, Mark("grad", {}))
    assert found == {"w": Answer(None, "unusable")}


def test_a_part_agrees_within_the_tolerance_of_its_case() -> None:
    def state(**fields: Any) -> str:
        parts = ({"w": np.array(1 + 1e-6)}, {"w": np.array(1.0)})
        of = training("grad")
        return of_case(of, seen({"grad": parts}, **fields), Mark("grad", {}))["w"].state

    assert (state(), state(float32=True), state(rtol=1e-5)) == ("wrong", "right", "right")


# Benches.


def test_what_is_expected_is_in_a_row_where_it_is_one_array_in_every_judged_case() -> None:
    rows = bench(exercise("dx")).rows
    assert set(rows) == {"", "dx"}
    assert rows["dx"].is_met([ONE, ONE]), "the case with read-only arrays isn't in it"
    assert rows[""].is_met([TWO, TWO])
    assert bench(exercise("dx", settle=lambda *given: {})).rows == {}
    several = bench(exercise("dx"))
    parts = [Reference({"dx": {"a": ONE}}, (ONE, TWO))] * 3
    assert several.of(sheet(several.exercise, several.cases, parts)).rows == {}


def test_a_row_allows_the_tolerance_of_each_case() -> None:
    made = bench(exercise("dx"), ("random",))
    near = ONE * (1 + 1e-6)
    assert not made.rows["dx"].is_met([near])
    single = Case("a case", "random", {"x": ONE}, ONE, float32=True, number=0)
    assert made.of(sheet(made.exercise, [single], made.references)).rows["dx"].is_met([near])
    assert bench(exercise("dx", rtol=1e-5), ("random",)).rows["dx"].is_met([near])


def test_a_job_is_for_the_driver_of_the_exercise_and_for_its_seconds() -> None:
    job = bench(exercise("dx")).job(b"source")
    assert (job.driver, job.seconds, job.functions) == ("pair", 5.0, ("bend_forward", "bend_backward"))
    assert [(trial.inputs, trial.dout, trial.layout) for trial in job.trials] == [({"x": ONE}, ONE, "contiguous")] * 3
    assert bench(training("dx")).job(b"").driver == "training"
