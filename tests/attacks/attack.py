"""An attack: a whole submission, and what must become of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader import catalog

FILES = Path(__file__).parent / "files"

_HEADER = re.compile(r"# (\w+): (.*)")
_SAID = {"status", "says", "exercise", "seconds", "earns", "varies", "undetectable"}


@dataclass(frozen=True)
class Place:
    """What an attack aims at: everything that it may harm is made for it, and has its own name for each run.

    `canary` is a folder with files of several owners' modes, `project` a copy of the project in it, `grader` the
    judging process's id, `port` a port of the loopback address where someone listens, `key` names shared memory.
    """

    canary: Path
    project: Path
    token: str
    grader: int
    port: int
    key: int

    def fill(self, text: str) -> str:
        """The text of an attack, with the names of this place in it."""
        for name, value in vars(self).items():
            text = text.replace(f"@{name.upper()}@", str(value))
        return text


Build = Callable[[Path, Place], None]
"""Makes the submission in a folder that is empty."""


@dataclass(frozen=True)
class Attack:
    """One attack.

    `purpose` says what it tries and what must happen. It is judged as a submission of `exercise`, within `seconds`;
    it may earn `earns` points at most, its verdict must have one of the `statuses`, and `says` must be found in it.
    At the levels `varies` its success depends on the machine. What is `undetectable` is no breach: nobody could tell
    it from an honest answer.
    """

    name: str
    purpose: str
    build: Build
    statuses: Sequence[str]
    says: str = ""
    exercise: str = "relu"
    seconds: float = 6.0
    earns: float = 0.0
    varies: Sequence[str] = ()
    undetectable: bool = False


def every() -> list[Attack]:
    """All attacks, files first, in the order of their names."""
    from tests.attacks.folders import FOLDERS

    return [*map(read, sorted(FILES.glob("*.py"))), *FOLDERS]


def read(path: Path) -> Attack:
    """The attack that a file is: its first line is the purpose, and comments below it say the rest."""
    first, *rest = path.read_text(encoding="utf-8").split("\n")
    said: dict[str, str] = {}
    for line in rest:
        found = _HEADER.fullmatch(line)
        if not found:
            break
        said[found[1]] = found[2]
    if unknown := said.keys() - _SAID:
        raise ValueError(f"{path.name} declares {', '.join(unknown)}, which there is not")
    return Attack(
        path.stem,
        first.removeprefix("# "),
        _filling(path, said.get("exercise", Attack.exercise)),
        said["status"].split(),
        said.get("says", Attack.says),
        said.get("exercise", Attack.exercise),
        float(said.get("seconds", Attack.seconds)),
        float(said.get("earns", Attack.earns)),
        said.get("varies", "").split(),
        said.get("undetectable") == "yes",
    )


def _filling(path: Path, exercise: str) -> Build:
    def build(folder: Path, place: Place) -> None:
        text = place.fill(path.read_text(encoding="utf-8"))
        (folder / f"{catalog.get(exercise).module}.py").write_text(text, encoding="utf-8")

    return build
