"""The documents are true: their paths, modules, links, commands, options and public names exist, their examples run."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path

import pytest

import grader
from grader.cli import main
from grader.desk import pytest_plugin
from grader.results import JSON_VERSION, Diagnosis
from tests import commands
from tests.conftest import ROOT
from tests.faces.running import hand_out, write
from tests.judge.written import backward
from tests.test_layers import ROOMS

README, CONTRIBUTING, CHANGELOG = (ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md"))

DOCUMENTS = [
    pytest.param(path, id=str(path.relative_to(ROOT)))
    for path in (README, CONTRIBUTING, CHANGELOG, *ROOT.glob("grader/**/README.md"), *ROOT.glob("tests/*/README.md"))
]

FENCED = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)

MADE_LATER = (".venv", "submissions", "course.toml", "indexes", "specs")
"""Files and folders that a reader makes."""


@cache
def text(document: Path) -> str:
    """A document; of the changelog what is unreleased, for an older part speaks of what was there then."""
    whole = document.read_text(encoding="utf-8")
    return re.split(r"^## \d", whole, flags=re.MULTILINE)[0] if document == CHANGELOG else whole


def prose(document: Path) -> str:
    """A document without its fenced blocks."""
    return FENCED.sub("", text(document))


def codes(document: Path) -> list[str]:
    """What stands between backticks in a line of text."""
    return [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", prose(document))]


def words(document: Path) -> Iterator[str]:
    """The words between backticks; those of a command each for itself."""
    return (word for code in codes(document) for word in code.split())


def section(document: Path, title: str) -> str:
    """A part of a document, from its heading to the next one."""
    return re.split(r"^## ", text(document).split(f"## {title}\n")[1], flags=re.MULTILINE)[0]


def rows(part: str) -> list[str]:
    """The first cells of the tables' rows."""
    return re.findall(r"^\| (`.*?) \|", part, re.MULTILINE)


def first(pattern: str, where: str) -> str:
    """What a pattern's group first matches."""
    match = re.search(pattern, where, re.MULTILINE)
    assert match, pattern
    return match[1]


def is_path(word: str) -> bool:
    """Whether a word names a file or folder: `tests/content`, `CHANGELOG.md`, but no form of a name, `exNN_name.py`."""
    if "NN" in word or word.split("/")[0] in MADE_LATER:
        return False
    return bool(re.fullmatch(r"\.?\w[\w.-]*(/[\w.-]*)+|\w[\w-]*\.(py|md|toml)", word))


def exists(word: str, document: Path) -> bool:
    """Whether there is such a file: below the project, beside the document, or anywhere, where no folder is named."""
    if any((folder / word).exists() for folder in (ROOT, document.parent)):
        return True
    return "/" not in word and any(any((ROOT / top).rglob(word)) for top in ("grader", "tests"))


def defines(dotted: str) -> bool:
    """Whether there is a module of this name, or one that has the last part of it at its top level."""
    folder, parts = ROOT, dotted.split(".")
    while parts and (folder / parts[0]).is_dir():
        folder /= parts.pop(0)
    file = folder / f"{parts[0]}.py" if parts else folder
    if parts and file.exists():
        parts.pop(0)
    else:
        file = folder / "__init__.py"
    return not parts or (len(parts) == 1 and parts[0] in _names(file))


def _names(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {each.name for each in tree.body if isinstance(each, ast.ClassDef | ast.FunctionDef)}


def anchors(document: Path) -> set[str]:
    """What a link to a heading ends with: "The public interface" is `#the-public-interface`."""
    titles: list[str] = re.findall(r"^#+ (.+)$", FENCED.sub("", document.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_that_a_document_names_exists(document: Path) -> None:
    assert [word for word in words(document) if is_path(word) and not exists(word, document)] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_module_that_a_document_names_exists(document: Path) -> None:
    dotted = {word.removesuffix(".*") for word in words(document) if re.match(r"(grader|tests)\.\w", word)}
    assert [each for each in sorted(dotted) if not defines(each)] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_somewhere(document: Path) -> None:
    for link in re.findall(r"(?:\]\(|src=\")([^)\"\s]+)", prose(document)):
        target, _, anchor = link.partition("#")
        file = document.parent / target if target else document
        assert re.match(r"https?:", link) or file.exists(), link
        assert not anchor or anchor in anchors(file), link


def test_the_map_has_every_room_in_its_order() -> None:
    there = [row.strip("`") for row in rows(section(CONTRIBUTING, "Where things are").split("| I want")[0])]
    assert there == list(ROOMS), "a new room needs a line in CONTRIBUTING, Where things are"


def test_every_module_that_reads_text_outside_the_sandbox_says_how_much() -> None:
    tools = "re|ast|unicodedata|tokenize|difflib|textwrap|fnmatch|glob|dateutil|nh3"
    reads = re.compile(rf"^\s*(?:import|from) (?:{tools})\b", re.MULTILINE)
    modules = (ROOT / "grader").rglob("*.py")
    reading = {path.relative_to(ROOT).as_posix() for path in modules if reads.search(text(path))}
    said = section(CONTRIBUTING, "What is read of a submission outside the sandbox")
    listed = re.findall(r"`(grader/[\w/]+(?:\.py|/))`", said)
    assert {each for each in reading if not each.startswith(tuple(listed))} == set()


def test_the_table_of_commands_has_every_command_and_no_other() -> None:
    shown = re.findall(r"`grader (\w+)", "\n".join(rows(section(README, "Commands"))))
    assert sorted(shown) == sorted(main.commands)


def options_of_pytest() -> set[str]:
    return set(re.findall(r'"(--\w+)"', Path(pytest_plugin.__file__).read_text("utf-8")))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_that_a_document_shows_exists_with_its_options(document: Path) -> None:
    blocks = FENCED.findall(text(document))
    for line in (*codes(document), *(line for block in blocks for line in block.splitlines())):
        options = set(re.findall(r"(?<!\S)--[a-z-]+", line))
        if match := re.match(r"grader ([a-z]+)", line):
            assert match[1] in main.commands, line
            assert options <= {option for each in main.commands[match[1]].params for option in each.opts}, line
        elif re.match(r"pytest grader", line):
            assert options <= options_of_pytest(), line


def test_the_public_names_are_stated_and_can_be_imported() -> None:
    stated = re.findall(r"from grader import ([\w, ]+)", section(CONTRIBUTING, "The public interface"))
    assert [each.split(", ") for each in stated] == [sorted(grader.__all__)]
    assert all(callable(getattr(grader, name)) for name in grader.__all__)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_document_imports_public_names_alone(document: Path) -> None:
    for names in re.findall(r"from grader import ([\w, ]+)", text(document)):
        assert set(names.strip().split(", ")) <= set(grader.__all__)


def test_the_public_options_and_the_version_of_the_json_are_the_real_ones() -> None:
    interface = section(CONTRIBUTING, "The public interface")
    assert set(re.findall(r"`(--\w+)`", interface)) == options_of_pytest()
    assert re.findall(r"JSON, version (\d+)", interface) == [str(JSON_VERSION)]
    told = interface.split("JSON, version")[1].split("\n- ")[0]
    assert {field.name for field in fields(Diagnosis)} <= set(re.findall(r"`(\w+)`", told))


def test_the_newest_release_in_the_changelog_is_this_version() -> None:
    version = first(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text("utf-8"))
    assert version == first(r"^## (\d\S*)", CHANGELOG.read_text("utf-8"))


def test_the_first_two_commands_are_those_that_ci_runs_and_the_second_sets_up_a_contributor() -> None:
    judging, everything = re.findall(r"^python3 -m venv.*$", text(README), re.MULTILINE)[:2]
    assert judging.endswith("pytest grader")
    assert everything in text(CONTRIBUTING).splitlines()


def test_the_first_example_is_what_a_student_sees(tmp_path: Path) -> None:
    shown = next(block for block in FENCED.findall(text(README)) if block.startswith("relu "))
    write(hand_out(tmp_path), "relu", backward("relu", first(r"you write `(return .+?)`", text(README))))
    command = first(r"run `pytest (\S+)`", text(README))
    started = ("-m", "pytest", command, "-p", "no:cacheprovider")
    done = commands.run(*started, cwd=tmp_path, env=os.environ, imported=commands.PYTEST)
    assert shown in done.stdout, done.stdout
    assert shown in next(ROOT.glob("grader/**/student_readme.md")).read_text("utf-8")


def test_the_example_with_pytorch_learns_to_read_digits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "exercises").symlink_to(ROOT / "solutions")
    example = next(block for block in FENCED.findall(text(README)) if "as_function" in block)
    monkeypatch.chdir(tmp_path)
    exec(example, {})
    losses = [float(line.split()[1]) for line in capsys.readouterr().out.splitlines()]
    assert len(losses) > 1
    assert losses[-1] < losses[0] / 4
