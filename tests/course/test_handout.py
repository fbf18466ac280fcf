"""The folder that students are given: all that they need in a fresh environment, and nothing to look up."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader import catalog
from grader.authoring.handout import HandoutError, hand_out
from grader.authoring.seal import is_untouched
from grader.catalog.spec_files import SETTING
from grader.cli import main
from grader.formula.index import write
from tests.conftest import ROOT
from tests.course.running import SEED
from tests.patience import PATIENCE
from tests.test_outside import add

MODULES = sorted(catalog.names().values())


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose instructor has worked on an exercise, and has a course with its seed."""
    root = tmp_path / "project"
    for part in ("exercises", "solutions"):
        shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "solutions" / "ex21_relu.py", root / "exercises" / "ex21_relu.py")
    (root / "assignments").mkdir()
    (root / "assignments" / "seed.txt").write_text(f"{SEED}\n", encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def handout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A handout with a wheel, as the command makes it; with an exercise from outside."""
    made = tmp_path_factory.mktemp("handout")
    add(made / "own", "bend")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SETTING, str(made / "own"))
        with pytest.raises(HandoutError, match=r"bend\.index isn't current: grader sync .*/own writes it"):
            hand_out(ROOT, made / "early")
        write(catalog.get("bend"))
        with pytest.raises(HandoutError, match="as bend, go into a wheel that is made here: without --install"):
            hand_out(ROOT, made / "other", "handgrad")
        hand_out(ROOT, made / "students")
    return made / "students"


def test_stubs_are_untouched_even_where_the_instructors_are_not(project: Path, tmp_path: Path) -> None:
    hand_out(project, tmp_path / "students", "handgrad==0.1.0")
    found = sorted((tmp_path / "students" / "exercises").iterdir())
    assert [path.stem for path in found] == MODULES
    assert all(is_untouched(path.read_text(encoding="utf-8")) for path in found)


def test_a_handout_in_german_has_its_readme_in_german_with_the_same_commands(project: Path, tmp_path: Path) -> None:
    hand_out(project, tmp_path / "german", "handgrad==0.1.0", "de")
    hand_out(project, tmp_path / "english", "handgrad==0.1.0")
    english, german = ((tmp_path / each / "README.md").read_text("utf-8") for each in ("english", "german"))
    assert german.startswith("# Handgrad: Backpropagation von Hand\n")
    assert "PyTorch sagt 0" in german
    for pattern in (r"^```bash\n.+?^```", r"^\| (`.+?`) \|", r"^#+ "):
        assert len(re.findall(pattern, german, re.M | re.S)) == len(re.findall(pattern, english, re.M | re.S))
    code = r"^```bash\n(.+?)^```"
    assert re.findall(code, german, re.M | re.S) == re.findall(code, english, re.M | re.S)
    assert "handgrad_language = de" in (tmp_path / "german" / "pytest.ini").read_text("utf-8")


def test_a_handout_has_stubs_a_readme_and_what_installs_the_grader(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    command = ["handout", str(tmp_path / "students"), "--install", "handgrad==0.1.0"]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    found = sorted(path.name for path in (tmp_path / "students").iterdir())
    assert found == [".devcontainer", ".gitignore", ".vscode", "README.md", "exercises", "pytest.ini"]
    container = json.loads((tmp_path / "students" / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    settings = json.loads((tmp_path / "students" / ".vscode" / "settings.json").read_text(encoding="utf-8"))
    assert container["postCreateCommand"].endswith(" handgrad==0.1.0")
    assert container["customizations"]["vscode"]["settings"] == settings
    assert settings["python.testing.pytestArgs"] == ["grader"]
    readme = (tmp_path / "students" / "README.md").read_text(encoding="utf-8")
    assert "\npip install handgrad==0.1.0\n" in readme
    assert "$" not in readme


def test_a_folder_that_is_in_use_is_left_alone(project: Path, tmp_path: Path) -> None:
    (tmp_path / "students").mkdir()
    (tmp_path / "students" / "mine.txt").touch()
    with pytest.raises(HandoutError, match="not empty"):
        hand_out(project, tmp_path / "students", "handgrad")
    assert [path.name for path in (tmp_path / "students").iterdir()] == ["mine.txt"]


def test_the_wheel_has_the_stubs_and_no_solution_test_question_or_seed(handout: Path) -> None:
    assert {path.suffix for path in handout.iterdir()} == {"", ".md", ".ini", ".whl"}
    with zipfile.ZipFile(next(handout.glob("*.whl"))) as wheel:
        names = wheel.namelist()
        texts = {name: wheel.read(name).decode() for name in names if name.endswith((".py", ".md"))}
    assert [name for name in names if name.startswith("grader/stubs/")] == [
        f"grader/stubs/{each}.py" for each in sorted([*MODULES, "ex101_bend"])
    ]
    assert {"grader/catalog/smooth/ex101_bend.py", "grader/formula/indexes/bend.index"} <= {*names}
    assert not [text for text in texts.values() if "def bend_backward" in text and "NotImplementedError" not in text]
    assert not [name for name in names if re.match(r"solutions|exercises|assignments|tests|.*(ipynb|pyc|seed)", name)]
    for exercise in catalog.every():
        solution = (ROOT / "solutions" / f"{exercise.module}.py").read_text(encoding="utf-8")
        assert solution not in texts.values()
        assert all(is_untouched(text) for name, text in texts.items() if name.startswith("grader/stubs/"))
    for path in (ROOT / "assignments" / "questions").iterdir():
        answer = path.read_text(encoding="utf-8").split("### Answer\n")[1].split("\n### Marks")[0].strip()
        assert not [name for name, text in texts.items() if answer in text]


@pytest.fixture
def student(handout: Path, tmp_path: Path) -> Path:
    """A student's copy of the handout, with the wheel installed in a fresh environment, `.venv`.

    Its dependencies are borrowed from this environment, which spares a download of PyTorch; no .pth file is read there,
    so an editable grader stays out.
    """
    folder = tmp_path / "student"
    shutil.copytree(handout, folder)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / ".venv"], check=True)
    python = str(folder / ".venv" / "bin" / "python")
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, str(next(folder.glob("*.whl")))], check=True)
    show = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = subprocess.run([python, "-c", show], capture_output=True, text=True, check=True).stdout.strip()
    Path(site, "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return folder


def run(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    """A command line of the students' README in the fresh environment."""
    program, *arguments = line.split()
    command = [str(folder / ".venv" / "bin" / "python"), "-m", program, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=PATIENCE)


def test_every_command_of_the_students_readme_works_in_a_fresh_environment(student: Path) -> None:
    where = run(student, "grader doctor")
    assert where.returncode == 0, where.stderr
    work = re.findall(r"^```bash\n(.+?)^```", (student / "README.md").read_text(encoding="utf-8"), re.M | re.S)[1]
    for line in work.splitlines():
        done = run(student, line)
        # pytest says 1 as long as something isn't right: nothing is begun yet.
        assert done.returncode == (1 if line.startswith("pytest") else 0), line + done.stdout + done.stderr
        assert not done.stderr


def test_a_student_can_work_be_judged_and_start_over(student: Path) -> None:
    path = student / "exercises" / "ex21_relu.py"
    stub = path.read_text(encoding="utf-8")
    path.write_text(
        stub.replace('raise NotImplementedError("relu_backward is yours to write")', "return dout"), "utf-8"
    )
    judged = run(student, "pytest grader -k relu")
    assert judged.returncode == 1
    assert "dx is wrong" in judged.stdout
    assert "kept in exercises/ex21_relu.py.bak" in run(student, "grader reset relu").stdout
    assert path.read_text(encoding="utf-8") == stub


def test_an_exercise_from_outside_is_one_like_the_others(student: Path) -> None:
    assert " bend " in run(student, "grader list").stdout
    path = student / "exercises" / "ex101_bend.py"
    path.write_text(path.read_text("utf-8").replace("raise Not", "return dout  # Not"), "utf-8")
    assert "ds is wrong" in run(student, "pytest grader::bend").stdout
