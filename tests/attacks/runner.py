"""Judges attacks at one level in this process, and says what each has reached: `python -m tests.attacks.runner …`.

Arguments: the level, a folder of its own to work in, and the names of the attacks; the input has what their benches are
made of, pickled. For each attack it prints a line of JSON before, {"begin": name}, and one after; whoever reads them
knows which one ended this process. Lines of several attacks that are looked at together come when the last of them is
over.
"""

from __future__ import annotations

import json
import os
import pickle
import re
import shutil
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path

from grader import catalog
from grader.classes.benches import Portable
from grader.judging.bench import Bench
from grader.judging.judgement import judgement
from grader.judging.source import read
from grader.judging.unmarked import unread_result
from grader.report.terminal import plain, verdict
from grader.results import ExerciseResult
from grader.sandbox.host import fork_servers, fresh_interpreters
from grader.sandbox.host.fork_servers import ForkServers
from grader.sandbox.host.source_file import SubmissionFileError
from grader.sandbox.host.worker import Isolation, Sandbox
from grader.sandbox.wire.records import Run
from tests.attacks.attack import Attack, every
from tests.attacks.canary import ROOT, SECRET, Canary
from tests.attacks.spoofs import spoofs

SEED = 20_242
"""Not the one that students know."""

TOGETHER = {"limits": 10, "process": 10}
"""After how many attacks the worked solution is judged, where not after each.

Below "full" little is promised; what spoils the next job there spoils all that follow, or the next attack's verdict.
"""

BROKE_OUT = re.compile("BREACH: ([^\n]*)")


@dataclass(frozen=True)
class Outcome:
    """What an attack has reached: `effects` are the ways in which it was not stopped, in a few words each."""

    name: str
    effects: tuple[str, ...]
    status: str = ""
    points: float = 0.0
    text: str = ""
    details: tuple[str, ...] = ()


def main(level: Isolation, work: str, *names: str) -> None:
    """Prints the outcomes of the named attacks, a line each."""
    # A server that was stopped is waited for, and a pipe that a daemon holds: not so long here.
    fork_servers.GRACE_SECONDS, fresh_interpreters.DRAIN_SECONDS = 1.5, 0.5
    attacks = {attack.name: attack for attack in every()}
    benches = Benches(pickle.load(sys.stdin.buffer))
    with Canary(Path(work)) as canary, Sandbox(level) as sandbox:
        sandbox.ready()
        together = TOGETHER.get(level, 1)
        for at in range(0, len(names), together):
            outcomes = []
            for name in names[at : at + together]:
                print(json.dumps({"begin": name}), flush=True)
                outcomes.append(attempt(attacks[name], benches, canary, sandbox))
            exercises = {attacks[outcome.name].exercise for outcome in outcomes}
            unspoiled = all(honest(benches.of(exercise, 20.0), sandbox) for exercise in exercises)
            spoiled = () if unspoiled else ("spoils the next",)
            for outcome in outcomes:
                print(json.dumps(asdict(replace(outcome, effects=(*outcome.effects, *spoiled)))), flush=True)


@cache
def bench(exercise: str, seconds: float) -> Bench:
    """An exercise with less time than it has."""
    return Bench(replace(catalog.get(exercise), seconds=seconds), SEED)


class Benches:
    """Benches that know PyTorch's answers: importing it takes longer than many attacks, and some end this process."""

    def __init__(self, carried: Mapping[str, Portable]) -> None:
        self._carried = carried
        self._made: dict[tuple[str, float], Bench] = {}

    @staticmethod
    def carried(attacks: Iterable[Attack]) -> dict[str, Portable]:
        """What these attacks need, by exercise; asks PyTorch."""
        return {name: Portable.of(Bench(catalog.get(name), SEED)) for name in {attack.exercise for attack in attacks}}

    def of(self, exercise: str, seconds: float) -> Bench:
        """That of an exercise which has less time than it has."""
        if (exercise, seconds) not in self._made:
            bench = self._carried[exercise].bench()
            short = replace(bench, exercise=replace(bench.exercise, seconds=seconds))
            self._made[exercise, seconds] = short.of(bench.sheet)
        return self._made[exercise, seconds]


def attempt(attack: Attack, benches: Benches, canary: Canary, sandbox: Sandbox) -> Outcome:
    """Judges one attack, and looks at what it has left."""
    submission = canary.place.canary.parent / "submission"
    submission.mkdir()
    attack.build(submission, canary.place)
    result, run = judged(benches.of(attack.exercise, attack.seconds), submission, sandbox)
    shutil.rmtree(submission)
    said = "\n".join([plain(verdict(result)), *said_by(run)])
    broke_out = sorted(set(BROKE_OUT.findall("\n".join(printed_by(run)))))
    effects = [
        *(["breaks out"] if broke_out else []),
        *(["reads secrets"] if os.environ[SECRET] in said else []),
        *(["earns points"] if result.points > attack.earns + 1e-9 else []),
        *(["poses as the grader"] if (posing := spoofs(result)) else []),
        *canary.effects(servers(sandbox)),
    ]
    return Outcome(
        attack.name,
        tuple(effects),
        result.status,
        result.points,
        plain(verdict(result)),
        tuple(each[:300] for each in (*broke_out[:8], *posing)),
    )


def judged(asked: Bench, submission: Path, sandbox: Sandbox) -> tuple[ExerciseResult, Run | None]:
    """The verdict on an attack, as any submission gets it."""
    file = f"{asked.exercise.module}.py"
    source = read(submission, asked.exercise)
    if isinstance(source, SubmissionFileError):
        return unread_result(asked.exercise, file, source), None
    run = sandbox.run(asked.job(source))
    return judgement(asked, file, run).result, run


def honest(asked: Bench, sandbox: Sandbox) -> bool:
    """Whether the worked solution still earns full marks."""
    source = (ROOT / "solutions" / f"{asked.exercise.module}.py").read_bytes()
    result = judgement(asked, "", sandbox.run(asked.job(source))).result
    return result.status == "passed" and result.points == result.max_points


def printed_by(run: Run | None) -> list[str]:
    """Everything that the submission has printed."""
    return [run.output, *(reply.printed for reply in run.replies if reply)] if run else []


def said_by(run: Run | None) -> list[str]:
    """Every text that came out of the submission's process."""
    errors = [run.error, *(reply.error for reply in run.replies if reply)] if run else []
    raised = [text for error in errors if error for text in (error.message, error.text, error.type)]
    return [*printed_by(run), *raised]


def servers(sandbox: Sandbox) -> set[int]:
    """The processes that run jobs, if there are any that stay."""
    backend = sandbox._backend
    return set(backend.pids) if isinstance(backend, ForkServers) else set()


if __name__ == "__main__":
    main(*sys.argv[1:])  # type: ignore[arg-type]
