"""Formgrader in a real browser: an answer is graded by hand, and nothing that a student wrote is run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.proof import needs

needs("nbgrader")
needs("playwright")

from nbformat.v4 import new_code_cell, new_markdown_cell, new_output, new_raw_cell

from tests.course import notebooks
from tests.course.browsing import browser, formgrader
from tests.course.courses import ASSIGNMENT, Course
from tests.course.notebooks import named

RUN = "window.ran = (window.ran || 0) + 1"

SCRIPT = f"<script>{RUN}</script>"

SVG = f'<svg xmlns="http://www.w3.org/2000/svg" onload="{RUN}"><script>{RUN}</script></svg>'

MARKDOWN = (
    SCRIPT,
    f'<img src="nothing" onerror="{RUN}">',
    SVG,
    f'<iframe srcdoc="&lt;script&gt;parent.{RUN}&lt;/script&gt;"></iframe>',
    f'<iframe src="javascript:parent.{RUN}"></iframe>',
    f'<details open ontoggle="{RUN}"><summary>x</summary></details>',
    f'<input autofocus onfocus="{RUN}">',
    f'<video><source onerror="{RUN}"></video>',
    f'<a href="javascript:{RUN}">click</a>',
    f"[click](javascript:{RUN.replace(' ', '')})",
    f"[click](&#106;avascript:{RUN.replace(' ', '')})",
    f"[click](<java\tscript:{RUN}>)",
    f'![x](nothing"onerror="{RUN.replace(" ", "")})',
    f"<math><mtext></p><img src=x onerror='{RUN}'>",
    f"<noscript><p title=\"</noscript><img src=x onerror='{RUN}'>\">",
    f"<style><!--</style><img src=x onerror='{RUN}'>-->",
    f"<svg><style><img src=x onerror='{RUN}'></style></svg>",
    f"$x < y$ and $$ \\text{{<img src=x onerror='{RUN}'>}} $$",
    f"$<img src=x onerror='{RUN}'>$",
    f"```html\n{SCRIPT}\n```",
    f"`{SCRIPT}`",
    f"```\"><img/src=x/onerror='{RUN}'>\nx\n```",
    f"# <img src=x onerror='{RUN}'>",
    f"| a |\n|---|\n| <img src=x onerror='{RUN}'> |",
    f'<form action="javascript:{RUN}"><button>click</button></form>',
    f'<object data="javascript:{RUN}"></object><embed src="javascript:{RUN}">',
    f'<base href="javascript:/{RUN}//"><a href="#">click</a>',
    f'<meta http-equiv="refresh" content="0;url=javascript:{RUN}">',
    f'<b id="ran" onclick="{RUN}" style="position:fixed;inset:0">click</b>',
)
"""Each of them would run in a browser, some at a click."""

ATTACHED = (
    "![x](attachment:evil.svg)",
    f'![x](attachment:a.png)<img src="attachment:a.png" onload="{RUN}">',
    "![x](attachment:none)",
)


def hostile() -> Any:
    """A submission whose every place holds a script."""
    made = without_attachments()
    for number, text in enumerate(ATTACHED):
        cell = new_markdown_cell(text, id=f"a{number}")
        cell.attachments = {"evil.svg": {"image/svg+xml": SVG}, "a.png": {"image/png": f'x" onerror="{RUN}'}}
        made.cells.append(cell)
    return made


def without_attachments() -> Any:
    """The same without attachments, at which nbgrader's own feedback stops."""
    made = notebooks.source()
    made.cells += [new_markdown_cell(text, id=f"m{number}") for number, text in enumerate(MARKDOWN)]
    made.cells.append(new_raw_cell(SCRIPT, id="raw"))
    made.cells.append(new_raw_cell(SCRIPT, id="raw2", metadata={"raw_mimetype": "text/html"}))
    outputs = [new_output("display_data", {"text/html": SCRIPT}), new_output("display_data", {"image/svg+xml": SVG})]
    outputs.append(new_output("display_data", {"application/javascript": RUN}))
    made.cells.append(new_code_cell(f"print('{SCRIPT}')\n# {SCRIPT}", id="out", outputs=outputs))
    made.cells.append(new_code_cell(f"class H:\n    def _repr_html_(self): return '{SCRIPT}'\nH()", id="out2"))
    made.cells.append(new_code_cell(f"raise ValueError('{SCRIPT}')", id="out3"))
    named(made, "relu").source += f"\n    raise ValueError('{SCRIPT}')  # {SCRIPT}\n"
    named(made, "relu").source = named(made, "relu").source.replace("return dout", f"raise ValueError('{SCRIPT}')")
    named(made, "why").source = "\n\n".join(MARKDOWN[:12])
    for cell in made.cells:
        cell.metadata["tags"] = [f'"><img src=x onerror="{RUN}">']
        cell.metadata["magics_language"] = f'"><img src=x onerror="{RUN}">'
    made.metadata["title"] = f"</title>{SCRIPT}"
    made.metadata["language_info"] = {"name": f'"><img src=x onerror="{RUN}">', "pygments_lexer": SCRIPT}
    state = {"state": {"x": f"</script>{SCRIPT}"}, "version_major": 2, "version_minor": 0}
    made.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": state}
    return made


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    made = Course.released(tmp_path_factory.mktemp("course"), notebooks.source())
    made.submit("hostile", hostile())
    made.submit("stock", without_attachments())
    made.submit("honest", notebooks.replaced("affine", "return dX, dW, db", "return dX, dW, -db"))
    made.run("autograde", ASSIGNMENT)
    made.run("generate_feedback", ASSIGNMENT)
    return made


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with browser(tmp_path_factory.mktemp("profile")) as made:
        yield made


@pytest.fixture(scope="module")
def address(course: Course) -> Iterator[str]:
    with formgrader(course.folder) as made:
        yield made


def ran(page: Any) -> int:
    """How often something of a student's ran, when everything was looked at, focused and clicked."""
    page.wait_for_timeout(500)
    for place in page.query_selector_all("#notebook-container a, #notebook-container button, #notebook-container b"):
        if not re.match("https?:|mailto:", place.get_attribute("href") or ""):
            place.evaluate("each => each.click()")
    page.wait_for_timeout(300)
    return int(page.evaluate("window.ran || 0"))


def test_nothing_runs_in_the_feedback(course: Course, page: Any) -> None:
    file = course.folder / "feedback" / "hostile" / ASSIGNMENT / f"{ASSIGNMENT}.html"
    page.goto(file.as_uri(), wait_until="domcontentloaded")
    assert "ValueError" in page.inner_text("#notebook-container")
    assert ran(page) == 0


def test_the_same_things_run_without_our_filter(course: Course, page: Any, tmp_path: Path) -> None:
    config = course.folder / "nbgrader_config.py"
    text = config.read_text()
    try:
        config.write_text(re.sub(r"^c\.HTMLExporter\.filters.*$", "", text, flags=re.MULTILINE))
        course.run("generate_feedback", ASSIGNMENT, "--student=stock", "--force")
    finally:
        config.write_text(text)
    file = course.folder / "feedback" / "stock" / ASSIGNMENT / f"{ASSIGNMENT}.html"
    page.goto(file.as_uri(), wait_until="domcontentloaded")
    # How many run, three or eight, varies with what is loaded when; and no frame is drawn before the style sheets are.
    page.wait_for_function("window.ran > 0", polling=100)


def open_submission(course: Course, page: Any, address: str, student: str) -> None:
    with course.gradebook() as gradebook:
        notebook = gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, student)
        page.goto(f"{address}/submissions/{notebook.id}/?index=0", wait_until="domcontentloaded")
    page.wait_for_selector("#notebook-container")


def test_nothing_runs_in_formgrader(course: Course, page: Any, address: str) -> None:
    open_submission(course, page, address, "hostile")
    assert ran(page) == 0


def test_an_answer_is_graded_by_hand(course: Course, page: Any, address: str) -> None:
    page.goto(f"{address}/gradebook/{ASSIGNMENT}/{ASSIGNMENT}", wait_until="domcontentloaded")
    page.wait_for_selector("table tbody tr td a")
    assert page.locator("table tbody tr").count() == 3
    open_submission(course, page, address, "honest")
    assert "db is wrong" in page.inner_text("#notebook-container")
    page.wait_for_function("typeof formgrader !== 'undefined' && formgrader.grades && formgrader.grades.loaded")
    page.fill("input.score#why", "1.5")
    page.locator("input.score#why").dispatch_event("change")
    page.fill("#why-comment", "A nudge of *v* moves both.")
    page.locator("#why-comment").dispatch_event("change")
    page.wait_for_timeout(2000)
    with course.gradebook() as gradebook:
        grade = gradebook.find_grade("why", ASSIGNMENT, ASSIGNMENT, "honest")
        comment = gradebook.find_comment("why", ASSIGNMENT, ASSIGNMENT, "honest")
        assert (grade.manual_score, grade.needs_manual_grade) == (1.5, False)
        assert comment.manual_comment == "A nudge of *v* moves both."
    expected = 2 + 1 + 3 * (0.1 + 0.9 * 2 / 3) + 1.5
    page.goto(f"{address}/manage_students/honest", wait_until="domcontentloaded")
    page.wait_for_selector(f"text={ASSIGNMENT}")
    assert f"{round(expected, 2)}" in page.inner_text("table")
    assert json.loads(json.dumps(course.marks()["honest"][0])) == pytest.approx(expected, abs=1e-3)
