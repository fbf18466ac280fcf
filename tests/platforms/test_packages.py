"""What is packed, and what is found of what students hand in."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from importlib.metadata import PathDistribution
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.authoring import wheels
from grader.authoring.seal import is_untouched
from grader.cli import main
from grader.platforms.packages import PackageError
from grader.platforms.work_found import MOST_ARCHIVE, instead, work_in
from grader.sandbox.host.source_file import LIMIT
from tests.conftest import ROOT
from tests.platforms.playing import packed, plan, seed_file

FILES = {"ex21_relu.py", "ex11_square.py"}


def test_the_command_says_what_to_do_and_how_many_points_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    (tmp_path / "handgrad-1.whl").write_bytes(b"PK")
    wheel = ["--wheel", str(tmp_path / "handgrad-1.whl"), "-k", "relu", "-k", "affine"]
    done = CliRunner().invoke(main, ["package", "gradescope", str(tmp_path / "a.zip"), *wheel])
    assert done.exit_code == 0, done.output
    assert "set the assignment's points to 5" in done.output
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert "-k relu -k affine" in archive.read("run_autograder").decode()
        assert "/autograder/source/handgrad-1.whl" in archive.read("setup.sh").decode()
    again = CliRunner().invoke(main, ["package", "gradescope", str(tmp_path / "a.zip"), *wheel])
    assert again.exit_code == 1
    assert "stays as it is" in again.output


def test_a_checkout_that_is_installed_packs_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "handout" / "exercises").mkdir(parents=True)
    (tmp_path / "handgrad-1.whl").write_bytes(b"PK")
    for folder in (tmp_path, tmp_path / "handout"):
        monkeypatch.chdir(folder)
        arguments = ("questions", "-k", "relu", "--image", "you/handgrad", "--wheel", str(tmp_path / "handgrad-1.whl"))
        done = CliRunner().invoke(main, ["package", "prairielearn", *arguments])
        assert done.exit_code == 0, done.output
        stub = folder / "questions" / "questions" / "handgrad" / "relu" / "ex21_relu.py"
        assert is_untouched(stub.read_text(encoding="utf-8"))


@pytest.mark.parametrize("platform", ["classroom50", "github"])
def test_no_seed_is_packed_where_students_can_read_it(platform: str, tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="no seed is a secret there"):
        packed(platform, tmp_path / "package", plan(seed_file(tmp_path)))
    assert not (tmp_path / "package").exists()


def test_what_runs_an_image_asks_for_its_name(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["package", "submitty", str(tmp_path / "package"), "-k", "relu"])
    assert "--image NAME" in done.output


def test_a_short_seed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "short").write_text("12345\n", encoding="utf-8")
    with pytest.raises(PackageError, match="at least 60 bits"):
        packed("gradescope", tmp_path / "a.zip", plan(tmp_path / "short"))


def test_exercises_are_found_in_folders_and_in_an_archive(tmp_path: Path) -> None:
    deep = tmp_path / "one" / "repository" / "exercises"
    deep.mkdir(parents=True)
    (deep / "ex21_relu.py").write_text("x = 1\n", encoding="utf-8")
    with work_in(tmp_path / "one", FILES) as work:
        assert work.folder == deep
    (tmp_path / "two").mkdir()
    with zipfile.ZipFile(tmp_path / "two" / "work.ZIP", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("hw/../../ex21_relu.py", "x = 1\n")
        archive.writestr("C:\\hw\\ex11_square.py", b" " * (50 << 20))
        archive.writestr("hw/notes.py", "")
    with work_in(tmp_path / "two", FILES) as work:
        folder = work.folder_of("ex21_relu.py")
        assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)
        assert (folder / "ex11_square.py").stat().st_size == LIMIT + 1
    assert not folder.exists()
    assert not (tmp_path / "ex21_relu.py").exists()


def test_what_is_no_archive_or_too_large_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 no archive")
    with (tmp_path / "b.zip").open("wb") as large:
        large.truncate(MOST_ARCHIVE + 1)
    (tmp_path / "c.zip").symlink_to("/etc/passwd")
    with work_in(tmp_path, FILES) as work:
        assert work.folder_of("ex21_relu.py") == tmp_path
    assert instead([tmp_path]) == "a.zip, b.zip"


def test_each_exercise_is_taken_from_the_nearest_place_that_has_it(tmp_path: Path) -> None:
    (tmp_path / "exercises").mkdir()
    for file in ("ex21_relu.py", "exercises/ex21_relu.py", "exercises/ex11_square.py"):
        (tmp_path / file).touch()
    with zipfile.ZipFile(tmp_path / "rest.zip", "w") as archive:
        archive.writestr("ex12_add.py", "x = 1\n")
        archive.writestr("ex11_square.py", "x = 2\n")
    with work_in(tmp_path, {*FILES, "ex12_add.py"}) as work:
        assert work.folder_of("ex21_relu.py") == tmp_path
        assert work.folder_of("ex11_square.py") == tmp_path / "exercises"
        assert [path.name for path in work.folder_of("ex12_add.py").iterdir()] == ["ex12_add.py"]


def test_a_zip_with_a_seed_in_it_is_closed_to_others(tmp_path: Path) -> None:
    packed("gradescope", tmp_path / "a.zip", plan(seed_file(tmp_path), ["relu"]))
    assert (tmp_path / "a.zip").stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert "seed.txt" in archive.namelist()


def test_a_wheel_is_packed_anew_from_what_is_installed(tmp_path: Path) -> None:
    site = tmp_path / "site"
    (site / "grader").mkdir(parents=True)
    (site / "grader" / "__init__.py").write_text("INSTALLED = True\n", encoding="utf-8")
    metadata = site / "handgrad-9.9.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: handgrad\nVersion: 9.9\n", encoding="utf-8")
    (metadata / "WHEEL").write_text("Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n", encoding="utf-8")
    (metadata / "INSTALLER").write_text("pip\n", encoding="utf-8")
    names = [
        "grader/__init__.py",
        *(f"{metadata.name}/{each}" for each in ("METADATA", "WHEEL", "INSTALLER", "RECORD")),
    ]
    (metadata / "RECORD").write_text("".join(f"{name},,\n" for name in [*names, "../../bin/grader"]), encoding="utf-8")
    made = wheels.packed(PathDistribution(metadata), tmp_path)
    options = ["--quiet", "--no-deps", "--no-index", "--target", str(tmp_path / "again")]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, str(made)], check=True, capture_output=True)
    assert (tmp_path / "again" / "grader" / "__init__.py").read_text(encoding="utf-8") == "INSTALLED = True\n"
    with zipfile.ZipFile(made) as archive:
        assert sorted(archive.namelist()) == sorted(name for name in names if not name.endswith("INSTALLER"))
