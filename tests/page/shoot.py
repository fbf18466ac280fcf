"""The README's pictures, made anew: `python -m tests.page.shoot`, which needs Chromium and the extras [dev,explore]."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from grader import catalog
from tests.conftest import ROOT
from tests.course.browsing import browser
from tests.explore.serving import fill, serve
from tests.faces.running import grader
from tests.page.pages import Open, opened, visited
from tests.submissions import mistaken, solution, stub

SHOTS = ROOT / "tests" / "page" / "shots"
WIDTH, COLOURS, MOST_BYTES = 1060, 48, 60_000

MISTAKES = {"two_layer": "outer-slope-missing", "relu": "mask-on-dout"}


def main() -> None:
    """Writes the four pictures."""
    with tempfile.TemporaryDirectory() as folder, browser(Path(folder, "profile")) as first:
        context = first.context
        report, class_page = _submission(Path(folder, "student")), _class(Path(folder, "teacher"))
        with _shown(opened(context, report, "#two_layer", WIDTH), 860) as page:
            exercise = page.exercise("two_layer")
            exercise.locator(".choice", has_text="−0.01917").click()
            keep(page, "step", exercise.locator(".which"), exercise.locator(".arithmetic"))
        with _shown(opened(context, report, "#sigmoid?step=2", WIDTH, "dark"), 760) as page:
            exercise = page.exercise("sigmoid")
            exercise.locator(".choice", has_text="0.8022").click()
            keep(page, "question", exercise.locator("> summary"), exercise.locator(".canvas"))
        with serve(report.parent) as server, _shown(visited(context, server.address, WIDTH), 900) as page:
            exercise = page.exercise("relu")
            fill(exercise, "x", "[1, -2, 3, -0.5]")
            exercise.locator(".try .verdict").wait_for()
            keep(page, "explore", exercise.locator(".own-numbers"), exercise.locator(".canvas"))
        with _shown(opened(context, class_page, "", WIDTH), 760) as page:
            students = page.page.locator("section", has=page.page.get_by_role("heading", name="Students"))
            keep(page, "class", students, students)


@contextmanager
def _shown(page: Open, height: int) -> Iterator[Open]:
    page.page.set_viewport_size({"width": WIDTH, "height": height})
    yield page
    page.page.close()


def keep(page: Open, name: str, first: Any, last: Any) -> None:
    """Keeps the part of a page from one element to another, over the whole width, in few colours."""
    from PIL import Image

    page.page.evaluate("document.activeElement.blur()")
    page.page.wait_for_timeout(400)
    first.evaluate("(each) => each.scrollIntoView()")
    top, end = first.bounding_box(), last.bounding_box()
    least, most = sorted((max(0, top["y"] - 8), min(end["y"] + end["height"] + 12, page.page.viewport_size["height"])))
    taken = page.page.screenshot(clip={"x": 0, "y": least, "width": WIDTH, "height": most - least})
    file = SHOTS / f"{name}.png"
    Image.open(io.BytesIO(taken)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)
    size = file.stat().st_size
    assert size < MOST_BYTES, f"{file.name} has {size} bytes"
    print(f"{file.relative_to(ROOT)}: {size / 1000:.0f} kB")


def _submission(folder: Path) -> Path:
    """The report of a student with two mistakes, an untouched sigmoid, and the rest right."""
    (folder / "exercises").mkdir(parents=True)
    for exercise in catalog.every():
        wrong = [each for each in exercise.bank if each.id == MISTAKES.get(exercise.name)]
        source = mistaken(exercise, wrong[0]) if wrong else solution(exercise)
        (folder / "exercises" / exercise.file).write_bytes(stub(exercise) if exercise.name == "sigmoid" else source)
    grader(folder, "report")
    return folder / "report.html"


def _class(folder: Path) -> Path:
    """The page of a class of twelve, of whom each has other things right."""
    for number in range(12):
        student = folder / "class" / f"student{number + 1:02}"
        student.mkdir(parents=True)
        for place, exercise in enumerate(catalog.every()):
            kind = (7 * number + 3 * place) % 11
            wrong = exercise.bank[kind % len(exercise.bank)]
            source = stub(exercise) if kind == 5 else mistaken(exercise, wrong) if kind < 3 else solution(exercise)
            (student / exercise.file).write_bytes(source)
    grader(folder, "grade", "class", "--report", "class.html", "--json", "marks.jsonl")
    return folder / "class.html"


if __name__ == "__main__":
    main()
