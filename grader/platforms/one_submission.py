"""What grades one submission on a platform: a valid result is there from the first moment, and none lies."""

from __future__ import annotations

import os
import tempfile
import traceback
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader import catalog
from grader.authoring.seal import is_untouched
from grader.cases import DEFAULT_SEED
from grader.course.secret import SeedError, read_seed
from grader.exercise import Exercise
from grader.judging.bench import Bench
from grader.judging.judgement import Judgement, again, judgement, not_started, placed, run
from grader.judging.source import read_all
from grader.judging.telling import EVERYTHING, Tell, for_students
from grader.judging.unmarked import unmarked_result
from grader.platforms.site import SITES, Site
from grader.platforms.work_found import instead, work_in
from grader.report.formats import in_words
from grader.report.platform_results.platform_formats import PLATFORM_FORMATS
from grader.report.platform_results.wording_for_all import UNJUDGED
from grader.results import LEAST_SECRET, ExerciseResult, Finding, SubmissionResult
from grader.sandbox.host.levels import Machine, private_python, probe
from grader.sandbox.host.source_file import EmptyFile, SubmissionFileError, UnopenedFile
from grader.sandbox.host.worker import Sandbox
from grader.sandbox.kernel.shortage import ShortageError
from grader.sandbox.wire.records import Run
from grader.text import quote

UNFINISHED = "The grader was stopped before it was done: by a limit of time or memory, perhaps."
FAILED = "The grader failed."


class UnjudgedError(Exception):
    """Why a submission can't be judged, through no fault of its own."""


@dataclass(frozen=True)
class Order:
    """What an instructor wants of a platform's grader; paths may be relative to the platform's folder."""

    exercises: Sequence[Exercise]
    seed_file: Path | None = None
    tell: Tell = EVERYTHING
    submission: str | None = None


def serve(platform: str, root: Path, order: Order) -> bool:
    """Judges what lies in a platform's folder, and writes its results there; whether it could be judged.

    The instructor finds in the output what went wrong; nothing is raised.
    """
    site = SITES[platform]
    try:
        _write(site, root, {form: PLATFORM_FORMATS[form].unjudged(UNFINISHED) for form in site.results})
        record = _record(site, root, order)
        _write(site, root, {form: PLATFORM_FORMATS[form].result(record) for form in site.results})
    except Exception as error:
        why = str(error) if isinstance(error, UnjudgedError | SeedError | ShortageError) else FAILED
        print(f"Not judged: {why}")
        if why == FAILED:
            traceback.print_exc()
        with suppress(OSError):
            _write(site, root, {form: PLATFORM_FORMATS[form].unjudged(why) for form in site.results})
        return False
    print("\n".join(record["remarks"]))
    return True


def _write(site: Site, root: Path, texts: Mapping[str, str]) -> None:
    """Writes results, each whole or not at all; a link in its place is replaced, not followed."""
    for form, text in texts.items():
        target = root / site.results[form]
        target.parent.mkdir(parents=True, exist_ok=True)
        fd, part = tempfile.mkstemp(dir=target.parent)
        with os.fdopen(fd, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        # A platform may read it as another user; where it is closed to submissions, its folder is.
        os.chmod(part, 0o644)
        os.replace(part, target)


def _record(site: Site, root: Path, order: Order) -> dict[str, Any]:
    machine = probe()
    closed = _close(site, root, order.seed_file)
    if machine.best == "process":
        raise UnjudgedError(
            f"Nothing here holds a submission: {machine.obstacles['limits'] or machine.obstacles['full']}."
        )
    seed = read_seed(root / order.seed_file) if order.seed_file else DEFAULT_SEED
    handed_in = root / (order.submission or site.submission)
    with work_in(handed_in, {each.file for each in order.exercises}) as work, Sandbox(machine.best) as sandbox:
        judged = [_result(work.folder_of(each.file), root, Bench(each, seed), sandbox) for each in order.exercises]
        level = sandbox.isolation
    unjudged = [why for _, why in judged if why]
    if len(unjudged) == len(judged):
        raise UnjudgedError(unjudged[0])
    results = tuple(for_students(result, order.tell) for result, _ in judged)
    said = [*remarks(machine, closed, seed), *_passed_over(results, {handed_in, work.folder})]
    said += [f"{why} {UNJUDGED}" for why in unjudged]
    name = _below(root, work.folder)
    return in_words(SubmissionResult(name, seed, level, results).to_json(), results) | {"remarks": said}


def _below(root: Path, folder: Path) -> str:
    """What a folder is called; one that an archive was unpacked into is called as it would be without."""
    return os.path.relpath(folder, root) if folder.is_relative_to(root) else "exercises"


def _passed_over(results: Sequence[ExerciseResult], folders: Set[Path]) -> Iterator[str]:
    """Which exercises weren't found, or have nothing in them, and what may have been meant for them."""
    missing = [each.name for each in results if each.status == "missing"]
    if len(missing) == len(results):
        yield f"No exercise was found. What was handed in: {instead(folders)}."
    elif missing and (others := instead(folders, {each.file for each in catalog.every()})) != "nothing":
        yield f"Not found: {', '.join(missing)}. What was handed in beside exercises: {others}."


def _result(folder: Path, root: Path, bench: Bench, sandbox: Sandbox) -> tuple[ExerciseResult, str]:
    """The verdict on an exercise, and why it is none, or ""."""
    try:
        return _judged(folder, root, bench, sandbox).result, ""
    except UnjudgedError as error:
        finding = Finding(str(error).rstrip("."))
        return unmarked_result(bench.exercise, _file(folder, root, bench), "error", finding), str(error)


def _file(folder: Path, root: Path, bench: Bench) -> str:
    return os.path.normpath(f"{_below(root, folder)}/{bench.exercise.file}")


def _judged(folder: Path, root: Path, bench: Bench, sandbox: Sandbox) -> Judgement:
    exercise = bench.exercise
    [(_, source)] = read_all(folder, [exercise])
    if isinstance(source, UnopenedFile):
        raise UnjudgedError(f"{exercise.file} can't be opened by the grader: {source}")
    return placed(_judgement(bench, _file(folder, root, bench), source, sandbox), source)


def _judgement(bench: Bench, file: str, source: bytes | SubmissionFileError, sandbox: Sandbox) -> Judgement:
    if _is_unwritten(source):
        return not_started(bench.exercise, file)
    ran = run(bench, source, sandbox)
    if isinstance(ran, Run) and ran.concern == "infrastructure":
        why = quote.line(ran.ending.detail or "the sandbox failed", 300)
        raise UnjudgedError(f"{bench.exercise.name} couldn't be run: {why}.")
    return judgement(bench, file, ran, again(bench, source, sandbox))


def _is_unwritten(source: bytes | SubmissionFileError) -> bool:
    """Whether it is a stub that nobody has touched, or a file with nothing in it."""
    if isinstance(source, SubmissionFileError):
        return isinstance(source, EmptyFile)
    return is_untouched(source.decode("utf-8", "replace"))


def _close(site: Site, root: Path, seed_file: Path | None) -> bool:
    """Closes to all others what no submission may read or write; whether all that is the grader's could be."""
    done = bool(site.closed)
    for path in [*(root / each for each in site.closed), *([root / seed_file] if seed_file else [])]:
        if path.exists():
            try:
                path.chmod(0o700 if path.is_dir() else 0o600)
            except OSError:
                done = False
    return done


def remarks(machine: Machine, closed: bool, seed: int) -> Iterator[str]:
    """How the code was held, and what that leaves open: no less than is true. `closed` if the platform's files are."""
    if machine.best == "full":
        yield "Isolation full: the code could read Python and NumPy, and reach nothing else."
    else:
        yield f"Isolation {machine.best}, not full: {machine.obstacles['full']}."
        yield from _openings(_user(machine), closed)
    if said := private_python():
        yield f"For the instructor: {said}."
    if seed < LEAST_SECRET:
        return
    if machine.best == "full" or _user(machine) == "nobody":
        yield "The random cases come from a secret seed, so that they are others than on your own machine."
    else:
        yield "The random cases come from the course's seed. The code could read it."


def _openings(user: str, closed: bool) -> Iterator[str]:
    if user == "nobody" and closed:
        yield "The code ran as the user nobody: the network was open to it, and files that everybody may read."
        yield "What the platform gave the grader, the seed and these results were closed to it; its program was not."
    elif user == "nobody":
        yield (
            "The code ran as the user nobody: the network was open to it, and files that everybody may read, perhaps "
            "the grader's among them."
        )
    else:
        yield f"The code ran as {user}, who also runs the grader: its files and the network were open to it."


def _user(machine: Machine) -> str:
    if machine.stays_root:
        return "root"
    return "nobody" if hasattr(os, "getuid") and os.getuid() == 0 else "the same user"
