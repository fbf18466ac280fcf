"""What an instructor uploads to a platform: made for chosen exercises, with the grader's own wheel in it."""

from __future__ import annotations

import html
import json
import os
import shlex
import shutil
import uuid
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import TypeAlias

from grader.authoring.sync import pristine, write
from grader.course.secret import SeedError, read_seed
from grader.exercise import Exercise
from grader.judging.telling import EVERYTHING, Tell
from grader.platforms.one_submission import UNFINISHED
from grader.platforms.site import OPEN_SEED
from grader.report.platform_results.platform_formats import PLATFORM_FORMATS

TEMPLATES = Path(__file__).with_name("templates")

SEED = "seed.txt"

SECONDS = 120
"""That a platform gives a submission, where the package says so: the first run of an image takes long to start."""

_NAMESPACE = uuid.UUID("5f0c9a0e-52a7-4d5e-9d0b-7b1f6f3f2c11")

Files: TypeAlias = Mapping[str, str]
"""The texts of a package by their paths in it."""


class PackageError(RuntimeError):
    """Why a package can't be made; a full sentence without its full stop."""


@dataclass(frozen=True)
class Plan:
    """What is to be packed: for which exercises, with which seed, and in whose image it runs, where there is one."""

    exercises: Sequence[Exercise]
    root: Path
    seed_file: Path | None = None
    tell: Tell = EVERYTHING
    image: str = ""

    @property
    def points(self) -> float:
        """All that a submission can earn."""
        return sum(each.points for each in self.exercises)

    @property
    def seed(self) -> Files:
        """The secret seed as a file, if there is one. Raises SeedError."""
        return {SEED: f"{read_seed(self.seed_file)}\n"} if self.seed_file else {}

    def arguments(self, seed: str = "", exercises: Sequence[Exercise] | None = None) -> list[str]:
        """Those of `grader hosted`: for all exercises or some, with the seed in a file of the platform's."""
        chosen = self.exercises if exercises is None else exercises
        names = [word for each in chosen for word in ("-k", each.name)]
        telling = ["--tell", self.tell] if self.tell != EVERYTHING else []
        return [*names, *telling, *(["--seed-file", seed] if seed and self.seed_file else [])]


def package(platform: str, target: Path, plan: Plan, made: Path) -> None:
    """Makes what is uploaded, with the wheel `made`: the folder `target`, or for Gradescope a zip of that name.

    Raises PackageError.
    """
    require_possible(platform, target, plan)
    try:
        files = dict(_PACKERS[platform](plan, made.name))
    except SeedError as error:
        raise PackageError(str(error)) from None
    if platform == "gradescope":
        _zip(target, files, made)
        return
    for path, text in files.items():
        write(target / path, text)
        (target / path).chmod(_mode(text, path))
    shutil.copyfile(made, target / _WHEELS.get(platform, "") / made.name)


def require_possible(platform: str, target: Path, plan: Plan) -> None:
    """Raises PackageError, before anything is made."""
    if target.exists() and (not target.is_dir() or any(target.iterdir()) or platform == "gradescope"):
        raise PackageError(f"{target} is there already, and stays as it is; name a new one")
    if plan.seed_file and platform in OPEN_SEED:
        raise PackageError(f"students can read what the grader has on {platform}: no seed is a secret there")
    if platform in _WHEELS and not plan.image:
        raise PackageError(
            f"{platform} runs an image of yours: --image NAME says which you build from image/Dockerfile"
        )


def _mode(text: str, path: str) -> int:
    if Path(path).name == SEED:
        return 0o600
    return 0o755 if text.startswith("#!") else 0o644


def _zip(target: Path, files: Files, made: Path) -> None:
    """A zip with all of it at the top, and its permissions: Gradescope looks in no folder."""
    target.parent.mkdir(parents=True, exist_ok=True)
    # As closed as the seed in it is: others may use this machine, too.
    opened = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if SEED in files else 0o666)
    with os.fdopen(opened, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in files.items():
            entry = zipfile.ZipInfo(path)
            entry.external_attr = _mode(text, path) << 16
            archive.writestr(entry, text.encode())
        archive.write(made, made.name)


def _template(name: str, **values: object) -> str:
    return Template((TEMPLATES / name).read_text(encoding="utf-8")).substitute(values)


def _unjudged(form: str) -> str:
    return PLATFORM_FORMATS[form].unjudged(UNFINISHED)


def _gradescope(plan: Plan, wheel_name: str) -> Iterator[tuple[str, str]]:
    yield "setup.sh", _template("gradescope/setup.sh", wheel=shlex.quote(wheel_name))
    arguments = shlex.join(plan.arguments(f"source/{SEED}"))
    yield "run_autograder", _template("gradescope/run_autograder", arguments=arguments)
    yield "unjudged.json", _unjudged("gradescope")
    yield from plan.seed.items()


def _prairielearn(plan: Plan, wheel_name: str) -> Iterator[tuple[str, str]]:
    yield "image/Dockerfile", _template("Dockerfile", wheel=wheel_name)
    for each in plan.exercises:
        question = f"questions/handgrad/{each.name}"
        yield f"{question}/info.json", json.dumps(_question(each, plan.image), indent=2) + "\n"
        yield f"{question}/question.html", _question_page(each)
        yield f"{question}/{each.file}", pristine(each, plan.root)
        arguments = shlex.join(plan.arguments(f"tests/{SEED}", [each]))
        yield f"{question}/tests/run.sh", _template("prairielearn/run.sh", arguments=arguments)
        yield f"{question}/tests/unjudged.json", _unjudged("prairielearn")
        for path, text in plan.seed.items():
            yield f"{question}/tests/{path}", text


def _question(exercise: Exercise, image: str) -> dict[str, object]:
    return {
        # The same whenever it is packed: by it PrairieLearn knows a question again.
        "uuid": str(uuid.uuid5(_NAMESPACE, exercise.name)),
        "title": exercise.title,
        "topic": "Backpropagation",
        "tags": ["handgrad", "code"],
        "type": "v3",
        "singleVariant": True,
        "gradingMethod": "External",
        "externalGradingOptions": {"image": image, "entrypoint": "/grade/tests/run.sh", "timeout": SECONDS},
    }


def _question_page(exercise: Exercise) -> str:
    statement, formula = (_no_mustache(html.escape(text)) for text in (exercise.statement, exercise.formula))
    return _template("prairielearn/question.html", statement=statement, formula=formula, file=exercise.file)


def _no_mustache(text: str) -> str:
    """A text in which nothing is put in by PrairieLearn, which takes two braces for a name of its own."""
    while "{{" in text or "}}" in text:
        text = text.replace("{{", "{ {").replace("}}", "} }")
    return text


def _classroom50(plan: Plan, wheel_name: str) -> Iterator[tuple[str, str]]:
    yield "autograder.py", _template("classroom50/autograder.template", arguments=plan.arguments(), wheel=wheel_name)


def _github(plan: Plan, wheel_name: str) -> Iterator[tuple[str, str]]:
    arguments = shlex.join(plan.arguments())
    install = shlex.quote(f"./{wheel_name}")
    yield ".github/workflows/handgrad.yml", _template("github/handgrad.yml", arguments=arguments, install=install)


def _submitty(plan: Plan, wheel_name: str) -> Iterator[tuple[str, str]]:
    if fractions := [each.name for each in plan.exercises if each.points != int(each.points)]:
        raise PackageError(f"Submitty takes whole points alone, and {', '.join(fractions)} has others")
    yield "image/Dockerfile", _template("Dockerfile", wheel=wheel_name)
    yield "config/config.json", json.dumps(_config(plan), indent=2) + "\n"
    code = "config/custom_validation_code"
    yield f"{code}/grader.py", _template("submitty/grader.template", arguments=plan.arguments("", []))
    yield f"{code}/unjudged.json", _unjudged("submitty")
    for path, text in plan.seed.items():
        yield f"{code}/{path}", text


def _config(plan: Plan) -> dict[str, object]:
    return {
        "autograding_method": "docker",
        "container_options": {"container_image": plan.image},
        # Submitty's own limits are for a small program: no second process, and 10 s.
        "resource_limits": {
            "RLIMIT_CPU": SECONDS,
            "RLIMIT_NPROC": 100,
            "RLIMIT_FSIZE": 10 << 20,
            "RLIMIT_DATA": 4 << 30,
            "RLIMIT_AS": 8 << 30,
            "RLIMIT_NOFILE": 1000,
        },
        "max_submission_size": 1 << 20,
        "grading_parameters": {"AUTO_POINTS": int(plan.points)},
        "testcases": [_testcase(each) for each in plan.exercises],
    }


def _testcase(exercise: Exercise) -> dict[str, object]:
    validation = {
        "method": "custom_validator",
        "command": "python3 grader.py",
        "actual_file": "STDOUT.txt",
        "exercise": exercise.name,
    }
    # Nothing is run with a student's file but by the validator.
    return {"title": exercise.name, "command": "true", "points": int(exercise.points), "validation": [validation]}


_PACKERS: Mapping[str, Callable[[Plan, str], Iterator[tuple[str, str]]]] = {
    "gradescope": _gradescope,
    "prairielearn": _prairielearn,
    "classroom50": _classroom50,
    "github": _github,
    "submitty": _submitty,
}

_WHEELS = {"prairielearn": "image", "submitty": "image"}
"""The folder of the image, where a platform runs one of the instructor's."""
