"""The verdicts are the same whatever has become of the answers that are kept; and while they are there, torch isn't."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader import catalog
from tests import commands, submissions
from tests.faces.running import hand_out, run, write
from tests.faces.test_kept_diagnoses import relu_of
from tests.judge.test_near_misses import MISSES


def kept(cache: Path) -> list[Path]:
    """The files with PyTorch's answers, and with diagnoses."""
    return [*cache.rglob("*.sheet"), *cache.rglob("*.diagnoses")]


def damage(cache: Path) -> None:
    for path in kept(cache):
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes(content)


def open_up(cache: Path) -> None:
    for path in kept(cache):
        path.chmod(0o666)


def cut_off(cache: Path) -> None:
    for path in kept(cache):
        path.write_bytes(b"")


STATES: dict[str, Callable[[Path], object]] = {
    "as they are": lambda cache: None,
    "damaged": damage,
    "writable by others": open_up,
    "empty": cut_off,
}


@pytest.fixture(scope="module")
def student(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of every kind of submission some: worked solutions, stubs, known mistakes and near misses."""
    folder = hand_out(tmp_path_factory.mktemp("student"))
    misses = {miss.exercise: miss.source() for miss in MISSES}
    for place, exercise in enumerate(catalog.every()):
        solution, mistakes = submissions.solution(exercise), exercise.bank if exercise.is_pair else ()
        mistake = submissions.mistaken(exercise, mistakes[place % len(mistakes)]) if mistakes else solution
        source = [misses.get(exercise.name, mistake), mistake, mistake, solution, None][place % 5]
        if source is not None:
            write(folder, exercise.name, source.decode())
    write(folder, "relu", relu_of("abs(dout) * (x > 0)").decode())
    return folder


def verdicts(student: Path, cache: Path, *options: str) -> Any:
    """What is written of a submission, with a cache of its own."""
    command = ("-m", "pytest", "grader", "-p", "no:cacheprovider", "-q", "--json=out.json", *options)
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    done = commands.run(*command, cwd=student, env=environment, imported=commands.PYTEST)
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout.rpartition("\n")[0].rpartition("\n")[0], (student / "out.json").read_bytes()


@pytest.fixture(scope="module")
def cache(student: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache in which the answers to all exercises are."""
    cache = tmp_path_factory.mktemp("cache")
    verdicts(student, cache)
    assert len([*cache.rglob("*.sheet")]) == len(catalog.names())
    assert [*cache.rglob("*_relu.diagnoses")]
    return cache


def test_every_verdict_is_the_same_whatever_is_kept(student: Path, cache: Path, tmp_path: Path) -> None:
    (tmp_path / "nowhere").write_text("a file")
    expected = verdicts(student, tmp_path / "nowhere")
    for change in STATES.values():
        changed = shutil.copytree(cache, tmp_path / "cache", dirs_exist_ok=True)
        change(changed)
        assert verdicts(student, changed) == expected


WATCHED = """
import runpy, sys
sys.argv = sys.argv[1:]
try:
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
finally:
    print("torch" in sys.modules and "torch is imported", file=sys.stderr)
"""

CHECKED = """
import sys, numpy as np
from grader import check
def forward(x): return np.maximum(x, 0), x
def backward(dout, x): return 0 * dout
check("relu", forward, backward)
print("torch" in sys.modules and "torch is imported", file=sys.stderr)
"""


@pytest.mark.parametrize(
    "command",
    [
        *("pytest grader", "pytest grader::relu", "grader list", "grader hint relu", "grader reset add"),
        *("grader hint --where relu", "check"),
    ],
)
def test_torch_is_imported_where_nothing_is_kept_alone(
    command: str, student: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, *arguments = command.split()
    code = CHECKED if command == "check" else WATCHED
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    done = run(student, sys.executable, "-c", code, module, *arguments)
    assert done.stderr.splitlines()[-1:] == ["False"]
    assert done.returncode in (0, 1)


def test_another_seeds_answers_are_not_kept(student: Path, tmp_path: Path) -> None:
    verdicts(student, tmp_path / "cache", "--seed=1234567890123")
    assert not [*tmp_path.joinpath("cache").rglob("*.sheet")]


def test_what_is_kept_answers_for_no_other_work_that_is_held_less_tightly(student: Path, tmp_path: Path) -> None:
    cache, other = tmp_path / "cache", f"--submission={student / 'exercises'}"
    verdicts(student, cache, other, "--isolation=process")
    assert not [*cache.rglob("*.sheet")]
    verdicts(student, cache, other)
    assert bool([*cache.rglob("*.sheet")]) == (json.loads((student / "out.json").read_text())["isolation"] == "full")
