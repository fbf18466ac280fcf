"""What the page shows, as plain JSON: every number is text already, every drawing a tree of elements."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from grader.graph.diagram import Array, AskedNumber, Exhibit, Graph, Guess, Node, PrintedFigure
from grader.report.arrays import FEWER, OFF, text
from grader.report.drawing import draw
from grader.report.labels import description, differing
from grader.report.page.grown import formula, tree
from grader.report.page.losses import learning_data
from grader.report.page.pointing import pointing_data
from grader.report.terminal import advice, next_step, scoreboard_text
from grader.results import LEAST_SECRET, ExerciseResult, Finding, Lesson, SubmissionResult, seed_text
from grader.text.language import later, say
from grader.text.numbers import points, to_digits

Json: TypeAlias = dict[str, Any]

ELSEWHERE = later("What fails in this case is no gradient that is drawn here.")
NONE_BACK = later("The gradients drawn here are PyTorch's alone: your code returned none of them.")


def page_data(
    verdict: SubmissionResult,
    lessons: Mapping[str, Lesson],
    graphs: Mapping[str, Sequence[Exhibit]],
    chapters: Iterable[str],
) -> Json:
    """Everything that the page shows of a verdict; lessons and graphs go by the exercise's name, `chapters` are all."""
    exercises = [
        exercise_data(result, lessons[result.name], graphs.get(result.name, ())) for result in verdict.exercises
    ]
    present = {exercise["chapter"] for exercise in exercises}
    titles = list(map(say, chapters))
    return {
        "submission": verdict.submission,
        "seed": verdict.seed if verdict.seed < LEAST_SECRET else seed_text(verdict.seed),
        "isolation": verdict.isolation,
        "points": points(verdict.points, verdict.max_points),
        "max": points(verdict.max_points),
        "share": _share(verdict.points, verdict.max_points),
        "next": next_step(verdict, is_all=False),
        "first": _first(verdict),
        "chapters": [{"number": place, "title": each} for place, each in enumerate(titles, 1) if each in present],
        "exercises": exercises,
    }


def exercise_data(result: ExerciseResult, lesson: Lesson, graphs: Sequence[Exhibit]) -> Json:
    """Everything that the page shows of one exercise."""
    return {
        "name": lesson.name,
        "number": lesson.number,
        "chapter": say(lesson.chapter),
        "title": lesson.title,
        "statement": lesson.statement,
        "formula": tree(formula(lesson.formula)),
        "hints": list(lesson.hints),
        # What is beyond the notes can't be read there.
        "source": "" if result.source.startswith("beyond") else say(result.source),
        "file": result.file,
        "status": result.status,
        "said": scoreboard_text(result),
        "points": points(result.points, result.max_points),
        "max": points(result.max_points),
        "share": _share(result.points, result.max_points),
        "findings": [finding_data(result.name, each) for each in result.findings],
        "notes": list(result.notes),
        "checks": [
            {
                "name": _called(check.name),
                "status": check.status,
                "said": say(check.status),
                "points": points(check.points, check.max_points),
                "max": points(check.max_points),
                "message": check.message,
            }
            for check in result.checks
        ],
        "graphs": [graph_data(each) for each in graphs],
    }


def _called(check: str) -> str:
    """A check by its name ("dW random"), which is that of a gradient and what is asked of it."""
    gradient, space, asked = check.rpartition(" ")
    return f"{gradient}{space}{say(asked)}"


def graph_data(exhibit: Exhibit) -> Json:
    """A graph with its drawing, its nodes, edges and steps."""
    graph = exhibit.graph
    return {
        "exercise": graph.exercise,
        "case": graph.case,
        "title": exhibit.title,
        "failing": exhibit.failing,
        "opened": _opening_step(graph),
        "notes": [*graph.notes, *_unseen(exhibit)],
        "described": description(graph),
        "drawing": tree(draw(graph)),
        "nodes": [_node(node) | told for node, told in zip(graph.nodes, pointing_data(graph), strict=True)],
        "edges": [
            _without_empty(source=each.source, target=each.target, local=each.local, sums=each.sums)
            for each in graph.edges
        ],
        "steps": [{"phase": each.phase, "node": each.node, "line": each.line} for each in graph.steps],
        "printed": [_figure(each) for each in graph.printed],
        "learning": learning_data(exhibit.curves) if exhibit.curves else None,
        **questions_data(exhibit.questions),
    }


def questions_data(questions: Sequence[AskedNumber]) -> Json:
    """What is asked before a graph's steps, if anything is; each claim once."""
    claims = list(dict.fromkeys(wrong.claim for each in questions for wrong in each.wrong))
    asked = [
        {
            "step": each.step,
            "place": each.place,
            "right": _guess(each.right),
            "wrong": [[*_guess(wrong), claims.index(wrong.claim)] for wrong in each.wrong],
        }
        for each in questions
    ]
    return {"asks": asked, "claims": claims, "within": [questions[0].rtol, questions[0].atol]} if questions else {}


def _guess(guess: Guess) -> list[Any]:
    return [float(f"{guess.number:.12g}"), guess.text]


def _opening_step(graph: Graph) -> int:
    """The step to begin at: the first wrong gradient, or the end where all are right; else the beginning."""
    places = [place for place, step in enumerate(graph.steps, 1) if step.phase == "backward"]
    wrong = [place for place in places if graph.steps[place - 1].node == graph.first_wrong]
    return max(wrong or places, default=0) if any(node.state for node in graph.nodes) else 0


def _unseen(exhibit: Exhibit) -> list[str]:
    """A word on a graph in which what fails can't be seen."""
    if not exhibit.failing or exhibit.graph.first_wrong:
        return []
    return [say(ELSEWHERE if any(node.state for node in exhibit.graph.nodes) else NONE_BACK)]


def _first(verdict: SubmissionResult) -> str:
    """The exercise to open first: what was begun and is wrong, else the first that isn't right."""
    rank = {"not-started": 1, "missing": 1, "passed": 2}
    found = sorted(verdict.exercises, key=lambda each: rank.get(each.status, 0))
    return found[0].name if found else ""


def _share(earned: float, total: float) -> float:
    return round(earned / total, 4) if total else 0.0


def finding_data(name: str, finding: Finding) -> Json:
    """Everything that a page says of a finding, in the exercise of that name."""
    diagnosis = finding.diagnosis
    return {
        "headline": finding.headline,
        "call": finding.call,
        "fact": finding.fact if finding.fact != finding.headline else "",
        "agreement": finding.agreement,
        "theirs": list(finding.theirs),
        "claim": diagnosis.claim if diagnosis else "",
        "hint": diagnosis.hint if diagnosis else "",
        "advice": advice(name, finding),
    }


def _node(node: Node) -> Json:
    mine = differing(node)
    contributions = node.contributions if len(node.contributions) > 1 else ()
    return _without_empty(
        id=node.id,
        name=node.name,
        text=node.text,
        value=text(node.value),
        gradient=_text(node.gradient, mine),
        mine=_parts(node),
        alike=mine is not None and _read_alike(node.gradient, mine),
        state=node.state,
        share=list(node.share),
        meaning=node.meaning,
        contributions=[{"consumer": each.consumer, "value": text(each.value)} for each in contributions],
        printed=[_figure(each) for each in node.printed],
    )


def _parts(node: Node) -> list[str]:
    """The student's own gradient as text, and every other part of it a number that is wrong."""
    if not node.mine:
        return []
    shown = text(node.mine, node.gradient if differing(node) else None, off=node.off)
    before, *marked = shown.split(OFF)
    parts = [before]
    for each in marked:
        number = re.match(r"[^\s,\]]*", each)
        assert number
        parts += [number[0], each[number.end() :]]
    return parts


def _text(array: Array | None, beside: Array | None = None) -> str:
    return text(array, beside) if array else ""


def _read_alike(array: Array | None, beside: Array) -> bool:
    """Whether two arrays may well have the same numbers as steps write them."""
    if array is None or array.shape != beside.shape:
        return False
    return [to_digits(each, FEWER) for each in array.numbers] == [to_digits(each, FEWER) for each in beside.numbers]


def _figure(printed: PrintedFigure) -> Json:
    return _without_empty(
        quantity=printed.quantity,
        text=printed.text.replace("-", "−"),
        exact=to_digits(printed.exact, 6),
        off=printed.is_off,
        why=say(printed.why),
    )


def _without_empty(**values: Any) -> Json:
    """What isn't empty of some values."""
    return {name: value for name, value in values.items() if value}
