"""The command that makes a class's secret seed, and what a missing one is told."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from grader.cli import main
from grader.cli.grade import _seed
from grader.course.secret import SeedError, exposure, make_seed, read_seed
from grader.report.page.contents import page_data
from grader.results import LEAST_SECRET, SubmissionResult, seed_fields
from grader.text import quote

NAMES = ("seed.txt", """it's "my" seed.txt""", "$HOME;x", "-s", "ü\n*.txt", "it's \\\x1b[2J\x9b\u202e.txt")


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell's quotes")
@pytest.mark.parametrize("name", NAMES)
def test_the_command_that_a_missing_seed_names_makes_it_whatever_the_path_is_called(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SeedError) as missing:
        read_seed(name)
    said = str(missing.value)
    assert quote.line(said, columns=1000) == said
    advice = said.removeprefix(f"there is no {quote.line(name)}; ").removesuffix(" makes one")
    words = subprocess.run(
        ["bash", "-c", f"grader() {{ printf '%s\\0' \"$@\"; }}\n{advice}"], capture_output=True, check=True
    )
    umask = os.umask(0)
    try:
        main(words.stdout.decode().split("\0")[:-1], "grader", standalone_mode=False)
    finally:
        os.umask(umask)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert read_seed(name) >= LEAST_SECRET
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


@pytest.mark.parametrize("make", [lambda path: path.write_text("7"), lambda path: path.symlink_to("none"), Path.mkdir])
def test_what_is_there_already_is_never_overwritten(make: object, tmp_path: Path) -> None:
    path = tmp_path / "seed.txt"
    make(path)  # type: ignore[operator]
    before = (path.is_symlink(), path.is_dir(), path.is_file() and path.read_text())
    with pytest.raises(SeedError, match="is there already"):
        make_seed(path)
    assert (path.is_symlink(), path.is_dir(), path.is_file() and path.read_text()) == before
    assert not (tmp_path / "none").exists()


def test_a_seed_that_an_editor_has_saved_with_a_byte_order_mark_is_one(tmp_path: Path) -> None:
    (tmp_path / "seed.txt").write_text(f"{LEAST_SECRET}\r\n", encoding="utf-8-sig")
    assert read_seed(tmp_path / "seed.txt") == LEAST_SECRET


@pytest.mark.skipif(sys.platform == "win32", reason="a limit of POSIX")
def test_of_a_seed_that_there_was_no_space_for_nothing_is_left(tmp_path: Path) -> None:
    # In a process of its own, which alone the limit holds for.
    making = f"""
import resource, signal
from grader.course.secret import SeedError, make_seed
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (5, 5))
try:
    make_seed({str(tmp_path / "seed.txt")!r})
except SeedError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", making], capture_output=True, text=True, check=True)
    assert done.stdout == f"{tmp_path / 'seed.txt'} can't be written: File too large\n"
    assert not [*tmp_path.iterdir()]


@pytest.mark.skipif(sys.platform != "linux", reason="a device of Linux")
def test_what_never_ends_is_no_seed() -> None:
    with pytest.raises(SeedError, match="must hold one whole number"):
        read_seed("/dev/zero")


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_a_seed_that_everybody_may_open_is_warned_of_and_how_to_mend_it(tmp_path: Path) -> None:
    make_seed(path := tmp_path / "my\x1b[2J seed.txt")
    assert exposure(path) == ""
    for mode in (0o644, 0o602):
        path.chmod(mode)
        warning = exposure(path)
        assert "\x1b" not in warning
        subprocess.run(
            ["bash", "-c", warning.partition("open ")[2].partition(": ")[2].removesuffix(" keeps them out.")],
            cwd=tmp_path,
            check=True,
        )
        assert stat.S_IMODE(path.stat().st_mode) == mode & 0o770
        assert exposure(path) == ""
    assert exposure(tmp_path / "none") == ""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_a_class_that_is_graded_with_such_a_seed_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_seed(path := tmp_path / "seed.txt")
    path.chmod(0o644)
    assert _seed(None, path) == read_seed(path)
    assert "everybody with an account" in capsys.readouterr().err


def test_two_seeds_differ_and_so_do_their_fingerprints(tmp_path: Path) -> None:
    seeds = [make_seed(tmp_path / name) for name in ("one", "other")]
    one, other = (seed_fields(seed) for seed in seeds)
    assert one != other
    assert one["seed"] is None
    assert one == seed_fields(seeds[0])
    assert seed_fields(3) == {"seed": 3}


def test_a_page_has_no_secret_seed() -> None:
    secret = LEAST_SECRET + 12345
    data = page_data(SubmissionResult("class/ada", secret, "full", ()), {}, {}, ())
    assert str(secret) not in str(data)
    assert seed_fields(secret)["seed_fingerprint"] in data["seed"]
