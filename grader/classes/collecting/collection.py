"""Archives are laid out as the commands that grade want them, and of each file it is noted what became of it."""

from __future__ import annotations

import csv
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from grader.classes.collecting.archives import (
    MAX_NESTED,
    MAX_STUDENT,
    MAX_STUDENT_FILES,
    ArchiveError,
    Packed,
    is_archive,
    nested_files,
    opened_archive,
)
from grader.classes.collecting.gradescope import submitted
from grader.classes.collecting.owners import LEFTOVER, Owned, Owners, is_leftover
from grader.classes.collecting.platform_names import Person
from grader.classes.collecting.roster import Roster
from grader.classes.collecting.work_names import PACKED, canonical, exercise_files
from grader.classes.engine.whole_file import OutputError, whole_file
from grader.text import quote, spreadsheet

LIST = "collected.csv"
ROSTER = "students.csv"
TIMESTAMP = "timestamp.txt"

MAX_PART = 200
"""How many bytes a file's own name may have."""


@dataclass(frozen=True)
class Outcome:
    """What became of a file: where it lies now, or "", and what is to be said of that.

    `is_loss` says that a person should look: it may be work, and lies nowhere.
    """

    archive: str
    file: str
    student: str
    place: str
    note: str
    is_loss: bool = False


@dataclass(frozen=True)
class Found:
    """A file of a student's, perhaps from an archive of theirs: its path there, and its path among the student's."""

    packed: Packed
    shown: str
    parts: tuple[str, ...]
    owned: Owned


@dataclass
class Room:
    """What a student may still hand in."""

    files: int = MAX_STUDENT_FILES
    size: int = MAX_STUDENT

    def read(self, packed: Packed) -> bytes:
        """A file's bytes. Raises ArchiveError."""
        if packed.problem:
            raise ArchiveError(packed.problem)
        if self.size <= 0:
            raise ArchiveError(f"all of this student's files together may have {MAX_STUDENT} bytes")
        content = packed.read()
        self.size -= len(content)
        return content


@dataclass
class Collection:
    """What is laid out in a folder. `notebooks` are the names that the `assignment` has, if they are known."""

    target: Path
    roster: Roster
    assignment: str = ""
    notebooks: tuple[str, ...] = ()
    outcomes: list[Outcome] = field(default_factory=list)
    platforms: set[str] = field(default_factory=set)
    _written: dict[Path, tuple[tuple[object, ...], int]] = field(default_factory=dict)
    students: set[str] = field(default_factory=set)

    def add(self, path: Path) -> None:
        """Lays out what is in an archive, or a folder. Raises ArchiveError, and OutputError."""
        with opened_archive(path) as files:
            title = path.stem if path.is_file() else path.resolve().name
            owners = Owners([each.parts for each in files], title, submitted(files), path.is_dir())
            self.platforms |= {owners.platform} - {""}
            groups: dict[tuple[Person, ...], list[Found]] = defaultdict(list)
            for packed in files:
                owned = owners.of(packed.parts)
                if isinstance(owned, Owned):
                    groups[owned.people].append(Found(packed, packed.path, owned.parts, owned))
                else:
                    self._leave(path.name, packed.path, "", owned, is_loss=_matters(owned, packed.parts))
            names = _names(groups)
            for people, found in groups.items():
                students = [self.roster.enter(each, names[each.name] == 1) for each in people]
                self._lay_out(path.name, students, found)

    def write(self) -> None:
        """Writes the list of what became of each file, and the class's. Raises OutputError."""
        self.roster.write(self.target / ROSTER)
        with whole_file(self.target / LIST) as file:
            writer = csv.writer(file)
            writer.writerow(["archive", "file", "student", "place", "note"])
            for each in self.outcomes:
                cells = (each.archive, each.file, each.student, each.place, each.note)
                writer.writerow([spreadsheet.cell(quote.line(text, 1000)) for text in cells])

    def _lay_out(self, archive: str, students: list[str], found: list[Found]) -> None:
        """Lays out what students have handed in together, or one alone."""
        self.students |= set(students)
        who, room = " ".join(students), Room()
        files = [each for one in found for each in self._unpacked(archive, who, one, room)]
        candidates: dict[tuple[str, ...], list[Found]] = defaultdict(list)
        base = next((each.parts[:-1] for each in files if self._is_known(each.parts[-1])), ())
        has_notebook = any(each.parts[-1].lower().endswith(".ipynb") for each in files)
        for each in files:
            candidates[self._place(each, base, has_notebook)].append(each)
        for place, those in candidates.items():
            *older, newest = sorted(those, key=self._age)
            self._put(archive, students, place, newest, room)
            for each in older:
                self._leave(archive, each.shown, who, f"{newest.shown} is taken, which is newer")

    def _unpacked(self, archive: str, who: str, found: Found, room: Room, depth: int = 0) -> Iterator[Found]:
        """A file, or the files in it, if it is an archive."""
        name = found.parts[-1]
        room.files -= 1
        if room.files < 0:
            self._leave(archive, found.shown, who, f"{MAX_STUDENT_FILES} files are the limit", is_loss=True)
        elif is_leftover(found.parts):
            self._leave(archive, found.shown, who, LEFTOVER)
        elif found.packed.problem:
            self._leave(archive, found.shown, who, found.packed.problem, is_loss=True)
        elif not is_archive(name):
            if name.lower().endswith(PACKED):
                self._leave(
                    archive, found.shown, who, "only a zip is opened: unpack it, and collect that", is_loss=True
                )
            elif name == TIMESTAMP:
                self._leave(archive, found.shown, who, "when it was handed in isn't the student's to say")
            else:
                yield found
        elif depth == MAX_NESTED:
            self._leave(archive, found.shown, who, f"{MAX_NESTED} archives in one another are the limit", is_loss=True)
        else:
            try:
                inner = nested_files(room.read(found.packed), max(room.files, 0))
            except ArchiveError as error:
                self._leave(archive, found.shown, who, str(error), is_loss=True)
                return
            self._note(archive, found.shown, who, "", f"opened: {len(inner)} files")
            for each in inner:
                below = Found(each, f"{found.shown}/{each.path}", (*found.parts[:-1], *each.parts), found.owned)
                yield from self._unpacked(archive, who, below, room, depth + 1)

    def _is_known(self, name: str) -> bool:
        return canonical(name, self._known()) is not None

    def _known(self) -> Iterable[str]:
        return [*exercise_files(), *self.notebooks]

    def _place(self, found: Found, base: tuple[str, ...], has_notebook: bool) -> tuple[str, ...]:
        """Where a file belongs, below the student's folder."""
        name = found.parts[-1]
        known = canonical(name, self._known())
        if known and known[0].endswith(".py"):
            return (known[0],)
        stem = (known[0] if known else name).rpartition(".")[0]
        if name.lower().endswith(".ipynb"):
            return (self.assignment or _plain(stem), known[0] if known else _plain(name))
        within = found.parts[: len(base)] == base
        parts = tuple(map(_plain, found.parts[len(base) :] if within else found.parts[-1:]))
        folder = self.assignment if has_notebook else ""
        return (folder, *parts) if folder else parts

    def _age(self, found: Found) -> tuple[object, ...]:
        """What is larger for a newer file."""
        known = canonical(found.parts[-1], self._known())
        return found.owned.order, found.packed.modified, known[1] if known else -1

    def _put(self, archive: str, students: list[str], place: tuple[str, ...], found: Found, room: Room) -> None:
        who = " ".join(students)
        try:
            content = room.read(found.packed)
        except ArchiveError as error:
            self._leave(archive, found.shown, who, str(error), is_loss=True)
            return
        for student in students:
            path = Path(student, *place)
            rank, earlier = self._age(found), self._written.get(path)
            if earlier and earlier[0] > rank:
                newer = self.outcomes[earlier[1]]
                self._leave(archive, found.shown, student, f"{newer.archive}: {newer.file} is taken, which is newer")
                continue
            self._written[path] = rank, len(self.outcomes)
            was_there = self._write(path, content)
            if found.owned.moment and place[-1].endswith(".ipynb"):
                self._write(path.with_name(TIMESTAMP), f"{found.owned.moment}\n".encode())
            self._note(archive, found.shown, student, path.as_posix(), self._said(found, place, was_there))

    def _said(self, found: Found, place: tuple[str, ...], was_there: bool) -> str:
        name = found.parts[-1]
        said = [
            "late" if found.owned.late else "",
            f"was called {name}" if name != place[-1] else "",
            "" if self._is_known(name) else "no exercise or notebook is called so" if _is_code(name) else "",
            "in place of another" if was_there else "",
        ]
        return "; ".join(filter(None, said))

    def _write(self, path: Path, content: bytes) -> bool:
        """Writes a file, in place of what is there; whether that was something else. Raises OutputError."""
        folder = self.target
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for part in path.parts[:-1]:
                folder /= part
                if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
                    raise OutputError(folder, "it is a link, or no folder")
                folder.mkdir(exist_ok=True)
            target, part_file = folder / path.name, folder / f".{path.name[:50]}.part"
            was_there = target.is_file() and not target.is_symlink() and target.read_bytes() != content
            part_file.unlink(missing_ok=True)
            with part_file.open("xb") as file:
                file.write(content)
            os.replace(part_file, target)
        except OSError as error:
            raise OutputError(self.target / path, error) from None
        return was_there

    def _leave(self, archive: str, file: str, student: str, why: str, is_loss: bool = False) -> None:
        self._note(archive, file, student, "", why, is_loss)

    def _note(self, archive: str, file: str, student: str, place: str, note: str, is_loss: bool = False) -> None:
        self.outcomes.append(Outcome(archive, file, student, place, note, is_loss))


def _names(groups: Mapping[tuple[Person, ...], object]) -> Mapping[str, int]:
    """How many students have a name."""
    count: dict[str, int] = defaultdict(int)
    for each in {person for people in groups for person in people}:
        count[each.name] += 1
    return count


def _matters(why: str, parts: tuple[str, ...]) -> bool:
    return why != LEFTOVER and not why.startswith("Gradescope's list")


def _is_code(name: str) -> bool:
    return name.lower().endswith((".py", ".ipynb"))


def _plain(name: str) -> str:
    """A file's name that any system takes."""
    text = "".join(each for each in name if each.isprintable() and each not in '/\\:*?"<>|')
    short = text.encode("utf-8", "replace")[:MAX_PART].decode("utf-8", "ignore").strip()
    return short if short.strip(".") else "unnamed"
