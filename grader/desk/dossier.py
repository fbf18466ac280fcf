"""What a submission's report is made from, and where it can be written."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from grader import catalog
from grader.desk.kept_answers import judging
from grader.desk.last_verdicts import LastVerdicts
from grader.exercise import Exercise
from grader.judging.bench import Bench
from grader.judging.judgement import Judgement, judge
from grader.judging.source import read_all
from grader.reference.forward import import_torch_meanwhile
from grader.report.formats import Dossier
from grader.results import SubmissionResult
from grader.text.language import say


def submission_dossier(directory: Path, folder: str, seed: int, own: bool, only: Exercise | None = None) -> Dossier:
    """The dossier of all exercises in `directory`, called `folder`, or of `only` one, which is judged; `own` work or
    somebody else's."""
    judgements, sources = {}, {}
    with judging(own) as (answers, sandbox):
        # For the graphs, while all is judged.
        import_torch_meanwhile()
        for exercise, source in read_all(directory, [only] if only else catalog.every()):
            bench = answers.bench(exercise, seed)
            if isinstance(source, bytes):
                sources[exercise.name] = source
            judgements[exercise.name] = bench, judge(bench, f"{folder}/{exercise.file}", source, sandbox)
        results = tuple(judgement.result for _, judgement in judgements.values())
        if own:
            LastVerdicts(directory).keep(results, sources)
        made = dossier(SubmissionResult(folder, seed, sandbox.isolation, results), judgements)
        return replace(made, only=only.name) if only else made


def dossier(results: SubmissionResult, judgements: Mapping[str, tuple[Bench, Judgement]]) -> Dossier:
    """The dossier of results; `judgements` has the bench and the judgement of each by its exercise's name."""
    # Only a page needs graphs, and PyTorch for them.
    from grader.graph.exhibits import exhibits, lesson

    return Dossier(
        results,
        tuple(catalog.chapters()),
        lambda: {name: lesson(bench.exercise) for name, (bench, _) in judgements.items()},
        lambda: {name: tuple(exhibits(*each)) for name, each in judgements.items()},
    )


def obstacle(file: Path) -> str:
    """Why no file can be written there, or ""."""
    # Not by Path, which fails where a folder above can't be read.
    if os.path.isdir(file):
        return say("it is a folder")
    if not os.path.isdir(file.parent):
        return say("there is no folder {folder}", folder=file.parent)
    return "" if os.access(file if os.path.exists(file) else file.parent, os.W_OK) else say("permission denied")


def page_obstacle(file: Path) -> str:
    """Why no page can be written there, or ""."""
    if file.suffix.lower() not in (".html", ".htm"):
        # Someone's solution, or an exercise's name: not to be written over.
        return say("its name must end in .html")
    return obstacle(file)
