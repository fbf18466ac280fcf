"""Specs and worked solutions make a chapter's nbgrader notebook, the same bytes every time.

A notebook is JSON, and no package is needed to write one. The solutions stand between nbgrader's delimiters, so that
`nbgrader generate_assignment` cuts them out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from grader.authoring.stub import example_inputs, given_text, printed_figures, withheld_text
from grader.catalog.errata import ERRATA
from grader.exercise import Example, Exercise
from grader.text.language import ENGLISH, VARIABLE, language, later, say, say_many

Cell: TypeAlias = dict[str, Any]

NOTES: Mapping[str, str] = {
    "000": "Backpropagation via Computation Graphs: a complete worked example for a 2-layer network",
    "001": "Understanding Backpropagation",
    "002": "The branch-and-merge graph with L2 regularisation, two update steps",
    "003": "Backpropagation & Computation Graphs",
    "004": "Computational Graphs & Backpropagation with Vectors & Matrices",
}
"""The titles of the source notes."""

RULES = later("""\
Each exercise leaves something for you to write; in most, the forward pass is given and the backward pass is yours.
Write it where the code raises `NotImplementedError`, run that cell, and then the one below it: `check` compares your
gradients with PyTorch's, on worked examples, random shapes and edge cases. It shows the smallest case that fails, and
says which mistake it is, where it knows.

- `dout` is the upstream gradient. In the random cases it is random too, so your answer has to make use of it.
- A gradient has exactly the shape of its variable, and its type; several come back in the docstring's order.
- You may rewrite a forward and what it caches, as long as its values stay the same. NumPy is all you need.
- Stuck? `grader hint NAME`, in a terminal, gives a first hint, and `grader hint NAME 2` the next.
""")

WORTH = later("""\
This chapter has {points} points: {automatic} for the exercises, which `check` judges, and {by_hand} for the questions
at the end.
""")

SETUP = "import numpy as np\n\nfrom grader import check"

KERNEL = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}

_SECTION = re.compile(
    r"(?P<name>[a-z0-9-]+)\n(?P<text>.+)\n### Answer\n(?P<answer>.+)\n### Marks\n+(?P<marks>- .+)", re.DOTALL
)


@dataclass(frozen=True)
class Question:
    """A question with a free answer. The model `answer` and the reason for each point in `marks` are the teacher's."""

    name: str
    text: str
    answer: str
    marks: tuple[str, ...]


def questions(text: str) -> Iterator[Question]:
    """The questions in a chapter's Markdown, each a section `## name`.

    After the question come `### Answer`, a model answer, and `### Marks`, a list with a point each. Raises ValueError
    for a section that has no answer or no marks.
    """
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        found = _SECTION.fullmatch(section)
        if found is None:
            heading = section.partition("\n")[0]
            raise ValueError(f"the question {heading!r} needs a name in kebab-case, and '### Answer' and '### Marks'")
        marks = re.split(r"^- ", found["marks"], flags=re.MULTILINE)[1:]
        yield Question(
            found["name"],
            found["text"].strip(),
            found["answer"].strip(),
            tuple(" ".join(each.split()) for each in marks),
        )


def notebook(
    title: str, exercises: Sequence[Exercise], solutions: Mapping[str, str], questions: Sequence[Question]
) -> str:
    """The text of a chapter's notebook: nbformat 4.5, with nbgrader's metadata of schema 3.

    `solutions` holds the source of each exercise's worked solution, by the exercise's name.
    """
    automatic, by_hand = sum(each.points for each in exercises), sum(len(each.marks) for each in questions)
    worth = say(WORTH, points=f"{automatic + by_hand:g}", automatic=f"{automatic:g}", by_hand=by_hand)
    introduction = f"# {title}\n\n{say(RULES)}\n{worth}{notes_text(exercises)}"
    cells = [markdown_cell("chapter", introduction), code_cell("setup", setup(), locked=True)]
    for exercise in exercises:
        cells += exercise_cells(exercise, solutions[exercise.name], exercise.points)
    for place, question in enumerate(questions, 1):
        cells += question_cells(place, question)
    return notebook_of(cells)


def exercise_cells(exercise: Exercise, solution: str, points: float) -> list[Cell]:
    """The cells of an exercise that is worth so many points: its statement, its solution, and its test."""
    worth = "" if points == exercise.points else f", points={points:g}"
    check = f'check("{exercise.name}", {", ".join(exercise.functions)}{worth})'
    return [
        markdown_cell(f"{exercise.name}-statement", "\n\n".join(_statement(exercise, points))),
        code_cell(exercise.name, _solution(exercise, solution), solution=True),
        code_cell(f"{exercise.name}-check", check, locked=True, points=points),
    ]


def question_cells(place: int, question: Question) -> list[Cell]:
    """The cells of a question, the `place`-th, and its model answer."""
    return [
        markdown_cell(f"{question.name}-question", _question(place, question)),
        markdown_cell(question.name, _answer(question), solution=True, points=len(question.marks)),
    ]


def notebook_of(cells: Sequence[Cell], **metadata: Any) -> str:
    """The text of a notebook with these cells."""
    content = {"cells": cells, "metadata": KERNEL | metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def markdown_cell(grade_id: str, text: str, **graded: Any) -> Cell:
    """A cell of text."""
    return _cell("markdown", grade_id, text, **graded)


def code_cell(grade_id: str, text: str, **graded: Any) -> Cell:
    """A cell of code."""
    return _cell("code", grade_id, text, **graded) | {"execution_count": None, "outputs": []}


def _cell(
    kind: str, grade_id: str, text: str, *, locked: bool = False, solution: bool = False, points: float = 0
) -> Cell:
    """A cell; one that is neither locked nor a solution means nothing to nbgrader."""
    marks: dict[str, Any] = {"grade": points > 0, "grade_id": grade_id, "locked": locked, "schema_version": 3}
    marks |= {"solution": solution, "task": False}
    if points:
        marks["points"] = int(points) if points == int(points) else points
    metadata = {"nbgrader": marks} if locked or solution else {}
    lines = text.strip("\n").splitlines(keepends=True)
    return {"cell_type": kind, "id": grade_id, "metadata": metadata, "source": lines}


def notes_text(exercises: Sequence[Exercise]) -> str:
    """Which notes the exercises follow, in an introduction; "" if none."""
    sources = " ".join(exercise.source for exercise in exercises)
    notes = [f"- {key}: {title}" for key, title in NOTES.items() if re.search(rf"\b{key}\b", sources)]
    return f"\n{say('The exercises follow these notes:')}\n\n" + "\n".join(notes) if notes else ""


def points_text(points: float) -> str:
    """So many points, in words."""
    whole = int(points) if points == int(points) else 2
    return say_many("{points} point", "{points} points", whole, points=f"{points:g}")


def setup() -> str:
    """The first cell's code: where nothing else is asked for, the checks speak the notebook's language."""
    if language() == ENGLISH:
        return SETUP
    return f'import os\n\nos.environ.setdefault("{VARIABLE}", "{language()}")\n\n{SETUP}'


def _statement(exercise: Exercise, points: float) -> Iterator[str]:
    yield f"## {exercise.number} · {say(exercise.title)}"
    yield f"*{points_text(points)} · {say(exercise.source)} · `grader hint {exercise.name}`*"
    yield _prose(exercise)
    yield f"$$\n{exercise.formula}\n$$"
    for example in exercise.examples:
        yield f"**{say('Worked example')}** ({say(example.source)})\n\n" + "\n".join(_example(exercise, example))


def _prose(exercise: Exercise) -> str:
    """The statement as Markdown: its functions and gradients as code, everything else as it is."""
    text = re.sub(r"[\\*<$]", r"\\\g<0>", say(exercise.statement))
    names = [*exercise.functions, *(name for name in exercise.gradients if re.fullmatch(r"d\w+", name)), "dout"]
    words = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    return re.sub(rf"(?<![\w`])(?:{words})(?:\([^()]*\))?(?![\w`])", r"`\g<0>`", text)


def _example(exercise: Exercise, example: Example) -> Iterator[str]:
    yield f"- {say('given:')} " + _as_code(example_inputs(exercise, example))
    if example.printed:
        yield f"- {say('the note prints:')} " + _as_code(printed_figures(exercise, example))
    off: dict[str, list[str]] = {}
    for (name, source, quantity), reason in ERRATA.items():
        if (name, source) == (exercise.name, example.source):
            off.setdefault(reason, []).append(quantity)
    for reason, quantities in off.items():
        yield f"- {say('off in the note:')} {_as_code(quantities)} ({say(reason)})"


def _as_code(values: Sequence[str]) -> str:
    return ", ".join(f"`{value}`" for value in values).replace("\u00a0", " ")


def _solution(exercise: Exercise, solution: str) -> str:
    """The solution without its docstring and the import of NumPy, its answers between nbgrader's delimiters.

    Raises ValueError if what only the answers use can't be put between them too.
    """
    helpers = withheld_text(exercise, solution)
    if helpers and "." in exercise.to_write[-1]:
        raise ValueError(f"{exercise.file}: define what only the answers use inside the method that uses it")

    def answer(name: str, indent: str, body: str) -> str:
        own = body + (helpers if name == exercise.to_write[-1] else "")
        return f"{indent}### BEGIN SOLUTION\n{own}{indent}### END SOLUTION\n"

    return given_text(exercise, solution, answer).lstrip("\n").removeprefix("import numpy as np\n")


def _question(place: int, question: Question) -> str:
    heading = f"## {say('Questions')}\n\n" if place == 1 else ""
    return (
        f"{heading}**{say('Question {place}', place=place)}** *({points_text(len(question.marks))})*\n\n{question.text}"
    )


def _answer(question: Question) -> str:
    marks = "\n".join(f"- 1 point: {each}" for each in question.marks)
    return f"**Model answer**\n\n{question.answer}\n\n**Marks**\n\n{marks}"
