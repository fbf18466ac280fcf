"""A page of ours in a real browser, with everything written down that it does."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.faces.running import pytest_grader
from tests.proof import needs


@dataclass
class Open:
    """A page that is open, and what it has done: requests, words in the console, dialogs."""

    page: Any
    requests: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def exercise(self, name: str) -> Any:
        """An exercise's part of the page, opened."""
        found = self.page.locator(f"details#{name}")
        if found.get_attribute("open") is None:
            found.locator("summary").first.click()
        return found

    def press(self, exercise: Any, button: str) -> None:
        """Presses one of the buttons above the graph."""
        exercise.get_by_role("button", name=button, exact=True).click()


def opened(context: Any, file: Path, fragment: str = "", width: int = 1280, scheme: str = "light") -> Open:
    """A file, opened on a page of its own."""
    return visited(context, file.as_uri() + fragment, width, scheme)


def visited(context: Any, address: str, width: int = 1280, scheme: str = "light") -> Open:
    """An address, opened on a page of its own; what moves is asked not to."""
    found = Open(context.new_page())
    page = found.page
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.on("request", lambda request: found.requests.append(request.url))
    page.on("console", lambda message: found.said.append(message.text))
    page.on("pageerror", lambda error: found.said.append(str(error)))

    def dismiss(dialog: Any) -> None:
        found.dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.goto(address)
    return found


def numbers(text: str) -> NDArray[np.float64]:
    """The array that a text shows: "[[1, −2]]"."""
    return np.array(json.loads(text.replace("−", "-")), dtype=np.float64)


def table(exercise: Any) -> dict[str, list[str]]:
    """The rows of the table beside the graph: node → value, gradient, yours, printed, local derivative."""
    rows = exercise.locator(".table tbody tr")
    return {row.locator("th").text_content(): row.locator("td").all_text_contents() for row in rows.all()}


def count(exercise: Any) -> tuple[int, int]:
    """The present step, and how many there are."""
    found = re.fullmatch(r"step (\d+) of (\d+)", exercise.locator(".count").text_content())
    assert found
    return int(found[1]), int(found[2])


def serious_faults(page: Any, contrast: bool) -> list[tuple[str, str]]:
    """What axe finds serious or critical: the rule, and an element that breaks it. Skips the test without axe.

    To see about every text's `contrast` takes nearly all of its time. No colour depends on a window's width.
    """
    axe = needs("axe_playwright_python.sync_playwright")
    # To gather what is in order, too, takes axe most of its time on a long page.
    options = {"resultTypes": ["violations"], "rules": {"color-contrast": {"enabled": contrast}}}
    found = axe.Axe().run(page, options=options).response["violations"]
    return [(each["id"], each["nodes"][0]["html"][:200]) for each in found if each["impact"] in ("serious", "critical")]


def written(folder: Path) -> Path:
    """The page that `pytest grader --report` writes in a folder."""
    done = pytest_grader(folder, "--report", "report.html")
    assert "Report: report.html" in done.stdout, done.stdout + done.stderr
    return folder / "report.html"
