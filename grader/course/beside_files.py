"""The files beside a student's notebook, kept as they were read until they are written where they belong."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO

from grader.sandbox.host.source_file import CHUNK

IN_MEMORY = 1 << 20
"""How many bytes of files are held in memory, for each submission on its way."""


class BesideFiles:
    """The files beside a notebook, as they were read: in memory if they are small, else in a file without a name."""

    def __init__(self, folder: Path | None) -> None:
        self._data: IO[bytes] = SpooledTemporaryFile(  # noqa: SIM115
            IN_MEMORY, dir=None if folder is None else str(folder)
        )
        self._places: dict[str, tuple[int, int]] = {}
        self.size = 0

    def __iter__(self) -> Iterator[str]:
        """Their paths, with slashes."""
        return iter(self._places)

    def add(self, path: str, pieces: Iterable[bytes]) -> str:
        """Takes a file in, and gives its digest; where `pieces` raise an error, nothing of it."""
        digest, size = hashlib.sha256(), 0
        self._data.seek(self.size)
        for piece in pieces:
            digest.update(piece)
            size += self._data.write(piece)
        self._places[path] = self.size, size
        self.size += size
        return digest.hexdigest()

    def content(self, path: str) -> Iterator[bytes]:
        """The bytes of a file, piece by piece."""
        start, left = self._places[path]
        while left:
            self._data.seek(start)
            piece = self._data.read(min(left, CHUNK))
            yield piece
            start, left = start + len(piece), left - len(piece)

    def write(self, folder: Path) -> None:
        """Writes all of them into a folder. Raises OSError."""
        for path in self:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as file:
                file.writelines(self.content(path))

    def close(self) -> None:
        """Lets go of them."""
        self._data.close()
