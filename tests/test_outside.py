"""Exercises from outside the project: in a folder of one's own, or brought by a package."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader import catalog, check
from grader.authoring.proof import checkout
from grader.authoring.sync import generated_files
from grader.catalog.outside import SpecError
from grader.catalog.spec_files import SETTING
from grader.classes.engine import fingerprint
from grader.formula.index import is_current, load, path_of
from grader.judging.bench import Bench
from grader.judging.judgement import judge
from grader.reference.store import Store
from grader.sandbox.host.worker import Sandbox
from tests.conftest import ROOT
from tests.faces.running import grader, pytest_grader, run

LIKE = "tanh"
"""The exercise that the ones from outside are made like."""


def add(home: Path, name: str, number: int = 101, old: str = "", new: str = "", chapter: str = "smooth") -> Path:
    """An exercise for an outside catalogue, like one of the project's own, in whose spec `old` became `new`; that."""
    like = catalog.get(LIKE)
    assert like.spec
    text = like.spec.read_text("utf-8")
    assert old in text
    spec = home / "specs" / chapter / f"ex{number}_{name}.py"
    solution = home / "solutions" / spec.name
    spec.parent.mkdir(parents=True, exist_ok=True)
    solution.parent.mkdir(parents=True, exist_ok=True)
    spec.write_text(text.replace(old, new, 1) if old else text, "utf-8")
    given = (ROOT / "solutions" / like.file).read_text("utf-8")
    solution.write_text(given.replace(f"{LIKE}_", f"{name}_"), "utf-8")
    return spec


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is named as an outside catalogue, with no exercise in it yet."""
    folder = tmp_path / "own"
    (folder / "specs").mkdir(parents=True)
    monkeypatch.setenv(SETTING, str(folder))
    return folder


def test_an_exercise_of_ones_own_is_one_like_the_others(home: Path) -> None:
    spec = add(home, "bend")
    assert list(catalog.names())[-1] == "bend"
    assert catalog.chapters()["smooth"] == ("bend",)
    assert catalog.get("bend").spec == spec
    assert [each.name for each in catalog.every()] == list(catalog.names())
    assert "bend" not in catalog.own_names()
    assert catalog.problems() == ()
    assert catalog.similar("bendd") == "bend"


def test_its_chapter_may_be_one_that_there_is_and_the_projects_notebooks_stay_as_they_are(home: Path) -> None:
    add(home, "bend", chapter="deep")
    assert catalog.chapters()["deep"][-1] == "bend"
    assert all(each.state == "current" for each in generated_files(ROOT))


def test_specs_of_a_chapter_share_what_they_import(home: Path) -> None:
    add(home, "bend", old="from grader.exercise", new="from .curves import TITLE\nfrom grader.exercise")
    (home / "specs" / "smooth" / "curves.py").write_text("TITLE = 'shared'\n")
    assert catalog.get("bend").name == "bend"
    before = fingerprint.of_exercise(catalog.get("bend"))
    (home / "specs" / "smooth" / "curves.py").write_text("TITLE = 'other'\n")
    fingerprint._with_spec.cache_clear()
    assert fingerprint.of_exercise(catalog.get("bend")) != before


def test_its_answers_and_near_formulas_are_kept_apart(home: Path, tmp_path: Path) -> None:
    add(home, "bend")
    exercise = catalog.get("bend")
    assert path_of("bend") == home / "indexes" / "bend.index"
    assert not is_current(exercise)
    # Nobody has to have run grader sync.
    built = load("bend")
    assert built
    assert built.formulas
    store = Store(tmp_path / "answers")
    sheet = Bench(exercise).sheet
    store.keep(sheet)
    found = store.find(exercise)
    assert found
    assert repr(found.references) == repr(sheet.references)


BROKEN = {
    "a syntax error": ("exercise = Exercise(", "exercise = Exercise((", "SyntaxError", "Exercise(("),
    "a name that isn't there": ("hints=(", "hints=(nope, ", "NameError: name 'nope' is not defined", "nope"),
    "another argument": ("points=", "pints=", "TypeError: .*'pints'", "exercise = Exercise("),
    "a textbook that can't be read": ("  t = tanh(s)\n", "  t = tanh(s\n", "SyntaxError", "t = tanh(s"),
    "a mistake without its colon": ("input: ds", "input ds", "ValueError: slope-on-the-input", "slope-on-the-input ds"),
    "no such module": (
        "from grader.exercise",
        "import nope\nfrom grader.exercise",
        "ModuleNotFoundError",
        "import nope",
    ),
}
"""What in a spec becomes what, what is said of that, and what stands in the line that is named."""


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_spec_is_a_sentence_with_file_and_line_and_costs_only_itself(kind: str, home: Path) -> None:
    old, new, said, there = BROKEN[kind]
    add(home, "whole", 102)
    spec = add(home, "bend", old=old, new=new)
    (problem,) = catalog.problems()
    found = re.fullmatch(rf"{re.escape(str(spec))}, line (\d+): {said}.*", problem)
    assert found, problem
    assert there in spec.read_text("utf-8").splitlines()[int(found[1]) - 1]
    assert "whole" in catalog.names()
    assert "bend" not in [each.name for each in catalog.every()]
    with pytest.raises(ValueError, match="the exercise bend can't be used: "):
        catalog.get("bend")


def test_what_a_spec_raises_while_it_is_used_is_said_where_its_verdict_would_be(home: Path, tmp_path: Path) -> None:
    spec = add(home, "bend", old="return s.tanh()", new="return s.nothing()")
    with pytest.raises(SpecError, match=rf"{re.escape(str(spec))}, line \d+: AttributeError: 'Tensor' object has no"):
        check("bend", len, len)
    add(home, "curve", 102, old="edges=(", new="accept=lambda s: 1 / 0, edges=(")
    shutil.copytree(home / "solutions", tmp_path / "exercises")
    shutil.copy(ROOT / "solutions" / "ex21_relu.py", tmp_path / "exercises")
    done = pytest_grader(tmp_path, "-k", "bend or curve or relu and not relu_", "--submission=exercises")
    assert re.search(r"^bend can't be judged: .*ex101_bend\.py, line \d+: AttributeError", done.stdout, re.MULTILINE)
    assert re.search(
        r"^curve can't be judged: .*ex102_curve\.py, line \d+: ZeroDivisionError", done.stdout, re.MULTILINE
    )
    assert re.search(r"^\+ relu .* 2/2", done.stdout, re.MULTILINE)
    assert "INTERNALERROR" not in done.stdout
    assert done.returncode == 1


def test_a_name_that_is_taken_and_a_folder_that_is_none_are_left_out_by_name(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, name in enumerate(("relu", "deep", "bend"), 101):
        add(home, name, number)
    add(home, "bend", 104, chapter="other")
    add(home, "odd", 105, chapter="Odd-one")
    monkeypatch.setenv(SETTING, os.pathsep.join([str(home), "own", str(tmp_path / "nowhere")]))
    assert [problem.replace(str(tmp_path), "") for problem in catalog.problems()] == [
        "HANDGRAD_CATALOG names own, which is no full path",
        "HANDGRAD_CATALOG names /nowhere, and there is no such folder",
        f"/own/specs/smooth/ex101_relu.py: the name relu is taken, by {catalog.spec_file('relu').path}",
        f"/own/specs/smooth/ex102_deep.py: the name deep is taken, by {catalog.spec_file('tanh').path.parent}",
        "/own/specs/other/ex104_bend.py: the name bend is taken, by /own/specs/smooth/ex103_bend.py",
        "/own/specs/Odd-one/ex105_odd.py: the chapter's folder, Odd-one, is no name in snake_case",
    ]
    assert catalog.get("relu").chapter == "neurons"


def test_a_number_that_is_taken_costs_nothing_and_is_the_projects_own(home: Path) -> None:
    add(home, "bend", catalog.get("relu").number)
    assert catalog.get("bend").number == catalog.get("relu").number
    assert catalog.numbers()[catalog.get("relu").number] == "relu"
    assert catalog.problems() == ()


def test_nobody_who_asks_for_an_exercise_of_the_project_looks_for_others(tmp_path: Path) -> None:
    (tmp_path / "exercises").mkdir()
    # The first verdict of all has PyTorch asked for every exercise, so a stub has to do.
    shutil.copy(ROOT / "exercises" / "ex21_relu.py", tmp_path / "exercises")
    code = """
import pytest, sys
assert pytest.main(["grader::relu", "-p", "no:cacheprovider"]) == 1
from grader.catalog import spec_files
assert spec_files._of_packages.cache_info().currsize == 0
assert "handgrad_outside_0" not in sys.modules
"""
    environment = {name: value for name, value in os.environ.items() if name != SETTING}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_package_brings_exercises_by_an_entry_point(tmp_path: Path) -> None:
    site = tmp_path / "site-packages"
    add(site / "acme", "bend")
    (site / "acme" / "__init__.py").write_text("")
    for name, module in (("acme", "acme"), ("odd", "nowhere.exercises")):
        info = site / f"handgrad_{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: handgrad-{name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[handgrad.catalogs]\n{name} = {module}\n")
    code = f"""
import sys
sys.path.append({str(site)!r})
from grader import catalog
print(*catalog.names(), *catalog.problems())
"""
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert " bend " in said
    assert "the package handgrad_odd brings exercises in nowhere.exercises, which can't be imported" in said


def test_no_spec_is_in_a_submissions_process_nor_in_its_reach(home: Path, sandbox: Sandbox) -> None:
    spec = add(home, "bend")
    here = Bench(catalog.get("bend"))
    inside = "import sys\nassert not [each for each in sys.modules if 'outside' in each or 'catalog' in each]\n"
    right = (home / "solutions" / spec.name).read_text("utf-8")
    assert judge(here, spec.name, (right + inside).encode(), sandbox).result.status == "passed"
    reading = f"\nopen({str(spec)!r}).read()\n"
    found = judge(here, spec.name, (right + reading).encode(), sandbox).result
    assert found.status == "error"
    assert "PermissionError" in found.findings[0].headline + " ".join(found.findings[0].theirs)


def test_a_catalogue_begins_with_one_command_and_is_named_by_an_option(tmp_path: Path) -> None:
    (tmp_path / "exercises").mkdir()
    said = grader(tmp_path, "new", "cube", "--catalog", "own", "--chapter", "powers").stdout
    assert "Fill in own/specs/powers/ex101_cube.py and own/solutions/ex101_cube.py, then:" in said
    assert "grader sync own && grader sync --check own" in said
    assert "there is an exercise cube already" in grader(tmp_path, "new", "cube", "--catalog", "own").stderr
    assert "there is an exercise relu already" in grader(tmp_path, "new", "relu", "--catalog", "own").stderr
    assert "ex102_" in grader(tmp_path, "new", "other", "--catalog", "own", "--chapter", "powers").stdout
    written = grader(tmp_path, "sync", "own").stdout.splitlines()
    assert sorted(written) == sorted(
        f"own/{name}: written"
        for name in ("exercises/ex101_cube.py", "exercises/ex102_other.py", "indexes/cube.index", "indexes/other.index")
    )
    assert grader(tmp_path, "sync", "own").stdout == "Every generated file is current.\n"
    said = grader(tmp_path, "--catalog", "own", "reset", "cube").stdout
    assert said == "exercises/ex101_cube.py is as it was handed out.\n"
    assert re.search(r"^7 powers\n  101 cube ", grader(tmp_path, "--catalog", "own", "list").stdout, re.MULTILINE)
    assert "cube" not in grader(tmp_path, "list").stdout


def test_a_solution_that_is_missing_or_broken_costs_its_own_stub_alone(home: Path) -> None:
    for number, name in enumerate(("bend", "curve", "turn"), 101):
        add(home, name, number)
    (home / "solutions" / "ex101_bend.py").unlink()
    (home / "solutions" / "ex102_curve.py").write_text("def curve_forward(:\n")
    done = grader(home.parent, "sync", "own")
    assert "the stub of bend is made from" in done.stdout
    assert "ex102_curve.py, line 1: SyntaxError" in done.stdout
    assert "own/exercises/ex103_turn.py: written" in done.stdout
    assert done.returncode == 1


def test_it_is_put_to_the_tests_of_every_exercise(home: Path) -> None:
    assert checkout() == ROOT
    add(home, "bend", old="points=2", new="points=2  # TODO")
    assert "Every generated file" not in grader(home.parent, "sync", "own").stdout
    done = run(
        ROOT,
        sys.executable,
        "-m",
        "pytest",
        "tests/content/test_catalog.py",
        "-q",
        "-k",
        "left_to_do or four_misc or stub_is",
    )
    assert re.search(r"^1 failed, 3 passed, \d+ deselected", done.stdout, re.MULTILINE), done.stdout
    assert "ex101_bend.py: a TODO is left" in done.stdout
