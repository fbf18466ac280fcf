"""An editor's test explorer: the tree of the exercises, where a click leads, and what a run of nodes brings back."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from grader import catalog
from grader.authoring.handout import SETTINGS
from grader.judging.checks import check_names
from tests import commands
from tests.conftest import ROOT
from tests.faces.editor import FILE, Node, Seen
from tests.faces.running import hand_out, write
from tests.judge.written import backward

VSCODE = ".vscode/settings.json"


def seen(folder: Path, *arguments: str) -> Seen:
    """What an editor sees of a run that it starts in a folder."""
    file = folder / "editor.json"
    command = ("-m", "pytest", "-p", "tests.faces.editor", f"--rootdir={folder}", *arguments)
    commands.run(*command, cwd=folder, env={**os.environ, FILE: str(file)}, imported=commands.PYTEST)
    found: Seen = json.loads(file.read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A student's folder with something of everything in it."""
    folder = hand_out(tmp_path_factory.mktemp("editor").resolve())
    write(folder, "add", backward("add", "return dout, dout"))
    write(folder, "relu", backward("relu", "return dout * (dout > 0)"))
    write(folder, "sigmoid", "def sigmoid_backward(dout, cache):\n    return (\n")
    (folder / "exercises" / "ex13_multiply.py").unlink()
    return folder


@pytest.fixture(scope="module")
def tree(folder: Path) -> Seen:
    arguments = json.loads(SETTINGS[VSCODE])["python.testing.pytestArgs"]
    return seen(folder, "--collect-only", *arguments)


@pytest.fixture(scope="module")
def everything(folder: Path, tree: Seen) -> Seen:
    """A run of all leaves, each by the id that it has in the tree."""
    return seen(folder, *tree["leaves"])


def children(tree: Seen, name: str) -> list[Node]:
    """An exercise's leaves."""
    return [leaf for leaf in tree["leaves"].values() if tree["classes"][leaf["inside"][0]]["name"] == name]


def test_each_exercise_is_a_class_in_its_own_file_and_its_checks_are_the_leaves(folder: Path, tree: Seen) -> None:
    assert [each["name"] for each in tree["classes"].values()] == list(catalog.names())
    assert tree["errors"] == []
    for each in tree["classes"].values():
        exercise = catalog.get(each["name"])
        assert each["path"] == str(folder / "exercises" / exercise.file)
        assert each["inside"] == [each["path"]]
        leaves = children(tree, exercise.name)
        assert [leaf["name"] for leaf in leaves] == list(check_names(exercise))
        assert {leaf["path"] for leaf in leaves} == {each["path"]}


def test_a_click_leads_to_the_line_where_the_student_writes(tree: Seen) -> None:
    for each in tree["classes"].values():
        lines = {leaf["line"] for leaf in children(tree, each["name"])}
        if each["name"] == "multiply":
            assert (each["line"], lines) == (0, {1}), "its file is missing"
            continue
        # Python can't read the lines of a file that it can't read; the leaves have theirs.
        assert each["line"] in (lines if each["name"] != "sigmoid" else {0})
        (line,) = lines
        function = catalog.get(each["name"]).to_write[0].rpartition(".")[2]
        written = Path(each["path"]).read_text(encoding="utf-8").splitlines()[line - 1]
        assert written.strip().startswith(f"def {function}(")


def test_every_leaf_runs_by_its_id_and_its_outcome_comes_back(tree: Seen, everything: Seen) -> None:
    assert list(everything["outcomes"]) == list(tree["leaves"])
    outcomes = {
        name: {everything["outcomes"][leaf["id"]][0] for leaf in children(tree, name)} for name in catalog.names()
    }
    assert outcomes.pop("add") == {"passed"}
    assert outcomes.pop("relu") == {"passed", "failed", "skipped"}
    assert "failed" in outcomes.pop("sigmoid") & outcomes.pop("multiply")
    assert set.union(*outcomes.values()) == {"skipped"}
    assert everything["errors"] == []


def test_the_message_of_a_failure_is_the_fact_and_then_the_whole_verdict(tree: Seen, everything: Seen) -> None:
    (leaf,) = (each["id"] for each in children(tree, "relu") if each["name"] == "dx examples")
    lines = everything["outcomes"][leaf][1].splitlines()
    assert lines[0] == "dx[3] = 9, PyTorch says 0. You masked on the upstream gradient."
    assert "    relu_backward(dout, relu_forward(x)[1])" in lines
    assert lines[-1] == "  004 §8 · grader hint relu"


def test_one_node_runs_alone_also_from_inside_the_folder_of_exercises(folder: Path, tree: Seen) -> None:
    (one,) = (each["id"] for each in tree["classes"].values() if each["name"] == "relu")
    leaves = [each["id"] for each in children(tree, "relu")]
    assert list(seen(folder / "exercises", one)["outcomes"]) == leaves
    (folder / "exercises" / "editor.json").unlink()


def test_a_checkout_brings_the_settings_that_a_handout_does() -> None:
    assert (ROOT / VSCODE).read_text(encoding="utf-8") == SETTINGS[VSCODE]
