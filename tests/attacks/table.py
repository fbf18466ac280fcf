"""The table of attacks and levels, as the suite measures it: `python -m tests.attacks.table` writes README.md."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tests.attacks.attack import Attack, every
from tests.attacks.measure import COLUMNS, Column, Outcomes, measure

TABLE = Path(__file__).parent / "README.md"

STOPPED, NOT_STOPPED, DEPENDS = "stopped", "**not stopped**", "depends"

HEAD = """# Attacks, and what stops them

Written by `python -m tests.attacks.table`; `tests/attacks/test_attacks.py` holds that it is what the suite finds, which
at `process`, where least is promised, tries a quarter of the attacks in each column.

An attack is a whole submission. Each file's first line says what it tries and what must happen; those named `folder_…`
are functions of `folders.py`, for they are about what else lies in a submission's folder. After each one, below `full`
after every ten, the worked solution must earn full marks with the same sandbox.

**stopped**: it earned no points that it didn't deserve, got out of its process by no way that it tried, learned no
secret, left nothing behind (no file, process or shared memory), had none of its own words taken for the grader's, and
neither ended nor stopped the grader. **depends**: the machine's settings decide; such a row is held only at `full`.

What is tried on the grader's own process, outside the sandbox, has [a table of its own](#on-the-graders-own-process).

What each level promises:

- `full` (Linux from 5.13 on, with Landlock and seccomp): all of that, for every attack that we know. A submission can
  still ask whether a file exists, how large and how old it is, for the kernel's Landlock doesn't hide that.
- `limits` (POSIX): the grader goes on, time, memory and output are bounded, and no process outlives its job, unless the
  submission, being the same user as the grader, goes about it deliberately. Files that the user may read or write, the
  network and the grader's own process are not out of its reach: for careless code, not for hostile code.
- `process` (anywhere): a process of its own and a time limit. For one's own code.

Columns: the level, and whether the grader was run by root or by a user without privileges. Root's submissions run as
nobody, so that what the grader's user may do is out of their reach even below `full`.
"""

OWN = """
## On the grader's own process

What is handed in makes the grader itself work, or leads it astray. A row is a submission, or a race that a student runs
while it is graded. Whatever comes of it, the honest submissions before and after it get their marks, and every
submission has a record. It earns what it is worth and no more, makes the run so many seconds longer at most, a process
of the grader's so many MB larger, and has so many MB written.

`test_burdens.py` holds that, and grades all submissions in one run of each command. `test_races.py` has a process swap
a path for a link, again and again, while 40 submissions are graded, 10 of them by nbgrader's own commands, and holds
that nobody learns a word or earns a point by it. The rows stand in `burdens.py`, `notebook_burdens.py` and `races.py`.
Beside them, 2,000 mutated replies (`test_mutated_replies.py`) and 4,000 mutated notebooks
(`test_mutated_notebooks.py`) raise nothing.

| after | attack | given to | tries | earns | s | MB | MB on disk |
|---|---|---|---|---|---|---|---|
"""

UNTELLABLE = """
## What can't be told from an honest answer

These give right numbers by other means than a backward pass, at every level, and earn what right numbers are worth.
"""


def cells(attack: Attack, outcomes: Outcomes) -> dict[Column, str]:
    """What a row says in each column that was measured."""
    return {
        column: cell(attack, column, bool(outcomes[attack.name, column].effects))
        for column in COLUMNS
        if (attack.name, column) in outcomes
    }


def own_process() -> str:
    """The table of what is tried on the grader's own process."""
    # nbgrader, which may not be installed, has a notebook's form.
    from tests.attacks.burdens import FILES
    from tests.attacks.notebook_burdens import NOTEBOOKS
    from tests.attacks.races import FILE_SWAPS, NOTEBOOK_SWAPS

    lines = [
        f"| {each.kind} | {each.name} | {command} | {each.purpose} "
        f"| {each.earns:g} | {each.seconds:g} | {each.megabytes:g} | {each.disk:g} |"
        for command, burdens in (("`grade`", FILES), ("`autograde`", NOTEBOOKS))
        for each in burdens
    ]
    lines += [
        f"| races | {each.name} | {command} | {each.purpose} | 0 | | | |"
        for command, swaps in (("`grade`", FILE_SWAPS), ("`autograde`, nbgrader", NOTEBOOK_SWAPS))
        for each in swaps
    ]
    return OWN + "\n".join(lines) + "\n"


def cell(attack: Attack, column: Column, got_through: bool) -> str:
    """What a row says in a column."""
    if column.level in attack.varies:
        return DEPENDS
    return NOT_STOPPED if got_through else STOPPED


def render(outcomes: Outcomes) -> str:
    """The whole file."""
    attacks = every()
    held = [attack for attack in attacks if not attack.undetectable]
    lines = [HEAD, f"| attack | tries; must | {' | '.join(map(str, COLUMNS))} |", "|---|---|" + "---|" * len(COLUMNS)]
    for attack in held:
        row = cells(attack, outcomes)
        lines.append(f"| {attack.name} | {attack.purpose} | {' | '.join(row[column] for column in COLUMNS)} |")
    lines += [own_process() + UNTELLABLE, "| attack | what it does |", "|---|---|"]
    lines += [f"| {attack.name} | {attack.purpose} |" for attack in attacks if attack.undetectable]
    return "\n".join(lines) + "\n"


@cache
def committed() -> Mapping[str, Mapping[Column, str]]:
    """The rows of the table in README.md."""
    rows = {}
    for line in TABLE.read_text(encoding="utf-8").split("\n"):
        parts = [part.strip() for part in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(parts) == 2 + len(COLUMNS) and set(parts[2:]) <= {STOPPED, NOT_STOPPED, DEPENDS}:
            rows[parts[0]] = dict(zip(COLUMNS, parts[2:], strict=True))
    return rows


def main() -> None:
    """Measures everything, and writes the table."""
    if os.getuid() != 0:
        sys.exit("only root can measure every column")
    names = [attack.name for attack in every()]
    TABLE.write_text(render(measure(dict.fromkeys(COLUMNS, names))), encoding="utf-8")


if __name__ == "__main__":
    main()
