"""Who is in a class: each student's id, the folder of their work, beside what the platform knows them by."""

from __future__ import annotations

import csv
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, dataclass, replace
from pathlib import Path

from grader.classes.collecting.platform_names import Person, folder_name
from grader.classes.engine.whole_file import whole_file
from grader.text import quote, spreadsheet

COLUMNS = ("id", "first_name", "last_name", "email", "lms_user_id")
"""Those of nbgrader's own list of students, which nbgrader db student import takes."""


class RosterError(Exception):
    """A list of students that can't be used; the message says why."""


@dataclass(frozen=True)
class Member:
    """A student of the class."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""

    @property
    def name(self) -> str:
        """The first name before the last."""
        return f"{self.first_name} {self.last_name}".strip()


class Roster:
    """The students of a class, by id. `strangers` are those who were taken in."""

    def __init__(self, members: Iterable[Member] = ()) -> None:
        self.strangers: list[str] = []
        self._members = {each.id: each for each in members}
        every = list(self._members.values())
        self._by_number = _unique(every, lambda each: [each.lms_user_id])
        self._by_email = _unique(every, lambda each: [_plain(each.email)])
        # Of two students of one name neither is meant by it; who has a number is known by that.
        unnumbered = _unique(every, lambda each: dict.fromkeys([_plain(each.name), _sortable(each)]))
        self._by_name = {name: each for name, each in unnumbered.items() if not each.lms_user_id}

    def __iter__(self) -> Iterator[Member]:
        return iter(self._members.values())

    def enter(self, person: Person, by_name: bool = True) -> str:
        """The id of a student, who is taken in if need be, with what the platform knows of them.

        They are found by name only if that is asked for.
        """
        known = self._find(person, by_name)
        member = known or Member(_new_id(person))
        if known is None and member.id not in self._members:
            self.strangers.append(member.id)
        names = {} if member.name else dict(zip(("first_name", "last_name"), _names(person.name), strict=True))
        member = replace(
            member, email=member.email or person.email, lms_user_id=person.known or member.lms_user_id, **names
        )
        self._members[member.id] = member
        if person.known:
            self._by_number[person.known] = member
        self._by_name = {name: each for name, each in self._by_name.items() if each.id != member.id}
        return member.id

    def _find(self, person: Person, by_name: bool) -> Member | None:
        if not person.known:
            return self._members.get(person.name) or self._members.get(_new_id(person))
        found = self._by_number.get(person.known)
        found = found or self._by_email.get(_plain(person.email))
        return found or (self._by_name.get(_plain(person.name)) if by_name and person.name else None)

    def write(self, path: Path) -> None:
        """Writes the list, as nbgrader takes it. Raises OutputError."""
        with whole_file(path) as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for each in sorted(self, key=lambda member: member.id):
                writer.writerow([_cell(field, text) for field, text in zip(COLUMNS, astuple(each), strict=True)])


def read_roster(path: Path) -> Roster:
    """The list of students in a file. Raises RosterError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise RosterError(f"{path}: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error):
        raise RosterError(f"{path} is no table: a CSV file in UTF-8") from None
    if not rows or "id" not in rows[0]:
        raise RosterError(f"{path} has no column id")
    members = [Member(**{field: (row.get(field) or "").strip() for field in COLUMNS}) for row in rows]
    for each in members:
        if not each.id or each.id.startswith(".") or "/" in each.id or "\0" in each.id:
            raise RosterError(f"{path}: {quote.line(each.id, 80) or 'nothing'} can't be a student's id")
    return Roster(members)


def _unique(members: Iterable[Member], keys: Callable[[Member], Iterable[str]]) -> dict[str, Member]:
    """Students by something of theirs that no other has."""
    keyed = [(key, each) for each in members for key in keys(each) if key]
    count = Counter(key for key, _ in keyed)
    return {key: each for key, each in keyed if count[key] == 1}


def _sortable(member: Member) -> str:
    """The name in the way in which Canvas has it in the names of files."""
    return "".join(each for each in f"{member.last_name}{member.first_name}".lower() if each.isalnum() or each == "_")


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", each) for each in text[:1000].casefold().split())


def _new_id(person: Person) -> str:
    parts = [folder_name(person.name), folder_name(person.known)]
    return "_".join(filter(None, parts)) or "nobody"


def _names(name: str) -> tuple[str, str]:
    first, _, last = name.partition(" ")
    return (first, last.strip()) if last else ("", first)


def _cell(field: str, text: str) -> str:
    return text if field in ("id", "lms_user_id", "email") and spreadsheet.is_plain_id(text) else spreadsheet.cell(text)
