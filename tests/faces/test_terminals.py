"""On a narrow terminal, in an encoding that lacks characters, without a home, in a read-only folder."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader import catalog, check
from grader.authoring import sync
from grader.cases import cases
from grader.cli import main
from grader.desk.debugging import pasteable
from grader.reference.forward import import_torch
from grader.reference.store import Store
from grader.report.terminal import Line, Span, plain, scoreboard, verdict
from grader.report.wrapping import fit, statements
from grader.results import ExerciseResult, Status, SubmissionResult
from grader.sandbox.host.worker import Sandbox
from grader.text.spelling import spelled
from tests.conftest import ROOT, bench
from tests.faces.running import write
from tests.judge.written import backward, judged
from tests.patience import PATIENCE

WRONG = "return dout * (dout > 0)"


@pytest.fixture(scope="module")
def student(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("student")
    for name in ("exercises", "solutions"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    write(folder, "relu", backward("relu", WRONG))
    return folder


def texts() -> Iterator[str]:
    """All that an exercise says."""
    for each in catalog.every():
        known = [text for one in each.bank for text in (one.claim, one.hint)]
        yield from (each.title, each.source, each.statement, *each.hints, *known, *(edge.name for edge in each.edges))


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "cp437"])
def test_every_text_of_the_catalogue_can_be_written_to_any_output(encoding: str) -> None:
    for text in texts():
        shown = spelled(text, encoding)
        shown.encode(encoding)
        assert shown.count("?") == text.count("?"), shown


def test_a_text_that_can_be_written_stays_as_it_is() -> None:
    assert spelled("004 §8 · −1 ≤ ŷ", "utf-8") == "004 §8 · −1 ≤ ŷ"
    assert spelled("004 §8 · −1 ≤ ŷ²", "cp1252") == "004 §8 · -1 <= y²"
    assert spelled("ŷ² 10⁻⁸ █░ 漢", "ascii") == "y^2 10^-^8 #. ?"
    assert spelled("§", None) == spelled("§", "no such encoding") == "§"


COMMANDS = [
    ("ascii", ["list"]),
    ("ascii", ["hint", "bce", "3"]),
    ("ascii", ["hint", "nothing"]),
    ("cp1252", ["list", "--figures"]),
    ("cp1252", ["hint", "bce", "3"]),
    ("cp1252", ["hint", "relu", "--where"]),
    ("cp1252", ["reset", "square"]),
]


@pytest.mark.parametrize(("encoding", "command"), COMMANDS)
def test_a_command_says_the_same_in_any_encoding(
    encoding: str, command: list[str], student: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(student)
    whole = CliRunner().invoke(main, command)
    done = CliRunner(charset=encoding).invoke(main, command)
    assert done.exit_code == whole.exit_code, done.exception
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert done.stdout_bytes.decode(encoding) == spelled(whole.stdout, encoding)
    assert done.stderr_bytes.decode(encoding) == spelled(whole.stderr, encoding)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_check_shows_the_verdict_in_any_encoding(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    out = TextIOWrapper(BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", out)
    points = check("square", lambda w: (w * w, w), lambda dout, cache: dout * cache)
    out.flush()
    said = out.buffer.getvalue().decode(encoding)
    assert said.startswith("square   0/1   dw is wrong")
    assert "grader hint square" in said
    assert float(points) == 0.0


# Narrow terminals.


def words(lines: list[Line]) -> list[str]:
    return plain(lines).split()


@pytest.mark.parametrize("width", [40, 60, 79])
def test_a_verdict_is_broken_between_words_and_loses_none(width: int, sandbox: Sandbox) -> None:
    for name, body in (("relu", WRONG), ("affine", "X, W = cache\nreturn dout * W, X.T @ dout, dout.sum(axis=0)")):
        whole = [*verdict(judged(sandbox, name, backward(name, body)))]
        narrow = [*fit(whole, width)]
        assert words(narrow) == words(whole)
        assert all(len(line) <= width or " " not in line.strip() for line in plain(narrow).splitlines())
        styles = [span.style for line in whole for span in line if span.text.strip()]
        assert list(dict.fromkeys(styles)) == list(dict.fromkeys(s.style for x in narrow for s in x if s.text.strip()))


def test_statements_of_a_call_stay_on_lines_of_their_own() -> None:
    call = "    x = np.array([1., -2., 3., -1.]); dout = np.array([4., -1., 5., 9.]); n = np.array([1., 2.])"
    shown = plain(fit([(Span(call),), (Span("    relu_backward(dout, relu_forward(x)[1])"),)], 60))
    assert "\n    relu_backward(" in shown


def test_lines_fit_a_wide_terminal_as_they_are() -> None:
    lines = [(Span("  " + "word " * 17),), (Span("  and so on"),)]
    assert [*fit(lines, 88)] == lines
    assert [*fit(lines, 300)] == lines


@pytest.mark.parametrize("command", [["list"], ["list", "--figures"], ["doctor"], ["hint", "bce", "3"]])
def test_a_commands_rows_are_broken_on_a_narrow_terminal_alone(
    command: list[str], student: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(student)
    whole = CliRunner().invoke(main, command).stdout
    assert max(map(len, whole.splitlines())) > 50
    narrow = CliRunner().invoke(main, command, env={"COLUMNS": "50"}).stdout
    assert narrow.split() == whole.split()
    assert all(len(line) <= 50 or " " not in line.strip() for line in narrow.splitlines())


def test_a_call_to_paste_is_broken_only_where_it_stays_the_same_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    broken = 0
    for name in ("relu", "affine", "two_layer", "conv2d", "engine", "train"):
        for case in cases(catalog.get(name))[:12]:
            whole = pasteable(catalog.get(name), case)
            shown = statements(whole)
            broken += shown.count("\n") > whole.count("\n")
            assert ast.dump(ast.parse(shown)) == ast.dump(ast.parse(whole)), shown
    assert broken > 10
    assert statements("x = np.array([1., 2.]); y = np.array([3., 4., 5., 6., 7., 8., 9.]); f('a b c d e f g', x)") == (
        "x = np.array([1., 2.])\ny = np.array([3., 4., 5., 6., 7., 8.,\n  9.])\nf('a b c d e f g', x)"
    )


def test_letters_that_take_two_columns_count_as_two() -> None:
    shown = plain(fit([(Span("漢字 " * 10),)], 20)).splitlines()
    assert max(map(len, shown)) <= 11


def result(name: str, status: Status) -> ExerciseResult:
    return ExerciseResult(name, f"{name}.py", "004", status, 0.0, 2.0, ())


def test_the_marks_that_are_there_are_explained_below_the_scoreboard() -> None:
    every = [result(status, status) for status in ("failed", "error", "timeout", "passed", "not-started", "missing")]
    shown = plain(scoreboard(SubmissionResult("exercises", 0, "full", tuple(every))))
    assert "\n  + right, x not right, - not started, ! an error, or too slow, ? no file\n" in shown
    two = SubmissionResult("exercises", 0, "full", tuple(every[:1]))
    assert "\n  x not right\n" in plain(scoreboard(two))
    right = SubmissionResult("exercises", 0, "full", (result("a", "passed"),))
    assert plain(scoreboard(right)).endswith("\nEverything that was selected is right.")
    assert "+ right" not in plain(scoreboard(right))


@pytest.mark.parametrize("longest", [max(catalog.names(), key=len)])
def test_forty_columns_have_room_for_an_exercise_without_its_bar(longest: str) -> None:
    board = SubmissionResult("exercises", 0, "full", (result(longest, "not-started"), result("relu", "failed")))
    first, second, *_ = plain(scoreboard(board, 40)).splitlines()
    assert len(first) <= 40
    assert first == f"- {longest} 0/2 not started"
    assert second.startswith(f"x relu{' ' * (len(longest) - 4)} 0/2 ")
    assert "░" in plain(scoreboard(board, 80))


def test_pytest_grader_has_the_same_verdict_on_the_poorest_terminal(student: Path) -> None:
    Store().keep(bench("relu").sheet)
    poor = {name: value for name, value in os.environ.items() if name not in ("HOME", "LANG")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "grader::relu", "-p", "no:cacheprovider"],
        cwd=student,
        env={**poor, "COLUMNS": "40", "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    said = done.stdout.partition("relu   ")[2]
    assert (done.returncode, done.stderr) == (1, "")
    assert said.isascii()
    assert "\\u" not in said
    assert "\\x" not in said
    assert max(map(len, said.splitlines())) <= 40 + len(" relu_backward(dout, relu_forward(x)[1])")
    assert "dx[3] = 9, PyTorch says 0" in said
    assert "You masked on the upstream gradient." in " ".join(said.split())


# Folders that can't be written to.


@contextmanager
def read_only_folder() -> Iterator[Path]:
    """A student's folder that this process can only read, as its user is an ordinary one until the end."""
    folder = Path(tempfile.mkdtemp())
    before = os.geteuid()
    try:
        for name in ("exercises", "solutions"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        write(folder, "relu", backward("relu", WRONG))
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
        if before == 0:
            os.seteuid(65534)
        yield folder
    finally:
        os.seteuid(before)
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755)
        shutil.rmtree(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="folders that are read-only")
def test_in_a_read_only_folder_a_command_says_so_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    # Where Python lies in a folder of root's, an ordinary user can import nothing any more.
    import_torch()
    CliRunner().invoke(main, ["list"])
    [*sync.generated_files(ROOT, [catalog.get("relu")]), *sync.catalogue_files()]
    with read_only_folder() as folder:
        monkeypatch.chdir(folder)
        for command, file in (
            (["reset", "relu"], "exercises/ex21_relu.py"),
            (["new", "another"], ""),
            (["sync"], ""),
        ):
            done = CliRunner().invoke(main, command)
            assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
            assert done.output.count("\n") <= 2, done.output
            if file:
                assert done.exit_code == 1
                assert f"{file}" in done.output
                assert "permission denied" in done.output
        assert CliRunner().invoke(main, ["list"]).exit_code == 0
