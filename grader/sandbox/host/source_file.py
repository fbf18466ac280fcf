"""Reads a file of a submission: a regular one, inside its folder, up to a size, through no link."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path, PurePosixPath

LIMIT = 1 << 20
"""The most bytes that a submission's file may have."""

_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY", "O_BINARY"))
_FOLDER_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_DIRECTORY"))
_RELATIVE = os.open in os.supports_dir_fd and os.stat in os.supports_dir_fd

_OURS = frozenset({errno.EACCES, errno.EPERM, errno.EIO, errno.ENFILE, errno.EMFILE, errno.ENOMEM, errno.ESTALE})
"""What goes wrong with a file through no doing of who made it: permissions, a disk, too many files."""

_REPARSE_POINT = 0x400
"""Windows marks links and junctions alike with this attribute."""


class SubmissionFileError(Exception):
    """A file that won't be read; the message says why, in one sentence."""


class MissingFile(SubmissionFileError):  # noqa: N818
    """There is no such file."""


class UnopenedFile(SubmissionFileError):  # noqa: N818
    """This machine won't let it be read: that says nothing about what was handed in."""


def read_submission(directory: Path, filename: str, limit: int = LIMIT) -> bytes:
    """The bytes of `filename`, a relative path with slashes, in `directory`. Raises SubmissionFileError."""
    parts = PurePosixPath(filename).parts
    label = filename.encode("unicode_escape").decode("ascii")
    if not parts or any(part in ("..", "/") or "\\" in part or "\0" in part for part in parts):
        raise SubmissionFileError(f"{label} is no path inside the submission.")
    try:
        fd = _open_beneath(directory, parts, label)
    except FileNotFoundError:
        raise MissingFile(f"{label} is missing.") from None
    except OSError as error:
        kind = UnopenedFile if error.errno in _OURS else SubmissionFileError
        raise kind(f"{label} can't be opened: {error.strerror}.") from None
    with os.fdopen(fd, "rb") as file:
        # Again, of what was really opened: another process may have changed the name's meaning since.
        status = os.fstat(fd)
        _require_regular(status, label)
        if status.st_nlink > 1 and status.st_uid != os.stat(directory).st_uid:
            raise SubmissionFileError(f"{label} is a hard link to another user's file.")
        try:
            content = file.read(limit + 1)
        except OSError as error:
            raise UnopenedFile(f"{label} can't be read: {error.strerror}.") from None
        size = os.fstat(fd).st_size
    if len(content) > limit:
        raise SubmissionFileError(f"{label} is too large: {size} bytes, and {limit} are the limit.")
    if not content:
        raise SubmissionFileError(f"{label} is empty.")
    return content


def _open_beneath(directory: Path, parts: tuple[str, ...], label: str) -> int:
    """The descriptor of a file, opened folder by folder, none of them through a link. Raises OSError too."""
    if not _RELATIVE:
        path = directory
        for part in parts[:-1]:
            path = path / part
            _require_folder(os.lstat(path), label)
        _require_regular(os.lstat(path / parts[-1]), label)
        return os.open(path / parts[-1], _FLAGS)
    folder = os.open(directory, _FOLDER_FLAGS & ~getattr(os, "O_NOFOLLOW", 0))
    try:
        for part in parts[:-1]:
            _require_folder(os.stat(part, dir_fd=folder, follow_symlinks=False), label)
            inner = os.open(part, _FOLDER_FLAGS, dir_fd=folder)
            os.close(folder)
            folder = inner
        # Asked before it is opened: to open a device can be an act in itself.
        _require_regular(os.stat(parts[-1], dir_fd=folder, follow_symlinks=False), label)
        return os.open(parts[-1], _FLAGS, dir_fd=folder)
    finally:
        with suppress(OSError):
            os.close(folder)


def _require_folder(status: os.stat_result, label: str) -> None:
    if _is_link(status):
        raise SubmissionFileError(f"{label} lies behind a symbolic link, which is not followed.")
    if not stat.S_ISDIR(status.st_mode):
        raise SubmissionFileError(f"{label} lies in what is no folder.")


def _require_regular(status: os.stat_result, label: str) -> None:
    kinds = {
        stat.S_IFDIR: "a folder",
        stat.S_IFIFO: "a named pipe",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
        stat.S_IFSOCK: "a socket",
    }
    if _is_link(status):
        raise SubmissionFileError(f"{label} is a symbolic link, which is not followed.")
    if not stat.S_ISREG(status.st_mode):
        kind = kinds.get(stat.S_IFMT(status.st_mode), "something else")
        raise SubmissionFileError(f"{label} is {kind}, not a regular file.")


def _is_link(status: os.stat_result) -> bool:
    return stat.S_ISLNK(status.st_mode) or bool(getattr(status, "st_file_attributes", 0) & _REPARSE_POINT)
