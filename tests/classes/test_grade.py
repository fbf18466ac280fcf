"""`grader grade`: the same verdicts as `pytest grader`, whoever judges, and whatever the submissions are called."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader import catalog
from grader.classes.files.submission_folders import HIDDEN, LINK, MAX_NAMES, find
from grader.course.secret import make_seed
from grader.results import seed_fields
from tests import commands, submissions
from tests.classes.classes import (
    CHOSEN,
    EXERCISES,
    command,
    dask_cluster,
    environment,
    grade,
    held_to_permissions,
    start,
    write,
)
from tests.platforms import facts
from tests.platforms.playing import hand_in
from tests.proof import needs


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a class in it that is graded."""
    folder = tmp_path_factory.mktemp("grade")
    write(folder / "class", 12)
    done = grade(
        folder, "class", "--json", "marks.jsonl", "--csv", "marks.csv", "--report", "class.html", "--jobs", "2", *CHOSEN
    )
    (folder / "said.txt").write_text(done.stdout, encoding="utf-8")
    return folder


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_there_is_a_line_for_each_submission_in_natural_order(folder: Path) -> None:
    names = [record["submission"] for record in records(folder / "marks.jsonl")]
    assert names == [f"class/s{number}" for number in range(12)]


def test_every_kind_of_submission_has_its_status(folder: Path) -> None:
    statuses = {each["status"] for record in records(folder / "marks.jsonl") for each in record["exercises"]}
    assert statuses == {"passed", "failed", "not-started", "error", "missing"}


@pytest.mark.parametrize("number", [1, 5])
def test_records_are_those_of_pytest_grader(number: int, folder: Path) -> None:
    json_file = f"s{number}.json"
    items = [f"grader::{name}" for name in EXERCISES]
    options = (f"--submission=class/s{number}", "--seed", "3", "--json", json_file, "-p", "no:cacheprovider")
    commands.run("-m", "pytest", *items, *options, cwd=folder, env=os.environ, imported=commands.PYTEST)
    theirs = json.loads((folder / json_file).read_text(encoding="utf-8"))
    assert records(folder / "marks.jsonl")[number] == theirs


def test_one_process_gives_the_same_bytes_as_two(folder: Path) -> None:
    grade(folder, "class", "--json", "one.jsonl", "--jobs", "1", *CHOSEN)
    assert (folder / "one.jsonl").read_bytes() == (folder / "marks.jsonl").read_bytes()


@pytest.fixture(scope="module")
def cluster() -> Iterator[list[str]]:
    """The address of a Dask cluster, and its workers' process ids."""
    needs("distributed")
    with dask_cluster(threads=2) as found:
        yield found


def test_a_dask_cluster_gives_the_same_bytes(folder: Path, cluster: list[str]) -> None:
    grade(folder, "class", "--json", "dask.jsonl", "--dask", cluster[0], *CHOSEN)
    assert (folder / "dask.jsonl").read_bytes() == (folder / "marks.jsonl").read_bytes()


def test_a_dask_worker_that_dies_costs_nothing(folder: Path, cluster: list[str]) -> None:
    running = start(folder, "class", "--json", "killed.jsonl", "--dask", cluster[0], *CHOSEN)
    journal = folder / "killed.jsonl.resume"
    while running.poll() is None and not (journal.exists() and journal.stat().st_size):
        time.sleep(0.005)
    os.kill(int(cluster[1]), 9)
    assert running.wait() == 0
    assert (folder / "killed.jsonl").read_bytes() == (folder / "marks.jsonl").read_bytes()


def test_without_a_scheduler_there_is_one_clear_line(folder: Path) -> None:
    needs("distributed")
    done = grade(folder, "class", "--json", "no.jsonl", "--dask", "tcp://127.0.0.1:9", *CHOSEN, status=1)
    assert done.stderr.splitlines()[-1].startswith("Error: there is no Dask scheduler at tcp://127.0.0.1:9")
    assert not (folder / "no.jsonl").exists()


def test_the_table_has_the_marks_of_the_records(folder: Path) -> None:
    with (folder / "marks.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row, record in zip(rows, records(folder / "marks.jsonl"), strict=True):
        assert row["submission"] == record["submission"]
        assert float(row["points"]) == record["points"]
        for each in record["exercises"]:
            assert float(row[each["name"]]) == each["points"]
            assert row[f"{each['name']} status"] == each["status"]


def test_the_summary_names_what_a_person_should_look_at(folder: Path) -> None:
    said = (folder / "said.txt").read_text(encoding="utf-8")
    assert said.startswith("12 submissions, ")
    for part in ("Marks", "Hardest exercises", "Misconceptions", "Slowest submissions", "For a person to look at"):
        assert f"\n{part}\n" in said
    assert "the code ended its own process, with exit status 5" in said
    assert "\x1b" not in said


def test_the_page_has_the_same_marks_and_says_how_they_came_about(folder: Path) -> None:
    page = (folder / "class.html").read_text(encoding="utf-8")
    assert re.search(r"as of \d{4}-\d\d-\d\d \d\d:\d\d\S+ · seed 3 · isolation full<", page)
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    data = json.loads(found[1])
    for student, record in zip(data["students"], records(folder / "marks.jsonl"), strict=True):
        assert (student["name"], float(student["points"])) == (record["submission"], round(record["points"], 2))
        for place, exercise, each in zip(student["at"], data["exercises"], record["exercises"], strict=True):
            standing = exercise["standings"][place]
            assert (exercise["name"], standing["status"]) == (each["name"], each["status"])
            claims = [finding.get("claim") for finding in standing.get("findings", ())]
            assert each["diagnosis"] is None or each["diagnosis"]["claim"] in claims


def test_the_page_runs_its_own_script_alone_and_loads_nothing(folder: Path) -> None:
    page = (folder / "class.html").read_text(encoding="utf-8")
    data, script = re.findall(r"<script.*?>(.*?)</script>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; base-uri 'none'" in page
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org/", "")
    assert "<" not in data


HOSTILE = [
    "=1+cmd|' A1",
    "a\nb\x1b[31m",
    "a?b?[31m",
    os.fsdecode(b"not \xff UTF-8"),
    "x" * 250,
    "<script>alert(1)</script>"[:25].replace("/", "⁄"),
    "[bold]markup[/]".replace("/", "⁄"),
    "-rf",
]


def test_no_name_breaks_anything(tmp_path: Path) -> None:
    solution = submissions.solution(catalog.get("relu"))
    for place, name in enumerate(HOSTILE):
        submission = tmp_path / "one" / name
        submission.mkdir(parents=True)
        (submission / "ex21_relu.py").write_bytes(solution + f"# {place}\n".encode())
    shutil.copytree(tmp_path / "one" / "-rf", tmp_path / "two" / "-rf")
    for name in (".hidden", ".nested/exercises", ".git/hooks"):
        (tmp_path / "one" / name).mkdir(parents=True)
    (tmp_path / "one" / ".hidden" / "ex21_relu.py").write_bytes(solution)
    (tmp_path / "one" / "nothing").mkdir()
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "ex21_relu.py").write_bytes(solution)
    (tmp_path / "one" / "link").symlink_to(tmp_path / "secret")
    (tmp_path / "one" / "linked").mkdir()
    (tmp_path / "one" / "linked" / "ex21_relu.py").symlink_to(tmp_path / "secret" / "ex21_relu.py")
    done = grade(
        tmp_path,
        *("one", "two", "one", "--json", "m.jsonl", "--csv", "m.csv", "--report", "m.html", "-k", "relu"),
    )
    found = records(tmp_path / "m.jsonl")
    statuses = {record["submission"]: record["exercises"][0]["status"] for record in found}
    assert len(found) == len(statuses) == len(HOSTILE) + 3
    assert [name for name, status in statuses.items() if status != "passed"] == ["one/linked", "one/nothing"]
    assert (statuses["one/nothing"], statuses["one/linked"]) == ("missing", "error")
    hidden = [line.strip() for line in done.stderr.splitlines() if "begins with a dot" in line]
    assert hidden == [f"one/{name}: its name begins with a dot" for name in (".hidden", ".nested")]
    assert not any(each in done.stdout + done.stderr for each in ("\x1b", "Traceback"))
    assert "<script>" not in (tmp_path / "m.html").read_text(encoding="utf-8")


def test_what_lies_in_a_folder_is_asked_for_by_its_name(tmp_path: Path) -> None:
    for each in ("inner/exercises/x", "both/exercises/x", "none/x", ".busy/x"):
        (tmp_path / each).mkdir(parents=True)
    (tmp_path / "both" / "ex21_relu.py").touch()
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "exercises").symlink_to("../inner/exercises")
    for number in range(MAX_NAMES):
        (tmp_path / ".busy" / f"{number}").touch()
    found = find([tmp_path])
    shown = {str(each.path.relative_to(tmp_path)) for each in found.submissions}
    assert shown == {"inner/exercises", "both", "none", "linked"}
    # Of which nobody has looked whether there is work among so many files.
    assert {str(path.relative_to(tmp_path)): why for path, why in found.left.items()} == {
        ".busy": HIDDEN,
        "linked/exercises": LINK,
    }


def test_every_folder_can_be_found_by_the_name_in_its_record(tmp_path: Path) -> None:
    names = [os.fsdecode(b"bad\xff"), r"bad\xff", "bad?", "new\nline", r"new\nline", "\x1b[31m", "\u202eon", "e\u0301"]
    for name in names:
        (tmp_path / "class" / name).mkdir(parents=True)
    grade(tmp_path, "class", "--json", "m.jsonl", "--csv", "m.csv", "-k", "relu")
    written = [record["submission"] for record in records(tmp_path / "m.jsonl")]
    assert sorted(map(read_back, written)) == sorted(os.fsencode(f"class/{name}") for name in names)
    assert not any(unicodedata.category(each) == "Cc" for name in written for each in name)
    with (tmp_path / "m.csv").open(encoding="utf-8", newline="") as file:
        assert [row["submission"] for row in csv.DictReader(file)] == written


def read_back(name: str) -> bytes:
    """The path that a record's name stands for."""
    latin = re.sub(r"\\(u[0-9a-f]{4}|U[0-9a-f]{8}|x[0-9a-f]{2}|.)", lambda found: unescaped(found[1]), name)
    return latin.encode("utf-8", "surrogateescape")


def unescaped(text: str) -> str:
    plain = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\"}
    code = 0 if text in plain else int(text[1:], 16)
    return plain.get(text) or chr(code + (0xDC00 if text[0] == "x" else 0))


def test_a_folder_that_is_a_link_is_left_out_and_named(tmp_path: Path) -> None:
    write(tmp_path / "class", 2)
    for name in ("linked", "dangling"):
        (tmp_path / "class" / name).symlink_to("s1" if name == "linked" else "nowhere")
    (tmp_path / "class" / "s2").mkdir()
    (tmp_path / "class" / "s2" / "exercises").symlink_to("../s1")
    (tmp_path / "class" / "notes.txt").touch()
    (tmp_path / "class" / "more.txt").symlink_to("notes.txt")
    said = grade(tmp_path, "class", "--json", "m.jsonl", "-k", "relu").stderr
    assert [record["submission"] for record in records(tmp_path / "m.jsonl")] == ["class/s0", "class/s1", "class/s2"]
    left = said[said.index("Left out:") :].splitlines()[1:]
    assert [line.split(":")[0].strip() for line in left] == ["class/dangling", "class/linked", "class/s2/exercises"]
    assert left[0].endswith("it is a symbolic link, which is not followed")


@pytest.mark.skipif(sys.platform == "win32", reason="needs permissions")
def test_what_this_machine_may_not_read_is_no_zero(tmp_path: Path) -> None:
    write(tmp_path / "class", 4)
    solution = submissions.solution(catalog.get("relu"))
    for number in range(4):
        (tmp_path / "class" / f"s{number}" / "ex21_relu.py").write_bytes(solution)
    grade(tmp_path, "class", "--json", "m.jsonl", "-k", "relu")
    (tmp_path / "class" / "s1").chmod(0)
    (tmp_path / "class" / "s2" / "ex21_relu.py").chmod(0)
    # Its files can be opened, but who knows what else is there.
    (tmp_path / "class" / "s3").chmod(0o111)
    arguments = command("class", "--json", "m.jsonl", "--csv", "m.csv", "-k", "relu")
    done = subprocess.run(
        [*held_to_permissions(), *arguments], cwd=tmp_path, capture_output=True, text=True, env=environment()
    )
    for number in (1, 3):
        (tmp_path / "class" / f"s{number}").chmod(0o755)
    (tmp_path / "class" / "s2" / "ex21_relu.py").chmod(0o644)
    assert done.returncode == 1, done.stderr
    assert "not judged: 3\n" in done.stdout
    assert "class/s1  its folder can't be opened: Permission denied" in done.stdout
    assert "class/s2  ex21_relu.py can't be opened: Permission denied" in done.stdout
    assert "3 failed" in done.stderr
    assert [record["submission"] for record in records(tmp_path / "m.jsonl")] == ["class/s0"]
    assert "\ns2,,,,not judged,class/s2\n" in (tmp_path / "m.csv").read_text(encoding="utf-8")
    grade(tmp_path, "class", "--json", "m.jsonl", "-k", "relu")
    assert [record["points"] for record in records(tmp_path / "m.jsonl")] == [2, 2, 2, 2]


def test_the_folder_of_exercises_may_be_handed_in_as_it_is(tmp_path: Path) -> None:
    for place in ("class/s1", "class/s2/exercises", "secret/exercises", "class/s3"):
        (tmp_path / place).mkdir(parents=True)
    for place in ("class/s1", "class/s2/exercises", "secret/exercises"):
        (tmp_path / place / "ex21_relu.py").write_bytes(submissions.solution(catalog.get("relu")))
    (tmp_path / "class" / "s1" / "exercises").mkdir()
    (tmp_path / "class" / "s3" / "exercises").symlink_to(tmp_path / "secret" / "exercises")
    grade(tmp_path, "class", "--json", "m.jsonl", "-k", "relu")
    statuses = {each["submission"]: each["exercises"][0]["status"] for each in records(tmp_path / "m.jsonl")}
    assert statuses == {"class/s1": "passed", "class/s2/exercises": "passed", "class/s3": "missing"}


def test_a_name_is_no_formula_in_a_spreadsheet(tmp_path: Path) -> None:
    submission = tmp_path / "=1+1"
    submission.mkdir()
    (submission / "ex21_relu.py").write_bytes(submissions.solution(catalog.get("relu")))
    grade(tmp_path, "=1+1", "--json", "m.jsonl", "--csv", "m.csv", "-k", "relu")
    assert (tmp_path / "m.csv").read_text(encoding="utf-8").splitlines()[1].startswith("'=1+1,2,2,2,passed")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere", "--json", "m.jsonl"], "nowhere: No such file or directory"),
        (["class", "--json", "gone/m.jsonl"], "gone/m.jsonl can't be written: No such file or directory"),
        (["class", "--json", "class"], "class can't be written: it is no file"),
        (["class", "--json", "m", "--csv", "./m"], "two outputs can't go to one file"),
        (["class", "--json", "m", "-k", "rleu"], "there is no exercise 'rleu'; did you mean relu?"),
        (["class"], "Missing option '--json'"),
    ],
)
def test_a_usage_error_is_found_before_anything_is_graded(arguments: list[str], said: str, folder: Path) -> None:
    done = grade(folder, *arguments, status=2)
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "m.jsonl.resume").exists()


def test_no_lower_level_than_full_is_taken_unless_it_is_named(tmp_path: Path) -> None:
    write(tmp_path / "class", 1)
    # A grader that finds no Landlock, as on an older kernel.
    without = [sys.executable, "-c", NO_FORK_SERVER, "grade", "class", "--json", "m.jsonl", "--seed", "1", "-k", "relu"]
    done = subprocess.run(without, cwd=tmp_path, capture_output=True, text=True, check=False, env=environment())
    assert done.returncode == 2
    assert "isolation full needs Linux 5.13 or later; if you trust the submissions, name a lower level" in done.stderr
    assert not (tmp_path / "m.jsonl").exists()
    grade(tmp_path, "class", "--json", "m.jsonl", "--isolation", "process", "-k", "relu")
    assert records(tmp_path / "m.jsonl")[0]["isolation"] == "process"


NO_FORK_SERVER = """
import os, sys
del os.pidfd_open
from grader.cli import main
main()
"""


def test_the_default_seed_is_warned_of(tmp_path: Path) -> None:
    write(tmp_path / "class", 1)
    arguments = [
        word for word in command("class", "--json", "m.jsonl", "-k", "relu")[1:] if word not in ("--seed", "3")
    ]
    done = commands.run(*arguments, cwd=tmp_path, env=environment())
    assert done.returncode == 0, done.stderr
    assert "students know the default seed's cases" in done.stderr
    done = commands.run(*arguments, "--seed", "3", cwd=tmp_path, env=environment())
    assert "students can guess seed 3" in done.stderr
    (tmp_path / "seed").write_text("12345678901\n")
    done = commands.run(*arguments, "--seed-file", "seed", cwd=tmp_path, env=environment())
    assert done.returncode == 2
    assert "at least 60 bits" in done.stderr


def test_a_secret_seed_is_in_nothing_that_is_written_and_its_fingerprint_tells_it(tmp_path: Path) -> None:
    write(tmp_path / "class", 1)
    secrets = [make_seed(tmp_path / name) for name in ("one", "other")]
    outputs = ("--json", "m.jsonl", "--csv", "m.csv", "--report", "m.html", "--feedback", "texts", "-k", "relu")
    arguments = command("class", *outputs)[1:-2]
    found, said = [], ""
    for name in ("one", "other"):
        done = commands.run(*arguments, "--seed-file", name, cwd=tmp_path, env=environment())
        assert done.returncode == 0, done.stderr
        warnings = [line for line in done.stderr.splitlines() if line.startswith("Warning")]
        assert [line for line in warnings if "user nobody" not in line] == []
        said += done.stdout + done.stderr
        record = records(tmp_path / "m.jsonl")[0]
        assert record["seed"] is None
        found.append(record["seed_fingerprint"])
        assert "1 graded" in done.stderr
    assert found == [seed_fields(secret)["seed_fingerprint"] for secret in secrets]
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path.name not in ("one", "other")]
    assert len(written) > 5
    for secret in secrets:
        assert str(secret) not in said
        assert all(str(secret).encode() not in path.read_bytes() for path in written)


def test_both_graders_write_a_platforms_file_for_one_submission(tmp_path: Path) -> None:
    hand_in(tmp_path / "ada")
    wanted = ("-k", "affine", "--json", "results.json", "--format", "gradescope")
    grade(tmp_path, "ada", *wanted)
    graded = facts.gradescope((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert [(test["name"], test["score"]) for test in graded["tests"]] == [("affine", 2.1)]
    arguments = ("-m", "pytest", "grader::affine::forward", "--submission=ada", "--seed", "3", "-q", *wanted[2:])
    commands.run(*arguments, cwd=tmp_path, env=environment(), imported=commands.PYTEST)
    whole = facts.gradescope((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert whole["tests"] == graded["tests"]
    assert "Not every check of affine was selected" in whole["output"]
    assert "Not every check" not in graded["output"]
    hand_in(tmp_path / "class" / "ada")
    hand_in(tmp_path / "class" / "emmy")
    refused = grade(tmp_path, "class", *wanted, status=2)
    assert "--format gradescope is of one submission, and there are 2" in refused.stderr
