"""What is kept of PyTorch's answers: as it was asked, and no more once it is anything else."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.exercise import Exercise
from grader.judging.bench import Bench
from grader.reference import store as room
from grader.reference.sheet import Sheet
from grader.reference.shelf import KEYED
from grader.reference.store import Store
from tests.conftest import bench
from tests.content.exercises import EXERCISES
from tests.proof import not_proved


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "cache" / "handgrad" / "answers")


def kept(store: Store, name: str = "relu") -> Path:
    """The file that an exercise's sheet is kept in."""
    store.folder.parent.parent.mkdir(exist_ok=True)
    store.keep(bench(name).sheet)
    (file,) = store.folder.glob(f"*/*_{name}.sheet")
    return file


def found(store: Store, name: str = "relu") -> Sheet | None:
    return store.find(bench(name).exercise)


def leaves(value: Any) -> Iterator[Any]:
    """Every value below one, each container by its type and keys."""
    if isinstance(value, Mapping):
        yield list(value)
        for each in value.values():
            yield from leaves(each)
    elif isinstance(value, list | tuple):
        yield type(value), len(value)
        for each in value:
            yield from leaves(each)
    else:
        array = np.asarray(value)
        yield type(value), array.dtype.str, array.shape, array.tobytes()


def content(sheet: Sheet) -> list[Any]:
    parts: list[Any] = [*sheet.cases, *sheet.references, *sheet.fresh, *sheet.local]
    return list(leaves([[getattr(part, field.name) for field in fields(part)] for part in parts]))


@pytest.mark.parametrize("exercise", EXERCISES)
def test_what_is_kept_is_what_was_asked_bit_for_bit(exercise: Exercise, store: Store) -> None:
    kept(store, exercise.name)
    again = found(store, exercise.name)
    assert again is not None
    assert content(again) == content(Bench(exercise).sheet)


def test_what_is_kept_can_not_be_written_into(store: Store) -> None:
    kept(store)
    sheet = found(store)
    assert sheet is not None
    with pytest.raises(ValueError, match="read-only"):
        sheet.references[0].gradients["dx"][...] = 0


def test_nobody_else_can_read_it(store: Store) -> None:
    file = kept(store)
    assert [path.stat().st_mode & 0o777 for path in (file, *file.parents[:3])] == [0o600, 0o700, 0o700, 0o700]


def test_a_damaged_file_is_not_read(store: Store) -> None:
    file = kept(store)
    sound, draw = file.read_bytes(), random.Random(1)
    for _ in range(300):
        place = draw.randrange(len(sound))
        file.write_bytes(sound[:place] + bytes([sound[place] ^ 1 << draw.randrange(8)]) + sound[place + 1 :])
        assert found(store) is None
    for size in (0, 1, 18, 60, 90, len(sound) // 2, len(sound) - 1):
        file.write_bytes(sound[:size])
        assert found(store) is None
    file.write_bytes(sound + b"\0")
    assert found(store) is None
    file.write_bytes(sound)
    assert found(store) is not None


@pytest.mark.parametrize("body", [b"", b"HGR1", b"\0" * 100, b"HGR1\xff\xff\xff\xff" + b"\xff" * 8 + b"[" * 99])
def test_a_body_that_is_none_is_not_read_though_its_digest_is_right(body: bytes, store: Store) -> None:
    file = kept(store)
    head = file.read_bytes()[:KEYED]
    file.write_bytes(head + hashlib.sha256(body).digest() + body)
    assert found(store) is None


def test_the_file_of_another_exercise_is_not_read(store: Store) -> None:
    file = kept(store)
    file.write_bytes(kept(store, "sigmoid").read_bytes())
    assert found(store) is None


@pytest.mark.parametrize("depth", range(4))
@pytest.mark.parametrize("fault", ["link", "writable", "foreign"])
def test_a_file_or_folder_that_is_a_link_or_in_other_hands_is_not_read(fault: str, depth: int, store: Store) -> None:
    file = kept(store)
    place = [file, *file.parents][depth]
    if fault == "link":
        place.rename(place.with_name("moved"))
        place.symlink_to(place.with_name("moved"))
    elif fault == "writable":
        place.chmod(place.stat().st_mode | 0o020)
    elif os.geteuid() != 0:
        not_proved("only root can give a file away")
    else:
        os.chown(place, 12345, -1)
    assert found(store) is None


def test_a_hard_link_is_not_read(store: Store) -> None:
    file = kept(store)
    os.link(file, file.with_name("other"))
    assert found(store) is None


def test_a_pipe_is_not_waited_for(store: Store) -> None:
    file = kept(store)
    file.unlink()
    os.mkfifo(file)
    assert found(store) is None


def test_it_is_as_without_a_store_where_none_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("no folder")
    for folder in (tmp_path / "cache" / "handgrad" / "answers", tmp_path / "no" / "home" / "handgrad" / "answers"):
        store = Store(folder)
        store.keep(bench("relu").sheet)
        assert found(store) is None
        assert store.size() == (0, 0)
        store.forget()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cache"]


def test_two_pytorches_keep_theirs_side_by_side(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(store)
    monkeypatch.setattr(room, "_environment", lambda: "0" * 64)
    other = Store(store.folder)
    assert found(other) is None
    other.keep(bench("relu").sheet)
    monkeypatch.undo()
    assert found(Store(store.folder)) is not None
    assert len([*store.folder.iterdir()]) == 2
    store.forget()
    assert not store.folder.exists()


def test_many_processes_write_whole_files_and_leave_nothing_over(store: Store) -> None:
    file = kept(store)
    sound = file.read_bytes()
    code = (
        "import sys; from pathlib import Path; from grader import catalog; from grader.judging.bench import Bench\n"
        "from grader.reference.store import Store\n"
        "store, bench = Store(Path(sys.argv[1])), Bench(catalog.get('relu'))\n"
        "sheet = store.find(bench.exercise); assert sheet\nfor _ in range(50): store.keep(sheet)"
    )
    writing = [subprocess.Popen([sys.executable, "-c", code, store.folder]) for _ in range(2)]
    while any(each.poll() is None for each in writing):
        assert file.read_bytes() == sound
    assert [each.wait() for each in writing] == [0, 0]
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_forgetting_follows_no_link(store: Store, tmp_path: Path) -> None:
    kept(store)
    mine = tmp_path / "mine"
    store.folder.rename(mine)
    store.folder.symlink_to(mine)
    store.forget()
    assert [*mine.rglob("*.sheet")]
    assert not os.path.lexists(store.folder)


def test_what_lies_deep_is_forgotten_and_is_in_nobodys_way(store: Store) -> None:
    shelf = kept(store).parent
    before = os.open(".", os.O_RDONLY)
    try:
        os.chdir(shelf)
        # Deeper than Python recurses, and than a path may be long.
        for _ in range(2500):
            os.mkdir("a")
            os.chdir("a")
    finally:
        os.fchdir(before)
        os.close(before)
    try:
        assert store.state()
        assert store.size()[0] == 1
        store.forget()
        assert not store.folder.exists()
    finally:
        # Pytest couldn't.
        subprocess.run(["rm", "-rf", store.folder], check=True)


@pytest.mark.parametrize(
    "act",
    [
        lambda file: file.write_bytes(file.read_bytes()),
        lambda file: file.with_name("another").touch(),
        lambda file: file.unlink(),
        lambda file: file.chmod(0o666),
        lambda file: file.parent.rename(file.parent.with_name("moved")),
    ],
)
def test_its_state_tells_that_anything_was_done_to_it(act: Callable[[Path], object], store: Store) -> None:
    file = kept(store)
    # Long ago: many systems' times go by steps of some milliseconds.
    for each in (file, *file.parents[:2]):
        os.utime(each, (0, 0))
    before = store.state()
    assert store.state() == before
    act(file)
    assert store.state() != before
