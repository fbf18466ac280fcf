"""The page as a whole: complete, quiet, small, readable by everyone, and deaf to what a submission says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from grader import catalog
from tests.conftest import ROOT
from tests.faces.running import grader, pytest_grader
from tests.page.pages import Open, opened, serious_faults, written
from tests.submissions import mistaken

MEGABYTE = 1_000_000


def data(file: Path) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', file.read_text("utf-8"), re.DOTALL)
    assert found
    read: dict[str, Any] = json.loads(found[1])
    return read


def open_all(page: Open) -> None:
    page.page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    page.page.wait_for_timeout(50)
    while page.page.locator(".exercise > .body:empty").count():
        page.page.wait_for_timeout(50)
    page.page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")


CUT = """
() => {
  dispatchEvent(new Event("beforeprint"));
  const found = [...document.querySelectorAll("figure.graph")].map((figure) => {
    const { svg, width } = figure.stepper.view;
    const nodes = [...svg.querySelectorAll(".hg-head, [data-part] text")].map((each) => each.getBoundingClientRect());
    const whole = svg.getBoundingClientRect();
    const scale = whole.width / width;
    const pieces = [...figure.querySelectorAll(".piece svg")].map((each) => each.viewBox.baseVal);
    const isThrough = (x) => (each) => each.left < x && each.right > x;
    const through = pieces.slice(1).map(({ x }) => nodes.filter(isThrough(whole.left + x * scale)).length);
    return { width, pieces: pieces.map(({ x, width }) => [x, width]), through };
  });
  dispatchEvent(new Event("afterprint"));
  return found;
}
"""


def cut_for_paper(page: Open) -> None:
    """Broad graphs are cut on paper, between their nodes, until their labels can be read."""
    found = page.page.evaluate(CUT)
    assert page.page.locator(".piece").count() == 0
    assert any(each["pieces"] for each in found)
    for each in found:
        # A4 on its side has 999 pixels inside its margins; a label has 11.5 units, and a pixel is 3/4 of a point.
        widest = max([width for _, width in each["pieces"]] or [each["width"]])
        assert 11.5 * 0.75 * 999 / widest >= 7
        ends = [0.0]
        for start, width in each["pieces"]:
            assert start == ends[-1]
            ends.append(start + width)
        assert ends[-1] in (0, each["width"])
        assert set(each["through"]) <= {0}


def test_the_page_of_the_whole_catalogue_is_small_and_draws_a_graph_when_it_is_opened(
    context: Any, right: Path
) -> None:
    assert right.stat().st_size < MEGABYTE
    page = opened(context, right)
    assert page.page.locator(".exercise").count() == len(catalog.names())
    assert page.page.locator("svg.hg-graph").count() <= 1
    open_all(page)
    cut_for_paper(page)
    drawn = page.page.locator("svg.hg-graph").count()
    assert drawn == sum(bool(each["graphs"]) for each in data(right)["exercises"])
    assert (page.said, page.dialogs) == ([], [])
    page.page.close()


def test_every_worked_example_can_be_stepped_through(right: Path) -> None:
    for exercise in data(right)["exercises"]:
        cases = [graph["case"] for graph in exercise["graphs"]]
        spec = catalog.get(exercise["name"])
        assert spec.examples == () or not cases or cases == [example.source for example in spec.examples]
        for graph in exercise["graphs"]:
            assert {step["phase"] for step in graph["steps"]} == {"forward", "backward"}


def test_nothing_leaves_the_page_and_nothing_could(context: Any, mixed: Path) -> None:
    page = opened(context, mixed)
    open_all(page)
    assert page.requests == [mixed.as_uri()]
    refused = page.page.evaluate(
        "fetch('http://127.0.0.1:1/').then(() => 'loaded', (error) => error.message)"
        ".then((said) => new Promise((done) => {"
        "  const image = new Image(); image.onerror = () => done(said + ', no image'); image.src = 'http://127.0.0.1:1/';"
        "}))"
    )
    assert refused == "Failed to fetch, no image"
    assert any("Content Security Policy" in each for each in page.said)
    page.page.close()


def test_the_scoreboard_leads_to_each_exercise(context: Any, mixed: Path) -> None:
    page = opened(context, mixed)
    total = " ".join(page.page.locator(".total").inner_text().split())
    assert total == f"{data(mixed)['points']} of {data(mixed)['max']} points"
    page.page.locator("nav a", has_text="sigmoid").first.click()
    sigmoid = page.page.locator("details#sigmoid[open]")
    sigmoid.wait_for()
    assert sigmoid.locator("math").count() == 1
    assert sigmoid.locator(".verdict").inner_text().startswith("not started")
    assert "ex11_square.py is missing" in page.exercise("square").locator(".verdict").inner_text()
    page.page.close()


def test_the_verdict_says_what_the_terminal_says(context: Any, mixed: Path) -> None:
    page = opened(context, mixed, "#relu")
    said = " ".join(page.exercise("relu").locator(".verdict").inner_text().split())
    terminal = " ".join(pytest_grader(mixed.parent, "-k", "relu and not network and not jacobian").stdout.split())
    call, claim = "relu_backward(dout, relu_forward(x)[1])", "You masked on the upstream gradient."
    for part in (call, "PyTorch says", "cases agree", claim):
        assert part in said
        assert part in terminal
    page.page.close()


@pytest.mark.parametrize(
    ("name", "said"),
    [("two_updates", "This is the backward pass of the first step;"), ("train", "This is the first backward pass;")],
)
def test_a_graph_of_the_first_of_several_passes_says_so(context: Any, right: Path, name: str, said: str) -> None:
    page = opened(context, right, f"#{name}")
    note = page.exercise(name).get_by_text(said)
    note.first.wait_for()
    page.page.close()


@pytest.mark.parametrize(("scheme", "ground"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(22, 27, 34)")])
def test_a_drawing_is_as_dark_as_the_page(context: Any, mixed: Path, scheme: str, ground: str) -> None:
    page = opened(context, mixed, "#relu", scheme=scheme)
    drawn = page.exercise("relu").locator(".hg-ground").first
    assert drawn.evaluate("each => getComputedStyle(each).fill") == ground
    page.page.close()


def test_hints_come_one_after_the_other(context: Any, mixed: Path) -> None:
    page = opened(context, mixed, "#relu")
    exercise, hints = page.exercise("relu"), catalog.get("relu").hints
    for number, hint in enumerate(hints):
        assert [exercise.get_by_text(each).is_visible() for each in hints] == [
            place < number for place in range(len(hints))
        ]
        exercise.locator(".hint > summary").nth(number).click()
        assert exercise.get_by_text(hint).is_visible()
    page.page.close()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (360, "light")])
def test_axe_finds_nothing_serious_and_a_phone_needs_no_sideways_scrolling(
    context: Any, mixed: Path, width: int, scheme: str
) -> None:
    page = opened(context, mixed, width=width, scheme=scheme)
    open_all(page)
    assert page.page.locator("figure.graph").count() > 5
    assert serious_faults(page.page, contrast=width == 1280) == []
    assert page.page.evaluate("document.documentElement.scrollWidth") <= width
    page.page.close()


def test_on_a_phone_nothing_is_cut_off_without_a_sign(context: Any, tmp_path: Path) -> None:
    exercise = catalog.get("softmax_cross_entropy")
    folder = tmp_path / "/".join(["a_folder_with_a_name_that_is_longer_than_a_phone_is_wide"] * 2)
    folder.mkdir(parents=True)
    mistake = next(each for each in exercise.bank if each.id == "not-averaged")
    (folder / exercise.file).write_bytes(mistaken(exercise, mistake))
    pytest_grader(tmp_path, "--submission", str(folder), "--report", "report.html", "-k", exercise.name)
    page = opened(context, tmp_path / "report.html", f"#{exercise.name}", width=360)
    found = page.exercise(exercise.name)
    wide = found.locator(".formula")
    assert wide.evaluate("(each) => each.scrollWidth > each.clientWidth")
    for at, more in ((0, "right"), (9999, "left")):
        wide.evaluate("(each, at) => each.scrollTo(at, 0)", at)
        found.locator(f".formula[data-more={more}]").wait_for()
        assert "rgba(0, 0, 0, 0)" in wide.evaluate("(each) => getComputedStyle(each).maskImage")
    found.locator(".canvas[data-more]:not([data-more=''])").wait_for()
    assert folder.name in found.locator(".where").inner_text()
    cut = "(each) => each.scrollWidth > each.clientWidth"
    assert not [each.inner_text() for each in found.locator(".body p").all() if each.evaluate(cut)]
    options = found.locator("select option").all_text_contents()
    assert [each for each in options if "where yours fails" in each] == [options[0]]
    assert options[0].startswith("where yours fails: ")
    page.page.close()


@pytest.mark.parametrize("width", [1280, 360])
def test_who_follows_a_link_sees_the_exercise_from_its_title_on(context: Any, mixed: Path, width: int) -> None:
    page = opened(context, mixed, "#two_layer", width=width)
    for part in ("summary h2", ".statement"):
        seen = (
            page.exercise("two_layer")
            .locator(part)
            .first.evaluate(
                "(each) => { const box = each.getBoundingClientRect();"
                " return each.contains(document.elementFromPoint(box.left + 5, box.top + 5)); }"
            )
        )
        assert seen, f"{part} is covered, or out of sight"
    page.page.close()


def test_a_page_that_is_given_new_data_shows_it_and_keeps_what_was_open(context: Any, mixed: Path, right: Path) -> None:
    page = opened(context, mixed, "#two_layer")
    exercise = page.exercise("two_layer")
    assert "dz2 is wrong" in exercise.inner_text()
    exercise.locator("summary", has_text="A hint").click()
    page.page.evaluate("(data) => { render(data); render(data); }", data(right))
    assert page.page.locator(".exercise").count() == len(catalog.names())
    assert exercise.get_attribute("open") is not None
    assert "dz2 is wrong" not in exercise.inner_text()
    assert page.said == []
    page.page.close()


IMAGE = "<img src=x onerror=alert(1)>"
SCRIPT = "</script><script>alert(2)</script><svg onload=alert(3)>"

HOSTILE = {
    "square": f'"""{SCRIPT}"""\nprint({SCRIPT!r})\nraise type({IMAGE!r}, (Exception,), {{}})({SCRIPT!r})',
    "add": f"print({IMAGE!r})\nreturn dout * 2, dout",
    "multiply": f"return {SCRIPT!r}",
    "linear_neuron": f"return {{{IMAGE!r}: 1.0, 'dd': {SCRIPT!r}, 'dda': 2.0}}",
    "two_layer": f"print({SCRIPT!r})\nreturn {{'da2': dout * 2, '<b>dz2</b>': 1.0}}",
    "relu": f"return dout @ {IMAGE!r}",
}


def test_a_hostile_submission_takes_no_effect(context: Any, tmp_path: Path) -> None:
    folder = tmp_path / "<img src=x onerror=alert(4)>"
    (folder / "exercises").mkdir(parents=True)
    for name, body in HOSTILE.items():
        exercise = catalog.get(name)
        given = (ROOT / "solutions" / exercise.file).read_text(encoding="utf-8").split(f"def {name}_backward")[0]
        indented = "".join(f"    {line}\n" for line in body.splitlines())
        (folder / "exercises" / exercise.file).write_text(
            f"{given}\n\ndef {name}_backward(dout, cache):\n{indented}", encoding="utf-8"
        )
    file = written(folder)
    page = opened(context, file)
    open_all(page)
    assert (page.dialogs, page.said) == ([], [])
    assert page.requests == [file.as_uri()]
    assert page.page.locator("img, iframe, object, embed, main script, main b").count() == 0
    assert page.page.locator("script").count() == 2
    said = page.page.locator("main").inner_text()
    assert IMAGE in said
    assert "</script><script>alert(2)" in said
    page.page.close()


def test_grader_report_judges_everything_and_says_where_it_is(context: Any, mixed: Path) -> None:
    done = grader(mixed.parent, "report", "--seed", "3")
    assert done.stdout == "report.html is written: open it in a browser.\n", done.stderr
    found = data(mixed.parent / "report.html")
    assert (found["seed"], len(found["exercises"])) == (3, len(catalog.names()))
    assert next(each for each in found["exercises"] if each["name"] == "relu")["status"] == "failed"


@pytest.mark.parametrize("file", ["no/such/folder.html", "."])
def test_a_file_that_cant_be_written_is_told_before_anything_is_judged(tmp_path: Path, file: str) -> None:
    (tmp_path / "exercises").mkdir()
    done = pytest_grader(tmp_path, "--report", file)
    assert f"--report {file}: no file can be written there" in done.stderr
    assert "handgrad: exercises" not in done.stdout
    done = grader(tmp_path, "report", file)
    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: {file} can't be written: ")


def test_a_report_has_what_was_judged(context: Any, tmp_path: Path, mixed: Path) -> None:
    pytest_grader(mixed.parent, "--report", str(tmp_path / "some.html"), "-k", "copy")
    assert [each["name"] for each in data(tmp_path / "some.html")["exercises"]] == ["copy"]
    page = opened(context, tmp_path / "some.html")
    assert page.page.locator(".total").inner_text().split()[-3:] == ["of", "1", "point"]
    page.page.close()
