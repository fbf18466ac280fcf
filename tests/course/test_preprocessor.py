"""What stands around the judging in nbgrader: reading, restoring, and the seed."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from grader.text.language import VARIABLE
from tests.proof import needs

needs("nbgrader")

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell
from nbgrader.utils import compute_checksum
from traitlets import TraitError
from traitlets.config import Config

from grader.course import preprocessor, reading
from grader.course.preprocessor import JudgeSubmission, SubmissionExporter
from grader.course.reading import LIMIT, UnreadableError, read_notebook
from grader.course.restoring import Original, restored
from grader.course.running import Limits
from grader.course.sanitise import clean, markdown2html, strip_files_prefix
from grader.course.secret import SeedError, read_seed
from tests.course import notebooks
from tests.course.notebooks import marks, named, replaced, without

PICTURE = base64.b64encode(b"\x89PNG").decode()


def original(grade_id: str, source: str, cell_type: str = "code", **given: Any) -> Original:
    return Original(cell_type, source, marks(grade_id, cell_type=cell_type, checksum="", **given))


ORIGINALS = {
    each.marks["grade_id"]: each
    for each in (
        original("setup", "import numpy as np"),
        original("relu", "def relu(): ...", locked=False, solution=True),
        original("relu-check", "check('relu', relu)", grade=True, points=2),
        original("why", "*Your answer*", "markdown", locked=False, solution=True, grade=True, points=1),
    )
}


def submitted(**changed: Any) -> list[Any]:
    """The cells of a submission as they should be; `changed` holds other sources by id."""
    cells = []
    for name, each in ORIGINALS.items():
        make = new_code_cell if each.cell_type == "code" else new_markdown_cell
        cells.append(make(changed.get(name, each.source), metadata={"nbgrader": dict(each.marks)}))
    return cells


def ids(cells: list[Any]) -> list[str]:
    return [cell.metadata.get("nbgrader", {}).get("grade_id", "") for cell in cells]


def note(cells: list[Any], grade_id: str) -> str:
    cell = next(cell for cell in cells if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id)
    return str(cell.metadata.get("handgrad", {}).get("note", ""))


def test_a_submission_as_it_should_be_stays_so() -> None:
    cells = restored(submitted(relu="mine", why="because"), ORIGINALS)
    assert [cell.source for cell in cells] == ["import numpy as np", "mine", "check('relu', relu)", "because"]
    assert not any(note(cells, name) for name in ORIGINALS)


def test_a_test_cell_that_was_edited_is_the_instructors_again_be_it_locked_or_not() -> None:
    unlocked = original("t", "check('relu', relu)", grade=True, locked=False)
    cells = restored([new_code_cell("check('mine')", metadata={"nbgrader": dict(unlocked.marks)})], {"t": unlocked})
    assert cells[0].source == unlocked.source
    assert "was edited" in note(cells, "t")


def test_a_locked_cell_that_was_edited_is_the_instructors_again() -> None:
    cells = submitted()
    cells[2].source = "2.0"
    cells = restored(cells, ORIGINALS)
    assert cells[2].source == "check('relu', relu)"
    assert "was edited" in note(cells, "relu-check")


@pytest.mark.parametrize(("points", "is_given"), [(2, True), (3, False), ("?", False), (10**400, False)])
def test_a_cell_as_an_earlier_version_of_the_assignment_had_it_was_not_edited(points: Any, is_given: bool) -> None:
    cells = submitted()
    cells[2].source = "check('relu', relu, points=2)"
    cells[2].metadata["nbgrader"]["points"] = 2
    cells[2].metadata["nbgrader"]["checksum"] = compute_checksum(cells[2])
    cells[2].metadata["nbgrader"]["points"] = points
    cells = restored(cells, ORIGINALS)
    assert cells[2].source == "check('relu', relu)"
    assert ("was edited" in note(cells, "relu-check")) is not is_given


def test_hidden_tests_come_back_without_a_word() -> None:
    hidden = original("t", "a\n### BEGIN HIDDEN TESTS\nb\n### END HIDDEN TESTS", grade=True, points=1)
    cells = restored([new_code_cell("a", metadata={"nbgrader": dict(hidden.marks)})], {"t": hidden})
    assert cells[0].source == hidden.source
    assert note(cells, "t") == ""


WRITTEN = [
    ("below", lambda cells: [*cells, new_markdown_cell("My answer.")], True),
    ("below, as code", lambda cells: [*cells, new_code_cell("42")], True),
    ("above", lambda cells: [*cells[:3], new_markdown_cell("My answer."), cells[3]], True),
    ("in the question", lambda cells: [*cells[:3], new_markdown_cell("Why? Because."), cells[3]], True),
    ("in place of the deleted cell", lambda cells: [new_markdown_cell("Mine."), *cells[:3]], True),
    ("in a copy", lambda cells: [copied_answer(cells), *cells], True),
    ("nowhere", lambda cells: cells, False),
    ("blanks", lambda cells: [*cells, new_markdown_cell(" \n")], False),
    ("only what is given", lambda cells: [*cells[:3], new_markdown_cell("Why?\n"), cells[3]], False),
    ("elsewhere", lambda cells: [new_markdown_cell("My notes."), *cells], False),
    ("code above", lambda cells: [*cells[:3], new_code_cell("print(relu)"), cells[3]], False),
]


def copied_answer(cells: list[Any]) -> Any:
    return new_markdown_cell("Mine, in the first of two.", metadata=cells[3].metadata)


@pytest.mark.parametrize(("change", "to_a_person"), [each[1:] for each in WRITTEN], ids=[each[0] for each in WRITTEN])
def test_an_answer_beside_its_cell_is_left_to_a_person(change: Any, to_a_person: bool) -> None:
    stub = ORIGINALS["why"].source
    cells = restored(change(submitted()), ORIGINALS, frozenset({"Why?"}))
    (answer,) = (cell for cell in cells if cell.metadata.get("nbgrader", {}).get("grade_id") == "why")
    assert (answer.source != stub) == to_a_person
    assert answer.source.startswith(stub)
    assert ("may stand in another cell" in note(cells, "why")) == to_a_person


def test_forged_metadata_are_the_instructors_again() -> None:
    cells = submitted()
    for cell in cells:
        cell.metadata.nbgrader.update(solution=True, grade=False, locked=False, points=99, schema_version=7, extra=1)
        cell.metadata["handgrad"] = {"note": "full marks"}
    cells = restored(cells, ORIGINALS)
    assert [dict(cell.metadata["nbgrader"]) for cell in cells] == [dict(each.marks) for each in ORIGINALS.values()]
    assert not any(note(cells, name) for name in ORIGINALS)


def test_a_cell_of_another_type_gets_its_own_back() -> None:
    cells = submitted()
    cells[2] = new_markdown_cell("check('relu', relu)", metadata=cells[2].metadata)
    cells[3] = new_code_cell("because", metadata=cells[3].metadata)
    cells = restored(cells, ORIGINALS)
    assert [cell.cell_type for cell in cells] == ["code", "code", "code", "markdown"]
    assert cells[3].source == "because"
    assert "type was changed" in note(cells, "why")


def test_of_several_cells_with_one_id_the_last_one_counts() -> None:
    cells = submitted()
    cells.insert(0, new_code_cell("copy", metadata=cells[1].metadata))
    cells = restored(cells, ORIGINALS)
    assert ids(cells) == ["", *ORIGINALS]
    assert note(cells, "relu") == "there are 2 cells with this id; the last one counts"


@pytest.mark.parametrize("gone", [set(), {0}, {1}, {2}, {3}, {1, 2}, {0, 1, 2, 3}])
def test_whatever_is_missing_comes_back(gone: set[int]) -> None:
    cells = [cell for number, cell in enumerate(submitted()) if number not in gone]
    cells = restored(cells, ORIGINALS)
    assert sorted(ids(cells)) == sorted(ORIGINALS)
    for number, name in enumerate(ORIGINALS):
        assert ("was missing" in note(cells, name)) == (number in gone)
    # A test cell stands after what it tests, and what was imported first is again.
    assert ids(cells).index("relu-check") > max(ids(cells).index("relu"), ids(cells).index("setup"))
    assert ids(cells).index("setup") < ids(cells).index("relu") or gone in ({1}, {1, 2})


@pytest.mark.parametrize("strange", [None, 3, "x", [], {"grade_id": 3}, {"grade_id": "unknown"}, {"grade": True}])
def test_metadata_of_no_meaning_are_dropped(strange: Any) -> None:
    cells = restored([*submitted(), new_code_cell("x", metadata={"nbgrader": strange})], ORIGINALS)
    assert "nbgrader" not in cells[-1].metadata


def content(*cells: Any, **more: Any) -> bytes:
    return json.dumps({"cells": [*cells], "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **more}).encode()


def cell(**more: Any) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "source": "1", "outputs": [], "execution_count": None, **more}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b"[" * 100_000, "^it is nested too deeply$"),
        (b"\xff\xfe{}", "JSON|UTF-8"),
        (b"[]", "no notebook"),
        (b"3", "no notebook"),
        (b"{}", "^it is no notebook: it has no nbformat$"),
        (content(nbformat=5), "^its format isn't supported: nbformat is 5, and must be 4$"),
        (content(nbformat="4"), '^its format isn\'t supported: nbformat is "4", and must be 4$'),
        (content(nbformat="\x1b" * 99), r"nbformat is \"\\u001b"),
        (content(nbformat=3), "older format can't be brought to nbformat 4$"),
        (content(cells={}), "^it is no notebook: it has no list of cells$"),
        (content(3), "^it is no notebook: its cell 1 is no cell$"),
        (content(cell(), {}), "^it is no notebook: its cell 2 has no cell_type$"),
        (content({"cell_type": "code", "source": ""}), "^it is no notebook: its cell 1 has no metadata$"),
        (content({"cell_type": "code", "metadata": {}}), "^it is no notebook: its cell 1 has no source$"),
        (content(cell(source=3)), "cell 1 has no text"),
        (content(cell(metadata=3)), "the metadata of its cell 1 have no names"),
        (content(*[cell()] * 1001), "1001 cells"),
    ],
)
def test_what_is_no_notebook_is_unreadable(content: bytes, said: str) -> None:
    with pytest.raises(UnreadableError, match=said):
        read_notebook(content)


def test_a_notebook_is_read_without_what_means_nothing() -> None:
    made = notebooks.source()
    made.metadata["widgets"] = {"evil": 1}
    made.cells.append(new_raw_cell("<script>"))
    made.cells[0].attachments = {"a": {"image/png": PICTURE, "image/svg+xml": "x"}, "b": {"text/html": "x"}}
    made.cells[1].metadata["tags"] = ['"><script>']
    found = read_notebook(nbformat.writes(made).encode())
    nbformat.validate(found)
    assert set(found.metadata) == {"kernelspec", "language_info"}
    assert found.cells[-1].cell_type == "markdown"
    assert found.cells[0].attachments == {"a": {"image/png": PICTURE}}
    assert set(found.cells[1].metadata) == {"nbgrader"}
    assert [each.source for each in found.cells] == [each.source for each in made.cells]


OLDER = [
    {"cell_type": "code", "input": "x = 1\n", "language": "python", "outputs": [], "metadata": {}},
    {"cell_type": "heading", "level": 2, "source": "A\nheading", "metadata": {}},
    {"cell_type": "markdown", "source": "a", "metadata": {"nbgrader": {"grade_id": "b"}}},
    {"cell_type": "markdown", "source": ["a\n", "b"], "metadata": {}},
    {"cell_type": "html", "source": "<b>", "metadata": {}},
]


@pytest.mark.parametrize(
    "old",
    [
        {"nbformat": 1, "cells": [{"cell_type": "code", "code": "x = 1"}, {"cell_type": "text", "text": "a"}]},
        {"nbformat": 2, "metadata": {}, "worksheets": [{"cells": OLDER[:1]}, {"cells": OLDER[2:]}]},
        {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": OLDER}, {"cells": OLDER[:1]}]},
    ],
    ids=["format 1", "format 2", "format 3"],
)
@pytest.mark.filterwarnings("ignore")
def test_an_older_notebook_is_read_as_nbformat_reads_it(old: dict[str, Any]) -> None:
    text = json.dumps(old)
    wanted = [(each.cell_type, each.source) for each in nbformat.reads(text, as_version=4).cells]
    assert [(each.cell_type, each.source) for each in read_notebook(text.encode()).cells] == wanted


@pytest.mark.parametrize(
    ("limit", "most", "source", "count", "said"),
    [
        ("MAX_CODE", 6, "é" * 3, 1, "7 bytes of code"),
        ("MAX_LINES", 3, "\n\x0b\u2028", 1, "4 lines"),
        ("MAX_CELLS", 3, "", 3, "4 cells"),
        ("MAX_VALUES", 14, '\\", "' * 20, 1, "more than 14 values"),
    ],
)
def test_a_notebook_may_have_so_much_and_no_more(
    limit: str, most: int, source: str, count: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def notebook(source: str, cells: int) -> bytes:
        cell = {"cell_type": "code", "metadata": {}, "source": source}
        return json.dumps({"nbformat": 4, "cells": [cell] * cells}).encode()

    monkeypatch.setattr(reading, limit, most)
    many = {"MAX_CELLS": notebook(source, count + 1), "MAX_VALUES": notebook(source, 2)}
    read_notebook(notebook(source, count))
    with pytest.raises(UnreadableError, match=said):
        read_notebook(many.get(limit, notebook(f"{source}\r", count)))


def test_a_heading_of_an_older_notebook_has_no_more_than_six_levels() -> None:
    heading = {"cell_type": "heading", "level": 2_000_000_000, "source": "x"}
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": [heading]}]}
    assert read_notebook(json.dumps(old).encode()).cells[0].source == "###### x"


def test_a_number_of_many_digits_costs_no_marks() -> None:
    text = content(cell(source="x = 1")).replace(b'"metadata": {}', b'"metadata": {"n": %s}' % (b"9" * 100_000), 1)
    assert b"999" in text
    assert read_notebook(text).cells[0].source == "x = 1"


def test_a_lone_surrogate_can_be_written() -> None:
    found = read_notebook(content(cell(source="'\ud800'")))
    nbformat.writes(found).encode()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: path.write_text("{"), "it is no JSON"),
        (lambda path: path.write_text(""), "is empty"),
        (lambda path: path.write_bytes(b" " * (LIMIT + 1)), "is too large"),
        (lambda path: path.symlink_to("/etc/passwd"), "symbolic link"),
        (lambda path: path.mkdir(), "a folder"),
        (lambda path: os.mkfifo(path), "a named pipe"),
    ],
)
def test_a_file_that_can_not_be_read_says_so_in_the_notebook(
    make: Callable[[Path], object], said: str, tmp_path: Path
) -> None:
    path = tmp_path / "x.ipynb"
    make(path)
    text, _ = SubmissionExporter().from_filename(str(path))
    assert said in nbformat.reads(text, as_version=4).cells[0].source


GUESSABLE = ["", "abc", "-99999999999999999999", "4294967295", "12345678901", str((1 << 59) - 1), "1e30", "9" * 101]


@pytest.mark.parametrize("text", [*GUESSABLE, "٣" * 20])
def test_a_seed_that_could_be_guessed_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "seed.txt").write_text(text, "utf-8")
    with pytest.raises(SeedError, match="at least 60 bits"):
        read_seed(str(tmp_path / "seed.txt"))


def test_a_seed_is_needed(tmp_path: Path) -> None:
    (tmp_path / "seed.txt").write_text("12345678901234567890\n")
    assert read_seed(str(tmp_path / "seed.txt")) == 12345678901234567890
    for nothing in ("", str(tmp_path / "none")):
        with pytest.raises(SeedError):
            read_seed(nothing)


def test_nothing_is_judged_below_full_isolation_unless_that_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from grader.sandbox.host import worker
    from grader.sandbox.host.levels import IsolationError

    (tmp_path / "seed.txt").write_text(str(notebooks.SEED + 1))
    monkeypatch.setattr(worker, "can_fork", lambda: False)
    preprocessor.judge.cache_clear()
    made = without("affine", "affine-check", "relu-own")
    with pytest.raises(IsolationError):
        JudgeSubmission(seed_file=str(tmp_path / "seed.txt")).preprocess(made, {})
    judged, _ = JudgeSubmission(seed_file=str(tmp_path / "seed.txt"), isolation="limits").preprocess(made, {})
    assert named(judged, "relu-check").outputs[-1].data["text/plain"] == "2.0"
    preprocessor.judge.cache_clear()


def test_references_are_computed_once_for_a_process(tmp_path: Path) -> None:
    one, other = (preprocessor.judge(1 << 40, "full", Limits(), "formulas") for _ in range(2))
    assert one is other


def test_the_course_sets_what_its_students_are_told(tmp_path: Path) -> None:
    (tmp_path / "seed.txt").write_text(str(notebooks.SEED))
    made = replaced("relu", "(x > 0)", "(dout > 0)")
    for tell, said in (("facts", False), ("known", True)):
        config = Config(JudgeSubmission={"seed_file": str(tmp_path / "seed.txt"), "tell": tell})
        judged, _ = JudgeSubmission(config=config).preprocess(made, {})
        shown = named(judged, "relu-check").outputs[0].data["text/plain"]
        assert "dx[3] = 9, PyTorch says 0" in shown
        assert ("You masked" in shown) == said
    with pytest.raises(TraitError):
        JudgeSubmission(tell="nothing")


def test_the_course_sets_its_language_for_itself_alone_unless_another_one_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    (tmp_path / "seed.txt").write_text(str(notebooks.SEED))
    made = replaced("relu", "(x > 0)", "(dout > 0)")
    course = JudgeSubmission(config=Config(JudgeSubmission={"seed_file": str(tmp_path / "seed.txt"), "language": "de"}))

    def shown() -> str:
        text: str = named(course.preprocess(made, {})[0], "relu-check").outputs[0].data["text/plain"]
        return text

    assert "PyTorch sagt 0" in shown()
    assert VARIABLE not in os.environ
    monkeypatch.setenv(VARIABLE, "en")
    assert "PyTorch says 0" in shown()
    with pytest.raises(TraitError):
        JudgeSubmission(language="xx")


@pytest.mark.parametrize(
    ("html", "cleaned"),
    [
        ("<b>x</b> &lt; 3", "<b>x</b> &lt; 3"),
        ("<script>x</script>", ""),
        ('<a href="https://x.org">x</a>', '<a href="https://x.org" rel="noopener noreferrer">x</a>'),
        ('<a href="files/evil.html">x</a>', '<a rel="noopener noreferrer">x</a>'),
        ('<a href="JavaScript:x">x</a>', '<a rel="noopener noreferrer">x</a>'),
        ('<a href="data:text/html,x">x</a>', '<a rel="noopener noreferrer">x</a>'),
        ('<img src="https://x.org/a.png">', "<img>"),
        ('<img src="data:image/svg+xml;base64,AAAA">', "<img>"),
        (f'<img src="data:image/png;base64,{PICTURE}">', f'<img src="data:image/png;base64,{PICTURE}">'),
        ('<p style="x" onclick="y">x</p>', "<p>x</p>"),
    ],
)
def test_html_is_clean(html: str, cleaned: str) -> None:
    assert clean(html) == cleaned


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("*a* $x<y$", "<p><em>a</em> $x&lt;y$</p>"),
        ("`<script>`", "<p><code>&lt;script&gt;</code></p>"),
        ("![p](attachment:p)", f'<p><img src="data:image/png;base64,{PICTURE}" alt="p"></p>'),
        ("![p](attachment:none)", "<pre>![p](attachment:none)</pre>"),
    ],
)
def test_markdown_is_shown(markdown: str, expected: str) -> None:
    context = {"cell": {"attachments": {"p": {"image/png": PICTURE}}}}
    assert markdown2html(context, markdown).strip() == expected


def test_the_context_may_be_without_a_cell() -> None:
    assert "<p>x</p>" in markdown2html(SimpleNamespace(get=lambda name, default: default), "x")


def test_prefixes_are_kept() -> None:
    html = '<a href="files/x">' * 100_000
    assert strip_files_prefix(html) == html
