"""What an open page shows of a live session, and the cases that are edited on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock
from typing import Any, TypeAlias

from grader import catalog
from grader.cases import Case
from grader.desk.explore.fields import FieldError, edit, fields
from grader.desk.explore.nudge import Nudge, can_be_nudged, nudge_data
from grader.desk.explore.own_case import case_data
from grader.desk.live.session import Session
from grader.desk.live.threads import JudgeThreads, Post
from grader.exercise.shapes import rank
from grader.graph.exhibits import exhibits, formulas_of, lesson, shown_cases
from grader.judging.bench import Bench
from grader.judging.judgement import Judgement
from grader.reference.forward import import_torch_meanwhile
from grader.report.page.contents import exercise_data, page_data
from grader.text.language import say

Json: TypeAlias = dict[str, Any]

THREADS = 3
"""What runs into its time limit keeps one, and the others go on."""


@dataclass(frozen=True)
class Section:
    """What the page shows of an exercise, and the cases of its graphs."""

    data: Json
    cases: tuple[Case, ...]


class OpenPage:
    """The page of the exercises in `directory`; the other arguments are the session's."""

    def __init__(
        self, directory: Path, folder: str, seed: int, own: bool, post: Post, tell: Callable[[str], object]
    ) -> None:
        # For the graphs, while the first exercises are run.
        import_torch_meanwhile()
        self._one = Lock()
        self.session = Session(directory, folder, seed, own, JudgeThreads(THREADS), post, _section, tell)

    @property
    def progress(self) -> Json:
        """How many exercises have a verdict, and of how many."""
        return {"judged": len(self.session.verdicts), "of": len(self.session.benches)}

    @property
    def is_complete(self) -> bool:
        """Whether every exercise has a verdict."""
        return len(self.session.verdicts) == len(self.session.benches)

    @property
    def judging(self) -> list[str]:
        """The exercises whose verdict is about a version before the one that is saved."""
        return [name for name in self.session.waiting if name in self.session.verdicts]

    def board(self) -> Json:
        """What the page shows of the submission as a whole, without its exercises."""
        # A result has what the board asks for; the parts of the page that are behind it are there already.
        lessons = {name: lesson(bench.exercise) for name, bench in self.session.benches.items()}
        data = page_data(self.session.results, lessons, {}, catalog.chapters())
        return data | {"exercises": [], "judging": self.judging}

    def whole(self) -> Json:
        """Everything that the page shows; only once it is complete."""
        return self.board() | {"exercises": [self.exercise(name) for name in self.session.benches]}

    def exercise(self, name: str) -> Json:
        """What the page shows of one exercise."""
        return self.session.verdicts[name].view.data

    def case(self, name: str, number: int, texts: Mapping[str, str]) -> Case:
        """The exercise's case `number`, with the values that the texts say. Raises FieldError."""
        verdict = self.session.verdicts.get(name)
        if verdict is None or not 0 <= number < len(verdict.view.cases):
            raise FieldError({"": say("this case isn't there any more")})
        return edit(self.session.benches[name].exercise, verdict.view.cases[number], texts)

    def nudge(self, name: str, case: Case, nudge: Nudge) -> Json:
        """What the page will show of one number of a case that is moved; see `nudge_data`. One at a time."""
        with self._one:
            return nudge_data(self.session.benches[name].exercise, case, nudge)

    def compute(self, name: str, case: Case) -> Future[Json]:
        """What the page will show of the exercise for one case; see `case_data`."""
        bench, file = self.session.benches[name], self.session.file(name)
        formulas = formulas_of(self.session.verdicts[name].result)
        return self.session.compute(
            name, lambda sandbox: case_data(bench, case, file, self.session.read(name), sandbox, formulas)
        )


def _section(bench: Bench, judgement: Judgement) -> Section:
    graphs = tuple(exhibits(bench, judgement))
    cases = tuple(bench.cases[number] for number in shown_cases(bench, judgement)) if graphs else ()
    data = exercise_data(judgement.result, lesson(bench.exercise), graphs)
    data["fields"] = [[asdict(field) for field in fields(bench.exercise, case)] for case in cases]
    moves = [spec for spec in bench.exercise.inputs if can_be_nudged(bench.exercise, spec)]
    data["moves"] = {spec.name: rank(spec.shape) for spec in moves}
    return Section(data, cases)
