"""The command line, as students and authors use it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader import catalog
from grader.authoring import sync
from grader.authoring.seal import is_untouched
from grader.authoring.sync import generated_files
from grader.authoring.sync import write as sync_write
from grader.cli import main
from grader.desk.last_verdicts import LastVerdicts
from grader.reference.store import Store
from grader.results import ExerciseResult
from grader.sandbox.host.levels import LEVELS
from tests.conftest import ROOT, bench
from tests.faces.running import run, write
from tests.judge.written import backward
from tests.patience import PATIENCE

RELU = "exercises/ex21_relu.py"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the solutions with current stubs, and the working directory."""
    shutil.copytree(ROOT / "solutions", tmp_path / "solutions", ignore=shutil.ignore_patterns("__pycache__"))
    for each in generated_files(tmp_path):
        sync_write(each.path, each.text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with nothing in it, and the working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def invoke(*arguments: str, status: int = 0) -> str:
    """What a command says."""
    done: Result = CliRunner().invoke(main, arguments)
    assert done.exit_code == status, done.output
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    return done.output


def grader(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What `python -m grader` does in a project: the grader that lies there."""
    return run(project, sys.executable, "-m", "grader", *arguments)


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_name_alone_shows_every_command() -> None:
    shown = invoke("--help")
    for command in ("list", "hint", "reset", "sync", "new", "doctor"):
        assert re.search(rf"^  {command} +[A-Z]", shown, re.MULTILINE)
    assert "..." not in shown.partition("Commands:")[2]


def test_list_shows_every_exercise_by_chapter_and_which_are_begun(project: Path) -> None:
    write(project, "relu", backward("relu", "return dout"))
    (project / "exercises" / "ex12_add.py").unlink()
    shown = invoke("list")
    chapters = [f"{place} {chapter}" for place, chapter in enumerate(catalog.chapters(), 1)]
    assert re.findall(r"^\d+ \w+$", shown, re.MULTILINE) == chapters
    assert re.findall(r"^  \d+ (\w+)", shown, re.MULTILINE) == list(catalog.names())
    assert re.findall(r"^  \d+ (\w+) +\d+ +begun ", shown, re.MULTILINE) == ["relu"]
    assert re.findall(r"^  \d+ (\w+) +\d+ +missing ", shown, re.MULTILINE) == ["add"]


def test_list_needs_no_solutions(project: Path) -> None:
    shutil.rmtree(project / "solutions")
    assert "  21 relu " in invoke("list")


def test_list_figures_shows_what_the_notes_print_beside_the_exact_value(nowhere: Path) -> None:
    shown = invoke("list", "--figures")
    assert re.search(r"^two_layer +001 §4 +a2\[0\] +0?\.708 +0\.70739 +off: rounded up", shown, re.MULTILINE)
    assert re.search(r"^relu +004 §8\.2 +dx\[0\] +4 +4$", shown, re.MULTILINE)


def test_hints_come_one_by_one(nowhere: Path) -> None:
    hints = catalog.get("relu").hints
    assert invoke("hint", "relu") == f"1/3  {hints[0]}\nMore: grader hint relu 2\n"
    assert invoke("hint", "relu", "2") == f"1/3  {hints[0]}\n2/3  {hints[1]}\nMore: grader hint relu 3\n"
    assert invoke("hint", "relu", "3").endswith(f"3/3  {hints[2]}\nThat was the last one. Read 004 §8.\n")
    assert invoke("hint", "relu", "99") == invoke("hint", "relu", "3")


def test_hint_where_says_on_which_line_the_mistake_is_and_never_what(project: Path) -> None:
    source = backward("relu", "return dout * (dout > 0)")
    write(project, "relu", source)
    line = source.split("\n").index("    return dout * (dout > 0)") + 1
    said = f"  {RELU}, line {line}: a change here alone would make every case right.\n"
    assert invoke("hint", "relu", "--where") == said + f"    {line} | return dout * (dout > 0)\n"
    assert invoke("hint", "relu", "--where", "--submission", "solutions") == (
        f"  solutions/{Path(RELU).name}: every case is right; there is no line to look for.\n"
    )
    (project / RELU).unlink()
    assert invoke("hint", "relu", "--where") == f"  {Path(RELU).name} is missing.\n"
    assert "--submission goes with --where" in invoke("hint", "relu", "--submission", "solutions", status=2)


@pytest.mark.parametrize("name", ["relu", "21", "ex21_relu"])
def test_an_exercise_has_three_names(name: str, nowhere: Path) -> None:
    assert invoke("hint", name).startswith("1/3  Nudge one x up a little.")


def test_an_unknown_exercise_is_answered_with_a_similar_one(nowhere: Path) -> None:
    assert "there is no exercise 'rleu'; did you mean relu?" in invoke("hint", "rleu", status=2)
    assert "there is no exercise 'zzz'; `grader list` shows them all" in invoke("hint", "zzz", status=2)
    assert "0 is not in the range" in invoke("hint", "relu", "0", status=2)


def test_reset_brings_the_stub_back_and_keeps_what_it_replaces(project: Path) -> None:
    pristine = (project / RELU).read_bytes()
    for backup, text in [(f"{RELU}.bak", "first\n"), (f"{RELU}.bak2", "second\n")]:
        (project / RELU).write_text(text)
        said = invoke("reset", "relu")
        assert said == f"Your version is kept in {backup}\n{RELU} is as it was handed out.\n"
        assert (project / backup).read_text() == text
        assert (project / RELU).read_bytes() == pristine
    assert (project / f"{RELU}.bak").read_text() == "first\n"


def test_reset_leaves_an_untouched_stub_alone(project: Path) -> None:
    before = files(project)
    assert invoke("reset", "relu") == f"{RELU} is untouched.\n"
    assert files(project) == before


def test_reset_restores_a_missing_file(project: Path) -> None:
    pristine = (project / RELU).read_bytes()
    (project / RELU).unlink()
    assert invoke("reset", "relu") == f"{RELU} is as it was handed out.\n"
    assert (project / RELU).read_bytes() == pristine


def test_reset_works_from_a_folder_below(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project / "exercises")
    (project / RELU).write_text("mine\n")
    assert "Your version is kept in ex21_relu.py.bak" in invoke("reset", "relu")


def test_reset_without_a_stub_to_bring_back_touches_nothing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(project / "solutions")
    monkeypatch.setattr(sync, "CHECKOUT", project)
    (project / RELU).write_text("mine\n")
    assert "the stub of relu is made from" in invoke("reset", "relu", status=1)
    assert (project / RELU).read_text() == "mine\n"


def test_the_exercises_are_listed_outside_of_any_project_too(nowhere: Path) -> None:
    assert re.search(r"^  21 relu +2 +ReLU \(004 §8\)$", invoke("list"), re.MULTILINE)


def test_a_command_outside_of_any_project_says_so(nowhere: Path) -> None:
    assert re.search(r"^  21 relu +2 +ReLU \(004 §8\)$", invoke("list"), re.MULTILINE)
    assert "there is no folder exercises/ in" in invoke("sync", status=1)


def test_sync_writes_the_same_bytes_twice(project: Path) -> None:
    before = files(project / "exercises")
    shutil.rmtree(project / "exercises")
    (project / "exercises").mkdir()
    assert f"{RELU}: written" in invoke("sync")
    once = files(project / "exercises")
    assert invoke("sync") == "Every generated file is current.\n"
    assert files(project / "exercises") == once == before


def test_sync_check_says_what_is_not_current_and_writes_nothing(project: Path) -> None:
    assert invoke("sync", "--check") == "Every generated file is current.\n"
    (project / RELU).unlink()
    write(project, "add", "mine\n")
    before = files(project)
    said = invoke("sync", "--check", status=1)
    assert f"{RELU}: missing; grader sync writes it" in said
    assert "exercises/ex12_add.py: edited, left alone; grader reset add brings the stub back" in said
    assert files(project) == before


def test_sync_never_overwrites_an_edited_stub(project: Path) -> None:
    edited = (project / RELU).read_text(encoding="utf-8").replace("raise NotImplementedError", "return dout  # ")
    write(project, "relu", edited)
    assert f"{RELU}: edited, left alone" in invoke("sync")
    assert (project / RELU).read_text(encoding="utf-8") == edited


@pytest.mark.parametrize("change", ["\n", "# a comment\n", " "])
def test_the_slightest_edit_counts(change: str, project: Path) -> None:
    edited = (project / RELU).read_text(encoding="utf-8") + change
    write(project, "relu", edited)
    assert f"{RELU}: edited, left alone" in invoke("sync")


def test_sync_refreshes_a_sealed_stub_of_an_older_version(project: Path) -> None:
    solution = project / "solutions" / "ex21_relu.py"
    current = solution.read_text(encoding="utf-8")
    solution.write_text(current.replace("z = max(x, 0), element", "z = max(0, x), element"), encoding="utf-8")
    assert invoke("sync") == f"{RELU}: written\n"
    older = (project / RELU).read_text(encoding="utf-8")
    assert "z = max(0, x), element" in older
    assert is_untouched(older)
    solution.write_text(current, encoding="utf-8")
    assert f"{RELU}: stale; grader sync writes it" in invoke("sync", "--check", status=1)
    assert invoke("sync") == f"{RELU}: written\n"
    assert "z = max(x, 0), element" in (project / RELU).read_text(encoding="utf-8")


def test_new_begins_an_exercise_that_sync_takes_up(tmp_path: Path) -> None:
    for folder in ("grader", "solutions", "exercises"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    grader(tmp_path, "sync")
    done = grader(tmp_path, "new", "leaky_relu", "--chapter", "neurons")
    assert done.returncode == 0, done.stderr
    module = f"ex{max(catalog.numbers()) + 1}_leaky_relu"
    said = f"Fill in grader/catalog/neurons/{module}.py and solutions/{module}.py, then:\n"
    assert done.stdout.startswith(said)
    written = f"exercises/{module}.py: written\ngrader/formula/indexes/leaky_relu.index: written\n"
    # Its texts are there to be translated.
    written += "grader/text/languages/de/LC_MESSAGES/handgrad.po: written\n"
    assert grader(tmp_path, "sync").stdout == written
    stub = (tmp_path / "exercises" / f"{module}.py").read_text(encoding="utf-8")
    assert 'raise NotImplementedError("leaky_relu_backward is yours to write")' in stub
    assert "return 2 * dout" not in stub
    done = grader(tmp_path, "new", "leaky_relu")
    assert (done.returncode, done.stderr) == (1, f"Error: there is an exercise leaky_relu already: {module}\n")
    done = grader(tmp_path, "new", "another", "--chapter", "nuerons")
    assert done.stdout.startswith(f"nuerons is a new chapter, beside {', '.join(catalog.chapters())}.\n")
    assert "no name in snake_case" in grader(tmp_path, "new", "third", "--chapter", "2").stderr
    assert "no name in snake_case" in grader(tmp_path, "new", "../Up").stderr


def test_new_is_for_a_checkout_of_the_project(project: Path) -> None:
    before = files(project)
    assert "a new exercise begins in a checkout of the project" in invoke("new", "leaky_relu", status=1)
    assert files(project) == before


def test_doctor_shows_versions_and_the_level_of_isolation(project: Path) -> None:
    shown = invoke("doctor")
    for package in ("handgrad", "numpy", "torch", "pytest", "python"):
        assert re.search(rf"^{package} +\d+\.\d+", shown, re.MULTILINE)
    for level in LEVELS:
        assert re.search(rf"^{level} +(yes|no: .+)$", shown, re.MULTILINE)
    assert re.search(rf"^isolation +({'|'.join(LEVELS)})$", shown, re.MULTILINE)


def test_doctor_tells_of_the_answers_that_are_kept_and_forgets_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert re.search(r"^answers +none kept in ", invoke("doctor"), re.MULTILINE)
    Store().keep(bench("relu").sheet)
    assert re.search(r"^answers +to 1 of \d+ exercises, 0\.0 MB, in ", invoke("doctor"), re.MULTILINE)
    assert re.search(r"^answers +none kept in ", invoke("doctor", "--forget"), re.MULTILINE)
    assert not [*tmp_path.rglob("*.sheet")]


def test_doctor_forgets_the_last_verdicts_too(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "cache").mkdir()
    last = LastVerdicts(project / "exercises")
    last.keep([ExerciseResult("relu", "f", "004", "passed", 2.0, 2.0, ())], {"relu": b""})
    assert re.search(r"^verdicts +the last ones, on 1 folder, in ", invoke("doctor"), re.MULTILINE)
    assert re.search(r"^verdicts +none kept in ", invoke("doctor", "--forget"), re.MULTILINE)
    assert last.find() == {}
    # What a link leads to is somebody else's.
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "a.json").write_text("")
    last.path.parent.symlink_to(mine)
    invoke("doctor", "--forget")
    assert (mine / "a.json").exists()
    assert not last.path.parent.exists()


def test_doctor_tells_of_a_torch_that_can_not_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    assert re.search(r"^torch +2\.\S+, but it can't be imported: ", invoke("doctor"), re.MULTILINE)


NO_TORCH = """
import sys
class None_:
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] == "torch":
            raise ModuleNotFoundError("No module named 'torch'", name="torch")
sys.meta_path.insert(0, None_())
from grader.cli import main
main(sys.argv[1:])
"""


@pytest.mark.parametrize("command", ["hint relu --where", "report", "list --figures"])
def test_a_command_that_needs_pytorch_says_so_where_there_is_none(command: str, project: Path) -> None:
    write(project, "relu", backward("relu", "return dout"))
    done = subprocess.run(
        [sys.executable, "-c", NO_TORCH, *command.split()],
        cwd=project,
        env={**os.environ, "XDG_CACHE_HOME": str(project / "nothing-kept")},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "Error: PyTorch can't be imported (ModuleNotFoundError: No module named 'torch'), and this needs it; "
        "see grader doctor\n"
    )


def test_doctor_works_outside_of_any_project(nowhere: Path) -> None:
    assert re.search(r"^isolation +\w+$", invoke("doctor"), re.MULTILINE)
