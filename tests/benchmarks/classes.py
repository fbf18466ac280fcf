"""A synthetic class of any size, the same every time: who hands in what, as .py files and as notebooks.

`students` makes known mistakes, `in_the_dark` the same students with mistakes that nobody has written down.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from grader import catalog
from grader.exercise import Exercise
from grader.formula.index import load
from tests.submissions import mistaken, solution, stub, written

PROPORTIONS: Mapping[str, int] = {
    "right": 400,
    "mistaken": 300,
    "half done": 150,
    "unstarted": 70,
    "broken": 60,
    "hostile": 18,
    "endless": 2,
}
"""How many in a thousand hand in what; "mistaken" is a known misconception in a third of the exercises."""

SEED = 20240

BROKEN: Sequence[bytes | None] = (
    b"def broken(:\n    pass\n",
    b"import torch\n",
    b"raise ValueError('on import')\n",
    b"",
    b"\xff\xfe not UTF-8",
    None,
)
"""Files that can't be judged; None for one that is missing."""

HOSTILE: Sequence[bytes] = (
    b"import os\nos._exit(0)\n",
    b"import ctypes\nctypes.string_at(0)\n",
    b"print('passed\\n' * 100_000)\n",
    b"def deeper():\n    return deeper()\ndeeper()\n",
    b"held = [0] * (1 << 40)\n",
    b"import os\nos.kill(os.getppid(), 9)\n",
    b"import sys\nsys.exit()\n",
    b"import socket\nsocket.socket()\n",
)

ENDLESS = b"while True:\n    pass\n"


@dataclass(frozen=True)
class Handed:
    """What one student hands in: a source for each exercise, by its name, None for a missing file."""

    student: str
    kind: str
    sources: Mapping[str, bytes | None]


def students(size: int, exercises: Sequence[Exercise], loops: bool = True) -> Iterator[Handed]:
    """The first `size` students of the class; each file is like no other, but for the stubs that nobody has touched."""
    rng = random.Random(SEED)
    right = {each.name: solution(each) for each in exercises}
    begun = {each.name: stub(each) for each in exercises}
    wrong = {
        each.name: [mistaken(each, mistake) for mistake in each.bank] if each.is_pair else [right[each.name]]
        for each in exercises
    }
    kinds = [kind for kind in in_order(rng) if loops or kind != "endless"]
    for number in range(size):
        kind = kinds[number % len(kinds)]
        sources: dict[str, bytes | None] = dict(begun if kind == "unstarted" else right)
        names = list(sources)
        if kind == "mistaken":
            for place in range(number % 3, len(names), 3):
                bank = wrong[names[place]]
                sources[names[place]] = bank[(number // 3) % len(bank)]
        elif kind == "half done":
            sources |= {name: begun[name] for name in names[len(names) // 2 :]}
        elif kind in ("broken", "hostile", "endless"):
            choice = {"broken": BROKEN, "hostile": HOSTILE, "endless": (ENDLESS,)}[kind]
            sources[rng.choice(names)] = choice[number % len(choice)]
        mark = f"\n# student {number}\n".encode()
        own = {name: each if each is None or each == begun[name] else each + mark for name, each in sources.items()}
        yield Handed(f"student{number:05}", kind, own)


FORMULAS = 8
"""How many wrong formulas a class comes up with in one exercise: about as many as there are known mistakes."""


def in_the_dark(size: int, exercises: Sequence[Exercise]) -> Iterator[Handed]:
    """The class without endless loops, where who is mistaken writes a formula near the right one."""
    wrong = {each.name: list(_formulas(each)) for each in exercises if each.textbook}
    known = {each.name: {mistaken(each, mistake) for mistake in each.bank} for each in exercises if each.is_pair}
    for number, handed in enumerate(students(size, exercises, loops=False)):
        mark = f"\n# student {number}\n".encode()
        mine = {
            name: wrong[name][(number // 3) % FORMULAS] + mark
            for name, source in handed.sources.items()
            if name in wrong and source and source.removesuffix(mark) in known.get(name, ())
        }
        yield replace(handed, sources={**handed.sources, **mine})


def _formulas(exercise: Exercise) -> Iterator[bytes]:
    """Submissions with formulas of the index; a few of them are known mistakes, too."""
    index = load(exercise.name)
    assert index is not None, f"{exercise.name} has no index; grader sync writes it"
    places = list(range(len(index.formulas)))
    random.Random(exercise.name).shuffle(places)
    made = 0
    for hit in map(index.hit, places):
        book = exercise.books[hit.form].replaced(hit.edit.lines)
        # Two lines that need each other can't be written down.
        with suppress(StopIteration):
            yield written(exercise, book)
            made += 1
        if made == FORMULAS:
            return


def in_order(rng: random.Random) -> list[str]:
    """The kinds of a thousand students, well mixed.

    The endless loops stand in the middle of each five hundred: a loop costs as much as dozens of others, and a class of
    a few hundred must not have twice its share of them, or wait for one at its end.
    """
    kinds = [kind for kind, count in PROPORTIONS.items() if kind != "endless" for _ in range(count)]
    rng.shuffle(kinds)
    loops = PROPORTIONS["endless"]
    for number in range(loops):
        kinds.insert((2 * number + 1) * 1000 // (2 * loops), "endless")
    return kinds


def as_files(folder: Path, size: int, exercises: Sequence[Exercise], loops: bool = True) -> None:
    """Writes the class as folders of .py files, with endless loops or without."""
    for handed in students(size, exercises, loops):
        own = folder / handed.student
        own.mkdir(parents=True)
        for name, source in handed.sources.items():
            if source is not None:
                (own / catalog.get(name).file).write_bytes(source)


def as_notebooks(submitted: Path, assignment: str, released: Path, size: int, exercises: Sequence[Exercise]) -> None:
    """Writes the class as notebooks, where nbgrader looks for them; `released` is the notebook that was handed out."""
    handed_out = json.loads(released.read_text("utf-8"))
    for handed in students(size, exercises):
        made = copy.deepcopy(handed_out)
        for cell in made["cells"]:
            name = cell["metadata"].get("nbgrader", {}).get("grade_id")
            if name in handed.sources:
                cell["source"] = (handed.sources[name] or b"").decode("utf-8", "replace")
        own = submitted / handed.student / assignment
        own.mkdir(parents=True)
        (own / released.name).write_text(json.dumps(made), "utf-8")
