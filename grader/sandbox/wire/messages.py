"""What a submission's process says to the grader: start, loaded, a reply for every trial, end; and of jobs, stop."""

from __future__ import annotations

import dataclasses
import re
from functools import lru_cache
from typing import Any

from grader.sandbox.wire import frames as wire
from grader.sandbox.wire.caps import (
    HOSTILE,
    MAX_FACTS,
    MAX_LINE,
    MAX_MESSAGE,
    MAX_NAME,
    MAX_OUTPUT,
    MAX_PRINTED,
    MAX_WORD,
    MAX_WORDS,
)
from grader.sandbox.wire.headers import Json, WireError, text
from grader.sandbox.wire.records import Fact, Reply, Spot, StudentError

_ERROR_KINDS = ("raised", "returned", "missing", "not-written", "finite-differences")

_LETTER = r"[^\W\u115f\u1160\u3164\uffa0]"
"""A letter, a digit or an underscore; not the four letters of Hangul that look like a space."""

_NAME = re.compile(rf"(?:{_LETTER}|\.)*")

_WORD = re.compile(rf"(?:{_LETTER}|[.,:()\[\]+*/@%|&^~<>=!-])*")
"""Code without spaces or quotes: it stands in sentences of the grader's own, and can't be one."""

START = wire.encode(["start"])
END = wire.encode(["end"])

STOP = ["stop"]
"""What the grader says to the fork server, on its control socket, to have the running job killed."""

OUT_OF_MEMORY = 96
"""The exit status when not even the answer finds memory."""

HARNESS_FAILED = 97
"""The exit status when the submission broke what runs it."""

CONFINE_FAILED = 98
"""The exit status of a process that couldn't be confined; no line of a submission has run there."""


def encode_loaded(sent: int) -> bytes:
    """The frame that says that the trials begin; `sent` bytes have been printed before."""
    return wire.encode(["loaded", None, sent])


def encode_place(place: Spot) -> bytes:
    """The frame that says where the submission is, its time being nearly over; it may come once before any other."""
    return wire.encode(["place", place.line, place.text])


PLACE = b'[["place",'
"""How the header of such a frame begins, whoever counts the others."""


def encode_load_error(error: StudentError) -> bytes:
    """The frame that says that the file itself raised: all that has been printed belongs to that."""
    return wire.encode(["loaded", dataclasses.astuple(error), 0])


def encode_reply(reply: Reply, sent: int) -> bytes:
    """The frame that answers one trial; `sent` bytes have been printed by its end, since the process began."""
    return wire.framed(_reply_head(reply.error, reply.printed, sent), dict(reply.results))


@lru_cache(64)
def _reply_head(error: StudentError | None, printed: str, sent: int) -> str:
    """The head of a reply as JSON text: many replies have the same."""
    return wire.as_json(["reply", None if error is None else dataclasses.astuple(error), printed, sent])


class Answers:
    """What a submission's process said about a job of so many trials; whatever it said, nothing is raised.

    The messages have one order, and what was read is kept when one is wrong: `fault` then says why it can't be read to
    the end. `error` is its load error. `sent` is how many bytes had been printed when the last of its messages came.
    `places` has where it was, by the number of replies that had come.
    """

    def __init__(self, stream: bytes | bytearray, trials: int) -> None:
        self.started = False
        self.error: StudentError | None = None
        self.replies: tuple[Reply, ...] = ()
        self.ended = False
        self.sent = 0
        self.places: dict[int, Spot] = {}
        self.fault = ""
        self._stream = stream
        self._offset = 0
        try:
            self._read(trials)
        except WireError as error:
            self.fault = str(error)

    def last_place(self, since: int = 0) -> Spot | None:
        """Where it last said it was, if that was after so many replies, or later."""
        return next((spot for before, spot in reversed(self.places.items()) if before >= since), None)

    def _read(self, trials: int) -> None:
        if self._next("start", 0) is None:
            return
        self.started = True
        loaded = self._next("loaded", 2)
        if loaded is None:
            return
        error, sent = loaded[0]
        self.error, self.sent = _optional_error(error), _count(sent)
        for _ in range(0 if self.error else trials):
            frame = self._next("reply", 3)
            if frame is None:
                return
            (error, printed, sent), results = frame
            if type(results) is not dict:
                raise WireError("a reply without results")
            self.replies += (Reply(results, _optional_error(error), text(printed, MAX_PRINTED)),)
            self.sent = _count(sent)
        if self._next("end", 0) is None:
            return
        self.ended = True
        if self._offset < len(self._stream):
            raise WireError("more than an answer to every trial")

    def _next(self, kind: str, length: int) -> tuple[list[Json], Any] | None:
        frame = wire.decode(self._stream, self._offset, HOSTILE)
        if frame is None:
            return None
        head = frame.head
        before = len(self.replies)
        if before not in self.places and type(head) is list and len(head) == 3 and head[0] == "place":
            self._offset = frame.end
            self.places[before] = Spot(_line(head[1]), text(head[2], MAX_LINE))
            return self._next(kind, length)
        if type(head) is not list or len(head) != length + 1 or head[0] != kind:
            raise WireError(f"another message than {kind!r}")
        self._offset = frame.end
        return head[1:], frame.tree


def _count(value: Json) -> int:
    if type(value) is not int or not 0 <= value <= MAX_OUTPUT:
        raise WireError("no number of bytes that can have been printed")
    return value


def _optional_error(value: Json) -> StudentError | None:
    if value is None:
        return None
    if type(value) is not list or len(value) != 7:
        raise WireError("an error that is none")
    kind, stage, type_name, message, line, line_text, facts = value
    if kind not in _ERROR_KINDS:
        raise WireError("an error of no known kind")
    return StudentError(
        kind,
        _name(stage, "the code"),
        _name(type_name, "exception"),
        _name(message, "of that name") if kind == "missing" else text(message, MAX_MESSAGE),
        _line(line),
        _name(line_text, "") if kind == "missing" else text(line_text, MAX_LINE),
        _facts(facts),
    )


def _line(value: Json) -> int:
    if type(value) is not int or not 0 <= value < 1 << 31:
        raise WireError("no number of a line")
    return value


def _facts(value: Json) -> tuple[Fact, ...]:
    """Facts about an error; those with anything but words of code in them are left out."""
    if type(value) is not list or len(value) > MAX_FACTS:
        raise WireError("facts that are none, or too many")
    facts = [_words(each) for each in value]
    return tuple(fact for fact in facts if all(map(_WORD.fullmatch, fact)))


def _words(value: Json) -> Fact:
    if type(value) is not list or not 0 < len(value) <= MAX_WORDS:
        raise WireError("a fact without words, or with too many")
    return tuple(text(each, MAX_WORD) for each in value)


def _name(value: Json, otherwise: str) -> str:
    """`value` if it is a name as Python has them: names stand in sentences of the grader's own."""
    name = text(value, MAX_NAME)
    return name if _NAME.fullmatch(name) else otherwise
