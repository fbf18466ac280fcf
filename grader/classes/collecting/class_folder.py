"""The folder in which a class is laid out: files are written whole, inside it, and through no link."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from grader.classes.collecting.archives import ArchiveError
from grader.classes.engine.whole_file import OutputError

MAX_PART = 200
MAX_DEPTH = 20
MAX_PATH = 1_000
"""How many bytes the name of a student's file may have, how deep it may lie, and how many bytes its path may have."""

_FORBIDDEN = frozenset('/\\:*?"<>|')
"""What Windows has in no name."""


@dataclass(frozen=True)
class ClassFolder:
    """A class's folder; it may be missing yet."""

    path: Path

    def make(self) -> None:
        """Makes it, if need be. Raises OutputError."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(self.path, error) from None

    def write(self, place: Path, content: bytes) -> bool:
        """Writes a file, in place of what is there; whether that was something else.

        Raises ArchiveError where what the student has handed in is in the way, and OutputError.
        """
        if len(place.parts) > MAX_DEPTH or len(os.fsencode(place)) > MAX_PATH:
            raise ArchiveError("its path is too long")
        try:
            target = self._made(place.parent) / place.name
            if target.is_dir():
                raise ArchiveError("in its place there is a folder")
            was_there = target.is_file() and not target.is_symlink() and target.read_bytes() != content
            part_file = target.with_name(f".{place.name[:40]}.part")
            part_file.unlink(missing_ok=True)
            with part_file.open("xb") as file:
                file.write(content)
            os.replace(part_file, target)
        except OSError as error:
            raise OutputError(self.path / place, error) from None
        return was_there

    def _made(self, place: Path) -> Path:
        """A folder in it, made if need be."""
        folder = self.path
        self.make()
        for part in place.parts:
            folder /= part
            if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
                raise ArchiveError(f"{folder.relative_to(self.path)} is a link, or no folder")
            folder.mkdir(exist_ok=True)
        return folder


def plain_name(name: str) -> str:
    """A file's name that any system takes."""
    text = "".join(each for each in name if each.isprintable() and each not in _FORBIDDEN)
    short = text.encode("utf-8", "replace")[:MAX_PART].decode("utf-8", "ignore").strip()
    return short if short.strip(".") else "unnamed"
