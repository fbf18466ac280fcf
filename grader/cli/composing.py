"""The command that writes an assignment of an instructor's own."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from grader.cli.places import short

_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("name")
@click.argument("exercises", nargs=-1)
@click.option("--points", "worth", metavar="EXERCISE=N", multiple=True, help="What an exercise is worth; or several.")
@click.option("--title", default="", help="The heading (NAME).")
@click.option("--introduction", metavar="FILE.md", type=_FILE, help="A text below the heading.")
@click.option(
    "--questions", metavar="FILE.md", type=_FILE, help="Questions and tests of your own (questions/NAME.md, if any)."
)
@click.option("--force", is_flag=True, help="Write it anew, whatever has been changed in it.")
@click.option("--course", metavar="DIR", type=_FILE, default=Path(), help="The course's folder (this one).")
def assignment(
    name: str,
    exercises: tuple[str, ...],
    worth: tuple[str, ...],
    title: str,
    introduction: Path | None,
    questions: Path | None,
    force: bool,
    course: Path,
) -> None:
    """Write an assignment NAME of these EXERCISES.

    It is a notebook in source/, in an nbgrader course's folder. Without EXERCISES, what it consists of stands in
    course.toml. Students are given what nbgrader generate_assignment NAME makes of it.
    """
    from grader.authoring.assignment import AssignmentError, Composition, write_assignment
    from grader.authoring.chapter_notebook import points_text

    if not exercises and (worth or title or introduction or questions):
        raise click.UsageError("these options go with the exercises that you name; without them course.toml has it all")
    try:
        if exercises:
            plan = Composition(name, exercises, title, _points(worth), introduction, questions)
        else:
            plan = Composition.read(course, name)
        made = write_assignment(course, plan, force)
    except AssignmentError as error:
        raise click.ClickException(str(error)) from None
    counts = [(made.exercises, "exercise"), (made.tests, "task of your own"), (made.questions, "question")]
    said = ", ".join(_counted(count, what) for count, what in counts if count)
    click.echo(f"{short(made.path)}: {said}; {points_text(made.points)}.")
    click.echo(f"Look at it in JupyterLab, then: nbgrader generate_assignment {shlex.quote(name)} --force")


def _counted(count: int, what: str) -> str:
    noun, _, rest = what.partition(" ")
    return f"{count} {noun}{'s' if count != 1 else ''}{f' {rest}' if rest else ''}"


def _points(worth: tuple[str, ...]) -> dict[str, float]:
    """What is typed as relu=3, by exercise. Raises UsageError."""
    found: dict[str, float] = {}
    for each in worth:
        name, _, number = each.partition("=")
        try:
            found[name] = float(number)
        except ValueError:
            raise click.UsageError(f"--points {each}: write it as --points relu=3") from None
    return found
