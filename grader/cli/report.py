"""The command that writes the page of a submission."""

from __future__ import annotations

from pathlib import Path

import click

from grader import catalog
from grader.cli.places import shown, submitted


@click.command()
@click.argument("file", type=click.Path(path_type=Path), default="report.html")
@click.option("--submission", metavar="DIR", type=click.Path(path_type=Path), help="The folder to judge (exercises).")
@click.option("--seed", metavar="N", type=click.IntRange(0), default=None, help="The seed of the random cases (fixed).")
def report(file: Path, submission: Path | None, seed: int | None) -> None:
    """Judge everything and write the page FILE (report.html)."""
    from grader.cases import DEFAULT_SEED
    from grader.desk.dossier import dossier, unfit
    from grader.judging.bench import Bench
    from grader.judging.judgement import judge
    from grader.judging.source import read
    from grader.report.formats import page
    from grader.results import SubmissionResult
    from grader.sandbox.host.worker import Sandbox

    if reason := unfit(file):
        raise click.ClickException(f"{file} can't be written: {reason}")
    directory, name = submitted(submission)
    benches = [Bench(exercise, DEFAULT_SEED if seed is None else seed) for exercise in catalog.every()]
    judged = {}
    with Sandbox() as sandbox:
        for bench in benches:
            exercise = bench.exercise
            source = read(directory, exercise)
            judged[exercise.name] = bench, judge(bench, f"{name}/{exercise.file}", source, sandbox)
        results = tuple(judgement.result for _, judgement in judged.values())
        verdict = SubmissionResult(name, benches[0].seed, sandbox.isolation, results)
    file.write_text(page(dossier(verdict, judged)), encoding="utf-8")
    click.echo(f"{shown(file)} is written: open it in a browser.")
