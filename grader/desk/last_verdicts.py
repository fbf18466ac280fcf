"""The last verdict on each of a student's own exercises, kept beside PyTorch's answers, so that a list can show them.

No mark is ever read from here. A submission that is held less tightly than "full" may write what it likes into the
file: it is read as text that somebody else wrote, and shown to the student alone.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, get_args

from platformdirs import user_cache_path

from grader.reference.kept_folder import is_ours, is_own_cache, remove_whole, write_whole
from grader.report.terminal import scoreboard_text
from grader.results import ExerciseResult, Status
from grader.text import quote
from grader.text.numbers import points

MAX_BYTES = 1 << 20
"""More is no file of ours."""

MAX_SAID = 400
"""Characters: more than what is said of nearly every mistake."""


@dataclass(frozen=True)
class LastVerdict:
    """What was said of an exercise, in a line, at a `time` in seconds; `digest` is that of the file as it was then."""

    status: str
    points: float
    max_points: float
    said: str
    digest: str
    time: float

    @classmethod
    def of(cls, result: ExerciseResult, source: bytes) -> LastVerdict:
        """What is kept of a verdict on a source."""
        return cls(result.status, result.points, result.max_points, _said(result), digest_of(source), time.time())

    @property
    def earned(self) -> str:
        """Its points: "0/2"."""
        return f"{points(self.points, self.max_points)}/{points(self.max_points)}"

    @property
    def when(self) -> str:
        """Its time: "12:03" of today, else "27 Nov 12:03", and of another year with that."""
        then, now = time.localtime(self.time), time.localtime()
        day = "" if then[:3] == now[:3] else "%d %b " if then[0] == now[0] else "%d %b %Y "
        return time.strftime(f"{day}%H:%M", then)


def folder() -> Path:
    """Where they are kept: a file for each folder of exercises."""
    return user_cache_path("handgrad", appauthor=False) / "verdicts"


def count() -> int:
    """On how many folders of exercises there are any."""
    with suppress(OSError):
        return sum(name.endswith(".json") for name in os.listdir(folder()))
    return 0


def forget() -> None:
    """Removes all of them."""
    with suppress(OSError):
        remove_whole(folder())


class LastVerdicts:
    """The last verdicts on the files of a folder. Nothing here raises an OSError."""

    def __init__(self, directory: Path) -> None:
        self._folder = folder()
        name = hashlib.sha256(os.fsencode(os.path.realpath(directory))).hexdigest()[:24]
        self.path = self._folder / f"{name}.json"

    def find(self) -> dict[str, LastVerdict]:
        """The verdicts by exercise; what isn't one is left out."""
        try:
            found = json.loads(self._read())
        except (OSError, ValueError, RecursionError):
            return {}
        if not isinstance(found, dict):
            return {}
        read = {name: _verdict(each) for name, each in found.items()}
        return {name: each for name, each in read.items() if each}

    def keep(self, results: Iterable[ExerciseResult], sources: Mapping[str, bytes]) -> None:
        """Writes verdicts down, beside those on other exercises; of a file that isn't begun or can't be read, none."""
        kept = self.find()
        before = dict(kept)
        for each in results:
            kept.pop(each.name, None)
            if each.name in sources and each.status not in ("not-started", "missing"):
                kept[each.name] = LastVerdict.of(each, sources[each.name])
        if kept != before:
            with suppress(OSError):
                self._write({name: asdict(each) for name, each in kept.items()})

    def _read(self) -> bytes:
        """Raises OSError for what is no file of this user's."""
        fd = os.open(self.path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(fd, "rb") as file:
            status = os.fstat(fd)
            if not stat.S_ISREG(status.st_mode) or not is_ours(status):
                raise PermissionError
            return file.read(MAX_BYTES)

    def _write(self, content: Any) -> None:
        """All of it or nothing. Not as root in somebody's home, nor where there is no home at all."""
        if not is_own_cache(self._folder.parent.parent):
            return
        self._folder.mkdir(0o700, parents=True, exist_ok=True)
        if self._folder.is_symlink() or not is_ours(os.lstat(self._folder)):
            return
        write_whole(self.path, json.dumps(content).encode())


def digest_of(source: bytes) -> str:
    """What tells a file as it was from any other."""
    return hashlib.sha256(source).hexdigest()


def _said(result: ExerciseResult) -> str:
    """What an exercise needs, in a line: what is wrong, and which mistake that is."""
    first = result.findings[0] if result.findings else None
    why = first and (first.diagnosis.claim if first.diagnosis else first.advice or first.fact)
    said = scoreboard_text(result)
    return f"{said}: {why}" if why and why != said else said


def _verdict(value: Any) -> LastVerdict | None:
    """A verdict from what is in the file, if that is one."""
    numbers = ("points", "max_points", "time")
    if not isinstance(value, dict) or set(value) != {each.name for each in fields(LastVerdict)}:
        return None
    if not all(type(each) in ((int, float) if name in numbers else (str,)) for name, each in value.items()):
        return None
    if value["status"] not in get_args(Status) or not 0 <= value["time"] < 1 << 36:
        return None
    if not 0 <= value["points"] <= value["max_points"] < 1000:
        return None
    return LastVerdict(**{**value, "said": quote.line(value["said"], MAX_SAID)})
