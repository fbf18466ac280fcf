"""nbgrader's gradebook, opened, and an assignment in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from sqlalchemy import event, make_url

WAIT_MILLISECONDS = 60_000
"""How long another program, formgrader perhaps, may hold an SQLite gradebook."""


class NotInGradebookError(Exception):
    """There is no such assignment in the gradebook; `others` are those that there are."""

    def __init__(self, others: Sequence[str]) -> None:
        super().__init__(", ".join(others))
        self.others = others


@contextmanager
def gradebook(url: str, course: str) -> Iterator[Any]:
    """nbgrader's gradebook, patient with whoever else is writing in it.

    Raises NotInGradebookError if there is none yet, and SQLAlchemyError.
    """
    place = make_url(url)
    if place.get_backend_name() == "sqlite" and not Path(place.database or "").exists():
        raise NotInGradebookError([])
    opened = Gradebook(url, course)
    if opened.engine.dialect.name == "sqlite":
        opened.db.remove()
        opened.engine.dispose()
        wait = f"PRAGMA busy_timeout = {WAIT_MILLISECONDS}"
        event.listen(opened.engine, "connect", lambda connection, _: connection.execute(wait))
    try:
        yield opened
    finally:
        opened.close()


def find_assignment(book: Any, assignment: str) -> Any:
    """An assignment of the gradebook. Raises NotInGradebookError."""
    try:
        return book.find_assignment(assignment)
    except MissingEntry:
        raise NotInGradebookError([each.name for each in book.assignments]) from None
