"""Commands for course platforms: what makes a package, and what its scripts call."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from grader import catalog
from grader.cli.class_options import chosen
from grader.cli.places import nearest_root, short
from grader.judging.telling import EVERYTHING, TELL, Tell
from grader.platforms.site import SITES
from grader.text import quote

_PLATFORM = click.argument("platform", type=click.Choice(list(SITES)))
_WANTED = click.option(
    "-k", "--exercise", "wanted", metavar="NAME", multiple=True, help="An exercise or a chapter; or several."
)
_SEED_FILE = click.option(
    "--seed-file", metavar="FILE", type=click.Path(path_type=Path), help="The file that grader seed FILE has made."
)
_TELL = click.option(
    "--tell",
    type=click.Choice(TELL),
    default=EVERYTHING,
    help="What students are told: facts alone, known mistakes too, or formulas too (formulas).",
)


@click.command()
@_PLATFORM
@click.argument("target", type=click.Path(path_type=Path))
@_WANTED
@_SEED_FILE
@_TELL
@click.option("--image", metavar="NAME", default="", help="For PrairieLearn and Submitty: your Docker image.")
@click.option(
    "--wheel",
    "ready",
    metavar="FILE",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A wheel of the grader that there is, such as a handout's, instead of one that is made here.",
)
def package(
    platform: str,
    target: Path,
    wanted: tuple[str, ...],
    seed_file: Path | None,
    tell: Tell,
    image: str,
    ready: Path | None,
) -> None:
    """Make what you upload to a PLATFORM, so that it grades there.

    TARGET is a folder, for Gradescope a zip.
    """
    from grader.authoring.wheels import WheelError, wheel
    from grader.platforms.advice import advice
    from grader.platforms.packages import PackageError, Plan, require_possible
    from grader.platforms.packages import package as make

    plan = Plan(chosen(wanted), nearest_root() or Path.cwd(), seed_file, tell, image)
    try:
        require_possible(platform, target, plan)
        with TemporaryDirectory() as folder:
            make(platform, target, plan, ready or wheel(plan.root, Path(folder), list(catalog.every())))
    except (PackageError, WheelError, FileNotFoundError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{quote.line(short(target))} is ready, for {', '.join(each.name for each in plan.exercises)}.")
    click.echo(advice(platform, target, plan))


@click.command()
@_PLATFORM
@click.option(
    "--root",
    metavar="DIR",
    type=click.Path(path_type=Path),
    default=".",
    help="The folder that the platform gives a grader, such as /autograder (here).",
)
@click.option("--submission", metavar="DIR", default=None, help="Where in it the student's files are.")
@_WANTED
@_SEED_FILE
@_TELL
def hosted(
    platform: str, root: Path, submission: str | None, wanted: tuple[str, ...], seed_file: Path | None, tell: Tell
) -> None:
    """Grade one submission where a PLATFORM has put it.

    A package's scripts call it.

    A valid result is written first, and replaced at the end. The exit status is 1 if nothing could be judged.
    """
    from grader.platforms.one_submission import Order, serve

    if not serve(platform, root, Order(chosen(wanted), seed_file, tell, submission)):
        sys.exit(1)
