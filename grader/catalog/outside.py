"""Specs of outside catalogues, imported: one that is broken, or whose name is taken, is left out with a sentence."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module, invalidate_caches
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from grader.catalog.spec_files import SpecFile, in_order, outside_files, outside_homes, own_files

if TYPE_CHECKING:
    from grader.exercise import Exercise

PACKAGE = "handgrad_outside"
"""What the packages are called that outside specs are imported from: one for each catalogue, with its number."""


@dataclass(frozen=True)
class Outside:
    """The exercises from outside, by name: where they are, and what they are. `broken` says of others what is wrong.

    `problems` are sentences without their full stops: of all that is left out.
    """

    files: Mapping[str, SpecFile]
    exercises: Mapping[str, Exercise]
    broken: Mapping[str, str]
    problems: tuple[str, ...]


@cache
def outside(named: str) -> Outside:
    """What the catalogues hold that a setting names, and those of packages."""
    homes, problems = outside_homes(named)
    return _read(homes, list(problems)) if homes else Outside({}, {}, {}, problems)


def _read(homes: Iterable[Path], problems: list[str]) -> Outside:
    own = own_files()
    taken = {each.name: each.path for each in own} | {each.chapter: each.path.parent for each in own}
    files: dict[str, SpecFile] = {}
    exercises: dict[str, Exercise] = {}
    broken: dict[str, str] = {}
    for home in homes:
        for file in in_order(outside_files(home)):
            if file.name in taken:
                problems.append(f"{file.path}: the name {file.name} is taken, by {taken[file.name]}")
                continue
            taken[file.name] = file.path
            try:
                exercises[file.name] = _loaded(file)
                files[file.name] = file
            except SpecError as error:
                broken[file.name] = str(error)
    return Outside(files, exercises, broken, (*problems, *broken.values()))


class SpecError(ValueError):
    """What is wrong with a spec: a sentence without its full stop that names file and line."""

    @classmethod
    def of(cls, path: Path, error: BaseException) -> SpecError:
        """What an error says that came of a spec, with the last of its lines that has to do with it."""
        lines = [each.lineno for each in traceback.extract_tb(error.__traceback__) if each.filename == str(path)]
        file, said, line = str(path), str(error), lines[-1] if lines else None
        if isinstance(error, SyntaxError):
            said = error.msg
            if error.filename and os.path.exists(error.filename):
                file, line = error.filename, error.lineno
        line = line or _line_with(path, getattr(error, "text", None) or str(error))
        what = f"{type(error).__name__}{f': {said.splitlines()[0].rstrip(chr(46))}' if said else ''}"
        return cls(f"{file}, line {line}: {what}" if line else f"{file}: {what}")


def _line_with(path: Path, said: str) -> int | None:
    """The line of a spec that an error quotes: of its texts, which have no lines of their own."""
    with suppress(OSError):
        written = {
            each.strip(): number for number, each in enumerate(path.read_text("utf-8", "replace").split("\n"), 1)
        }
        quoted = [each for each in written if len(each) >= LEAST_QUOTED and each in said]
        return written[max(quoted, key=len)] if quoted else None
    return None


LEAST_QUOTED = 6
"""So many characters a line has that is found by what an error quotes."""

_OF_A_SPEC = (
    ArithmeticError,
    AttributeError,
    AssertionError,
    LookupError,
    NameError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What a spec's mistakes raise; a file that can't be read, or a module that can't be imported, is another matter."""


@contextmanager
def blamed(exercise: Exercise) -> Iterator[None]:
    """Where the exercise comes from outside, has what its spec raises told as a SpecError."""
    try:
        yield
    except SpecError:
        raise
    except _OF_A_SPEC as error:
        if exercise.spec is None or exercise.spec.is_relative_to(Path(__file__).parent):
            raise
        raise SpecError.of(exercise.spec, error) from error


def _loaded(file: SpecFile) -> Exercise:
    """Raises SpecError."""
    from grader.exercise import Exercise

    if not file.chapter.isidentifier():
        raise SpecError(f"{file.path}: the chapter's folder, {file.chapter}, is no name in snake_case")
    assert file.home is not None
    try:
        spec = getattr(import_module(f"{_package(file.home)}.{file.chapter}.{file.module}"), "exercise", None)
        if not isinstance(spec, Exercise):
            raise SpecError(f"{file.path}: it defines no exercise = Exercise(…)")
        found = replace(spec, name=file.name, number=file.number, chapter=file.chapter, spec=file.path)
        # They are text, which is read only now.
        _ = found.books, found.bank
    except SpecError:
        raise
    except Exception as error:
        raise SpecError.of(file.path, error) from None
    return found


@cache
def _package(home: Path) -> str:
    """The package whose modules are the specs of a catalogue, which may import from each other as `.name`."""
    name = f"{PACKAGE}_{sum(each.startswith(f'{PACKAGE}_') and each.count('.') == 0 for each in sys.modules)}"
    module = ModuleType(name)
    module.__path__ = [str(home / "specs")]
    sys.modules[name] = module
    invalidate_caches()
    return name
