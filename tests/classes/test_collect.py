"""`grader collect` and `grader fill`: from what a platform gives to its own table, every student's mark in its row."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest

from grader.classes.collecting import archives
from grader.classes.collecting.collection import Collection
from grader.classes.collecting.marks_sheet import Earned, MarksSheet, SheetError
from grader.classes.collecting.roster import Member, StudentList, read_roster
from tests import commands
from tests.classes import downloads
from tests.classes.classes import environment, grade
from tests.classes.downloads import CLASS, COLUMNS, EXPORTS, FILE, zipped


def run(cwd: Path, *arguments: str | Path, status: int = 0) -> str:
    """What a command of ours says."""
    done = commands.run("-m", "grader", *map(str, arguments), cwd=cwd, env=environment())
    said = done.stdout + done.stderr
    assert (done.returncode, "Traceback" in said) == (status, False), said
    return said


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What `grader grade` says of each student of the class, by number, graded as Canvas gives it."""
    folder = tmp_path_factory.mktemp("graded")
    run(folder, "collect", downloads.canvas(folder / "download.zip"), "--to", "class")
    grade(folder, "class", "--json", "marks.jsonl", "-k", "relu")
    graded = map(json.loads, (folder / "marks.jsonl").read_text().splitlines())
    return {each["submission"].rpartition("_")[2]: each for each in graded}


@pytest.mark.parametrize("platform", ["canvas", "moodle", "gradescope"])
def test_a_class_goes_from_its_platform_to_the_platforms_own_table(
    platform: str, records: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    archive = getattr(downloads, platform)(tmp_path / "download.zip")
    run(tmp_path, "collect", archive, "--to", "class")
    numbers = {row["id"]: row["lms_user_id"] for row in rows(tmp_path / "class" / "students.csv")}
    laid_out = {numbers[path.parent.name]: path.read_bytes() for path in (tmp_path / "class").glob(f"*/{FILE}")}
    assert laid_out == {str(each.number): each.source for each in CLASS if each.source is not None}
    assert len(list((tmp_path / "class").glob("*/*.py"))) == len(laid_out)
    # The files are the same, and so are the marks; only the students' folders are called otherwise.
    graded = [records[number] | {"submission": f"class/{student}"} for student, number in numbers.items()]
    (tmp_path / "marks.jsonl").write_text("".join(json.dumps(each) + "\n" for each in graded))
    (tmp_path / "export.csv").write_text(EXPORTS[platform], "utf-8", newline="")
    column = ["--column", "Relu"] if platform == "canvas" else []
    run(
        tmp_path,
        "fill",
        "export.csv",
        "--marks",
        "marks.jsonl",
        "--roster",
        "class/students.csv",
        "--to",
        "f.csv",
        *column,
    )
    who, what = COLUMNS[platform]
    marks = {row[who].split()[-1]: row[what] for row in rows(tmp_path / "f.csv") if row[who]}
    assert marks == {str(each.number): mark(each) for each in CLASS}
    for before, after in zip(rows(tmp_path / "export.csv"), rows(tmp_path / "f.csv"), strict=True):
        assert before | {what: after[what]} == after


def mark(student: downloads.Student) -> str:
    """What should stand in a student's row."""
    return "" if student.source is None else "2" if student.is_right else "0"


CANVAS = f"lovelaceada_1001_55_{FILE}"
MOODLE = "Ada Lovelace_1201_assignsubmission_file"


def collected(folder: Path, *files: dict[str, bytes], roster: StudentList | None = None) -> Collection:
    """What is laid out of zips with these files."""
    made = Collection(folder / "to", roster or StudentList(), notebooks=("gates.ipynb",))
    for number, each in enumerate(files):
        archive = folder / f"download{number}.zip"
        archive.write_bytes(zipped(each))
        made.add(archive)
    made.write()
    return made


def tree(folder: Path) -> dict[str, bytes]:
    """What was laid out."""
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {name: content for name, content in found.items() if "/" in name}


def said(made: Collection) -> dict[str, str]:
    return {each.file: each.note for each in made.outcomes}


def test_every_file_is_listed_with_what_became_of_it(tmp_path: Path) -> None:
    made = collected(
        tmp_path,
        {
            CANVAS: b"first",
            f"lovelaceada_1001_66_{FILE.replace('.py', '-1.py')}": b"second",
            "lovelaceada_1001_67_gates-2.ipynb": b"{}",
            "lovelaceada_1001_text.html": b"typed",
            "lovelaceada_1001_68_relu.py": b"misnamed",
            "lovelaceada_1001_69_work.rar": b"Rar!",
            "lovelaceada_1001_70_timestamp.txt": b"2020-01-01",
            "ünknown.py": b"whose?",
            ".DS_Store": b"",
        },
    )
    assert tree(tmp_path / "to") == {
        f"lovelaceada_1001/{FILE}": b"second",
        "lovelaceada_1001/gates/gates.ipynb": b"{}",
        "lovelaceada_1001/text.html": b"typed",
        "lovelaceada_1001/relu.py": b"misnamed",
    }
    notes = said(made)
    assert len(notes) == 9
    assert notes[CANVAS].endswith("is taken, which is newer")
    assert notes["lovelaceada_1001_68_relu.py"].endswith("no exercise or notebook is called so")
    assert notes["ünknown.py"] == "its name isn't one that Canvas gives: whose is it?"
    lost = {each.file for each in made.outcomes if each.is_loss}
    assert lost == {"ünknown.py", "lovelaceada_1001_69_work.rar"}
    listed = rows(tmp_path / "to" / "collected.csv")
    assert [row["file"] for row in listed] == [each.file for each in made.outcomes]


@pytest.mark.parametrize(
    "layout",
    [
        {f"alice/{FILE}": b"a", f"bob/exercises/{FILE}": b"b"},
        {f"class/alice/hw/{FILE}": b"a", f"class/bob/{FILE}": b"b"},
        {"alice.zip": zipped({FILE: b"a"}), "bob.zip": zipped({f"x/{FILE}": b"b"})},
        {"all/alice.zip": zipped({f"alice/{FILE}": b"a"}), "all/bob.zip": zipped({FILE: b"b"})},
    ],
)
def test_folders_and_archives_that_are_called_after_students(layout: dict[str, bytes], tmp_path: Path) -> None:
    collected(tmp_path, layout)
    assert tree(tmp_path / "to") == {f"alice/{FILE}": b"a", f"bob/{FILE}": b"b"}


@pytest.mark.parametrize("layout", [FILE, f"exercises/{FILE}", f"hw1/deep/{FILE}"])
def test_an_archive_of_one_student_has_the_students_name(layout: str, tmp_path: Path) -> None:
    collected(tmp_path, {layout: b"a"}, {layout: b"b"})
    assert tree(tmp_path / "to") == {f"download0/{FILE}": b"a", f"download1/{FILE}": b"b"}


def test_an_unpacked_download_is_collected_as_the_archive_is_but_through_no_link(tmp_path: Path) -> None:
    folder = tmp_path / "download" / MOODLE
    folder.mkdir(parents=True)
    (folder / FILE).write_bytes(b"mine")
    (tmp_path / "secret.py").write_bytes(b"secret")
    (folder / "ex22_sigmoid.py").symlink_to(tmp_path / "secret.py")
    (folder / "more").symlink_to(tmp_path)
    made = Collection(tmp_path / "to", StudentList())
    made.add(tmp_path / "download")
    made.write()
    assert tree(tmp_path / "to") == {f"Ada_Lovelace_1201/{FILE}": b"mine"}
    assert [each.note for each in made.outcomes if each.is_loss] == ["it is a link, or no file"] * 2


def test_a_name_that_is_no_utf_8_and_one_that_is_without_saying_so(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in ("Zoe_1_assignsubmission_file/xx.py", "Zyy_2_assignsubmission_file/ab.py"):
            archive.writestr(name, b"x")
    odd = made.getvalue().replace(b"xx.py", b"\x81\xff.py").replace(b"Zyy_2", "Zü_2".encode())
    (tmp_path / "download.zip").write_bytes(odd)
    collection = Collection(tmp_path / "to", StudentList())
    collection.add(tmp_path / "download.zip")
    assert set(tree(tmp_path / "to")) == {"Zoe_1/ü\xa0.py".replace("\xa0", ""), "Zü_2/ab.py"}


def hostile(tmp_path: Path) -> dict[str, bytes]:
    """Archives of students who mean no good."""
    link = io.BytesIO()
    with zipfile.ZipFile(link, "w") as archive:
        info = zipfile.ZipInfo(FILE)
        info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
        archive.writestr("../../../outside.py", "x")
        archive.writestr("/absolute.py", "x")
        archive.writestr("C:\\drive.py", "x")
        archive.writestr("..\\..\\outside.py", "x")
    locked = bytearray(zipped({FILE: b"x"}))
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        locked[locked.index(mark) + (6 if mark[2] == 3 else 8)] |= 1
    bomb = zipped({FILE: bytes(archives.MAX_FILE + 1)})
    deep = zipped({FILE: b"x"})
    for _ in range(archives.MAX_NESTED + 1):
        deep = zipped({"deeper.zip": deep})
    heavy = zipped({f"{number}.bin": bytes(archives.MAX_FILE) for number in range(11)})
    return {
        "link": link.getvalue(),
        "locked": bytes(locked),
        "bomb": bomb,
        "deep": deep,
        "many": zipped({f"{number}.py": b"" for number in range(archives.MAX_STUDENT_FILES + 1)}),
        "heavy": heavy,
        "clash": zipped({"a": b"1", "a/b": b"2", "c/d": b"3", "c": b"4", "x/" * 50 + "e": b"5", FILE: b"6"}),
        "cut": zipped({FILE: b"x" * 1000})[:-30],
        "none": b"no zip",
        "stranger": zipped({f"Ada Lovelace_1201_assignsubmission_file/{FILE}": b"not hers"}),
    }


def test_a_hostile_archive_costs_its_student_alone(tmp_path: Path) -> None:
    made = collected(
        tmp_path,
        {
            f"{MOODLE}/{FILE}": b"mine",
            **{
                f"{name}_{2000 + n}_assignsubmission_file/a.zip": x
                for n, (name, x) in enumerate(hostile(tmp_path).items())
            },
        },
    )
    found = tree(tmp_path / "to")
    assert found[f"Ada_Lovelace_1201/{FILE}"] == b"mine"
    assert (
        sum(map(len, (content for name, content in found.items() if name.startswith("heavy")))) <= archives.MAX_STUDENT
    )
    assert {name.split("/")[0] for name in found} == {"Ada_Lovelace_1201", "clash_2006", "heavy_2005", "stranger_2009"}
    assert found[f"stranger_2009/{FILE}"] == b"not hers"
    assert {name for name in found if name.startswith("clash")} == {f"clash_2006/{each}" for each in ("a", "c/d", FILE)}
    assert {path.name for path in tmp_path.iterdir()} == {"to", "download0.zip"}
    why = {each.student: each.note for each in made.outcomes if each.is_loss}
    assert why["locked_2001"] == "it is encrypted"
    assert why["bomb_2002"].startswith("it is too large")
    assert why["deep_2003"] == "3 archives in one another are the limit"
    assert why["many_2004"].startswith("it has too many files")
    assert why["heavy_2005"].startswith("all of this student's files")
    assert why["cut_2007"] == why["none_2008"] == "it is no zip"
    links = [each.note for each in made.outcomes if each.student == "link_2000" and each.is_loss]
    assert links == ["it is a link, or no file", *["its path leads out of the archive"] * 4]


def test_no_student_passes_for_another(tmp_path: Path) -> None:
    listed = ""
    for place, name in enumerate(("ada", "eve")):
        listed += f"submission_{place}:\n  :submitters:\n  - :name: Ada\n    :sid: '7'\n    :email: {name}@x.org\n"
    files = {f"submission_{place}/{FILE}": str(place).encode() for place in range(2)}
    made = collected(tmp_path, files | {"submission_metadata.yml": listed.encode()})
    assert tree(tmp_path / "to") == {f"Ada_ada@x.org/{FILE}": b"0", f"Ada_eve@x.org/{FILE}": b"1"}
    later = "submission_9:\n  :submitters:\n  - :name: Eve\n    :sid: '1001'\n    :email: eve@x.org\n"
    roster = StudentList([Member("ada", email="ada@x.org", lms_user_id="1001")])
    made = collected(
        tmp_path, {f"submission_9/{FILE}": b"eve's", "submission_metadata.yml": later.encode()}, roster=roster
    )
    assert made.students == {"Eve_1001"}


def test_a_list_in_a_students_own_folder_says_of_nobody_who_handed_in(tmp_path: Path) -> None:
    forged = b"bob:\n  :submitters:\n  - :name: eve\n    :email: eve@x.org\n"
    collected(tmp_path, {f"bob/{FILE}": b"bob's", "eve/submission_metadata.yml": forged, f"eve/{FILE}": b"eve's"})
    assert {name: each for name, each in tree(tmp_path / "to").items() if name.endswith(FILE)} == {
        f"bob/{FILE}": b"bob's",
        f"eve/{FILE}": b"eve's",
    }


def test_names_that_would_be_one_folders_are_two_students(tmp_path: Path) -> None:
    names = ["Ada L", "Ada_L", "Ada L!", "=1+1", "🎉", "🎊", "x" * 200 + "1", "x" * 200 + "2"]
    files = {f"class/{name}/{FILE}": name.encode() for name in names}
    first = collected(tmp_path, files)
    assert sorted(tree(tmp_path / "to").values()) == sorted(name.encode() for name in names)
    again = collected(tmp_path, files, roster=read_roster(tmp_path / "to" / "students.csv"))
    assert again.students == first.students


def test_nothing_is_written_through_a_link_in_the_class(tmp_path: Path) -> None:
    (tmp_path / "to").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "to" / "lovelaceada_1001").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "download.zip").write_bytes(zipped({CANVAS: b"x"}))
    assert "lovelaceada_1001 is a link, or no folder" in run(
        tmp_path, "collect", "download.zip", "--to", "to", status=1
    )
    assert not os.listdir(tmp_path / "elsewhere")


def test_the_roster_says_who_is_meant_by_number_by_address_and_by_a_name_that_only_one_has(tmp_path: Path) -> None:
    members = [
        Member("ada", "Ada", "Lovelace", "ada@example.org", "1001"),
        Member("emmy", "Emmy", "Noether"),
        Member("jose1", "José", "Núñez"),
        Member("jose2", "José", "Núñez"),
    ]
    numbers = {"lovelaceada": 1001, "noetheremmy": 1002, "núñezjosé": 1003}
    names = {f"{name}_{number}_55_{FILE}": b"x" for name, number in numbers.items()}
    made = collected(tmp_path, names, roster=StudentList(members))
    assert sorted(made.students) == ["ada", "emmy", "núñezjosé_1003"]
    assert made.roster.strangers == ["núñezjosé_1003"]
    assert {each.id: each.lms_user_id for each in made.roster}["emmy"] == "1002"


def test_on_moodle_a_name_says_who_it_is_for_a_number_is_of_one_assignment(tmp_path: Path) -> None:
    (tmp_path / "class.csv").write_text(
        "id,first_name,last_name,lms_user_id\nada,Ada,Lovelace,1001\nzoe,Zoë,O'Neil,1002\nkurt,Kurt,Gödel,\n"
        "jose1,José,Núñez,1004\njose2,José,Núñez,1005\n",
        "utf-8",
    )

    said: list[str] = []

    def students(first: int, *lines: str) -> dict[str, str]:
        people = ("Ada Lovelace", "Zoë ONeil", "Kurt Gödel", "José Núñez", "Eve X")
        files = {f"{name}_{first + place}_assignsubmission_file/{FILE}": b"" for place, name in enumerate(people)}
        (tmp_path / "download.zip").write_bytes(zipped(files))
        with (tmp_path / "class.csv").open("a", encoding="utf-8") as file:
            file.writelines(lines)
        said.append(run(tmp_path, "collect", "download.zip", "--to", "to", "--roster", "class.csv"))
        return {row["student"]: row["file"].split("_")[0] for row in rows(tmp_path / "to" / "collected.csv")}

    sure = {"ada": "Ada Lovelace", "zoe": "Zoë ONeil", "kurt": "Kurt Gödel"}
    assert students(3002) == sure | {"José_Núñez_3005": "José Núñez", "Eve_X_3006": "Eve X"}
    assert "José_Núñez_3005: jose1 and jose2 are called so: give one of them the number 3005 as lms_user_id" in said[0]
    # The number of one is that of another, elsewhere.
    assert students(1001) == sure | {"jose1": "José Núñez", "Eve_X_3006": "Eve X"}
    assert "jose1: Moodle's folder has the number 1004, and your list, too" in said[1]
    numbers = {row["id"]: row["lms_user_id"] for row in rows(tmp_path / "to" / "students.csv")}
    assert numbers == {
        "ada": "1001",
        "zoe": "1002",
        "kurt": "1003",
        "jose1": "1004",
        "jose2": "",
        "José_Núñez_3005": "3005",
        "Eve_X_3006": "1005",
    }
    # Whoever has by chance the number that another has elsewhere keeps the folder.
    assert students(1001) == sure | {"jose1": "José Núñez", "Eve_X_3006": "Eve X"}
    # In the next assignment each has another number, and of two Josés one is known by what was written down.
    assert students(2002, "jose2,José,Núñez,2005\n") == sure | {"jose2": "José Núñez", "Eve_X_3006": "Eve X"}


def test_a_later_download_takes_the_place_of_an_earlier_one_and_keeps_the_students_ids(tmp_path: Path) -> None:
    for number, content in ((55, b"first"), (77, b"second")):
        (tmp_path / "download.zip").write_bytes(zipped({f"lovelaceada_1001_{number}_{FILE}": content}))
        run(tmp_path, "collect", "download.zip", "--to", "to")
    assert tree(tmp_path / "to") == {f"lovelaceada_1001/{FILE}": b"second"}
    assert [row["note"] for row in rows(tmp_path / "to" / "collected.csv")] == ["in place of another"]
    assert len(rows(tmp_path / "to" / "students.csv")) == 1


@pytest.mark.parametrize(
    ("names", "asked"),
    [
        ([CANVAS, f"noetheremmy_LATE_1002_56_{FILE}"], "looks like a Canvas download"),
        ([f"{MOODLE}_{FILE}"], "looks like a Moodle download"),
        (["alice.zip", "bob.zip"], "has no exercise under its own name, but alice.zip, bob.zip"),
    ],
)
def test_a_download_that_is_graded_unprepared_is_asked_about(names: list[str], asked: str, tmp_path: Path) -> None:
    (tmp_path / "class").mkdir()
    for name in names:
        (tmp_path / "class" / name).write_bytes(b"x")
    (tmp_path / "class.zip").write_bytes(zipped({}))
    answer = grade(tmp_path, "class.zip", "--json", "m", status=2).stderr
    assert "class.zip is an archive: run grader collect on it" in answer
    answer = grade(tmp_path, "class", "--json", "m.jsonl", "-k", "relu", status=2).stderr
    assert f"class {asked}: run grader collect on it" in answer
    assert not (tmp_path / "m.jsonl").exists()


def test_work_under_another_name_is_no_zero_and_what_lies_beside_work_is_named(tmp_path: Path) -> None:
    for path in (
        "right/ex21_relu.py",
        "right/relu.py",
        "copied/ex21_relu (1).py",
        "deep/hw1/ex21_relu.py",
        "packed/a.zip",
    ):
        (tmp_path / "class" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "class" / path).write_bytes(downloads.RIGHT)
    (tmp_path / "class" / "nothing").mkdir()
    done = grade(tmp_path, "class", "--json", "m.jsonl", "--csv", "m.csv", "-k", "relu", status=1)
    for name, what in (("copied", "ex21_relu (1).py"), ("deep", "hw1/"), ("packed", "a.zip")):
        assert (
            f"class/{name}  it has no exercise under its own name, but {what}: grader collect lays that out"
            in done.stdout
        )
    assert "class/right/relu.py: no exercise is called so" in done.stderr
    assert {row["student"]: row["points"] for row in rows(tmp_path / "m.csv")} == {
        "copied": "", "deep": "", "nothing": "0", "packed": "", "right": "2",
    }  # fmt: skip


SHEET = "Identifier;Email address;Grade;Maximum grade\nParticipant 7;a@x;;4\nParticipant 8;b@x;3;4\n"


def filled(
    folder: Path, text: str, earned: dict[str, Earned], *members: Member, column: str = ""
) -> tuple[str, list[str]]:
    """A table with the marks in it, and who isn't in it."""
    (folder / "export.csv").write_text(text, "utf-8", newline="")
    sheet = MarksSheet(folder / "export.csv")
    lost = sheet.fill(sheet.column(column), earned, members)
    return sheet.text(), lost


def test_only_the_marks_change_and_who_has_none_keeps_what_there_is(tmp_path: Path) -> None:
    members = Member("ada", lms_user_id="7"), Member("emmy", email="B@x"), Member("kurt", lms_user_id="9")
    text, lost = filled(tmp_path, SHEET, {"ada": Earned(1 / 3, 4), "kurt": Earned(4, 4)}, *members)
    assert text == SHEET.replace("a@x;;", "a@x;0.3333;")
    assert lost == ["kurt"]
    text, lost = filled(tmp_path, SHEET, {"emmy": Earned(4, 4)}, *members)
    assert text == SHEET.replace("b@x;3;", "b@x;4;")


def test_two_of_one_number_are_found_by_it_no_more(tmp_path: Path) -> None:
    twins = Member("ada", email="a@x", lms_user_id="7"), Member("emmy", email="b@x", lms_user_id="7")
    text, lost = filled(tmp_path, SHEET, {"ada": Earned(1, 4), "emmy": Earned(2, 4)}, *twins)
    assert (text, lost) == (SHEET.replace("a@x;;", "a@x;1;").replace("b@x;3;", "b@x;2;"), [])


def test_a_number_that_is_another_students_elsewhere_gives_nobody_their_mark(tmp_path: Path) -> None:
    members = Member("ada", email="a@x", lms_user_id="8"), Member("emmy", email="b@x", lms_user_id="9")
    with pytest.raises(SheetError, match="Participant 8 is ada's and b@x is emmy's"):
        filled(tmp_path, SHEET, {"ada": Earned(1, 4)}, *members)


@pytest.mark.parametrize(
    ("text", "column", "why"),
    [
        ("", "", "no column that names its students"),
        ("ID,Gates (1),Relu (2)\n", "", "more than one column could be that of the marks; --column names it: Gates"),
        ("ID,Gates (1)\n", "Relu", "no column could be that of the marks, Relu; --column names it: ID, Gates (1)"),
        ('ID,"Gates\n', "", "is no table"),
    ],
)
def test_a_table_that_cannot_be_filled_says_why(text: str, column: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(SheetError, match=why.replace("(", r"\(").replace(")", r"\)")):
        filled(tmp_path, text, {}, column=column)


def test_marks_of_another_number_of_points_are_warned_of_refused_or_scaled(tmp_path: Path) -> None:
    (tmp_path / "roster.csv").write_text("id,lms_user_id\nada,1\n", "utf-8")
    (tmp_path / "m.jsonl").write_text('{"submission": "class/ada", "points": 1.5, "max_points": 2}\n')
    command = ("fill", "export.csv", "--marks", "m.jsonl", "--roster", "roster.csv", "--to", "f.csv")
    head = "Student,ID,Relu (1)\n    Points Possible,,{}\nAda,1,\n"
    (tmp_path / "export.csv").write_text(head.format(10), "utf-8")
    assert "of 2 points, the export's of 10" in run(tmp_path, *command)
    assert (tmp_path / "f.csv").read_text().endswith("Ada,1,1.5\n")
    run(tmp_path, *command, "--scale")
    assert (tmp_path / "f.csv").read_text().endswith("Ada,1,7.5\n")
    (tmp_path / "export.csv").write_text(head.format(1), "utf-8")
    assert "more than the 1 points" in run(tmp_path, *command, status=2)
