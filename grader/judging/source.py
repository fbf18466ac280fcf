"""A submission's file for an exercise, read as text that Python can run."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from grader.exercise import Exercise
from grader.sandbox.host.source_file import EmptyFile, OpenFolder, SubmissionFileError, Words, opened, read_submission
from grader.text.language import say

_COOKIE = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*[-\w.]+")


def read(directory: Path | OpenFolder, exercise: Exercise) -> bytes | SubmissionFileError:
    """A submission's file for an exercise, or why it can't be read."""
    file = exercise.file
    try:
        source = directory.read(file) if isinstance(directory, OpenFolder) else read_submission(directory, file)
    except SubmissionFileError as error:
        return error
    if not source.strip():
        return EmptyFile(say("{file} is empty.", file=file))
    # With a coding cookie Python decodes it, in the sandbox: a codec is code, too.
    if not any(_COOKIE.match(line) for line in source.splitlines()[:2]):
        try:
            source.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            return SubmissionFileError(
                say(
                    "{file} isn't UTF-8 text: line {line} has the byte 0x{byte:02x}; save it as UTF-8.",
                    file=file,
                    line=source.count(10, 0, error.start) + 1,
                    byte=source[error.start],
                )
            )
    return source


def why_unread(error: SubmissionFileError) -> str:
    """Why a file isn't read, in the language of the run."""
    places = {name: say(each) if isinstance(each, Words) else each for name, each in error.places.items()}
    return say(error.message, **places)


def read_all(directory: Path, exercises: Iterable[Exercise]) -> list[tuple[Exercise, bytes | SubmissionFileError]]:
    """Each exercise with what `read` gives, all from one folder, whatever its name comes to mean meanwhile."""
    try:
        with opened(directory) as folder:
            return [(exercise, read(folder, exercise)) for exercise in exercises]
    except SubmissionFileError as error:
        return [(exercise, error) for exercise in exercises]


def written_line(source: bytes | SubmissionFileError, exercise: Exercise) -> int:
    """The line, counted from 1, of the first function that the student writes; 1 where it isn't to be found."""
    if isinstance(source, bytes):
        for name in exercise.to_write:
            function = re.escape(name.rpartition(".")[2].encode())
            # The last one is the one that counts.
            for match in reversed([*re.finditer(rb"^[ \t]*def[ \t]+%s[ \t]*\(" % function, source, re.MULTILINE)]):
                return source.count(b"\n", 0, match.start()) + 1
    return 1
