"""What goes into the sandbox and what comes out of it: plain records, on the grader's side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

Plain: TypeAlias = Any
"""A tree of tuples, lists and dicts with string keys, whose leaves are ndarrays (0-d for a number) or `Unsupported`."""

Layout: TypeAlias = Literal["contiguous", "non-contiguous", "read-only"]


@dataclass(frozen=True)
class Unsupported:
    """A returned value that is no real number or array of them, in words: "None", "a str", "a complex128 array"."""

    description: str


@dataclass(frozen=True)
class Trial:
    """One case as the submission sees it: arguments by name, in the order that the function takes them."""

    inputs: Mapping[str, Any]
    dout: Any = None
    layout: Layout = "contiguous"


@dataclass(frozen=True)
class Job:
    """One exercise of one submission, ready to run.

    `file` names the source in tracebacks only. `functions` must be defined by the source. `calls` (function, arguments,
    result) is empty for a forward/backward pair. `seconds` is the wall-clock limit for everything together.
    """

    file: str
    source: bytes
    driver: str
    functions: tuple[str, ...]
    calls: tuple[tuple[str, tuple[str, ...], str], ...]
    trials: tuple[Trial, ...]
    seconds: float


Fact: TypeAlias = tuple[str, ...]
"""What there was where an error was raised: a word that says what it is, and others, as ("cache", "x", "w")."""


@dataclass(frozen=True)
class Spot:
    """A line of a submission's file, by number, and what stands there; the student's, as in a `StudentError`."""

    line: int
    text: str


@dataclass(frozen=True)
class StudentError:
    """What a submission raised; every string in it is the student's, and is cleaned where it is shown.

    `stage` is "load", or the function that ran. `line` is the line in the student's file, 0 if unknown; `text` is that
    line. For `kind` "returned" `message` says what came back in place of what. For "missing" `message` is the
    function's name and `text` the most similar name that the file does define, or "". `facts` are what
    `grader.sandbox.child.scene` found there.
    """

    kind: Literal["raised", "returned", "missing", "not-written", "finite-differences"]
    stage: str
    type: str
    message: str
    line: int = 0
    text: str = ""
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True)
class Reply:
    """One trial's answer: results by name, or an error, and what was printed meanwhile.

    A pair's results are `out`, `gradients`, and in `changed` those of the inputs and `dout` that are no longer as they
    were sent.
    """

    results: Mapping[str, Plain]
    error: StudentError | None = None
    printed: str = ""


@dataclass(frozen=True)
class Ending:
    """How the submission's process ended.

    `kind` is "finished" when every trial was answered or raised; "load-error" when the file itself raised; "timeout" at
    the wall-clock or CPU limit; "exited" when it left early (`detail`: the exit status); "crashed" on a signal (its
    name); "memory" at the memory limit; "bad-reply" when what came back is no reply (why); "infrastructure" when the
    fault is ours.
    """

    kind: Literal["finished", "load-error", "timeout", "exited", "crashed", "memory", "bad-reply", "infrastructure"]
    detail: str = ""


@dataclass(frozen=True)
class Run:
    """What one job gave: a reply for every trial, None where none came.

    `error` is the load error, if the file itself raised. `output` is everything written to its output, capped;
    `printed`, what was written after the last reply: in the trial that was running when the process ended, or while the
    file was loaded, if it never was. `place` is where what ran out of time was shortly before, if that is known.
    """

    replies: tuple[Reply | None, ...]
    ending: Ending
    error: StudentError | None = None
    printed: str = ""
    output: str = ""
    place: Spot | None = None

    @property
    def concern(self) -> str:
        """Why a person should look at it: a word of `Ending.kind`, "finite-differences", or "" if nobody has to."""
        if self.ending.kind != "finished":
            return self.ending.kind
        kinds = {reply.error.kind for reply in self.settled().replies if reply and reply.error}
        return "finite-differences" if "finite-differences" in kinds else ""

    def settled(self) -> Run:
        """The run in which what was suspected of finite differences is taken for them, or else is a coincidence."""
        suspected = sum(_is_suspected(reply) for reply in self.replies)
        is_sure = suspected >= max(LEAST_SUSPECTED, SUSPECTED_SHARE * len(self.replies))
        return replace(self, replies=tuple(_settled(reply, is_sure) for reply in self.replies)) if suspected else self


LEAST_SUSPECTED = 3
SUSPECTED_SHARE = 1 / 3
"""In so many trials, and in this share of them, calls of the forward have to look like differences.

Who makes differences is suspected in nearly all that have an input of several elements; who calls it on dout, on -x or
on zeros, in few: where those are small whole numbers.
"""


def _is_suspected(reply: Reply | None) -> bool:
    """Whether it has both: gradients, and the error that they are from differences."""
    return bool(reply and reply.error and reply.error.kind == "finite-differences" and "gradients" in reply.results)


def _settled(reply: Reply | None, is_sure: bool) -> Reply | None:
    if reply is None or not _is_suspected(reply):
        return reply
    if not is_sure:
        return replace(reply, error=None)
    return replace(reply, results={name: value for name, value in reply.results.items() if name != "gradients"})
