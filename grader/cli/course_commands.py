"""What the commands for an nbgrader course have in common."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click


def enter(course: Path | None) -> None:
    """nbgrader reads its configuration in the current folder."""
    if course:
        try:
            os.chdir(course)
        except OSError as error:
            raise click.UsageError(f"{course}: {error.strerror}") from None


def require_nbgrader() -> None:
    """Raises ClickException without it."""
    import grader.course  # noqa: F401  before nbgrader, which it makes lighter

    try:
        import nbgrader  # noqa: F401
    except ImportError:
        raise click.ClickException("a course needs nbgrader: pip install 'handgrad[course]'") from None


@contextmanager
def plain_errors(assignment: str) -> Iterator[None]:
    """Says what goes wrong with an assignment in a line, without a traceback."""
    from grader.classes.engine.whole_file import OutputError
    from grader.classes.engine.work import WorkersError

    try:
        yield
    except click.ClickException:
        raise
    except (OutputError, WorkersError) as error:
        raise click.ClickException(str(error)) from None
    except Exception as error:
        if (sentence := _sentence(error, assignment)) is None:
            raise
        raise click.ClickException(sentence) from None


def _sentence(error: Exception, assignment: str) -> str | None:
    """What an expected error says, or None for one that isn't."""
    from sqlalchemy.exc import SQLAlchemyError
    from traitlets import TraitError

    from grader.classes.engine.journal import JournalError
    from grader.classes.notebooks.opened_gradebook import NotInGradebookError
    from grader.classes.notebooks.settings import CourseError
    from grader.course.check_call import CheckError
    from grader.course.secret import SeedError
    from grader.sandbox.host.levels import IsolationError
    from grader.sandbox.kernel.shortage import words_of_sqlite

    if isinstance(error, NotInGradebookError):
        if Path("source", assignment).is_dir():
            return f"{assignment} isn't in the gradebook yet: nbgrader generate_assignment {assignment}"
        return f"there is no assignment {assignment}; the gradebook has {', '.join(error.others) or 'none'}"
    if isinstance(error, TraitError):
        return f"{assignment!r} is no assignment's name"
    if isinstance(error, SQLAlchemyError):
        return f"the gradebook can't be used: {words_of_sqlite(error)}"
    return (
        str(error) if isinstance(error, CourseError | CheckError | SeedError | JournalError | IsolationError) else None
    )
