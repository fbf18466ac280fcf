"""What lies in a student's folder is read once, through no link, and up to a size in sum; what is left out is named."""

from __future__ import annotations

import os
import shutil
import struct
import tracemalloc
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from tests.proof import needs

needs("nbgrader")

import dateutil.tz
from nbgrader.coursedir import CourseDirectory

from grader.classes.notebooks import student_folder
from grader.course import handed_in
from grader.course.beside_files import BesideFiles
from grader.course.handed_in import MAX_ENTRIES, MAX_NAMED, HandedIn, Room
from grader.course.timestamp import MAX_TIMESTAMP, NO_TIME, TIMESTAMP, moment_of
from grader.report.class_report.class_summary import CONCERNS
from grader.sandbox.host.source_file import OpenFolder, SubmissionFileError, opened

ROOM = Room(1000, 2000)

UNKNOWN = "a time zone that isn't known"

Read: TypeAlias = Callable[..., HandedIn]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of a student's."""
    made = tmp_path / "ada" / "backward"
    made.mkdir(parents=True)
    (made / "backward.ipynb").write_text("{}")
    return made


@pytest.fixture
def read() -> Iterator[Read]:
    """What reads such a folder; what it has read is closed in the end."""
    with ExitStack() as every:

        def read(folder: Path, room: Room = ROOM) -> HandedIn:
            with opened(folder.parents[1], "ada", "backward") as found:
                handed = handed_in.read(found, ["backward"], ["*.tmp"], room)
            every.callback(handed.beside.close)
            return handed

        yield read


def copied(found: HandedIn, target: Path) -> list[str]:
    """The paths of the files that are copied."""
    found.beside.write(target)
    return sorted(path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file())


def sparse(path: Path, size: int) -> None:
    with path.open("wb") as file:
        file.truncate(size)


def test_what_was_read_is_copied_whatever_it_has_become(folder: Path, tmp_path: Path, read: Read) -> None:
    (folder / "data").mkdir()
    for path in ("notes.txt", "data/numbers.csv"):
        (folder / path).write_text(path)
    found = read(folder)
    (folder / "notes.txt").write_text("something else")
    shutil.rmtree(folder / "data")
    (folder / "data").symlink_to("/etc")
    assert found.notebooks == {"backward": b"{}"}
    assert copied(found, tmp_path / "copy") == ["data/numbers.csv", "notes.txt"]
    assert (tmp_path / "copy" / "notes.txt").read_text() == "notes.txt"


def test_large_files_are_copied_as_they_are_without_being_held(folder: Path, tmp_path: Path, read: Read) -> None:
    content = bytes(range(256)) * (1 << 15)
    (folder / "a").write_bytes(content)
    (folder / "b").write_bytes(content[1:])
    tracemalloc.start()
    found = read(folder, Room(1 << 30, 1 << 30, tmp_path))
    assert copied(found, tmp_path / "copy") == ["a", "b"]
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < len(content)
    assert (tmp_path / "copy" / "a").read_bytes() == content
    assert (tmp_path / "copy" / "b").read_bytes() == content[1:]


def test_of_a_file_that_fails_midway_nothing_is_kept() -> None:
    def broken() -> Iterator[bytes]:
        yield b"half of it"
        raise SubmissionFileError("it can't be read.")

    with closing(BesideFiles(None)) as files:
        files.add("a", [b"one"])
        with pytest.raises(SubmissionFileError):
            files.add("b", broken())
        files.add("c", [b"two"])
        assert {path: b"".join(files.content(path)) for path in files} == {"a": b"one", "c": b"two"}


def test_files_have_a_size_in_sum_and_holes_count(folder: Path, tmp_path: Path, read: Read) -> None:
    for number in range(8):
        sparse(folder / f"{number}", 900)
    sparse(folder / "huge", 10 << 40)
    found = read(folder)
    assert copied(found, tmp_path / "copy") == ["0", "1"]
    assert found.left[0] == "2: it has 900 bytes, and what lies beside a notebook may have 2000 in all"
    assert [each.split(":")[0] for each in found.left[:6]] == [*"234567"]
    assert found.left[6:] == ("huge is too large: 10995116277760 bytes, and 1000 are the limit",)


def test_a_file_that_grows_while_it_is_read_gets_no_more_room(
    folder: Path, tmp_path: Path, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abc":
        sparse(folder / name, 900)
    monkeypatch.setattr(OpenFolder, "size", lambda *_: 0)
    found = read(folder)
    assert copied(found, tmp_path / "copy") == ["a", "b"]
    assert found.left == ("c is too large: 900 bytes, and 200 are the limit",)


def test_of_many_that_are_left_out_a_few_are_named(folder: Path, read: Read) -> None:
    for number in range(MAX_NAMED + 7):
        (folder / f"{number}").symlink_to("none")
    left = read(folder).left
    assert len(left) == MAX_NAMED + 1
    assert left[-1] == "and 7 more"


def test_what_is_left_out_is_named_and_not_silently(folder: Path, tmp_path: Path, read: Read) -> None:
    (folder / "secret").symlink_to("/etc/passwd")
    (folder / "etc").symlink_to("/etc")
    os.mkfifo(folder / "pipe")
    folder.joinpath(*["deep"] * 60).mkdir(parents=True)
    (folder / "old.tmp").touch()
    with within(folder):
        for _ in range(20):
            os.mkdir("x" * 250)
            os.chdir("x" * 250)
        Path("notes.txt").write_text("far away")
    found = read(folder)
    assert copied(found, tmp_path / "copy") == []
    left = dict(each.split(": ", 1) if ": " in each else each.split(" ", 1) for each in found.left)
    assert left.pop("secret") == left.pop("etc") == "is a symbolic link, which is not followed"
    assert left.pop("pipe") == "is a named pipe, not a regular file"
    assert sorted(left.values()) == ["it lies more than 50 deep", "its path has more than 2000 bytes"]
    assert all(len(name) < 100 for name in left)
    with within(folder):
        shutil.rmtree("x" * 250)


@contextmanager
def within(folder: Path) -> Iterator[None]:
    """Works in a folder, in which paths may become longer than the system takes them."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def test_a_million_files_are_not_looked_at(folder: Path, tmp_path: Path, read: Read) -> None:
    for number in range(MAX_ENTRIES + 100):
        (folder / f"{number}").touch()
    found = read(folder)
    assert found.notebooks == {"backward": b"{}"}
    assert MAX_ENTRIES - 2 <= len(copied(found, tmp_path / "copy")) <= MAX_ENTRIES
    (left,) = found.left
    assert left.endswith("1000 files and folders are the limit beside a notebook")


def test_of_a_million_files_without_a_notebook_the_first_are_looked_at(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[str] = []

    def entries(self: OpenFolder, real: Any = OpenFolder.entries) -> Iterator[os.DirEntry[str]]:
        for entry in real(self):
            looked_at.append(entry.name)
            yield entry

    monkeypatch.setattr(OpenFolder, "entries", entries)
    (folder / "backward.ipynb").unlink()
    directory = CourseDirectory(root=str(folder.parents[1]), submitted_directory=".", assignment_id="backward")
    for number in range(MAX_ENTRIES - 1):
        (folder / f"{number}").touch()
    found, left = student_folder.find(directory, ["*"])
    assert (found, left) == ([], {"ada": "there is no notebook, but 0, 1, 10, …"})
    for number in range(100):
        (folder / f"more-{number}").touch()
    looked_at.clear()
    # There may be a notebook; it is asked for by its name.
    (found, left) = student_folder.find(directory, ["*"])
    assert ([each.student for each in found], left) == (["ada"], {})
    assert len(looked_at) == MAX_ENTRIES


def test_beside_a_folder_whose_name_is_ignored_nothing_is_copied(folder: Path, tmp_path: Path) -> None:
    (folder / "notes.txt").write_text("mine")
    folder = folder.rename(folder.with_name("backward.tmp"))
    with opened(folder) as found, closing(handed_in.read(found, ["backward"], ["*.tmp"], ROOM).beside) as beside:
        assert [*beside] == []
    with opened(folder) as found, closing(handed_in.read(found, ["backward"], ["*.bak"], ROOM).beside) as beside:
        assert [*beside] == ["notes.txt"]


def test_a_notebook_nobody_asked_for_is_not_read(folder: Path, read: Read) -> None:
    sparse(folder / "mine.ipynb", 10 << 40)
    found = read(folder)
    assert [*found.notebooks] == ["backward"]
    assert found.others == ("mine.ipynb",)


def test_what_is_in_the_way_of_the_instructors_files_is_left_out(folder: Path, tmp_path: Path) -> None:
    (folder / "data").write_text("a file")
    (folder / "own.py").mkdir()
    (folder / "own.py" / "x").touch()
    (folder / "same.py").write_text("mine")
    with opened(folder) as found:
        handed = handed_in.read(found, (), (), ROOM, ["data/deep/numbers.csv", "own.py", "same.py"])
    with closing(handed.beside):
        assert copied(handed, tmp_path / "copy") == ["same.py"]
    places = ("data: ", "folder"), ("own.py: ", "file")
    assert handed.left == tuple(f"{name}{handed_in.IN_THE_WAY} the assignment has a {kind}" for name, kind in places)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        (b"2030-01-31 17:59:00 UTC\n", datetime(2030, 1, 31, 17, 59)),
        (b"2030-01-31T17:59:00+01:00", datetime(2030, 1, 31, 16, 59)),
        (b"2030-01-31 17:59:00 Europe/Berlin", datetime(2030, 1, 31, 16, 59)),
        (b"2030-01-31", datetime(2030, 1, 31)),
        (b"Thu Jan 31 17:59:00 2030", datetime(2030, 1, 31, 17, 59)),
        (b" \n", None),
    ],
)
def test_a_time_is_read(text: bytes, moment: datetime | None) -> None:
    assert moment_of(text) == (moment, "")


@pytest.mark.parametrize(
    "text",
    [
        b"yesterday, I think",
        b"\xff\xfe",
        b"9" * 1000,
        b"2030-01-31 17:59:00 +99999999",
        b"\x00",
        b"0000-00-00 00:00:00 UTC",
        b"1 1 1",
        # Of these, today would be a part.
        b"1.9",
        b"1.99999999",
        b"17:59",
        b"2030",
        b"Monday",
        b"January 2030",
    ],
)
def test_what_is_no_time_costs_nothing_and_is_told(text: bytes, folder: Path, tmp_path: Path, read: Read) -> None:
    (folder / "timestamp.txt").write_bytes(text)
    found = read(folder)
    assert (found.timestamp, found.undated) == (None, "timestamp.txt holds no date and time")
    assert found.odd == [("undated", found.undated)]
    assert found.notebooks
    assert copied(found, tmp_path / "copy") == [TIMESTAMP]
    assert (tmp_path / "copy" / TIMESTAMP).read_bytes() == b""


@pytest.mark.parametrize("text", ["2030-01-31T17:59:00 XYZT", "2030-01-31 17:59:00 XYZT", "2030-01-31 17:59 Not/There"])
def test_an_unknown_time_zone_is_told_and_shows_no_path_of_this_machine(
    text: str, folder: Path, read: Read, recwarn: pytest.WarningsRecorder
) -> None:
    warnings.simplefilter("always")
    (folder / TIMESTAMP).write_text(text)
    found = read(folder)
    assert (found.timestamp, found.undated) == (datetime(2030, 1, 31, 17, 59), f"{TIMESTAMP} has {UNKNOWN}")
    assert found.odd == [("zoneless", found.undated)]
    assert {"zoneless", "undated"} < CONCERNS.keys()
    assert not recwarn.list


@pytest.mark.parametrize("way", ["{}", ":{}", "../../../../../../..{}", "x/../../../../../../../..{}"])
def test_a_time_zone_is_no_file_of_a_students(way: str, tmp_path: Path) -> None:
    zone = tmp_path / "zone"
    # Three hours east, in the form of the system's own tables.
    zone.write_bytes(b"TZif".ljust(20, b"\0") + struct.pack(">6llBB", 0, 0, 0, 0, 1, 4, 10800, 0, 0) + b"EST\0")
    assert dateutil.tz.gettz(str(zone))
    assert moment_of(f"2030-01-31 17:59:00 {way.format(zone)}".encode()) == (None, NO_TIME)


@pytest.mark.parametrize("make", [Path.mkdir, lambda path: path.write_bytes(b"2030" + b" " * MAX_TIMESTAMP)])
def test_in_place_of_what_is_no_timestamp_an_empty_one_is_copied(
    make: Callable[[Path], object], folder: Path, tmp_path: Path, read: Read
) -> None:
    make(folder / TIMESTAMP)
    found = read(folder)
    assert found.timestamp is None
    assert found.undated.startswith(f"{TIMESTAMP} is ")
    assert copied(found, tmp_path / "copy") == [TIMESTAMP]
    assert (tmp_path / "copy" / TIMESTAMP).read_bytes() == b""


def test_the_timestamp_that_was_looked_at_is_the_one_that_is_copied(
    folder: Path, tmp_path: Path, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, walk = folder / TIMESTAMP, handed_in._FolderReading.walk
    path.write_text("2030-01-31 17:59:00 UTC")

    def later(*arguments: Any) -> None:
        path.write_text("2029-01-31 17:59:00 UTC")
        walk(*arguments)

    monkeypatch.setattr(handed_in._FolderReading, "walk", later)
    assert copied(read(folder), tmp_path / "copy") == [TIMESTAMP]
    assert (tmp_path / "copy" / TIMESTAMP).read_text() == "2030-01-31 17:59:00 UTC"


def test_a_timestamp_behind_a_link_is_not_read(folder: Path, read: Read) -> None:
    (folder.parent / "secret.txt").write_text("2030-01-31 17:59:00 UTC")
    (folder / "timestamp.txt").symlink_to("../secret.txt")
    found = read(folder)
    assert (found.timestamp, found.undated) == (None, "timestamp.txt is a symbolic link, which is not followed")
