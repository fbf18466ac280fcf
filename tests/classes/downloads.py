"""Invented downloads of a class: Canvas's zip, Moodle's, Gradescope's export; and what each student should get."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader import catalog
from tests import submissions

NAMES = (
    "Ada Lovelace", "Emmy Noether", "Kurt Gödel", "José Núñez", "José Núñez", "李 明", "Ольга Ладыженская",
    "محمد الخوارزمي", "Zoë O'Neil", "Anna-Maria von der Weide", "Ada Lovelace", "Nguyễn Thị Minh", "Łukasz Żak",
    "Σωκράτης Σ", "Ay Ş",
    *(f"Student {letter}" for letter in "ABCDEFGHIJKLMNO"),
)  # fmt: skip
"""Thirty students, of whom two pairs have the same name."""

RELU = catalog.get("relu")
RIGHT, STUB = submissions.solution(RELU), submissions.stub(RELU)


@dataclass(frozen=True)
class Student:
    """A student; `kind` says what they handed in, and how."""

    number: int
    name: str
    kind: str

    @property
    def email(self) -> str:
        return f"s{self.number}@example.org"

    @property
    def source(self) -> bytes | None:
        """What counts of it."""
        own = f"\n# {self.number}\n".encode()
        return {"stub": STUB, "wrong": WRONG + own, "nothing": None}.get(self.kind, RIGHT + own)

    @property
    def is_right(self) -> bool:
        """Whether it earns every point."""
        return self.kind not in ("stub", "wrong", "nothing")


WRONG = RIGHT.replace(b"_backward(", b"_not_it(", 1)
"""A file that has no backward."""

KINDS = ("plain", "again", "zip", "deep", "late", "copy", "stub", "wrong", "nothing", "nested")
"""As it is, again, in an archive, a folder deeper, late, "(1)", untouched, wrong, not at all, zips in zips."""

CLASS = tuple(Student(1000 + place, name, KINDS[place % len(KINDS)]) for place, name in enumerate(NAMES))

FILE = RELU.file
STEM = FILE.removesuffix(".py")


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The bytes of a zip."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def handed_in(student: Student, renames: bool = False) -> Iterator[tuple[str, bytes]]:
    """The files that a student uploads, the newest last. `renames`: the platform numbers those of a new attempt."""
    source = student.source
    if source is None:
        return
    yield from {
        "again": [(f"{STEM}-1.py" if renames else FILE, source)],
        "zip": [("my work.zip", zipped({f"exercises/{FILE}": source, "__MACOSX/._x": b"", "notes.txt": b"hello"}))],
        "deep": [("hw1.zip", zipped({f"hw1/exercises/{FILE}": source}))],
        "copy": [(FILE, STUB), (f"{STEM} (1).py", source)],
        "nested": [("outer.zip", zipped({"inner.zip": zipped({f"a/b/{FILE}": source})}))],
    }.get(student.kind, [(FILE, source)])


def canvas(path: Path) -> Path:
    """Canvas's zip: flat, with numbers in the names; a newer attachment has a larger one."""
    files = {}
    for student in CLASS:
        squashed = "".join(each for each in "".join(reversed(student.name.split(" "))).lower() if each.isalnum())
        late = "LATE_" if student.kind == "late" else ""
        for place, (name, content) in enumerate(handed_in(student, renames=True)):
            files[f"{squashed}_{late}{student.number}_{student.number * 10 + place}_{name}"] = content
    path.write_bytes(zipped(files))
    return path


def moodle(path: Path) -> Path:
    """Moodle's zip: a folder for each participant."""
    files = {}
    for student in CLASS:
        for name, content in handed_in(student):
            files[f"{student.name}_{student.number}_assignsubmission_file/{name}"] = content
    path.write_bytes(zipped(files))
    return path


def gradescope(path: Path) -> Path:
    """Gradescope's export: numbered folders, and a list of whose each is."""
    files, listed = {}, ""
    for place, student in enumerate(CLASS):
        for name, content in handed_in(student):
            files[f"assignment_7_export/submission_{place}/{name}"] = content
        if student.source is not None:
            listed += (
                f"submission_{place}:\n  :submitters:\n  - :name: {student.name}\n    :sid: '{student.number}'\n"
                f"    :email: {student.email}\n  :created_at: 2030-01-31 17:{place:02}:00.000000000 Z\n"
            )
    files["assignment_7_export/submission_metadata.yml"] = listed.encode()
    path.write_bytes(zipped(files))
    return path


EXPORTS = {
    "canvas": "Student,ID,SIS User ID,SIS Login ID,Section,Week 1 (77),Relu (4321)\n"
    "    Points Possible,,,,,10,2\n"
    + "".join(f'"{each.name}",{each.number},,{each.email},Monday,7,\n' for each in reversed(CLASS)),
    "moodle": "\ufeffIdentifier,Full name,Email address,Status,Grade,Maximum grade,Last modified (grade)\r\n"
    + "".join(f"Participant {each.number},{each.name},{each.email},x,,2.00,-\r\n" for each in reversed(CLASS)),
    "gradescope": "First Name,Last Name,SID,Email,Total Score,Max Points,Status\n"
    + "".join(f"{each.name},x,{each.number},{each.email},,2.0,Ungraded\n" for each in reversed(CLASS)),
}
"""What the platforms export for marks to be entered, in another order."""

COLUMNS = {"canvas": ("ID", "Relu (4321)"), "moodle": ("Identifier", "Grade"), "gradescope": ("SID", "Total Score")}
"""In it the columns of who it is, and of the marks."""
