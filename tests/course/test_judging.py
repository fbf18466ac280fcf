"""A notebook makes a judged notebook, without nbgrader: points that are earned, and outputs that say why."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from tests.proof import needs

needs("nbformat")

from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell

from grader.classes.notebooks.notebook_grading import GradedNotebook, NotebookMarks, SubmissionGrading, record_of
from grader.course.check_call import CheckCall, check_call
from grader.course.notebook_judge import Benches, JudgedNotebook, NotebookJudge, TestCell
from grader.course.running import JudgingError, Limits
from grader.judging.telling import Tell
from grader.report.class_report.class_page import class_page
from grader.report.class_report.class_tally import Tally
from grader.report.class_report.class_text import class_lines
from grader.report.terminal import plain
from grader.sandbox.host.worker import Sandbox
from grader.sandbox.wire.records import Ending
from tests.course import notebooks
from tests.course.notebooks import SEED, answered, before_all, named, released, replaced, without

WEIGHTS = 0.9 * 2 / 3 + 0.1
"""What is left of affine where one of its three gradients is wrong everywhere."""


@pytest.fixture(scope="module")
def judge(sandbox: Sandbox) -> NotebookJudge:
    return NotebookJudge(sandbox, Benches(SEED), Limits(cell=2.0, notebook=60.0))


def points(judged: JudgedNotebook) -> dict[str, float]:
    return {test.grade_id: test.points for test in judged.tests}


def text(judged: JudgedNotebook, grade_id: str) -> str:
    """Everything that a cell shows as text, but for its points."""
    said = []
    for output in named(judged.notebook, grade_id).outputs:
        assert output.output_type in ("stream", "display_data", "execute_result")
        assert output.get("name", "stdout") == "stdout"
        if output.output_type == "stream":
            said.append(output.text)
        elif output.output_type == "display_data":
            said.append(output.data["text/plain"])
    return "\n".join(said)


def test_solutions_earn_every_point(judge: NotebookJudge) -> None:
    judged = judge.judge(notebooks.source())
    assert points(judged) == {"relu-check": 2.0, "relu-own": 1.0, "affine-check": 3.0}
    assert "agrees with PyTorch" in text(judged, "relu-check")
    assert "less trustworthy" in text(judged, "relu-own")
    assert "less trustworthy" not in text(judged, "relu-check")


def test_the_points_of_a_test_cell_are_a_plain_float(judge: NotebookJudge) -> None:
    judged = judge.judge(replaced("affine", "return dX, dW, db", "return dX, dW, -db"))
    outputs = named(judged.notebook, "affine-check").outputs
    results = [dict(each.data) for each in outputs if each.output_type == "execute_result"]
    earned = points(judged)["affine-check"]
    assert results == [{"text/plain": repr(earned), "text/html": f"<pre>{round(earned, 2):g}</pre>"}]


def test_a_verdict_has_the_points_that_nbgrader_shows_above_it(judge: NotebookJudge) -> None:
    made = replaced("affine", "return dX, dW, db", "return dX, dW, -db")
    named(made, "affine-check").metadata.nbgrader.points = 0.97
    judged = judge.judge(made)
    shown = f"{round(points(judged)['affine-check'], 2):g}"
    assert shown != repr(points(judged)["affine-check"])
    assert text(judged, "affine-check").startswith(f"affine   {shown}/0.97   db is wrong")
    page, _ = HTMLExporter(template_name="classic").from_notebook_node(judged.notebook)
    assert f"<pre>{shown}</pre>" in page
    assert repr(points(judged)["affine-check"]) not in page


def test_the_notebook_that_was_handed_in_stays_as_it_is(judge: NotebookJudge) -> None:
    handed_in = notebooks.source()
    judge.judge(handed_in)
    assert handed_in == notebooks.source()


def test_stubs_are_not_started(judge: NotebookJudge) -> None:
    judged = judge.judge(released())
    assert set(points(judged).values()) == {0.0}
    assert "not started" in text(judged, "relu-check")
    assert "NotImplementedError" in text(judged, "relu-own")


def test_a_wrong_gradient_costs_its_own_share_and_has_a_diagnosis(judge: NotebookJudge) -> None:
    judged = judge.judge(replaced("relu", "(x > 0)", "(dout > 0)"))
    assert points(judged)["relu-check"] < 1
    assert "You masked on the upstream gradient." in text(judged, "relu-check")
    judged = judge.judge(replaced("affine", "return dX, dW, db", "return dX, dW, -db"))
    assert points(judged)["affine-check"] == round(3 * WEIGHTS, 4)


@pytest.mark.parametrize(
    ("tell", "of_relu", "of_affine"),
    [
        ("facts", "", ""),
        ("known", "You masked on the upstream gradient.", "db has the wrong sign."),
        ("formulas", "You masked on the upstream gradient.", "Your db comes out as -db"),
    ],
)
def test_students_are_told_what_the_instructor_chooses_and_the_record_has_everything(
    tell: Tell, of_relu: str, of_affine: str, judge: NotebookJudge
) -> None:
    made = replaced("relu", "(x > 0)", "(dout > 0)")
    replaced("affine", "return dX, dW, db", "return dX, dW, -db", made)
    judged, whole = replace(judge, tell=tell).judge(made), judge.judge(made)
    for name, said in (("relu-check", of_relu), ("affine-check", of_affine)):
        assert "PyTorch says" in text(judged, name)
        assert said in text(judged, name)
        for other in ("You masked", "db has the wrong sign", "comes out as"):
            assert (other in text(judged, name)) == bool(said and other in said)
            assert (other in str(named(judged.notebook, name))) == bool(said and other in said)
    assert judged.tests == whole.tests
    assert [test.result.diagnosis.id for test in judged.tests if test.result and test.result.diagnosis] == [
        "mask-on-dout",
        "formula",
    ]


def test_the_class_is_summed_up_in_the_points_of_the_assignment_with_the_instructors_tests(
    judge: NotebookJudge,
) -> None:
    tally = Tally("backward", by_hand=2)
    wrong = replaced("affine", "return dX, dW, db", "return dX, dW, -db")
    for student, made in (("ada", notebooks.source()), ("emmy", wrong), ("alan", released())):
        for grade_id, most in (("affine-check", 10), ("relu-check", 0)):
            named(made, grade_id).metadata.nbgrader.points = most
        judged = judge.judge(made)
        graded = GradedNotebook("", NotebookMarks({}, frozenset()), tuple(test.result for test in judged.tests), {})
        record = json.loads(record_of({"backward": graded}, SubmissionGrading({}, 0.0, ()), ()))
        tally.add(student, record["exercises"], 0.0, {}, {})
        assert sum(each["points"] for each in record["exercises"]) == pytest.approx(sum(points(judged).values()))
    summary = tally.summary()
    assert summary.max_points == 11
    assert {each.name: each.max_points for each in summary.exercises} == {"relu": 0, "relu-own": 1, "affine": 10}
    assert {each.name: each.points for each in summary.exercises} == {
        "relu": 0,
        "relu-own": 2,
        "affine": 10 + round(10 * WEIGHTS, 4),
    }
    for shown in (plain(class_lines(summary)), class_page(summary).replace("&#39;", "'")):
        assert "relu-own" in shown
        assert "The 2 points that you give by hand aren't counted here." in shown


def test_tests_that_are_called_alike_are_told_apart(judge: NotebookJudge) -> None:
    result = judge.judge(notebooks.source()).tests[0].result
    graded = GradedNotebook("", NotebookMarks({}, frozenset()), (result,), {})
    record = json.loads(record_of({"one": graded, "two": graded}, SubmissionGrading({}, 0.0, ()), ()))
    assert [each["name"] for each in record["exercises"]] == ["relu", "relu (two)"]


def test_a_test_cell_with_points_of_its_own_is_scaled(judge: NotebookJudge) -> None:
    made = replaced("affine", "return dX, dW, db", "return dX, dW, -db")
    named(made, "affine-check").metadata.nbgrader.points = 10
    assert points(judge.judge(made))["affine-check"] == round(10 * WEIGHTS, 4)


@pytest.mark.parametrize(
    "body",
    [
        "def relu_forward(x:\n    pass",
        "1 / 0",
        "import os\nos._exit(0)",
        "while True: pass",
        "import ctypes\nctypes.string_at(0)",
        "x = 'a' * (3 << 30)",
        "import sys\nsys.exit()",
        "raise KeyboardInterrupt",
        "import torch",
        "import matplotlib.pyplot as plt",
    ],
)
def test_a_cell_that_fails_costs_its_exercise_and_no_other(judge: NotebookJudge, body: str) -> None:
    define = "def relu_forward(x): return x\ndef relu_backward(dout, cache): return dout\n"
    judged = judge.judge(answered(relu=body if "def" in body else f"{body}\n{define}"))
    assert points(judged) == {"relu-check": 0.0, "relu-own": 0.0, "affine-check": 3.0}
    assert "there is no relu_forward: its cell" in text(judged, "relu-check")


@pytest.mark.parametrize(
    "body", ["while True: pass", "os._exit(0)", "import ctypes; ctypes.string_at(0)", "os.write(3, b'x' * 99)"]
)
def test_a_backward_that_ends_its_process_costs_its_exercise_and_no_other(judge: NotebookJudge, body: str) -> None:
    cell = f"import os\ndef relu_forward(x): return np.maximum(x, 0), x\ndef relu_backward(dout, x):\n    {body}\n"
    judged = judge.judge(answered(relu=cell))
    assert points(judged) == {"relu-check": 0.0, "relu-own": 0.0, "affine-check": 3.0}
    said = text(judged, "relu-check")
    assert ("This is the line that ran when the time was nearly over." in said) == (body == "while True: pass")
    assert ("your code | line 4: while True: pass" in said) == (body == "while True: pass")


def test_below_a_check_that_ends_the_process_stands_what_its_last_case_printed(judge: NotebookJudge) -> None:
    cell = (
        "import os\nprint('defined')\ncalls = []\n"
        "def relu_forward(x): return np.maximum(x, 0), x\n"
        "def relu_backward(dout, x):\n    calls.append(x)\n    print('call', len(calls))\n"
        "    return dout * (x > 0) if len(calls) < 3 else os._exit(0)\n"
    )
    judged = judge.judge(answered(relu=cell))
    assert re.findall(r"your code \| (.*)", text(judged, "relu-check")) == ["call 3"]
    assert "defined" in text(judged, "relu")


def test_a_cell_that_never_ends_shows_what_it_printed(judge: NotebookJudge) -> None:
    judged = judge.judge(before_all("print('so far')\nwhile True: pass", notebooks.source()))
    assert re.fullmatch(
        r"so far\nthis cell was stopped after .*\nline 2: while True: pass \(where it was when .*\)\n",
        judged.notebook.cells[0].outputs[0].text,
    )


def test_what_is_printed_and_what_goes_to_stderr_costs_nothing(judge: NotebookJudge) -> None:
    noise = "import sys, warnings\nprint('\\x1b[31mhello\\x07')\nsys.stderr.write('oh')\nwarnings.warn('careful')\n"
    judged = judge.judge(before_all(noise, replaced("relu", "def relu_backward", f"{noise}\ndef relu_backward")))
    assert points(judged)["relu-check"] == 2.0
    said = judged.notebook.cells[0].outputs[0].text
    assert "hello" in said
    assert "careful" in said
    assert not set("\x1b\x07") & set(said)


def test_magics_shell_and_help_do_not_break_a_submission(judge: NotebookJudge) -> None:
    lines = "%matplotlib inline\n!pip install x\nfiles = !ls\nnp?\n%timeit -n 10 1 + 1\n%nothing at all\ndisplay(1);\n"
    judged = judge.judge(before_all(f"import numpy as np\n{lines}await __import__('asyncio').sleep(0)\n"))
    assert points(judged)["relu-check"] == 2.0
    said = judged.notebook.cells[0].outputs[0].text
    assert "!pip install x does nothing here: there is no shell" in said
    assert "%matplotlib does nothing here: plots" in said
    assert "this cell" not in said


def test_a_check_uses_the_functions_as_they_are_when_its_cell_is_reached(judge: NotebookJudge) -> None:
    made = notebooks.source()
    made.cells.append(new_code_cell("del relu_backward, affine_forward"))
    assert points(judge.judge(made))["relu-check"] == 2.0
    made = notebooks.source()
    made.cells.insert(notebooks.place(made, "relu-check"), new_code_cell("relu_backward = None"))
    judged = judge.judge(made)
    assert points(judged)["relu-check"] == 0.0
    assert "there is no function relu_backward in this notebook" in text(judged, "relu-check")


@pytest.mark.parametrize(
    ("defined", "suggested"),
    [("affin_forward", "affin_forward"), ("copy_forward", ""), ("my_affine_forward", "my_affine_forward")],
)
def test_a_function_that_may_have_been_renamed_is_never_another_exercises(
    judge: NotebookJudge, defined: str, suggested: str
) -> None:
    judged = judge.judge(answered(affine=f"def {defined}(x): ..."))
    said = text(judged, "affine-check")
    assert "there is no function affine_forward in this notebook" in said
    assert ("was it renamed?" in said) == bool(suggested)
    assert suggested in said


def test_a_renamed_function_is_not_one_that_another_check_is_given(judge: NotebookJudge) -> None:
    made = answered(relu_check='check("relu", affine_forwards, relu_backward)', affine="")
    named(made, "relu").source += "\naffine_forwards = relu_forward"
    said = text(judge.judge(made), "affine-check")
    assert "there is no function affine_forward in this notebook" in said
    assert "renamed" not in said


def test_a_changed_forward_is_to_be_put_back_by_hand(judge: NotebookJudge) -> None:
    said = text(judge.judge(replaced("relu", "np.maximum(x, 0)", "np.maximum(x, 0.5)")), "relu-check")
    assert "relu_forward no longer computes" in said
    assert "The gradients were not judged. Put the given forward back." in said
    assert "reset" not in said


def test_a_check_may_give_functions_of_other_names(judge: NotebookJudge) -> None:
    made = answered(relu_check='check("relu", my_forward, my_backward)')
    named(made, "relu").source = named(made, "relu").source.replace("relu_", "my_")
    assert points(judge.judge(made))["relu-check"] == 2.0


@pytest.mark.parametrize(
    ("value", "earned"),
    [
        ("0.25", 0.25),
        ("np.float64(0.5)", 0.5),
        ("1", 1.0),
        ("-1", 0.0),
        ("7", 1.0),
        ("float('nan')", 0.0),
        ("float('inf')", 0.0),
        ("'much'", 1.0),
        ("None", 1.0),
        ("0.5;", 1.0),
        ("assert False, 'no'", 0.0),
        ("1 +", 0.0),
    ],
)
def test_a_plain_test_earns_its_value_between_none_and_all(judge: NotebookJudge, value: str, earned: float) -> None:
    judged = judge.judge(answered(relu_own=f"import numpy as np\n{value}"))
    assert points(judged)["relu-own"] == earned


def test_a_notebook_has_a_time_and_a_number_of_runs(sandbox: Sandbox) -> None:
    made = notebooks.source()
    made.cells[1:1] = [new_code_cell("while True: pass") for _ in range(5)]
    judged = NotebookJudge(sandbox, Benches(SEED), Limits(cell=0.2, notebook=30.0, runs=3)).judge(made)
    assert set(points(judged).values()) == {0.0}
    assert "not judged: the notebook took too long, or its process died too often" in text(judged, "relu-check")
    judged = NotebookJudge(sandbox, Benches(SEED), Limits(cell=5.0, notebook=0.5, runs=3)).judge(made)
    assert set(points(judged).values()) == {0.0}


def test_the_seed_and_other_cases_are_not_shown(judge: NotebookJudge) -> None:
    judged = judge.judge(replaced("relu", "(x > 0)", "(dout > 0)"))
    assert str(SEED) not in repr(judged.notebook)
    assert text(judged, "relu-check").count("relu_backward(") == 1


def test_a_students_markup_and_control_characters_are_quoted(judge: NotebookJudge) -> None:
    evil = "raise ValueError('<script>alert(1)</script>\\x1b[2J 2/2 agrees')"
    judged = judge.judge(replaced("relu", "return dout", f"{evil}\n    return dout"))
    html = named(judged.notebook, "relu-check").outputs[0].data["text/html"]
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "\x1b" not in html


def test_a_fault_of_ours_is_no_mark(judge: NotebookJudge, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Sandbox, job: Any) -> Any:
        from grader.sandbox.wire.cells import NotebookRun

        return NotebookRun(tuple((None,) * step.replies for step in job.steps), Ending("infrastructure", "gone"), 0)

    monkeypatch.setattr(Sandbox, "run_notebook", broken)
    with pytest.raises(JudgingError, match="gone"):
        judge.judge(notebooks.source())


@pytest.mark.parametrize("call", ['check("unknown", f)', 'check("relu", relu_forward)'])
def test_an_instructors_mistake_is_told(judge: NotebookJudge, call: str) -> None:
    with pytest.raises(ValueError, match=r"relu|unknown"):
        judge.judge(answered(relu_check=call))


@pytest.mark.parametrize(
    ("source", "check"),
    [
        ('check("relu", f, g)', CheckCall("relu", ("f", "g"))),
        ('# a comment\nfrom grader import check\ncheck("relu", f)\n', CheckCall("relu", ("f",))),
        ('check("relu", f, seed=3)', CheckCall("relu", ("f",))),
        ("check(name, f)", None),
        ('check("relu", lambda x: x)', None),
        ('p = check("relu", f)', None),
        ('check("relu", f)\n1', None),
        ("check(", None),
        ("", None),
    ],
)
def test_a_check_is_a_cell_with_that_one_call(source: str, check: CheckCall | None) -> None:
    assert check_call(source) == check


def test_without_a_test_cell_there_is_nothing_to_earn(judge: NotebookJudge) -> None:
    made = without("relu-check", "relu-own", "affine-check")
    assert judge.judge(made).tests == ()
    assert isinstance(judge.judge(notebooks.source()).tests[0], TestCell)
