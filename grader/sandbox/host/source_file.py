"""Reads a submission: regular files, inside its folder, up to a size, through no link.

A folder is opened once, and what is in it is reached from there, whatever its name comes to mean meanwhile.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

LIMIT = 1 << 20
"""The most bytes that a submission's file may have."""

CHUNK = 1 << 20
"""How many bytes of a file are held at a time, where it needn't be held as a whole."""

_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY", "O_BINARY"))
_NOT_THROUGH_LINKS = getattr(os, "O_NOFOLLOW", 0)
_FOLDER_FLAGS = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)
_RELATIVE = os.open in os.supports_dir_fd and os.stat in os.supports_dir_fd and os.scandir in os.supports_fd

_OURS = frozenset({errno.EACCES, errno.EPERM, errno.EIO, errno.ENFILE, errno.EMFILE, errno.ENOMEM, errno.ESTALE})
"""What goes wrong with a file through no doing of who made it: permissions, a disk, too many files."""

_REPARSE_POINT = 0x400
"""Windows marks links and junctions alike with this attribute."""


class Words(str):
    """Words of ours, which whoever shows them says in the language of the run: here none is known."""


later = Words

_ITSELF = (later("is a symbolic link, which is not followed"), later("is no folder"))
_BEHIND = (later("lies behind a symbolic link, which is not followed"), later("lies in what is no folder"))
"""What is said of a folder that won't be opened, and of what lies in it."""

_BEHIND_ANOTHERS = later("lies behind another user's symbolic link, which is not followed")

_FOLDER = later("its folder")

_SAID = later("{file} {fact}.")

_MAX_LINKS = 40
"""How many links may be on the way to a folder; as many as Linux follows."""


class SubmissionFileError(Exception):
    """A file that won't be read; the message says why, in one sentence, and `places` are what fills those in it."""

    def __init__(self, message: str, **places: object) -> None:
        super().__init__(message.format(**places) if places else message)
        self.message, self.places = message, places


class MissingFile(SubmissionFileError):  # noqa: N818
    """There is no such file."""


class EmptyFile(SubmissionFileError):  # noqa: N818
    """It has no byte in it."""


class UnopenedFile(SubmissionFileError):  # noqa: N818
    """This machine won't let it be read: that says nothing about what was handed in."""


class _StrangersLinkError(Exception):
    """Another user's link is on the way."""


@dataclass(frozen=True)
class OpenFolder:
    """A folder that is held open; by its path alone where the system can't do that (`fd` is None)."""

    path: Path
    fd: int | None

    def entries(self) -> Iterator[os.DirEntry[str]]:
        """What is in it, in no order. Raises SubmissionFileError."""
        try:
            with os.scandir(self.path if self.fd is None else self.fd) as found:
                yield from found
        except OSError as error:
            raise _refusal(error, _FOLDER) from None

    def mode(self, name: str) -> int:
        """What a name in it is, as `stat` tells, a link too; 0 if there is none. Raises SubmissionFileError."""
        try:
            return self._status(name).st_mode
        except FileNotFoundError:
            return 0
        except OSError as error:
            raise _refusal(error, label_of(name)) from None

    @contextmanager
    def folder(self, name: str, label: str = "") -> Iterator[OpenFolder]:
        """A folder in it, called `label` where it can't be opened. Raises SubmissionFileError."""
        label = label or label_of(name)
        with _refusing(label):
            inner = self._inner(name, label, _ITSELF)
        try:
            yield inner
        finally:
            inner.close()

    def size(self, name: str, label: str) -> int:
        """How many bytes a file in it, called `label`, has, holes too. Raises SubmissionFileError."""
        with _refusing(label):
            status = self._status(name)
        _require_regular(status, label)
        return status.st_size

    def read(self, filename: str, limit: int = LIMIT) -> bytes:
        """The bytes of `filename`, a relative path with slashes. Raises SubmissionFileError, for an empty one too."""
        content = b"".join(self.chunks(filename, limit))
        if not content:
            raise EmptyFile(later("{file} is empty."), file=label_of(filename))
        return content

    def chunks(self, filename: str, limit: int, label: str = "") -> Iterator[bytes]:
        """The same, piece by piece, and none of an empty file; it is called `label` where it can't be read."""
        label = label or label_of(filename)
        with os.fdopen(self._open(filename, label), "rb", buffering=0) as file:
            # Again, of what was really opened: another process may have changed the name's meaning since.
            status = os.fstat(file.fileno())
            _require_regular(status, label)
            if status.st_nlink > 1 and status.st_uid != self._owner():
                raise SubmissionFileError(later("{file} is a hard link to another user's file."), file=label)
            read, size = 0, status.st_size
            while size <= limit and (piece := _piece(file.fileno(), label)):
                read += len(piece)
                # It may be growing.
                size = max(size, read)
                if size <= limit:
                    yield piece
        if size > limit:
            raise SubmissionFileError(
                later("{file} is too large: {size} bytes, and {limit} are the limit."),
                file=label,
                size=size,
                limit=limit,
            )

    def close(self) -> None:
        """Lets go of it."""
        if self.fd is not None:
            os.close(self.fd)

    def _inner(self, name: str, label: str, words: tuple[str, str]) -> OpenFolder:
        """A folder in it. Raises OSError too."""
        _require_folder(self._status(name), label, words)
        if self.fd is None:
            return OpenFolder(self.path / name, None)
        return OpenFolder(self.path / name, os.open(name, _FOLDER_FLAGS | _NOT_THROUGH_LINKS, dir_fd=self.fd))

    def _open(self, filename: str, label: str) -> int:
        """The descriptor of a file, reached folder by folder."""
        *folders, name = _parts(filename, label)
        with ExitStack() as opened, _refusing(label):
            folder = self
            for each in folders:
                folder = folder._inner(each, label, _BEHIND)
                opened.callback(folder.close)
            # Asked before it is opened: to open a device can be an act in itself.
            _require_regular(folder._status(name), label)
            return os.open(folder.path / name if folder.fd is None else name, _FLAGS, dir_fd=folder.fd)

    def _status(self, name: str) -> os.stat_result:
        if self.fd is None:
            return os.lstat(self.path / name)
        return os.stat(name, dir_fd=self.fd, follow_symlinks=False)

    def _owner(self) -> int:
        return os.stat(self.path if self.fd is None else self.fd).st_uid


@contextmanager
def opened(directory: Path, *names: str, anyones: bool = False) -> Iterator[OpenFolder]:
    """The folder `names`, one in the other, below `directory`. Raises SubmissionFileError.

    Only `directory` may be a link, or lie behind some, that this user, or root, has made; or that `anyones` may be.
    """
    with ExitStack() as every:
        with _refusing(_FOLDER):
            folder = _root(directory, anyones)
        every.callback(folder.close)
        for name in names:
            folder = every.enter_context(folder.folder(name, _FOLDER))
        yield folder


def read_submission(directory: Path, filename: str, limit: int = LIMIT) -> bytes:
    """The bytes of `filename`, a relative path with slashes, in `directory`. Raises SubmissionFileError."""
    with _refusing(label_of(filename)):
        folder = _root(directory)
    try:
        return folder.read(filename, limit)
    finally:
        folder.close()


def label_of(filename: str) -> str:
    """What a file is called in a message."""
    return filename.encode("unicode_escape").decode("ascii")


def strangers_link(path: Path) -> str:
    """What is said of a path that is a link of another user's, or leads through one; "" otherwise. Raises OSError."""
    if not hasattr(os, "geteuid"):
        return ""
    try:
        _resolved(path)
    except _StrangersLinkError:
        return _ITSELF[0] if path.is_symlink() and _is_strangers(os.lstat(path)) else _BEHIND_ANOTHERS
    return ""


def _root(directory: Path, anyones: bool = False) -> OpenFolder:
    """A folder with which a way begins; on it may be `anyones` links. Raises OSError too."""
    if not anyones and (said := strangers_link(directory)):
        raise SubmissionFileError(_SAID, file=_FOLDER, fact=said)
    if not _RELATIVE:
        return OpenFolder(directory, None)
    if anyones:
        flags = 0 if os.path.islink(directory) else _NOT_THROUGH_LINKS
        return OpenFolder(directory, os.open(directory, _FOLDER_FLAGS | flags))
    return OpenFolder(directory, _through_folders(_resolved(directory)))


def _resolved(path: Path) -> Path:
    """A path without links, of which none may be another user's. Raises _StrangersLinkError, and OSError."""
    real, names, links = Path(path.anchor or "."), list(reversed(path.parts[bool(path.anchor) :])), 0
    while names:
        name = names.pop()
        status = os.lstat(real / name)
        if not stat.S_ISLNK(status.st_mode):
            real /= name
            continue
        links += 1
        if _is_strangers(status):
            raise _StrangersLinkError
        if links > _MAX_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
        target = Path(os.readlink(real / name))
        real = Path(target.anchor) if target.anchor else real
        names += reversed(target.parts[bool(target.anchor) :])
    return real


def _through_folders(path: Path) -> int:
    """The descriptor of a folder, reached folder by folder: a name may have become a link by now. Raises OSError."""
    if not hasattr(os, "O_PATH"):
        return os.open(path, _FOLDER_FLAGS | _NOT_THROUGH_LINKS)
    on_the_way = os.O_PATH | _FOLDER_FLAGS | _NOT_THROUGH_LINKS
    folder = os.open(path.anchor or ".", on_the_way)
    try:
        for name in path.parts[bool(path.anchor) :]:
            inner = os.open(name, on_the_way, dir_fd=folder)
            os.close(folder)
            folder = inner
        return os.open(".", _FOLDER_FLAGS, dir_fd=folder)
    finally:
        os.close(folder)


def _is_strangers(link: os.stat_result) -> bool:
    return _is_link(link) and link.st_uid not in (0, os.geteuid())


@contextmanager
def _refusing(label: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _refusal(error, label) from None


def _refusal(error: OSError, label: str) -> SubmissionFileError:
    if isinstance(error, FileNotFoundError):
        return MissingFile(later("{file} is missing."), file=label)
    kind = UnopenedFile if error.errno in _OURS else SubmissionFileError
    return kind(later("{file} can't be opened: {reason}."), file=label, reason=error.strerror)


def _parts(filename: str, label: str) -> tuple[str, ...]:
    parts = PurePosixPath(filename).parts
    if not parts or any(part in ("..", "/") or "\\" in part or "\0" in part for part in parts):
        raise SubmissionFileError(later("{file} is no path inside the submission."), file=label)
    return parts


def _piece(fd: int, label: str) -> bytes:
    try:
        return os.read(fd, CHUNK)
    except OSError as error:
        raise UnopenedFile(later("{file} can't be read: {reason}."), file=label, reason=error.strerror) from None


def _require_folder(status: os.stat_result, label: str, words: tuple[str, str]) -> None:
    if _is_link(status):
        raise SubmissionFileError(_SAID, file=label, fact=words[0])
    if not stat.S_ISDIR(status.st_mode):
        raise SubmissionFileError(_SAID, file=label, fact=words[1])


def _require_regular(status: os.stat_result, label: str) -> None:
    kinds = {
        stat.S_IFDIR: later("a folder"),
        stat.S_IFIFO: later("a named pipe"),
        stat.S_IFCHR: later("a device"),
        stat.S_IFBLK: later("a device"),
        stat.S_IFSOCK: later("a socket"),
    }
    if _is_link(status):
        raise SubmissionFileError(_SAID, file=label, fact=_ITSELF[0])
    if not stat.S_ISREG(status.st_mode):
        kind = kinds.get(stat.S_IFMT(status.st_mode), later("something else"))
        raise SubmissionFileError(later("{file} is {kind}, not a regular file."), file=label, kind=kind)


def _is_link(status: os.stat_result) -> bool:
    return stat.S_ISLNK(status.st_mode) or bool(getattr(status, "st_file_attributes", 0) & _REPARSE_POINT)
