"""The command line: `grader`, the same as `python -m grader`."""

from __future__ import annotations

from pathlib import Path

import click

from grader.catalog.spec_files import use_catalogue
from grader.cli.authors import handout, new, sync
from grader.cli.autograde import autograde
from grader.cli.class_secret import seed
from grader.cli.collect import collect
from grader.cli.composing import assignment
from grader.cli.course_platforms import hosted, package
from grader.cli.debug import debug
from grader.cli.file_views import curve, report
from grader.cli.fill import fill
from grader.cli.give_feedback import feedback
from grader.cli.grade import grade
from grader.cli.group import Commands, show_problems
from grader.cli.open_views import explore, watch
from grader.cli.places import nearest_root
from grader.cli.students import doctor, hint, list_exercises, reset
from grader.text.language import choose


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="handgrad")
@click.option(
    "--catalog",
    "catalogues",
    metavar="DIR",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A folder with exercises of your own, beside those of HANDGRAD_CATALOG; or several.",
)
@click.option("--language", metavar="LANGUAGE", help="The language to say verdicts and hints in: en or de.")
def main(catalogues: tuple[Path, ...], language: str | None) -> None:
    """Handgrad: write every backward pass by hand; PyTorch says whether it is right."""
    folder = nearest_root()
    try:
        choose(language, folder / "pytest.ini" if folder else None)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    for each in reversed(catalogues):
        use_catalogue(each.absolute())
    show_problems()


for command in (
    list_exercises,
    watch,
    hint,
    debug,
    reset,
    doctor,
    report,
    explore,
    curve,
    collect,
    grade,
    autograde,
    assignment,
    feedback,
    fill,
    seed,
    sync,
    new,
    handout,
    package,
    hosted,
):
    main.add_command(command)
