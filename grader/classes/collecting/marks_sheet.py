"""Marks written into the table that a platform has exported, so that it takes them back: one column, nothing else."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.classes.collecting.roster import Member
from grader.text.numbers import mark

_POINTS_POSSIBLE = "points possible"
_CANVAS_COLUMN = re.compile(r".+ \(\d+\)", re.DOTALL)
_TRAILING_NUMBER = re.compile(r"[0-9]+\Z")

_NEARLY = 1e-6


class SheetError(Exception):
    """A table that can't be filled; the message says why."""


@dataclass(frozen=True)
class Earned:
    """The points of a student, and of how many."""

    points: float
    most: float


@dataclass(frozen=True)
class Identity:
    """By what a platform's table knows a student: a column, and what of a student stands there."""

    column: str
    of: Callable[[Member], str]
    read: Callable[[str], str] = str.strip


def _number(text: str) -> str:
    """The number at the end: "Participant 1201"."""
    found = _TRAILING_NUMBER.search(text.strip()[-20:])
    return found[0] if found else text.strip()


def _email(text: str) -> str:
    return text.strip().casefold()


_EMAIL = ("Email address", "Email", "SIS Login ID")

IDENTITIES = (
    Identity("ID", lambda each: each.lms_user_id),
    Identity("Identifier", lambda each: each.lms_user_id, _number),
    Identity("SID", lambda each: each.lms_user_id),
    *(Identity(column, lambda each: _email(each.email), _email) for column in _EMAIL),
    Identity("SIS Login ID", lambda each: each.id),
    Identity("Username", lambda each: each.id),
)
"""In the order in which they are asked; the e-mail address may be what a platform has as a number, too."""

COLUMNS = {"Grade": "Maximum grade", "Total Score": "Max Points"}
"""Moodle's and Gradescope's column of marks, and that of the points that there are."""


class MarksSheet:
    """A table that a platform has exported, with what it knows students by. Raises SheetError when it is read."""

    def __init__(self, path: Path) -> None:
        try:
            data = path.read_bytes()
            self._mark = "\ufeff" if data.startswith(b"\xef\xbb\xbf") else ""
            text = data.decode("utf-8-sig")
        except OSError as error:
            raise SheetError(f"{path}: {error.strerror}") from None
        except UnicodeDecodeError:
            raise SheetError(f"{path} is no UTF-8 text: export it anew, as CSV") from None
        first = text.partition("\n")[0]
        self._delimiter = max(",;\t", key=first.count)
        self._end = "\r\n" if "\r\n" in text else "\n"
        try:
            self._rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=self._delimiter, strict=True))
        except csv.Error as error:
            raise SheetError(f"{path} is no table: {error}") from None
        self._header = [each.strip() for each in self._rows[0]] if self._rows else []
        self.identities = [each for each in IDENTITIES if each.column in self._header]
        if not self.identities:
            columns = ", ".join(dict.fromkeys(each.column for each in IDENTITIES))
            raise SheetError(f"{path} has no column that names its students: {columns}")

    def column(self, wanted: str) -> str:
        """The column to be filled: the one that is asked for, by its beginning, or the only one there can be."""
        marks = [each for each in self._header if each in COLUMNS or _CANVAS_COLUMN.fullmatch(each)]
        if wanted:
            low = wanted.casefold()
            marks = [each for each in self._header if each.casefold() == low or each.casefold().startswith(f"{low} (")]
        if len(marks) == 1 and self._header.count(marks[0]) == 1:
            return marks[0]
        there = ", ".join(marks or self._header)
        found = "more than one column" if marks else "no column"
        raise SheetError(f"{found} could be that of the marks{wanted and f', {wanted}'}; --column names it: {there}")

    def most(self, column: str) -> set[float]:
        """How many points there are for it, as the platform has it, where it says so."""
        place = self._header.index(COLUMNS[column]) if COLUMNS.get(column) in self._header else None
        if place is not None:
            texts = [row[place] for row in self._students() if place < len(row)]
        else:
            place = self._header.index(column)
            texts = [row[place] for row in self._rows[1:] if _is_heading(row) and place < len(row)]
        return {float(each) for each in texts if re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", each.strip())}

    def fill(self, column: str, earned: Mapping[str, Earned], members: Iterable[Member]) -> list[str]:
        """Writes the marks of students, by id, into their rows; whose have no row is returned.

        A cell for which there is no mark stays as it is. Raises SheetError where two rows are one student's, or a row
        two students'.
        """
        place, finds = self._header.index(column), _finds(self.identities, list(members))
        filled: set[str] = set()
        for row in self._students():
            student = self._student(row, finds)
            if student is None or student not in earned:
                continue
            if student in filled:
                raise SheetError(f"{student} has two rows")
            filled.add(student)
            row += [""] * (place + 1 - len(row))
            row[place] = mark(earned[student].points)
        return sorted(set(earned) - filled)

    def text(self) -> str:
        """The table as it was read, but for what was filled in."""
        file = io.StringIO(newline="")
        csv.writer(file, delimiter=self._delimiter, lineterminator=self._end).writerows(self._rows)
        return self._mark + file.getvalue()

    def _students(self) -> list[list[str]]:
        return [row for row in self._rows[1:] if any(row) and not _is_heading(row)]

    def _student(self, row: Sequence[str], finds: Mapping[Identity, Mapping[str, str]]) -> str | None:
        """Whose row it is. Raises SheetError where it has the number of one student and the address of another."""
        found: dict[str, str] = {}
        for identity, by in finds.items():
            place = self._header.index(identity.column)
            known = identity.read(row[place]) if place < len(row) else ""
            if known and known in by:
                found.setdefault(by[known], f"{row[place].strip()} is {by[known]}'s")
        if len(found) > 1:
            raise SheetError(f"in one row {' and '.join(found.values())}: a number may be from elsewhere; see --roster")
        return next(iter(found), None)


def scaled(earned: Mapping[str, Earned], most: float) -> dict[str, Earned]:
    """The marks in proportion, where a platform has another number of points."""
    return {student: Earned(each.points * most / each.most, most) for student, each in earned.items() if each.most}


def too_many(earned: Mapping[str, Earned], most: float) -> list[str]:
    """Who has more points than a platform takes."""
    return sorted(student for student, each in earned.items() if each.points > most + _NEARLY)


def _is_heading(row: Sequence[str]) -> bool:
    """Whether a row is no student's: Canvas has the points that there are in one."""
    return bool(row) and row[0].strip().casefold() == _POINTS_POSSIBLE


def _finds(identities: Iterable[Identity], members: Sequence[Member]) -> dict[Identity, dict[str, str]]:
    """Students' ids by what a platform knows them by, for each way; what two have finds neither."""
    found = {}
    for identity in identities:
        keys = [(identity.of(each), each.id) for each in members]
        count = Counter(key for key, _ in keys)
        found[identity] = {key: student for key, student in keys if key and count[key] == 1}
    return found
