"""The test is PrairieLearn, classroom50, GitHub Actions and Submitty: each runs a package's entry points as it does.

What they call as `grader` is this checkout's, in a process that needn't start.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from grader import catalog
from grader.platforms.one_submission import Order, serve
from tests import commands, submissions
from tests.conftest import ROOT
from tests.patience import PATIENCE
from tests.platforms import facts
from tests.platforms.playing import hand_in, packed, plan, seed_file
from tests.proof import needs

STATUSES = {"square": 0, "relu": 2, "sigmoid": 0, "affine": 2, "bce": 0}
"""The whole points of what is handed in."""


def play(command: list[str | Path], cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Runs an entry point as a platform does; what it prints is in one stream."""
    env = {"PATH": commands.activated(), "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(cwd), **more}
    return subprocess.run(
        [*map(str, command)],
        cwd=cwd,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """PrairieLearn's course, with a question for an exercise."""
    folder = tmp_path_factory.mktemp("prairielearn")
    return packed("prairielearn", folder / "course", plan(seed_file(folder), ["relu", "square"]))


def grade(course: Path, name: str, source: bytes, grade: Path) -> dict[str, object]:
    """What PrairieLearn makes of an answer: the results of a container that it has filled as its documents say."""
    question = course / "questions" / "handgrad" / name
    info = json.loads((question / "info.json").read_text(encoding="utf-8"))
    exercise = catalog.get(name)
    assert f'file-name="{exercise.file}"' in (question / "question.html").read_text(encoding="utf-8")
    (grade / "student").mkdir(parents=True)
    (grade / "student" / exercise.file).write_bytes(source)
    shutil.copytree(question / "tests", grade / "tests")
    entry_point = grade / Path(info["externalGradingOptions"]["entrypoint"]).relative_to("/grade")
    entry_point.chmod(0o755)
    done = play([entry_point], Path("/"), XDG_CACHE_HOME=str(grade))
    assert done.returncode == 0, done.stdout
    assert (grade / "tests").stat().st_mode & 0o077 == 0
    return facts.prairielearn((grade / "results" / "results.json").read_text(encoding="utf-8"))


def test_prairielearns_question_gives_one_for_right_work(course: Path, tmp_path: Path) -> None:
    results = grade(course, "relu", submissions.solution(catalog.get("relu")), tmp_path / "grade")
    assert results["score"] == 1.0
    assert "Isolation" in str(results["message"])


def test_prairielearns_question_takes_no_attempt_for_a_stub(course: Path, tmp_path: Path) -> None:
    stub = (course / "questions" / "handgrad" / "square" / catalog.get("square").file).read_bytes()
    assert stub == submissions.stub(catalog.get("square"))
    results = grade(course, "square", stub, tmp_path / "grade")
    assert results["gradable"] is False
    assert "not started" in str(results["format_errors"])


@pytest.mark.parametrize("source", [b"", b"\n \n"])
def test_prairielearns_question_takes_no_attempt_for_an_empty_answer(source: bytes, tmp_path: Path) -> None:
    (tmp_path / "student").mkdir()
    (tmp_path / "student" / "ex21_relu.py").write_bytes(source)
    assert serve("prairielearn", tmp_path, Order([catalog.get("relu")]))
    results = facts.prairielearn((tmp_path / "results" / "results.json").read_text(encoding="utf-8"))
    assert results["gradable"] is False


def test_prairielearn_knows_a_question_again_and_finds_its_options(course: Path) -> None:
    found = [json.loads(path.read_text(encoding="utf-8")) for path in (course / "questions").rglob("info.json")]
    assert len({each["uuid"] for each in found}) == len(found) == 2
    for each in found:
        options = each["externalGradingOptions"]
        assert set(options) <= {
            "image",
            "entrypoint",
            "serverFilesCourse",
            "timeout",
            "enableNetworking",
            "environment",
        }
        assert 30 <= options["timeout"] <= 600
        assert options["image"] == "course/handgrad"
    assert (course / "image" / "handgrad-0-py3-none-any.whl").exists()
    assert "{{" not in "".join(path.read_text(encoding="utf-8") for path in course.rglob("question.html"))


def test_classroom50_gets_whole_points_and_whose_they_are(tmp_path: Path) -> None:
    bundle = packed("classroom50", tmp_path / "bundle", plan())
    hand_in(tmp_path / "checkout" / "exercises")
    # What a student commits is neither imported nor followed.
    (tmp_path / "checkout" / "grader.py").write_text("raise SystemExit('hijacked')", encoding="utf-8")
    (tmp_path / "checkout" / "result.json").symlink_to(tmp_path / "elsewhere")
    runner = {
        "CLASSROOM": "nn101",
        "ASSIGNMENT": "gates",
        "OWNER": "ada",
        "SUBMISSION_TAG": "submit/2026-11-02T09-10-11Z",
    }
    done = play(["python", bundle / "autograder.py"], tmp_path / "checkout", **runner)
    assert done.returncode == 0, done.stdout
    result = facts.classroom50((tmp_path / "checkout" / "result.json").read_text(encoding="utf-8"))
    assert (result["score"], result["max-score"]) == (4, 10)
    tests = facts.by_name(result["tests"], "test-name")
    assert {name: tests[name]["score"] for name in STATUSES} == STATUSES
    assert (result["classroom"], result["owner"]) == ("nn101", "ada")
    assert not (tmp_path / "elsewhere").exists()


def test_github_actions_annotates_the_lines_and_shows_a_table(tmp_path: Path) -> None:
    yaml = needs("yaml")
    repository = packed("github", tmp_path / "repository", plan())
    hand_in(repository / "exercises")
    workflow = yaml.safe_load((repository / ".github" / "workflows" / "handgrad.yml").read_text(encoding="utf-8"))
    assert workflow["name"] == "Autograding Tests"
    outputs = workflow["jobs"]["run-autograding-tests"]["outputs"]
    assert outputs == {"result": "${{ steps.handgrad.outputs.result }}"}
    steps = {each.get("name"): each for each in workflow["jobs"]["run-autograding-tests"]["steps"]}
    assert "./handgrad-0-py3-none-any.whl" in steps["Install the grader"]["run"]
    files = {"GITHUB_STEP_SUMMARY": str(tmp_path / "summary"), "GITHUB_OUTPUT": str(tmp_path / "output")}
    done = step(steps["Judge"], repository, files)
    assert done.returncode == 0, done.stdout
    commands_in_it = "".join(f"{line}\n" for line in done.stdout.splitlines() if line.startswith("::"))
    errors = {each["title"].split()[0]: each for each in facts.github(commands_in_it) if each["level"] == "error"}
    assert set(errors) == {"affine", "sigmoid", "bce"}
    affine = catalog.get("affine").file
    lines = (repository / "exercises" / affine).read_text(encoding="utf-8").splitlines()
    assert errors["affine"]["file"] == f"exercises/{affine}"
    assert lines[int(errors["affine"]["line"]) - 1].startswith("def affine_backward")
    assert "| relu | 2/2 | passed |" in (tmp_path / "summary").read_text(encoding="utf-8")
    name, _, value = (tmp_path / "output").read_text(encoding="utf-8").partition("=")
    assert name == "result"
    assert facts.github_classroom(value)["max_score"] == 10
    is_right = steps["Is all that is begun right, and every file there?"]
    assert step(is_right, repository, files).returncode == 1


def step(described: Mapping[str, str], cwd: Path, files: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Runs a workflow's step as GitHub's runner does."""
    return play(["bash", "-e", "-o", "pipefail", "-c", described["run"]], cwd, **files)


def test_submittys_validator_judges_the_testcases_exercise(tmp_path: Path) -> None:
    package = packed("submitty", tmp_path / "package", plan(seed_file(tmp_path), ["relu", "affine"], "facts"))
    config = json.loads((package / "config" / "config.json").read_text(encoding="utf-8"))
    assert config["grading_parameters"]["AUTO_POINTS"] == sum(each["points"] for each in config["testcases"])
    assert config["autograding_method"] == "docker"
    assert config["resource_limits"]["RLIMIT_NPROC"] >= 32
    work = tmp_path / "tmp_work"
    shutil.copytree(package / "config" / "custom_validation_code", work)
    number, testcase = 2, config["testcases"][1]
    assert testcase["title"] == "affine"
    hand_in(work / f"test{number:02}")
    blob = {**testcase["validation"][0], "testcase_prefix": f"test{number:02}", "username": "ada"}
    (work / "custom_validator_input.json").write_text(json.dumps(blob), encoding="utf-8")
    done = play(testcase["validation"][0]["command"].split(), work)
    assert (done.returncode, done.stdout) == (0, "")
    data = facts.submitty((work / "validation_results.json").read_text(encoding="utf-8"))["data"]
    assert (data["score"], data["status"]) == (0.7, "failure")
    assert "PyTorch says 3" in data["message"][0]["message"]
    assert "db is the mean" not in data["message"][0]["message"], "the instructor wants facts told, and no more"
    assert "Isolation" in data["message"][1]["message"]
