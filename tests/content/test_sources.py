"""What an exercise's answers depend on is known: its spec, what its chapter shares, and the records it is made of."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader import catalog
from grader.exercise import Exercise
from tests.content.exercises import EXERCISES

FREE = ("grader.exercise", "grader.catalog.digits", "grader.text.language")
"""What any spec may import: its records, data that reach a reference through cases alone, and how to say a sentence."""


def imported(path: Path) -> Iterator[str]:
    """The modules that a file imports; of the grader's, those of its chapter are looked into."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
        for name in [f"{'.' * node.level}{node.module}"] if isinstance(node, ast.ImportFrom) else names:
            yield name
            inner = path.with_name(f"{name.rpartition('.')[2]}.py")
            if name.startswith(("grader.catalog.", ".")) and inner.exists():
                yield from imported(inner)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_a_spec_imports_from_its_own_chapter_alone(exercise: Exercise) -> None:
    chapter = "." if catalog.home(exercise.name) else f"grader.catalog.{exercise.chapter}."
    assert exercise.spec is not None
    for name in imported(exercise.spec):
        assert not name.startswith(".."), f"{exercise.file} imports {name}, which is outside its chapter"
        if name.startswith(("grader", ".")):
            assert name.startswith((*FREE, chapter)), (
                f"{exercise.file} imports {name}: kept answers don't depend on it; see grader/reference/store.py"
            )
            assert not re.match(r"ex\d", name.rpartition(".")[2]), "what exercises share is no spec's"
