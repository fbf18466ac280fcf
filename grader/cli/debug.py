"""The command that runs a failing case where a debugger works."""

from __future__ import annotations

import click

from grader.cli.places import ExerciseName, root, short
from grader.exercise import Exercise
from grader.text.language import say


@click.command()
@click.argument("exercise", type=ExerciseName())
@click.option("--case", "number", metavar="N", type=click.IntRange(0), help="The case (the first that fails).")
@click.option("--pdb", "stops", is_flag=True, help="Open the debugger where an error is raised.")
def debug(exercise: Exercise, number: int | None, stops: bool) -> None:
    """Run an EXERCISE's failing case where breakpoint() works.

    It runs in this process, and nothing holds it: so it is for code of your own alone, the one in exercises/.
    """
    from grader.desk.debugging import outcome, pasteable, run_here, verdict_on
    from grader.judging.source import read, why_unread
    from grader.report.terminal import WIDTH, plain, verdict
    from grader.report.wrapping import columns, fit, sentence, statements
    from grader.sandbox.host.source_file import SubmissionFileError

    directory = root() / "exercises"
    path, source = directory / exercise.file, read(directory, exercise)
    if isinstance(source, SubmissionFileError):
        raise click.ClickException(why_unread(source))
    bench, judgement = verdict_on(exercise, f"exercises/{exercise.file}", source)
    chosen = number if number is not None else judgement.failing or 0
    if chosen >= len(bench.cases):
        raise click.ClickException(
            say("{exercise} has the cases 0 to {last}", exercise=exercise.name, last=len(bench.cases) - 1)
        )
    case = bench.cases[chosen]
    what = say(
        "Case {number} of {exercise}, in this process and not confined: for code of your own alone.",
        number=chosen,
        exercise=exercise.name,
    )
    click.echo(f"{sentence(what, hanging=0)}\n\n{statements(pasteable(exercise, case))}\n")
    click.secho(say("── {file} runs ──", file=short(path)), dim=True)
    reply, error = run_here(bench, case, path, source, stops)
    click.secho(say("── it has ended ──"), dim=True)
    if error:
        click.echo(error)
    for line in outcome(reply) if reply else ():
        click.echo(line)
    click.echo(f"\n{plain(fit(verdict(judgement.result), columns(WIDTH)))}")
