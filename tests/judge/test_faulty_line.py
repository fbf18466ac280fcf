"""Where a mistake is: on which line one change makes every case right, and an honest sentence where there is none."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from grader import catalog
from grader.desk.faulty_line import CANDIDATES, Whereabouts, whereabouts
from grader.exercise import Exercise
from grader.formula.program import MOST_BYTES, MOST_DEPTH, Program, UnsearchableError
from grader.formula.repairs import repairs
from grader.judging.bench import Bench
from grader.sandbox.host.worker import Sandbox
from grader.sandbox.wire.records import Job, Run
from tests.conftest import bench
from tests.judge.written import backward, edited
from tests.submissions import solution, stub


def where(name: str, source: str | bytes, sandbox: Sandbox, seconds: float = 300.0) -> Whereabouts:
    """The answer on a submission, however busy this machine is."""
    written = source if isinstance(source, bytes) else source.encode()
    return whereabouts(bench(name), "mine.py", written, sandbox, seconds=seconds)


def number(source: str, text: str) -> int:
    """The number of the one line that has a text."""
    (found,) = [place for place, line in enumerate(source.split("\n"), 1) if text in line]
    return found


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("affine", "dX = dout @ W.T", "dX = dout @ W"),
        ("affine", "db = dout.sum(axis=0)", "db = dout.mean(axis=0)"),
        ("affine", "return dX, dW, db", "return dW, dX, db"),
        ("relu", "return dout * (x > 0)", "return dout * (dout > 0)"),
        ("sigmoid", "dout * sigma * (1 - sigma)", "dout * sigma * (1 + sigma)"),
        ("bce", "(-y / y_hat + (1 - y) / (1 - y_hat)) / N", "(-y / y_hat + (1 - y) / (1 - y_hat)) / y"),
        ("softmax_cross_entropy", "labels] -= 1", "labels] = -1"),
        ("branch_merge", "du = dh * 2 * u + dv", "du = dh * 2 * u"),
    ],
)
def test_the_line_of_a_mistake_is_found(name: str, right: str, wrong: str, sandbox: Sandbox) -> None:
    source = edited(name, right, wrong)
    found = where(name, source, sandbox)
    line = number(source, wrong)
    assert found.sentence == f"mine.py, line {line}: a change here alone would make every case right."
    assert [(each.first, each.text) for each in found.lines] == [(line, source.split("\n")[line - 1].strip())]


def test_a_mistake_in_a_network_of_floats_is_found_in_a_backward_of_many_lines(sandbox: Sandbox) -> None:
    source = edited("two_layer_batch", "dZ1 = dA1 * (Z1 > 0)", "dZ1 = dA1 * (A1 >= 0)")
    assert [each.first for each in where("two_layer_batch", source, sandbox).lines] == [number(source, "A1 >= 0")]


def test_a_mistake_in_a_helper_of_ones_own_is_found_there(sandbox: Sandbox) -> None:
    helper = "\n\ndef total(gradient):\n    return gradient.mean(axis=0)\n"
    source = edited("affine", "dout.sum(axis=0)", "total(dout)") + helper
    assert number(source, "gradient.mean") in [each.first for each in where("affine", source, sandbox).lines]


def test_what_two_gradients_share_is_changed_where_one_of_them_shows_it(sandbox: Sandbox) -> None:
    source = backward(
        "affine",
        """
        X, W = cache

        def product(a, b, total):
            return a @ b if total == 0 else a @ b + 1

        return product(dout, W.T, 0), product(X.T, dout, 1), dout.sum(axis=0)
        """,
    )
    assert number(source, "else a @ b + 1") in [each.first for each in where("affine", source, sandbox).lines]


def test_several_lines_are_all_named(sandbox: Sandbox) -> None:
    source = backward("square", "w = cache\nslope = -2 * w\nreturn dout * slope")
    found = where("square", source, sandbox)
    two = number(source, "slope = "), number(source, "dout * slope")
    assert [each.first for each in found.lines] == [*two]
    assert f"a change on line {two[0]} or line {two[1]} alone would make every case right." in found.sentence


def test_two_mistakes_have_no_line(sandbox: Sandbox) -> None:
    source = edited("affine", "dX = dout @ W.T", "dX = dout @ W").replace("db = dout.sum(axis=0)", "db = dout")
    found = where("affine", source, sandbox)
    assert found.lines == ()
    assert "No single change that was tried makes every case right" in found.sentence


def test_a_number_on_the_whole_is_a_repair_only_where_nothing_else_is(sandbox: Sandbox) -> None:
    halved = edited("attention", "dproduct = dscores / np.sqrt(Q.shape[1])", "dproduct = dscores / np.sqrt(Q.shape[0])")
    assert [each.first for each in where("attention", halved, sandbox).lines] == [number(halved, "dproduct = ")]
    missing = edited("square", "return dout * 2 * w", "return dout * w")
    assert [each.first for each in where("square", missing, sandbox).lines] == [number(missing, "return dout * w")]


def test_a_change_that_never_ends_costs_itself_alone(sandbox: Sandbox) -> None:
    body = """
    x = cache
    while []:
        pass
    return dout * (x < 0)
    """
    source = backward("relu", body)
    program = Program(catalog.get("relu"), source.encode())
    assert any("while (not ([]))" in each.statement(program) for each in repairs(program, ["dx"]))
    assert [each.first for each in where("relu", source, sandbox).lines] == [number(source, "x < 0")]


def test_a_change_that_kills_its_process_costs_itself_alone(sandbox: Sandbox) -> None:
    body = """
    import os
    x = cache
    if []:
        os._exit(3)
    return dout * (x < 0)
    """
    source = backward("relu", body)
    assert [each.first for each in where("relu", source, sandbox).lines] == [number(source, "x < 0")]


def test_a_file_that_is_also_a_program_is_no_program_here(sandbox: Sandbox) -> None:
    source = (
        edited("affine", "dX = dout @ W.T", "dX = dout @ W") + '\nif __name__ == "__main__":\n    raise SystemExit\n'
    )
    assert [each.first for each in where("affine", source, sandbox).lines] == [number(source, "dX = dout @ W")]


def test_a_search_that_is_out_of_time_or_no_longer_wanted_says_what_it_has_not_tried(sandbox: Sandbox) -> None:
    source = edited("affine", "dX = dout @ W.T", "dX = dout @ W")
    found = where("affine", source, sandbox, seconds=0.0)
    assert found.sentence == "mine.py: nothing was found in time. There was no time to try all changes."
    assert whereabouts(bench("affine"), "mine.py", source.encode(), sandbox, lambda: False).lines == ()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (solution(catalog.get("relu")), "every case is right"),
        (stub(catalog.get("relu")), "nothing is written yet"),
        (backward("relu", "return dout * xx").encode(), "there is no case with an answer, so no change is tried"),
        (backward("relu", "return dout * (").encode(), "there is no case with an answer, so no change is tried"),
        (edited("relu", "np.maximum(x, 0)", "np.minimum(x, 0)").encode(), "the given forward is no longer as it was"),
        (backward("relu", "return -dout").encode() + b"#" * MOST_BYTES, "is too long to be searched"),
        (backward("relu", f"x = {'+'.join('1' * (MOST_DEPTH + 1))}\nreturn -dout").encode(), "nested too deeply"),
        (b"# coding: latin-1\n# \xe4\n" + backward("relu", "return -dout").encode(), "isn't UTF-8 text"),
    ],
)
def test_where_nothing_can_be_looked_for_a_sentence_says_why(source: bytes, said: str, sandbox: Sandbox) -> None:
    found = where("relu", source, sandbox)
    assert found.lines == ()
    assert said in found.sentence
    assert re.fullmatch(r"mine\.py:? .+\.", found.sentence)


def test_what_does_not_come_to_an_end_is_not_searched(sandbox: Sandbox) -> None:
    short = Bench(replace(catalog.get("relu"), seconds=0.5))
    found = whereabouts(short, "mine.py", backward("relu", "while True: pass").encode(), sandbox)
    assert found.lines == ()
    assert "mine.py: it does not come to an end in time" in found.sentence


@pytest.mark.parametrize(
    "source",
    [
        b"x = " + b"-" * 20_000 + b"1",
        b"x = " + b"not " * 5_000 + b"1",
        b"x = 1" + b"+1" * 10_000,
        b"x = y" + b".a" * 10_000,
        b"if 0: 0\n" + b"elif 0: 0\n" * 2_000,
        b"x = " + b"(" * 10_000,
        b"x = '" + b"\\N{" * 1_000,
        b"x = " + b"9" * 20_000,
        b"\0",
        b"\xff",
        b"x" * (MOST_BYTES + 1),
    ],
)
def test_hostile_text_is_refused_and_not_run(source: bytes) -> None:
    with pytest.raises(UnsearchableError):
        Program(catalog.get("relu"), source)


def test_the_given_forward_and_what_it_needs_stay_as_they_are() -> None:
    exercise = catalog.get("relu")
    helped = solution(exercise).decode().replace("np.maximum(x, 0)", "positive(x)") + (
        "\n\ndef positive(x):\n    return x * (x > 0)\n\n\ndef mine(x):\n    return x > 0\n"
    )
    program = Program(exercise, helped.replace("return dout * (x > 0)", "return dout * positive(mine(x))").encode())
    changed = {program.line(each.first).strip() for each in repairs(program, ["dx"])}
    assert "return x > 0" in changed
    assert "return dout * positive(mine(x))" in changed
    assert not {"return x * (x > 0)", "z = positive(x)", "cache = x", "return z, cache"} & changed


def test_of_a_class_the_methods_that_were_given_stay_as_they_are() -> None:
    exercise = catalog.get("engine")
    program = Program(exercise, solution(exercise))
    own = {f"Value.{each.node.name}" for each in program.own_functions()}
    assert own == set(exercise.to_write)


def test_a_change_bears_on_every_wrong_gradient_and_on_none_that_is_right() -> None:
    exercise = catalog.get("affine")
    program = Program(exercise, solution(exercise))
    changed = {program.line(each.first).strip() for each in repairs(program, ["db"])}
    assert "db = dout.sum(axis=0)" in changed
    assert not {"dX = dout @ W.T", "dW = X.T @ dout"} & changed
    one = {program.line(each.first).strip() for each in repairs(program, ["db"], ["dX", "dW"])}
    assert one <= {"X, W = cache", "db = dout.sum(axis=0)", "return dX, dW, db"}
    both = {program.line(each.first).strip() for each in repairs(program, ["db", "dX"])}
    assert both == {"return dX, dW, db"}


@pytest.mark.parametrize("exercise", [*catalog.every()], ids=lambda each: each.name)
def test_every_change_lies_on_its_lines_in_a_function_of_the_students_own(exercise: Exercise) -> None:
    program = Program(exercise, solution(exercise))
    bodies = [program.at(each.node) for each in program.own_functions()]
    found = repairs(program)
    assert found
    for each in found:
        start, end = each.span
        assert each.first == program.source.count(b"\n", 0, start) + 1
        assert each.last == program.source.count(b"\n", 0, end) + 1
        assert any(first < start and end <= last for first, last in bodies)


class CountingSandbox(Sandbox):
    """A sandbox that knows which sources it was given alone."""

    def __init__(self) -> None:
        super().__init__()
        self.alone = 0

    def run(self, job: Job) -> Run:
        self.alone += 1
        return super().run(job)


def test_of_one_line_few_changes_are_tried_on_all_cases() -> None:
    sandbox = CountingSandbox()
    with sandbox:
        found = where("relu", backward("relu", "x = cache\nreturn dout * (x < 0)"), sandbox)
    assert len(found.lines) == 1
    # The submission itself, and at most so many of each of its two lines.
    assert 1 < sandbox.alone <= 1 + 2 * CANDIDATES
