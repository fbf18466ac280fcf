"""Commands for who writes exercises, and hands them out."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader import catalog
from grader.catalog.spec_files import use_catalogue
from grader.cli.places import generated_files, root, short
from grader.text.language import ENGLISH, speak

if TYPE_CHECKING:
    from grader.authoring.sync import GeneratedFile


@click.command()
@click.argument("catalogue", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if a generated file isn't current.")
def sync(catalogue: Path | None, check: bool) -> None:
    """Write every generated file anew; edited stubs are left alone.

    With DIR, those of the exercises of your own in that folder. With --check these are then put to the tests that every
    exercise has to pass, for which a checkout of the project is needed.
    """
    if catalogue:
        _sync_outside(catalogue.absolute(), check)
    elif not _is_synced(generated_files(), catalog.own_names(), check, "grader sync"):
        sys.exit(1)


def _sync_outside(home: Path, check: bool) -> None:
    from grader.authoring.proof import checkout, prove
    from grader.authoring.sync import outside_stubs

    before = catalog.problems()
    use_catalogue(home)
    left = [problem for problem in catalog.problems() if problem not in before]
    names = [name for name in catalog.names() if catalog.home(name) == home]
    stubs = list(outside_stubs(home))
    problems = [*left, *(each for each in stubs if isinstance(each, str))]
    for problem in problems:
        click.echo(problem)
    if not names and not problems:
        raise click.ClickException(f"there is no exercise in {short(home)}: grader new NAME --catalog DIR begins one")
    files = [each for each in stubs if not isinstance(each, str)]
    is_clean = _is_synced(files, names, check, f"grader sync {shlex.quote(str(short(home)))}") and not problems
    if check and names and is_clean:
        if checkout() is None:
            raise click.ClickException("the tests of every exercise are in a checkout of Handgrad, which isn't here")
        is_clean = prove(home)
    if not is_clean:
        sys.exit(1)


def _is_synced(files: Iterable[GeneratedFile], names: Iterable[str], check: bool, command: str) -> bool:
    """Writes what isn't current, or only says so if it is a `check`: then whether everything is."""
    from grader.authoring.sync import catalogue_files, write
    from grader.formula.index import path_of, stale
    from grader.formula.index import write as write_index

    is_current = True
    for each in files:
        if each.state == "current":
            continue
        is_current = False
        if each.state == "edited":
            name = each.path.stem.partition("_")[2]
            back = f"without it, {command}" if catalog.home(name) else f"grader reset {name}"
            click.echo(f"{short(each.path)}: edited, left alone; {back} brings the stub back")
        elif check:
            click.echo(f"{short(each.path)}: {each.state}; {command} writes it")
        else:
            write(each.path, each.text)
            click.echo(f"{short(each.path)}: written")
    for exercise in stale(names):
        is_current = False
        if check:
            click.echo(f"{short(path_of(exercise.name))}: stale; {command} writes it")
        else:
            write_index(exercise)
            click.echo(f"{short(path_of(exercise.name))}: written")
    for path, content, state in () if command != "grader sync" else catalogue_files():
        if state == "current":
            continue
        is_current = False
        if not check:
            path.write_bytes(content)
        click.echo(f"{short(path)}: {f'{state}; {command} writes it' if check else 'written'}")
    if is_current:
        click.echo("Every generated file is current.")
    return is_current or not check


@click.command()
@click.argument("name")
@click.option("--chapter", default="deep", help="The chapter that it belongs to (deep); a new name begins a new one.")
@click.option("--catalog", "home", metavar="DIR", type=click.Path(path_type=Path), help="A folder of your own for it.")
def new(name: str, chapter: str, home: Path | None) -> None:
    """Begin an exercise NAME: a spec and a solution to fill in."""
    from grader.authoring.new import begin, begin_outside

    known = catalog.chapters()
    try:
        spec, solution = begin_outside(home.absolute(), name, chapter) if home else begin(root(), name, chapter)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    if chapter not in known:
        click.echo(f"{chapter} is a new chapter, beside {', '.join(known)}.")
    click.echo(f"Fill in {short(spec)} and {short(solution)}, then:")
    if home:
        place = shlex.quote(str(home))
        click.echo(f"  grader sync {place} && grader sync --check {place}")
    else:
        click.echo(f"  grader sync && pytest tests/content -k {name}")


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--install", metavar="REQUIREMENT", default="", help="What students install, instead of a wheel.")
@click.option("--language", metavar="LANGUAGE", help="The language that every command there speaks (en).")
def handout(directory: Path, install: str, language: str | None) -> None:
    """Make the folder DIRECTORY to give to students."""
    from grader.authoring.handout import HandoutError, hand_out

    try:
        if language:
            speak(language)
        hand_out(root(), directory, install, language or ENGLISH)
    except (HandoutError, FileNotFoundError, ValueError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{short(directory)} is ready: exercises, a README for students, and the grader to install.")
