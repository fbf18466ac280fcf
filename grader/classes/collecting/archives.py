"""What is in an archive, or in a folder that was one: read without trust, through no link, and up to a size."""

from __future__ import annotations

import io
import os
import stat
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from grader.sandbox.host.source_file import SubmissionFileError, read_submission
from grader.text import quote

MAX_FILES = 200_000
"""How many files a class's archive may have."""

MAX_STUDENT_FILES = 1_000
MAX_FILE = 10 << 20
MAX_STUDENT = 100 << 20
"""How many files a student may hand in, those in archives too, and how many bytes each and all may have, unpacked."""

MAX_NESTED = 3
"""How many archives may be in one another, in a student's."""

_ENTRY = b"PK\x01\x02"
"""With this each file's line in an archive's index begins."""

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""How files may be packed; what undoes the others takes as much memory as the archive says."""

_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OverflowError)

Moment = tuple[int, ...]


class ArchiveError(Exception):
    """An archive, or a file in one, that can't be read; the message says why, without a full stop."""


@dataclass(frozen=True)
class Packed:
    """A file of an archive: its path, and when it was last changed. `read` gives its bytes. Raises ArchiveError.

    `problem` says why it won't be read, or "".
    """

    parts: tuple[str, ...]
    modified: Moment
    read: Callable[[], bytes]
    problem: str = ""

    @property
    def path(self) -> str:
        """Its path with slashes."""
        return "/".join(self.parts)


@dataclass
class StudentRoom:
    """What a student may still hand in."""

    files: int = MAX_STUDENT_FILES
    size: int = MAX_STUDENT

    def read(self, packed: Packed) -> bytes:
        """A file's bytes. Raises ArchiveError."""
        if packed.problem:
            raise ArchiveError(packed.problem)
        if self.size <= 0:
            raise ArchiveError(f"all of this student's files together may have {MAX_STUDENT} bytes")
        content = packed.read()
        self.size -= len(content)
        return content


def is_archive(name: str) -> bool:
    """Whether a file of that name is opened as an archive."""
    return name.lower().endswith(".zip")


@contextmanager
def opened_archive(path: Path) -> Iterator[list[Packed]]:
    """The files in a zip, or in a folder. Raises ArchiveError."""
    if path.is_dir():
        yield _of_folder(path)
        return
    try:
        archive = zipfile.ZipFile(path)
    except OSError as error:
        raise ArchiveError(error.strerror or "it can't be opened") from None
    except _BROKEN:
        raise ArchiveError("it is neither a folder nor a zip") from None
    with archive:
        yield _of_zip(archive, MAX_FILES)


def nested_files(content: bytes, room: int) -> list[Packed]:
    """The files in a zip of a student's, of which there may be `room`. Raises ArchiveError."""
    if content.count(_ENTRY) > room:
        raise ArchiveError(f"it has too many files: {MAX_STUDENT_FILES} are the limit")
    try:
        return _of_zip(zipfile.ZipFile(io.BytesIO(content)), room)
    except _BROKEN:
        raise ArchiveError("it is no zip") from None


def _of_zip(archive: zipfile.ZipFile, most: int) -> list[Packed]:
    infos = [each for each in archive.infolist() if not each.is_dir()]
    if len(infos) > most:
        raise ArchiveError(f"it has {len(infos)} files, and {most} are the limit")
    return [_packed(archive, each) for each in infos]


def _packed(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Packed:
    name = _decoded(info)
    parts = tuple(each for each in name.replace("\\", "/").split("/") if each not in ("", "."))
    kind = stat.S_IFMT(info.external_attr >> 16) if info.create_system == 3 else 0
    problem = ""
    if ".." in parts or name.startswith(("/", "\\")) or name[1:2] == ":" or not parts:
        problem = "its path leads out of the archive"
    elif kind not in (0, stat.S_IFREG):
        problem = "it is a link, or no file"
    elif info.flag_bits & 1:
        problem = "it is encrypted"
    elif info.compress_type not in _METHODS:
        problem = "it is packed in a way that isn't undone here: pack it by deflate"
    return Packed(parts or ("?",), info.date_time, lambda: _read(archive, info), problem)


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    try:
        with archive.open(info) as file:
            return _up_to(file)
    except (*_BROKEN, OSError) as error:
        raise ArchiveError(f"it is damaged: {quote.line(str(error), 80)}") from None


def _up_to(file: IO[bytes]) -> bytes:
    # What the archive says of the size may be false.
    content = file.read(MAX_FILE + 1)
    if len(content) > MAX_FILE:
        raise ArchiveError(f"it is too large: {MAX_FILE} bytes are the limit")
    return content


def _decoded(info: zipfile.ZipInfo) -> str:
    """A file's name: UTF-8, also where the archive doesn't say so, else in the old alphabet of DOS."""
    name = info.filename
    if info.flag_bits & 0x800:
        return name
    try:
        return name.encode("cp437").decode("utf-8")
    except UnicodeError:
        return name


def _of_folder(folder: Path) -> list[Packed]:
    found: list[Packed] = []
    for above, folders, names in os.walk(folder):
        folders.sort()
        linked = [each for each in folders if os.path.islink(os.path.join(above, each))]
        for name in sorted([*names, *linked]):
            found.append(_of_file(folder, Path(above, name)))
            if len(found) > MAX_FILES:
                raise ArchiveError(f"it has more than {MAX_FILES} files")
    return found


def _of_file(folder: Path, path: Path) -> Packed:
    parts = path.relative_to(folder).parts
    status = path.lstat()
    problem = "" if stat.S_ISREG(status.st_mode) else "it is a link, or no file"
    return Packed(parts, time.localtime(status.st_mtime)[:6], lambda: _file(folder, "/".join(parts)), problem)


def _file(folder: Path, name: str) -> bytes:
    try:
        # What is empty isn't read there.
        return read_submission(folder, name, MAX_FILE) if (folder / name).lstat().st_size else b""
    except OSError as error:
        raise ArchiveError(error.strerror or "it can't be read") from None
    except SubmissionFileError as error:
        raise ArchiveError(str(error).rstrip(".")) from None
