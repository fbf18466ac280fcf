"""What the commands have in common: exercises by name, and where the files are."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader import catalog
from grader.exercise import Exercise
from grader.text import quote
from grader.text.language import say

if TYPE_CHECKING:
    from grader.authoring.sync import GeneratedFile

_ORIGIN = re.compile(r"https?://(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:]+\])(?::\d{1,5})?/?", re.IGNORECASE)


class ExerciseName(click.ParamType[Exercise]):
    """An exercise by its name, its number or its module's name."""

    name = "exercise"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Exercise:
        named = {module: name for name, module in catalog.names().items()}
        named |= {str(number): name for number, name in catalog.numbers().items()}
        try:
            return catalog.get(named.get(value, value))
        except ValueError as error:
            raise click.BadParameter(str(error), ctx, param) from None


class Origin(click.ParamType[str]):
    """Where pages come from, as browsers write it: scheme, host and, unless it goes without saying, port."""

    name = "origin"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not _ORIGIN.fullmatch(value):
            said = f"{value!r} is no origin: it has to be like https://moodle.example.org or http://localhost:8888"
            raise click.BadParameter(said, ctx, param)
        return value.rstrip("/").lower()


def generated_files(exercises: Iterable[Exercise] | None = None) -> list[GeneratedFile]:
    """Every file that is generated, or those of some exercises."""
    from grader.authoring import sync

    try:
        return list(sync.generated_files(root(), exercises))
    except FileNotFoundError as error:
        raise click.ClickException(str(error)) from None


def root() -> Path:
    """The folder that has `exercises/`."""
    folder = nearest_root()
    if folder is None:
        raise click.ClickException(say("there is no folder exercises/ in {folder} or above it", folder=Path.cwd()))
    return folder


def submission_folder(folder: Path | None) -> tuple[Path, str]:
    """The folder that is to be judged, `exercises/` unless another one is named, and how it is called."""
    directory = folder or root() / "exercises"
    name = quote.line(short(directory), columns=4096)
    # Path.is_dir fails where a folder above can't be read.
    if not os.path.isdir(directory):
        raise click.ClickException(say("there is no folder {name} in {folder}", name=name, folder=Path.cwd()))
    return directory, name


def nearest_root() -> Path | None:
    """The nearest folder, from here upwards, that has `exercises/`."""
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / "exercises").is_dir()), None)


def short(path: Path) -> str:
    """A path as short as it can be from here."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
