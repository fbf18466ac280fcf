"""Calling a submission's functions, and saying what they raised."""

from __future__ import annotations

import difflib
import linecache
import traceback
import warnings
from collections.abc import Callable, Collection, Mapping
from types import CodeType
from typing import Any

import numpy as np

from grader.sandbox.child import scene
from grader.sandbox.wire.caps import MAX_LINE, MAX_MESSAGE, MAX_NAME
from grader.sandbox.wire.plain import in_words
from grader.sandbox.wire.records import Fact, Job, StudentError


class Failure(Exception):  # noqa: N818
    """The submission can't go on with this trial; `error` says why."""

    def __init__(self, error: StudentError) -> None:
        super().__init__(error.message)
        self.error = error


_IGNORE_ALL = ("ignore", None, Warning, None, 0)


class Silently:
    """Where no warning is shown or raised, whatever filters there are: `catch_warnings` and a filter, in less time."""

    def __enter__(self) -> None:
        self._before = warnings.filters, warnings.showwarning
        # A list of its own: whoever adds a filter there does so for as long as this lasts.
        warnings.filters = [_IGNORE_ALL]

    def __exit__(self, *_: object) -> None:
        warnings.filters, warnings.showwarning = self._before


class Functions:
    """The functions of one submission, called so that whatever they raise becomes a `Failure`.

    `namespace` is the submission's own globals, or a few functions of a notebook. Exceptions of the types `passing` go
    through as they are. `files` are the names that tracebacks give to the submission's code. `error` is the first one
    that was put off.
    """

    def __init__(self, namespace: Mapping[str, Any], job: Job, passing: tuple[type[BaseException], ...] = ()) -> None:
        self.namespace = namespace
        self.job = job
        codes = [getattr(namespace.get(name), "__code__", None) for name in job.functions]
        self.files = {job.file} | {code.co_filename for code in codes if isinstance(code, CodeType)}
        self.error: StudentError | None = None
        self._passing = passing
        self._forward = job.functions[0] if job.driver == "pair" else ""

    def find(self, name: str) -> Callable[..., Any]:
        """The function of that name. Raises Failure if there is none."""
        found = self.namespace.get(name)
        if callable(found):
            return found  # type: ignore[no-any-return]
        defined = [
            other
            for other, value in self.namespace.items()
            if callable(value) and not other.startswith("__") and other not in self.job.functions
        ]
        similar = difflib.get_close_matches(name, defined, n=1)
        raise Failure(StudentError("missing", name, "", name, text="".join(similar)[:MAX_LINE]))

    def call(self, name: str, *arguments: Any) -> Any:
        """What the function of that name returns. Raises Failure."""
        return self.run(name, self.find(name), *arguments)

    def run(self, stage: str, function: Callable[..., Any], *arguments: Any) -> Any:
        """What `function` returns; `stage` names it in errors. Raises Failure."""
        try:
            # No warning is shown or raised, and no floating-point error raises, whatever has been set elsewhere.
            with Silently(), np.errstate(divide="warn", over="warn", under="ignore", invalid="warn"):
                return function(*arguments)
        except self._passing:
            raise
        except NotImplementedError as exception:
            error = describe(exception, stage, self.files, "not-written")
        except BaseException as exception:
            error = describe(exception, stage, self.files, forward=self._forward)
        # Raised here and not in the handler, so that no traceback keeps the submission's arrays alive.
        raise Failure(error)

    def put_off(self) -> PutOff:
        """Goes on after a Failure; `error` is the first one's."""
        return PutOff(self)


class PutOff:
    """A block that a Failure leaves, without going further."""

    def __init__(self, functions: Functions) -> None:
        self._functions = functions

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, raised: object, _traceback: object) -> bool:
        if isinstance(raised, Failure):
            self._functions.error = self._functions.error or raised.error
            return True
        return False


def two(name: str, returned: Any, wanted: str) -> tuple[Any, Any]:
    """The two values that the function of that name has `returned`. Raises Failure, which says what was `wanted`."""
    if isinstance(returned, (tuple, list)) and len(returned) == 2:
        return returned[0], returned[1]
    got = f"a tuple of {len(returned)}" if isinstance(returned, tuple) else in_words(returned)
    raise Failure(StudentError("returned", name, "", f"{name} must return {wanted}; it returned {got}"))


def describe(
    exception: BaseException, stage: str, files: Collection[str], kind: Any = "raised", forward: str = ""
) -> StudentError:
    """What was raised, and the innermost line of `files` on its way; never raises, whatever the exception is.

    `forward` is the function that makes the cache which the other one gets, if there are these two.
    """
    try:
        line, text = _place(exception, files)
        facts = _facts(exception, files, forward) if kind == "raised" else ()
        return StudentError(kind, stage, _type_name(exception), _message(exception), line, text[:MAX_LINE], facts)
    except BaseException:
        return StudentError(kind, stage, "exception", "")


def _facts(exception: BaseException, files: Collection[str], forward: str) -> tuple[Fact, ...]:
    try:
        with np.errstate(all="ignore"):
            return scene.facts(exception, exception.__traceback__, files, forward)
    except BaseException:
        return ()


def _type_name(exception: BaseException) -> str:
    # NumPy raises private subclasses, as _ArrayMemoryError, for which a student knows the public name.
    names = [str(cls.__name__) for cls in type(exception).__mro__]
    return next((name for name in names if not name.startswith("_")), "exception")[:MAX_NAME]


def _message(exception: BaseException) -> str:
    try:
        message = exception.msg if isinstance(exception, SyntaxError) else str(exception)
        return str(message)[:MAX_MESSAGE]
    except BaseException:
        return "(its message can't be read)"


def _place(exception: BaseException, files: Collection[str]) -> tuple[int, str]:
    if isinstance(exception, SyntaxError) and exception.filename in files and type(exception.lineno) is int:
        return max(exception.lineno, 0), str(exception.text or "").strip()
    line, file = 0, ""
    for frame, number in traceback.walk_tb(exception.__traceback__):
        if frame.f_code.co_filename in files:
            line, file = number, frame.f_code.co_filename
    return line, linecache.getline(file, line).strip() if line else ""
