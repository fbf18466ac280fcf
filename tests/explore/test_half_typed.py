"""Who types goes through texts that say no number yet: what was chosen stays chosen, until it is really gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader import catalog
from tests.explore.serving import Running, Visit, fill, serve
from tests.explore.test_explore import right
from tests.faces.running import hand_out, write
from tests.submissions import mistaken

WHOLE = "[[0.2, 0.5], [1., 0.4]]"
HALF = [
    "",
    "[",
    "-",
    "7",
    "[]",
    "[[0.2, 0.5], [1, 0.4",
    "[[0.2, 0.5], [-, 0.4]]",
    "[[0.2], [1, 0.4]]",
    "[[, 0.5], [1e, 0.4]]",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return hand_out(tmp_path)


@pytest.fixture
def server(folder: Path) -> Iterator[Running]:
    write(folder, "two_layer", right("two_layer"))
    with serve(folder) as running:
        yield running


def test_a_number_stays_chosen_while_its_field_is_half_typed(visit: Visit, server: Running, folder: Path) -> None:
    page = visit(server, "#two_layer")
    exercise = page.exercise("two_layer")
    exercise.get_by_text("See a derivative: move one number").click()
    which = exercise.get_by_label("Number to move")
    which.select_option("W1[1, 0]")
    compared, stale = exercise.locator(".nudge .compared"), exercise.locator(".place.stale")

    def chosen() -> str:
        return str(which.evaluate("(each) => each.selectedOptions[0]?.text"))

    for text in HALF:
        fill(exercise, "W1", WHOLE)
        compared.get_by_text("W1[1, 0] = 1; the loss is L.").wait_for()
        fill(exercise, "W1", text)
        compared.get_by_text("Not computed").wait_for()
        stale.wait_for()
        assert chosen() == "W1[1, 0]", text
        assert exercise.get_by_label("Value of W1[1, 0]").input_value() == "1", text
        assert exercise.get_by_label("W1", exact=True).input_value() == text
    # A file that is saved meanwhile draws all anew.
    network = catalog.get("two_layer")
    write(folder, "two_layer", mistaken(network, network.bank[0]).decode())
    page.page.locator("details#two_layer .mark.failed").wait_for()
    compared.get_by_text("Not computed").wait_for()
    stale.wait_for()
    assert chosen() == "W1[1, 0]"
    # A column more is before it, in the order of the numbers; it is the same one.
    fill(exercise, "W1", "[[0.2, 0.5, 3], [0.7, 0.4, 5]]")
    which.locator("option", has_text="W1[1, 2]").wait_for(state="attached")
    assert chosen() == "W1[1, 0]"
    # It is gone, and with it the choice.
    fill(exercise, "W1", "[[0.2, 0.5]]")
    which.locator("option", has_text="W1[1, 0]").wait_for(state="detached")
    assert chosen() == "W1[0, 0]"
    assert page.said == []


def test_the_element_that_was_looked_at_stays_looked_at_with_other_numbers(visit: Visit, server: Running) -> None:
    page = visit(server, "#two_layer")
    exercise = page.exercise("two_layer")
    node = page.page.evaluate(
        "document.querySelector('#two_layer figure').stepper.graph.nodes.find((each) => each.lens).id"
    )
    exercise.locator(f'.hg-node[data-node="{node}"]').focus()
    looks = exercise.locator(".lens .look")
    looks.first.locator(".result td").nth(1).focus()
    before = looks.first.locator(".looked").inner_text()
    fill(exercise, "x", "[2, 3]")
    exercise.get_by_text("yours agrees with PyTorch").wait_for()
    after = looks.first.locator(".looked").inner_text()
    assert after.partition(" = ")[0] == before.partition(" = ")[0]
    assert after != before
    fill(exercise, "x", "[2, ")
    exercise.locator(".place.stale").wait_for()
    assert looks.first.locator(".looked").inner_text() == after
    assert page.said == []
