"""Beside the exercises, other tests are reported as ever; and other plug-ins are told of every check."""

from __future__ import annotations

import os
import re
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from grader import catalog
from grader.judging.checks import check_names
from tests import commands
from tests.faces.running import hand_out, write
from tests.judge.written import backward

MINE = """
def test_mine():
    print("mine is told")
    assert 1 == 2
"""

# What some plug-ins do, pytest-html among them: they wait for a test's teardown.
NOTES = """
def pytest_runtest_logreport(report):
    with open("phases.txt", "a") as file:
        print(report.nodeid, report.when, report.outcome, sep="|", file=file)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = hand_out(tmp_path_factory.mktemp("neighbours"))
    write(folder, "add", backward("add", "return dout, dout"))
    write(folder, "relu", backward("relu", "return dout * (dout > 0)"))
    (folder / "test_mine.py").write_text(MINE, encoding="utf-8")
    (folder / "notes.py").write_text(NOTES, encoding="utf-8")
    return folder


def started(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ("-m", "pytest", "-p", "no:cacheprovider", *arguments)
    return commands.run(*command, cwd=folder, env=os.environ, imported=commands.PYTEST)


@pytest.fixture(scope="module")
def mixed(folder: Path) -> subprocess.CompletedProcess[str]:
    return started(folder, "grader::relu", "grader::square", "test_mine.py", "--junitxml=junit.xml", "-p", "notes")


def names(*exercises: str) -> list[str]:
    """The checks of exercises, as pytest names them."""
    return [f"grader::{name}::{check}" for name in exercises for check in check_names(catalog.get(name))]


def test_what_fails_beside_the_exercises_is_shown_as_pytest_shows_it(mixed: subprocess.CompletedProcess[str]) -> None:
    shown = mixed.stdout.partition("= FAILURES =")[2].partition("\nrelu ")[0]
    assert ">       assert 1 == 2" in shown
    assert "mine is told" in shown
    assert re.findall(r"^(?:FAILED|SKIPPED|PASSED) .*", mixed.stdout, re.MULTILINE) == [
        "FAILED test_mine.py::test_mine - assert 1 == 2"
    ]


def test_what_fails_in_an_exercise_is_told_once_and_in_our_words(mixed: subprocess.CompletedProcess[str]) -> None:
    assert mixed.stdout.count("dx[3] = 9, PyTorch says 0") == 1
    assert re.search(r"3 failed, 1 passed, 2 skipped, \d+ not started", mixed.stdout)


def test_every_check_is_in_the_xml_with_its_message(folder: Path, mixed: subprocess.CompletedProcess[str]) -> None:
    found = {
        f"{case.get('classname')}.{case.get('name')}": case
        for case in ElementTree.parse(folder / "junit.xml").getroot().iter("testcase")
    }
    assert list(found) == [*(each.replace("::", ".") for each in names("relu", "square")), "test_mine.test_mine"]
    failure = found["grader.relu.dx examples"].find("failure")
    assert failure is not None
    assert failure.get("message") == "dx[3] = 9, PyTorch says 0. You masked on the upstream gradient."
    assert "relu_backward(dout, relu_forward(x)[1])" in (failure.text or "")
    assert found["grader.square.forward"].find("skipped") is not None


def test_other_plugins_are_told_of_each_phase_of_each_check(
    folder: Path, mixed: subprocess.CompletedProcess[str]
) -> None:
    told = [line.split("|") for line in (folder / "phases.txt").read_text(encoding="utf-8").splitlines()]
    phases = {name: [when for each, when, _ in told if each == name] for name in names("relu", "square")}
    assert set(map(tuple, phases.values())) == {("setup", "call", "teardown")}
    outcomes = {name: outcome for name, when, outcome in told if when == "call"}
    assert outcomes["grader::relu::dx examples"] == "failed"


def test_all_is_right_only_where_it_is_and_a_summary_that_is_asked_for_has_every_check(folder: Path) -> None:
    done = started(
        folder, "grader::add", "grader::square::forward", "test_mine.py", "-rA", "--deselect", "grader::square"
    )
    assert done.returncode == 1
    assert "Every exercise that was judged is right." in done.stdout
    assert "Everything that was selected is right" not in done.stdout
    assert re.findall(r"^PASSED (.*)", done.stdout, re.MULTILINE) == names("add")
    done = started(folder, "grader::relu", "grader::square", "-rA")
    told = done.stdout.partition("short test summary info")[2]
    assert "FAILED grader::relu::dx examples - dx[3] = 9" in told
    assert re.search(rf"SKIPPED \[{len(names('square'))}\] exercises.ex11_square.py:\d+: not started", told)
