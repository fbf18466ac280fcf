"""What pytest's arguments mean: which are exercises, in which folder, and what somebody meant who mistyped one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader import catalog
from grader.authoring.handout import SETTINGS
from grader.desk.pytest_names import node_ids, perhaps_meant
from grader.desk.pytest_paths import ITEMS, PACKAGE, Meant, is_own, meant, meant_by_nobody, rewritten, submission
from grader.judging.checks import check_names
from grader.judging.source import written_line
from tests import commands, submissions
from tests.conftest import ROOT
from tests.faces.running import hand_out

TESTS = ("test_*.py",)


@pytest.fixture
def student(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(hand_out(tmp_path))
    return tmp_path


def test_the_package_its_folder_and_a_file_mean_exercises(student: Path) -> None:
    assert meant("grader::relu::dx random") == Meant(None, "relu::dx random")
    assert meant(str(PACKAGE)) == meant(f"{ITEMS}") == Meant(None)
    assert meant("exercises") == Meant(Path("exercises"))
    relu = f"{student}/exercises/ex21_relu.py"
    assert meant(f"{relu}::relu::dx random") == Meant(student / "exercises", "relu::dx random")
    assert meant(relu) == meant(f"{relu}::relu") == Meant(student / "exercises", "relu")


def test_a_file_that_is_missing_is_still_one_of_the_folders(student: Path) -> None:
    (student / "exercises" / "ex21_relu.py").unlink()
    assert meant("exercises/ex21_relu.py") == Meant(Path("exercises"), "relu")
    assert meant("nowhere/ex21_relu.py") is None


def test_what_means_other_tests_is_left_to_pytest(student: Path) -> None:
    (student / "tests").mkdir()
    for each in ("tests", "tests/test_relu.py::test_it", "ex21_rellu.py", "exercises/ex99_mine.py", "relu", "nowhere"):
        assert meant(each, TESTS) is None
        assert rewritten({each: meant(each)}, node_ids) == [each]


def test_tests_of_ones_own_stay_beside_the_exercises(student: Path) -> None:
    assert rewritten({".": meant(".")}, node_ids) == [".", str(ITEMS)]
    assert meant_by_nobody(str(student), TESTS, None) == Meant(None, stays=True)
    (student / "exercises" / "test_mine.py").touch()
    assert rewritten({"exercises": meant("exercises", TESTS)}, node_ids) == ["exercises", str(ITEMS)]


def test_a_folder_above_the_exercises_means_them_from_anywhere(student: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (student / "notes").mkdir()
    monkeypatch.chdir(student / "notes")
    # From inside it is one's own, with what tests it has; from elsewhere it may be anybody's.
    assert meant("..", TESTS) == Meant(Path("../exercises"), stays=True)
    monkeypatch.chdir("/")
    assert meant(f"{student}::relu", TESTS) == Meant(student / "exercises", "relu")
    assert meant(str(ROOT), TESTS) == Meant(ROOT / "exercises")
    assert submission(None, [meant(str(student))]) == str(student / "exercises").removeprefix("/")
    assert meant(str(student / "notes"), TESTS) is None


def test_the_projects_own_tests_run_only_if_they_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert meant(".") == meant_by_nobody("exercises", TESTS, None) == Meant(None)
    assert meant("tests") is None


def test_tests_in_somebody_elses_folder_do_not_run(student: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = hand_out(tmp_path_factory.mktemp("anna")) / "exercises"
    (other / "test_mine.py").touch()
    assert rewritten({"anna": meant(str(other), TESTS)}, node_ids) == [str(ITEMS)]
    assert submission(None, [meant(str(other))]) == str(other)
    assert not is_own(str(other))


def test_the_folder_that_is_judged_is_the_one_that_is_named(student: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert submission(None, [meant("grader")]) == "exercises"
    assert submission("elsewhere", [meant("grader")]) == "elsewhere"
    # A setting names no folder: who asks for another one gets that, alone.
    for each in ("exercises", str(student), "nowhere"):
        assert meant_by_nobody(each, TESTS, "elsewhere") == Meant(None)
    assert submission(None, [meant(f"{student}/exercises/ex21_relu.py")]) == "exercises"
    with pytest.raises(pytest.UsageError, match="different folders: exercises and elsewhere"):
        submission("elsewhere", [meant("exercises")])
    monkeypatch.chdir(student / "exercises")
    assert submission(None, [meant("grader")]) == submission(None, [meant("ex21_relu.py")]) == "."
    assert is_own(".")
    assert not is_own(".", given=".")


def test_a_name_that_there_is_not_is_asked_about() -> None:
    with pytest.raises(pytest.UsageError, match=r"no exercise 'rellu'; did you mean relu\?"):
        node_ids("rellu")
    with pytest.raises(pytest.UsageError, match="relu has no check 'dz'; it has forward, dx examples, "):
        node_ids("relu::dz")
    assert perhaps_meant("not (rellu or x)") == "relu"
    assert perhaps_meant("zzz and not yyy") == ""


def test_the_name_of_a_gradient_is_all_of_its_checks() -> None:
    checks = [each for each in check_names(catalog.get("affine")) if each.startswith("dW ")]
    assert node_ids("affine::dW") == [f"{ITEMS}::affine::{each}" for each in checks]
    assert len(checks) > 1
    assert node_ids("affine::dW random") == [f"{ITEMS}::affine::dW random"]
    assert node_ids("affine::affine_backward") == [f"{ITEMS}::affine"]


def test_the_line_is_that_of_the_definition_that_counts() -> None:
    relu, engine = catalog.get("relu"), catalog.get("engine")
    assert written_line(b"x = 1\ndef relu_backward(dout):\n    1\n\ndef relu_backward (dout, cache):\n", relu) == 5
    lines = submissions.stub(engine).decode().splitlines()
    assert lines[written_line(submissions.stub(engine), engine) - 1] == "    def add_backward(dout, cache):"
    assert written_line(b"def relu_backwards(dout):\r\n# def relu_backward(", relu) == 1
    assert written_line(b" " * (1 << 20) + b"\n" + b"def " * (1 << 18), relu) == 1


def test_a_checkout_wants_the_plugin_that_a_handout_does() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    name, _, value = SETTINGS["pytest.ini"].splitlines()[1].partition(" = ")
    assert f'\n{name} = ["{value}"]\n' in project


def test_a_pytest_without_the_plugin_says_what_is_missing(student: Path) -> None:
    (student / "pytest.ini").write_text(SETTINGS["pytest.ini"], encoding="utf-8")
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = commands.run("-m", "pytest", "grader", cwd=student, env=environment, imported=commands.PYTEST)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert done.stderr.strip() == "ERROR: Missing required plugins: handgrad"
