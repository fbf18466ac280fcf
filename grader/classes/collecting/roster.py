"""Who is in a class: each student's id, the folder of their work, beside what the platform knows them by."""

from __future__ import annotations

import csv
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, dataclass, replace
from itertools import chain, count
from pathlib import Path

from grader.classes.collecting.platform_names import Person, folder_name
from grader.classes.engine.whole_file import whole_file
from grader.text import quote, spreadsheet

COLUMNS = ("id", "first_name", "last_name", "email", "lms_user_id")
"""Those of nbgrader's own list of students, which nbgrader db student import takes."""


RESERVED = ("collected.csv", "students.csv")
"""Files in a class's folder, where the students' folders lie."""


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


class StudentList:
    """The students of a class, by id. `strangers` are those who were taken in.

    `by_number_alone` has the numbers of those whose name others have, too, where numbers may be from elsewhere.
    """

    def __init__(self, members: Iterable[Member] = ()) -> None:
        self.strangers: list[str] = []
        self.by_number_alone: dict[str, str] = {}
        self._members = {each.id: each for each in members}
        self._given = dict(self._members)
        every = list(self._members.values())
        self._holders: defaultdict[str, set[str]] = defaultdict(set)
        for each in every:
            self._holders[each.lms_user_id].add(each.id)
        self._by_number = _unique(every, lambda each: [each.lms_user_id])
        self._by_email = _unique(every, lambda each: [_plain(each.email)])
        self._by_folder = {each.name: each for each in every if not each.lms_user_id and not each.email}
        # Of two students of one name neither is meant by it.
        self._by_name = _unique(every, lambda each: dict.fromkeys([name_key(each.name), _sortable(each)]))

    def __iter__(self) -> Iterator[Member]:
        return iter(self._members.values())

    def enter(self, person: Person, by_name: bool = True) -> str:
        """The id of a student, who is taken in if need be, with what the platform knows of them.

        They are found by name only if that is asked for.
        """
        known = self._find(person, by_name)
        member = known or Member(self._free_id(person))
        if known is None:
            self.strangers.append(member.id)
        names = {} if member.name else dict(zip(("first_name", "last_name"), _names(person.name), strict=True))
        member = replace(
            member, email=member.email or person.email, lms_user_id=person.known or member.lms_user_id, **names
        )
        self._members[member.id] = member
        if person.is_passing:
            self._clear(member)
        if person.known:
            self._by_number.setdefault(person.known, member)
        if not person.is_passing:
            self._by_name = {name: each for name, each in self._by_name.items() if each.id != member.id}
        if not person.known:
            self._by_folder[person.name] = member
        return member.id

    def _clear(self, member: Member) -> None:
        """Takes a number that is now one student's away from others, who have it from elsewhere."""
        holders = [self._members[each] for each in self._holders[member.lms_user_id]]
        for other in holders:
            if other.id != member.id and other.lms_user_id == member.lms_user_id:
                self._members[other.id] = replace(other, lms_user_id="")
        self._holders[member.lms_user_id] = {member.id}

    def _free_id(self, person: Person) -> str:
        """An id that nobody has."""
        parts = [folder_name(person.name), folder_name(person.known)]
        made = "_".join(filter(None, parts)) or "student"
        numbered = (f"{made}-{number}" for number in count(2))
        return next(each for each in chain([made], numbered) if each not in self._members and each not in RESERVED)

    def _find(self, person: Person, by_name: bool) -> Member | None:
        if not person.known:
            # Who is known by the name of a folder has no other.
            return self._by_folder.get(person.name) or self._given.get(person.name)
        name, found = name_key(person.name), self._by_number.get(person.known)
        named = self._by_name.get(name) if by_name else None
        if person.is_passing:
            # What stands there as a number may come from elsewhere, and be another's.
            if named or not found or name_key(found.name) != name:
                return named
            self.by_number_alone[found.id] = person.known
            return found
        if found and found.email and person.email and _plain(found.email) != _plain(person.email):
            # On some platforms students give themselves a number: it may be another's.
            found = None
        # Who has a number is known by that.
        named = named if named and not named.lms_user_id else None
        return found or self._by_email.get(_plain(person.email)) or named

    def why_apart(self, stranger: str) -> str:
        """What is to be said of who was taken in, and what can be done where several are called so."""
        taken = self._members[stranger]
        same = [each.id for each in self._given.values() if name_key(each.name) == name_key(taken.name)]
        if len(same) < 2 or not taken.lms_user_id:
            return "has a folder of that name"
        return (
            f"{' and '.join(same)} are called so: give one of them the number {taken.lms_user_id} as lms_user_id, "
            "delete this folder, and collect again"
        )

    def write(self, path: Path) -> None:
        """Writes the list, as nbgrader takes it. Raises OutputError."""
        with whole_file(path) as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for each in sorted(self, key=lambda member: member.id):
                writer.writerow([_cell(field, text) for field, text in zip(COLUMNS, astuple(each), strict=True)])


def read_roster(path: Path) -> StudentList:
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
    members = [Member(**{field: _read(row.get(field) or "") for field in COLUMNS}) for row in rows]
    for each in members:
        if not each.id or each.id.startswith(".") or "/" in each.id or "\0" in each.id:
            raise RosterError(f"{path}: {quote.line(each.id, 80) or 'nothing'} can't be a student's id")
    return StudentList(members)


def _unique(members: Iterable[Member], keys: Callable[[Member], Iterable[str]]) -> dict[str, Member]:
    """Students by something of theirs that no other has."""
    keyed = [(key, each) for each in members for key in keys(each) if key]
    times = Counter(key for key, _ in keyed)
    return {key: each for key, each in keyed if times[key] == 1}


def _sortable(member: Member) -> str:
    """The name in the way in which Canvas has it in the names of files."""
    return "".join(each for each in f"{member.last_name}{member.first_name}".lower() if each.isalnum() or each == "_")


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", each) for each in text[:1000].casefold().split())


def name_key(name: str) -> str:
    """A name without what gets lost of it in the name of a folder."""
    return _plain("".join(" " if each == "_" else each for each in name if each not in "&<>\"`|':\\/"))


def _names(name: str) -> tuple[str, str]:
    first, _, last = name.partition(" ")
    return (first, last.strip()) if last else ("", first)


def _read(text: str) -> str:
    """A cell as it was before it was kept from being a formula."""
    text = text.strip()
    return text[1:] if text.startswith("'") and spreadsheet.cell(text[1:]) == text else text


def _cell(field: str, text: str) -> str:
    return text if field in ("id", "lms_user_id", "email") and spreadsheet.is_plain_id(text) else spreadsheet.cell(text)
