"""A folder of what is kept from run to run: files of this user's alone, written whole, and read only while they are.

A file says what it answers for, as a digest; then come the digest of its body and the body. What answers for something
else, is damaged, is a link, belongs to someone else or can be written by others is not read.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from grader.reference import kept_folder
from grader.reference.kept_folder import is_ours

_MAGIC = b"handgrad answers 2\n"
_DIGEST = hashlib.sha256().digest_size

KEYED = len(_MAGIC) + _DIGEST
"""So many bytes of a file say what it answers for."""

_MOST_BYTES = 8 << 20
"""The largest file that is read: a hundred times the largest that is written."""

_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))
_OTHERS = stat.S_IWGRP | stat.S_IWOTH


class Shelf:
    """A folder three levels below the user's cache folder; nothing here raises an OSError."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, name: str, key: bytes) -> bytes | None:
        """The body of a file, if a sound one answers for what has the digest `key`."""
        content = self._content(name)
        if content is None or not content.startswith(_MAGIC + key):
            return None
        digest, body = content[KEYED : KEYED + _DIGEST], content[KEYED + _DIGEST :]
        return body if hashlib.sha256(body).digest() == digest else None

    def write(self, name: str, key: bytes, body: bytes) -> None:
        """Writes a file, as far as there is a place for it: whole, or not at all."""
        if self._make():
            with suppress(OSError):
                kept_folder.write_whole(self.folder / name, _MAGIC + key + hashlib.sha256(body).digest() + body)

    def _content(self, name: str) -> bytes | None:
        try:
            if not all(_is_own(os.lstat(each), stat.S_ISDIR) for each in self._folders()):
                return None
            with os.fdopen(os.open(self.folder / name, _FLAGS), "rb") as file:
                status = os.fstat(file.fileno())
                is_sound = _is_own(status, stat.S_ISREG) and status.st_nlink == 1 and status.st_size <= _MOST_BYTES
                return file.read(_MOST_BYTES) if is_sound else None
        except OSError:
            return None

    def _make(self) -> bool:
        """Makes the folders, for this user alone, and says whether they are."""
        with suppress(OSError):
            cache = self.folder.parents[2]
            if not kept_folder.is_own_cache(cache):
                return False
            cache.mkdir(mode=0o700, exist_ok=True)
            for each in self._folders():
                each.mkdir(mode=0o700, exist_ok=True)
            return all(_is_own(os.lstat(each), stat.S_ISDIR) for each in self._folders())
        return False

    def _folders(self) -> tuple[Path, ...]:
        return self.folder.parents[1], self.folder.parent, self.folder


def _is_own(status: os.stat_result, is_kind: Any) -> bool:
    """Whether something is what it should be, no link, and nobody else can change it."""
    return is_kind(status.st_mode) and is_ours(status) and (sys.platform == "win32" or not status.st_mode & _OTHERS)
