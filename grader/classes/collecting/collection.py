"""Archives are laid out as the commands that grade want them, and of each file it is noted what became of it."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from grader.classes.collecting.archives import (
    MAX_NESTED,
    MAX_STUDENT_FILES,
    ArchiveError,
    Packed,
    StudentRoom,
    is_archive,
    nested_files,
    opened_archive,
)
from grader.classes.collecting.class_folder import ClassFolder, plain_name
from grader.classes.collecting.gradescope_export import submitted
from grader.classes.collecting.owners import LEFTOVER, Owned, Owners
from grader.classes.collecting.platform_names import Person, is_leftover
from grader.classes.collecting.roster import StudentList, name_key
from grader.classes.collecting.work_names import canonical, exercise_files, is_packed
from grader.classes.engine.whole_file import whole_file
from grader.text import quote, spreadsheet

LIST = "collected.csv"
ROSTER = "students.csv"
TIMESTAMP = "timestamp.txt"


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
class StudentFile:
    """A file of a student's, perhaps from an archive of theirs: its path there, and its path among the student's."""

    packed: Packed
    shown: str
    parts: tuple[str, ...]
    owned: Owned


@dataclass
class Collection:
    """What is laid out in a folder. `notebooks` are the names that the `assignment` has, if they are known."""

    target: Path
    roster: StudentList
    assignment: str = ""
    notebooks: tuple[str, ...] = ()
    outcomes: list[Outcome] = field(default_factory=list)
    platforms: set[str] = field(default_factory=set)
    _written: dict[Path, tuple[tuple[object, ...], int]] = field(default_factory=dict)
    students: set[str] = field(default_factory=set)

    @property
    def _folder(self) -> ClassFolder:
        return ClassFolder(self.target)

    def add(self, path: Path) -> None:
        """Lays out what is in an archive, or a folder. Raises ArchiveError, and OutputError."""
        with opened_archive(path) as files:
            title = path.stem if path.is_file() else path.resolve().name
            owners = Owners([each.parts for each in files], title, submitted(files), path.is_dir())
            self.platforms |= {owners.platform} - {""}
            groups: dict[tuple[Person, ...], list[StudentFile]] = defaultdict(list)
            for packed in files:
                owned = owners.of(packed.parts)
                if isinstance(owned, Owned):
                    groups[owned.people].append(StudentFile(packed, packed.path, owned.parts, owned))
                else:
                    self._leave(path.name, packed.path, "", owned, is_loss=_matters(owned, packed.parts))
            names = _names(groups)
            for people, found in groups.items():
                students = [self.roster.enter(each, names[name_key(each.name)] == 1) for each in people]
                self._lay_out(path.name, students, found)

    def write(self) -> None:
        """Writes the list of what became of each file, and the class's. Raises OutputError."""
        self._folder.make()
        self.roster.write(self.target / ROSTER)
        with whole_file(self.target / LIST) as file:
            writer = csv.writer(file)
            writer.writerow(["archive", "file", "student", "place", "note"])
            for each in self.outcomes:
                cells = (each.archive, each.file, each.student, each.place, each.note)
                writer.writerow([spreadsheet.cell(quote.line(text, 1000)) for text in cells])

    def _lay_out(self, archive: str, students: list[str], found: list[StudentFile]) -> None:
        """Lays out what students have handed in, together or one alone."""
        self.students |= set(students)
        who, room = " ".join(students), StudentRoom()
        files = [each for one in found for each in self._unpacked(archive, who, one, room)]
        candidates: dict[tuple[str, ...], list[StudentFile]] = defaultdict(list)
        base = next((each.parts[:-1] for each in files if self._is_known(each.parts[-1])), ())
        has_notebook = any(each.parts[-1].lower().endswith(".ipynb") for each in files)
        for each in files:
            candidates[self._place(each, base, has_notebook)].append(each)
        for place, those in candidates.items():
            taken = ""
            for each in sorted(those, key=self._age, reverse=True):
                if taken:
                    self._leave(archive, each.shown, who, f"{taken} is taken, which is newer")
                elif self._put(archive, students, place, each, room):
                    taken = each.shown

    def _unpacked(
        self, archive: str, who: str, found: StudentFile, room: StudentRoom, depth: int = 0
    ) -> Iterator[StudentFile]:
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
            if is_packed(name):
                self._leave(
                    archive, found.shown, who, "only a zip is opened: unpack it, and collect that", is_loss=True
                )
            elif plain_name(name).casefold() == TIMESTAMP:
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
                below = StudentFile(each, f"{found.shown}/{each.path}", (*found.parts[:-1], *each.parts), found.owned)
                yield from self._unpacked(archive, who, below, room, depth + 1)

    def _is_known(self, name: str) -> bool:
        return canonical(name, self._known()) is not None

    def _known(self) -> Iterable[str]:
        return [*exercise_files(), *self.notebooks]

    def _place(self, found: StudentFile, base: tuple[str, ...], has_notebook: bool) -> tuple[str, ...]:
        """Where a file belongs, below the student's folder."""
        name = found.parts[-1]
        known = canonical(name, self._known())
        if known and known[0].endswith(".py"):
            return (known[0],)
        stem = (known[0] if known else name).rpartition(".")[0]
        if name.lower().endswith(".ipynb"):
            return (self.assignment or plain_name(stem), known[0] if known else plain_name(name))
        within = found.parts[: len(base)] == base
        parts = tuple(map(plain_name, found.parts[len(base) :] if within else found.parts[-1:]))
        folder = self.assignment if has_notebook else ""
        return (folder, *parts) if folder else parts

    def _age(self, found: StudentFile) -> tuple[object, ...]:
        """What is larger for a newer file."""
        known = canonical(found.parts[-1], self._known())
        return found.owned.order, found.packed.modified, known[1] if known else -1

    def _put(
        self, archive: str, students: list[str], place: tuple[str, ...], found: StudentFile, room: StudentRoom
    ) -> bool:
        """Puts a file where it belongs; whether it could be read."""
        who = " ".join(students)
        try:
            content = room.read(found.packed)
        except ArchiveError as error:
            self._leave(archive, found.shown, who, str(error), is_loss=True)
            return False
        for student in students:
            path = Path(student, *place)
            rank, earlier = self._age(found), self._written.get(path)
            if earlier and earlier[0] > rank:
                newer = self.outcomes[earlier[1]]
                self._leave(archive, found.shown, student, f"{newer.archive}: {newer.file} is taken, which is newer")
                continue
            try:
                was_there = self._folder.write(path, content)
                if found.owned.moment and place[-1].endswith(".ipynb"):
                    self._folder.write(path.with_name(TIMESTAMP), f"{found.owned.moment}\n".encode())
            except ArchiveError as error:
                self._leave(archive, found.shown, student, str(error), is_loss=True)
                continue
            self._written[path] = rank, len(self.outcomes)
            self._note(archive, found.shown, student, path.as_posix(), self._said(found, place, was_there))
        return True

    def _said(self, found: StudentFile, place: tuple[str, ...], was_there: bool) -> str:
        name = found.parts[-1]
        said = [
            "late" if found.owned.late else "",
            f"was called {name}" if name != place[-1] else "",
            "" if self._is_known(name) else "no exercise or notebook is called so" if _is_code(name) else "",
            "in place of another" if was_there else "",
        ]
        return "; ".join(filter(None, said))

    def _leave(self, archive: str, file: str, student: str, why: str, is_loss: bool = False) -> None:
        self._note(archive, file, student, "", why, is_loss)

    def _note(self, archive: str, file: str, student: str, place: str, note: str, is_loss: bool = False) -> None:
        self.outcomes.append(Outcome(archive, file, student, place, note, is_loss))


def _names(groups: Mapping[tuple[Person, ...], object]) -> Mapping[str, int]:
    """How many students have a name."""
    count: dict[str, int] = defaultdict(int)
    for each in {person for people in groups for person in people}:
        count[name_key(each.name)] += 1
    return count


def _matters(why: str, parts: tuple[str, ...]) -> bool:
    return why != LEFTOVER and not why.startswith("Gradescope's list")


def _is_code(name: str) -> bool:
    return name.lower().endswith((".py", ".ipynb"))
