"""Generated files kept in step with what they are made from."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from grader import catalog
from grader.authoring.chapter_notebook import notebook, questions
from grader.authoring.seal import is_untouched
from grader.authoring.stub import stub
from grader.exercise import Exercise
from grader.text.language import ENGLISH, speaking

State: TypeAlias = Literal["current", "stale", "missing", "edited"]

PACKAGED = Path(__file__).parent.parent / "stubs"
"""Where an installed package keeps the stubs, beside no solutions."""

CHECKOUT = Path(__file__).parents[2]
"""The checkout that the package lies in, if it isn't installed by a wheel."""


@dataclass(frozen=True)
class GeneratedFile:
    """A generated file: where it belongs, its right text, and how the file there stands to it."""

    path: Path
    text: str
    state: State


def pristine(exercise: Exercise, root: Path) -> str:
    """The stub of an exercise as it should be, from the solution under `root`, or from the installed package.

    Raises FileNotFoundError where there is neither.
    """
    home = catalog.home(exercise.name)
    packaged = (home / "exercises" if home else PACKAGED) / exercise.file
    if packaged.exists() and not _solution(exercise, root).exists():
        return packaged.read_text(encoding="utf-8")
    return stub(exercise, solved(exercise, root))


def _solution(exercise: Exercise, root: Path) -> Path:
    # The checkout of the grader that runs knows them, too, wherever it is called.
    ours = root if (root / "solutions").is_dir() else CHECKOUT
    return (catalog.home(exercise.name) or ours) / "solutions" / exercise.file


def solved(exercise: Exercise, root: Path) -> str:
    """The worked solution of an exercise, from `root` or the outside catalogue. Raises FileNotFoundError."""
    path = _solution(exercise, root)
    if not path.exists():
        raise FileNotFoundError(f"the stub of {exercise.name} is made from {path}, which is missing")
    return path.read_text(encoding="utf-8")


def progress(root: Path, exercise: Exercise) -> Literal["", "begun", "missing"]:
    """How far the exercise's file under `root` is."""
    path = root / "exercises" / exercise.file
    if not path.exists():
        return "missing"
    return "" if is_untouched(path.read_bytes().decode("utf-8", "replace")) else "begun"


def generated_files(root: Path, exercises: Iterable[Exercise] | None = None) -> Iterator[GeneratedFile]:
    """The project's generated files under `root`, as they should be and as they are; or the stubs of `exercises`."""
    for exercise in catalog.every(catalog.own_names()) if exercises is None else exercises:
        path = root / "exercises" / exercise.file
        text = pristine(exercise, root)
        yield GeneratedFile(path, text, _state(path, text))
    if exercises is None and (root / "solutions").is_dir() and (root / "assignments").is_dir():
        yield from _notebooks(root)


def outside_stubs(home: Path) -> Iterator[GeneratedFile | str]:
    """The stubs of an outside catalogue, as they should be and as they are; or why one can't be made."""
    for exercise in catalog.every():
        if catalog.home(exercise.name) != home or not (home / "solutions").is_dir():
            continue
        path = home / "exercises" / exercise.file
        try:
            text = stub(exercise, solved(exercise, home))
        except FileNotFoundError as error:
            yield str(error)
        except SyntaxError as error:
            yield f"{home / 'solutions' / exercise.file}, line {error.lineno}: SyntaxError: {error.msg}"
        else:
            yield GeneratedFile(path, text, _state(path, text))


def _notebooks(root: Path) -> Iterator[GeneratedFile]:
    """A notebook for each chapter; only ever generated, so one that differs is stale."""
    course = root / "assignments"
    for place, (chapter, names) in enumerate(catalog.own_chapters().items(), 1):
        asked = course / "questions" / f"{chapter}.md"
        by_hand = questions(asked.read_text(encoding="utf-8")) if asked.exists() else ()
        path = course / "source" / chapter / f"{chapter}.ipynb"
        title = f"Chapter {place}: {chapter.replace('_', ' ').capitalize()}"
        solutions = {name: solved(catalog.get(name), root) for name in names}
        # Whatever the language of the run.
        with speaking(ENGLISH):
            text = notebook(title, [*catalog.every(names)], solutions, list(by_hand))
        yield GeneratedFile(path, text, _state(path, text, edited="stale"))


def catalogue_files() -> Iterator[tuple[Path, bytes, State]]:
    """What students read in other languages, as it should be and as it is; nothing where there is no Babel."""
    if importlib.util.find_spec("babel") is None:
        return
    from grader.authoring import languages

    wanted = languages.messages()
    for path in languages.catalogues():
        text, compiled = languages.updated(path, wanted)
        for file, content in ((path, text), (path.with_suffix(".mo"), compiled)):
            found = file.read_bytes() if file.exists() else None
            yield file, content, "current" if found == content else "missing" if found is None else "stale"


def _state(path: Path, text: str, edited: State = "edited") -> State:
    """How the file at `path` stands to its right text; `edited` is what to call one that someone has changed."""
    if not path.exists():
        return "missing"
    found = path.read_bytes().decode("utf-8", "replace")
    if found == text:
        return "current"
    return "stale" if is_untouched(found) else edited


def write(path: Path, text: str) -> None:
    """Writes a generated file: UTF-8, and line feeds on every system."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8"))


def back_up(path: Path) -> Path:
    """Moves a file aside, to the first free of `NAME.bak`, `NAME.bak2`, …, and returns where to."""
    number = 1
    while (kept := path.with_name(f"{path.name}.bak{number if number > 1 else ''}")).exists():
        number += 1
    path.rename(kept)
    return kept
