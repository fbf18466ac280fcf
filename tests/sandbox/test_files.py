"""A submission's file is read if it is a regular one inside the folder, and refused in a sentence otherwise."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.sandbox.host import source_file as files
from grader.sandbox.host.source_file import MissingFile, OpenFolder, SubmissionFileError, opened, read_submission
from tests.proof import not_proved

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX files")


@pytest.fixture(params=["relative to the open folder", "by path"])
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    if request.param == "by path":
        monkeypatch.setattr(files, "_RELATIVE", False)
    inside = tmp_path / "submission"
    inside.mkdir()
    (tmp_path / "secret.py").write_text("secret = 1")
    return inside


def refusal(folder: Path, name: str, limit: int = 1000) -> str:
    with pytest.raises(SubmissionFileError) as caught:
        read_submission(folder, name, limit)
    message = str(caught.value)
    assert message.endswith(".")
    assert message.isprintable()
    return message


def give_away(link: Path) -> None:
    if os.getuid() != 0:
        not_proved("only root can make another user's link")
    os.chown(link, 12345, 12345, follow_symlinks=False)


def test_a_file_is_read(folder: Path) -> None:
    (folder / "a.py").write_bytes(b"x = 1\r\n\xff")
    assert read_submission(folder, "a.py") == b"x = 1\r\n\xff"


def test_a_file_in_a_folder_is_read(folder: Path) -> None:
    (folder / "exercises").mkdir()
    (folder / "exercises" / "a.py").write_bytes(b"x = 1")
    assert read_submission(folder, "exercises/a.py") == b"x = 1"


@pytest.mark.parametrize("name", ["a.py", "no/such/a.py"])
def test_a_missing_file_is_said_to_be_missing(folder: Path, name: str) -> None:
    with pytest.raises(MissingFile, match="is missing"):
        read_submission(folder, name)


def test_a_missing_submission_is_said_to_be_missing(folder: Path) -> None:
    with pytest.raises(MissingFile):
        read_submission(folder / "none", "a.py")


@posix
@pytest.mark.parametrize("target", ["../secret.py", "b.py", "a.py", "/dev/zero", "/nowhere"])
def test_a_link_is_not_followed(folder: Path, target: str) -> None:
    (folder / "b.py").write_text("x = 1")
    (folder / "a.py").symlink_to(target)
    assert "is a symbolic link" in refusal(folder, "a.py")


@posix
def test_a_folder_that_is_a_link_is_not_followed(folder: Path) -> None:
    (folder / "exercises").symlink_to("..")
    assert "lies behind a symbolic link" in refusal(folder, "exercises/secret.py")


@posix
def test_a_submission_may_itself_be_reached_through_a_link(folder: Path) -> None:
    (folder / "a.py").write_text("x = 1")
    (folder.parent / "link").symlink_to(folder)
    assert read_submission(folder.parent / "link", "a.py") == b"x = 1"


@posix
def test_a_submission_is_not_reached_through_another_users_link(folder: Path) -> None:
    (folder / "a.py").write_text("x = 1")
    link = folder.parent / "link"
    link.symlink_to(folder)
    give_away(link)
    with pytest.raises(SubmissionFileError, match="its folder is a symbolic link"):
        read_submission(link, "a.py")


@posix
@pytest.mark.parametrize("way", ["link/exercises", "mine"])
def test_a_submission_is_not_reached_behind_another_users_link(way: str, folder: Path) -> None:
    (folder / "exercises").mkdir()
    (folder / "exercises" / "a.py").write_text("x = 1")
    link = folder.parent / "link"
    link.symlink_to(folder)
    (folder.parent / "mine").symlink_to("link/exercises")
    assert read_submission(folder.parent / way, "a.py") == b"x = 1"
    give_away(link)
    for names in ((), ("exercises",)):
        with pytest.raises(SubmissionFileError, match="its folder lies behind another user's symbolic link"):
            read_submission(folder.parent / way, "/".join((*names, "a.py")))
    with pytest.raises(SubmissionFileError, match="its folder is a symbolic link"), opened(link, "exercises"):
        pass


@posix
def test_above_a_courses_submissions_a_link_may_be_anybodys(folder: Path) -> None:
    (folder / "a.py").write_text("x = 1")
    link = folder.parent / "course"
    link.symlink_to(".")
    give_away(link)
    with opened(link, folder.name, anyones=True) as found:
        assert found.read("a.py") == b"x = 1"
    with pytest.raises(SubmissionFileError, match="its folder is a symbolic link"), opened(link, folder.name):
        pass


@posix
def test_a_folder_on_the_way_that_has_become_a_link_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("mine", "theirs"):
        (tmp_path / name / "hw").mkdir(parents=True)
    through = files._through_folders

    def swapped(path: Path) -> int:
        (tmp_path / "mine").rename(tmp_path / "aside")
        (tmp_path / "mine").symlink_to("theirs")
        return through(path)

    monkeypatch.setattr(files, "_through_folders", swapped)
    with pytest.raises(SubmissionFileError, match="its folder"), opened(tmp_path / "mine" / "hw"):
        pass


@posix
def test_links_that_lead_round_are_refused(folder: Path) -> None:
    (folder.parent / "round").symlink_to("round")
    with pytest.raises(SubmissionFileError, match="can't be opened"):
        read_submission(folder.parent / "round", "a.py")


@posix
def test_a_folder_is_what_it_was_when_it_was_opened(tmp_path: Path) -> None:
    for name in ("mine", "theirs"):
        (tmp_path / name / "exercises").mkdir(parents=True)
        (tmp_path / name / "exercises" / "a.py").write_text(name)
    with opened(tmp_path, "mine") as folder:
        (tmp_path / "mine").rename(tmp_path / "aside")
        (tmp_path / "mine").symlink_to("theirs")
        assert folder.read("exercises/a.py") == b"mine"
        assert [entry.name for entry in folder.entries()] == ["exercises"]
    with pytest.raises(SubmissionFileError, match="its folder is a symbolic link"), opened(tmp_path, "mine"):
        pass


@posix
@pytest.mark.parametrize("name", ["a.py", "inner/a.py"])
@pytest.mark.parametrize("swap", [lambda path: path.symlink_to("../theirs"), os.mkfifo])
def test_what_becomes_something_else_when_it_was_looked_at_is_not_read(
    name: str, swap: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, aside = tmp_path / "mine" / name.partition("/")[0], tmp_path / "aside"
    theirs = tmp_path / "theirs" if first.name == "a.py" else tmp_path / "theirs" / "a.py"
    for path in (tmp_path / "mine" / name, theirs):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1")
    status = OpenFolder._status

    def looked_at(opened: OpenFolder, each: str) -> os.stat_result:
        found = status(opened, each)
        if not aside.exists():
            first.rename(aside)
            swap(first)
        return found

    monkeypatch.setattr(OpenFolder, "_status", looked_at)
    with pytest.raises(SubmissionFileError, match=r"can't be opened|is a named pipe"):
        read_submission(tmp_path / "mine", name)


@posix
def test_a_named_pipe_is_refused_and_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "a.py")
    assert "is a named pipe" in refusal(folder, "a.py")


def test_a_folder_is_refused(folder: Path) -> None:
    (folder / "a.py").mkdir()
    assert "is a folder" in refusal(folder, "a.py")


def test_a_file_in_place_of_a_folder_is_refused(folder: Path) -> None:
    (folder / "exercises").write_text("")
    assert "no folder" in refusal(folder, "exercises/a.py")


@posix
def test_a_socket_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("a.py")
    assert "is a socket" in refusal(folder, "a.py")


@posix
def test_a_device_is_refused() -> None:
    assert "is a device" in refusal(Path("/dev"), "zero")


@pytest.mark.parametrize("size", [1001, 10 << 30])
def test_a_file_that_is_too_large_is_refused(folder: Path, size: int) -> None:
    with open(folder / "a.py", "wb") as file:
        file.truncate(size)
    assert f"too large: {size} bytes" in refusal(folder, "a.py")


def test_a_file_at_the_limit_is_read(folder: Path) -> None:
    (folder / "a.py").write_bytes(b"#" * 1000)
    assert len(read_submission(folder, "a.py", 1000)) == 1000


def test_an_empty_file_is_refused(folder: Path) -> None:
    (folder / "a.py").touch()
    assert "is empty" in refusal(folder, "a.py")


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../secret.py", "a/../../secret.py", "/etc/passwd", "a\\b.py", "a\0.py"]
)
def test_a_path_that_leads_elsewhere_is_refused(folder: Path, name: str) -> None:
    assert "no path inside" in refusal(folder, name)


@posix
def test_a_name_with_control_characters_is_shown_without_them(folder: Path) -> None:
    (folder / "a\n1 passed\x1b[2J.py").symlink_to("b")
    assert "a\\n1 passed\\x1b[2J.py is a symbolic link" in refusal(folder, "a\n1 passed\x1b[2J.py")


@pytest.mark.skipif(sys.platform == "win32" or os.getuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_refused(folder: Path) -> None:
    (folder / "a.py").write_text("x = 1")
    (folder / "a.py").chmod(0)
    assert "Permission denied" in refusal(folder, "a.py")
