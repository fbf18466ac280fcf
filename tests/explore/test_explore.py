"""The live page in a real browser: numbers are changed, files are saved, and nobody else takes part."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from grader import catalog
from tests.explore.serving import Running, Visit, fill, serve
from tests.faces.running import hand_out, write
from tests.judge.written import backward
from tests.page.pages import numbers, serious_faults, table
from tests.patience import PATIENCE
from tests.submissions import solution

ENDLESS = "while True: pass"
MASKED_ON_DOUT = backward("relu", "return dout * (dout > 0)")


def right(name: str) -> str:
    return solution(catalog.get(name)).decode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return hand_out(tmp_path)


@contextmanager
def served(folder: Path) -> Iterator[Running]:
    """A server for a student with a right network and a wrong ReLU."""
    write(folder, "two_layer", right("two_layer"))
    write(folder, "relu", MASKED_ON_DOUT)
    with serve(folder) as running:
        yield running


@pytest.fixture
def server(folder: Path) -> Iterator[Running]:
    """A server of the test's own, which may end it, and save files in its folder."""
    with served(folder) as running:
        yield running


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server for all tests that only look and type."""
    with served(hand_out(tmp_path_factory.mktemp("shared"))) as running:
        yield running


def network(x: list[float], dout: float) -> dict[str, Any]:
    """001's network on another input, by PyTorch: every value, and under d and its name every gradient."""
    given = {"x": x, "W1": [[0.2, 0.5], [0.3, 0.4]], "b1": [0.1, 0.2], "W2": [[0.6, 0.7]], "b2": [0.1]}
    found = {name: torch.tensor(each, dtype=torch.float64, requires_grad=True) for name, each in given.items()}
    found["z1"] = found["W1"] @ found["x"] + found["b1"]
    found["a1"] = torch.sigmoid(found["z1"])
    found["z2"] = found["W2"] @ found["a1"] + found["b2"]
    found["a2"] = torch.sigmoid(found["z2"])
    loss = 0.5 * ((found["a2"] - torch.tensor([0.8], dtype=torch.float64)) ** 2).sum()
    gradients = torch.autograd.grad(loss * dout, list(found.values()))
    values = {name: each.detach().numpy() for name, each in found.items()}
    return values | {f"d{name}": each.numpy() for name, each in zip(found, gradients, strict=True)}


def test_other_numbers_give_both_passes_by_pytorch_and_by_the_students_code(visit: Visit, shared: Running) -> None:
    page = visit(shared, "#two_layer")
    exercise = page.exercise("two_layer")
    fill(exercise, "x", "[−1.5, 2]")
    exercise.get_by_text("yours agrees with PyTorch").wait_for()
    fill(exercise, "dout", "-3")
    exercise.locator(".printed", has_text="dout = −3").wait_for(state="attached")
    expected = network([-1.5, 2], -3)
    rows = table(exercise)
    for name in ("x", "W1", "b1", "z1", "a1", "W2", "b2", "z2", "a2"):
        value, gradient, mine, *_ = rows[name]
        np.testing.assert_allclose(numbers(value), expected[name], rtol=1e-5)
        np.testing.assert_allclose(numbers(gradient), expected[f"d{name}"], rtol=1e-5)
        # Of what is right, the student's numbers are shown, too.
        mine, _, state = mine.partition("  ")
        np.testing.assert_allclose(numbers(mine), expected[f"d{name}"], rtol=1e-5)
        assert state == "✓ right"
    assert "where yours fails" not in exercise.inner_text()
    assert exercise.locator(".which").inner_text().endswith("· with your own numbers")
    exercise.get_by_role("button", name="Back to the original numbers").click()
    assert exercise.get_by_label("x", exact=True).input_value() == "[0.5, 0.3]"
    assert numbers(table(exercise)["x"][0]).tolist() == [0.5, 0.3]
    assert "your own numbers" not in exercise.locator(".which").inner_text()
    assert (page.said, page.dialogs) == ([], [])


def test_a_wrong_gradient_is_shown_beside_pytorchs_for_the_numbers_that_were_typed(
    visit: Visit, shared: Running
) -> None:
    page = visit(shared, "#relu?all=1")
    exercise = page.exercise("relu")
    fill(exercise, "x", "[-1, 2, 3]")
    exercise.get_by_text("the output has the shape (3,)", exact=False).wait_for()
    fill(exercise, "dout", "[5, -6, 7]")
    exercise.get_by_text("Computed with these numbers").wait_for()
    assert exercise.get_by_text("the exercise's verdict is about all cases").is_visible()
    assert "dx[0] = 5, PyTorch says 0" in exercise.locator(".try .verdict").inner_text()
    value, gradient, mine, *_ = table(exercise)["x"]
    assert (value, gradient, mine) == ("[−1, 2, 3]", "[0, −6, 7]", "[5, 0, 7]  ✗ wrong")
    assert exercise.locator("svg .hg-first").count() == 1


def test_the_fields_stand_at_their_nodes_and_who_types_goes_on_typing(visit: Visit, shared: Running) -> None:
    page = visit(shared, "#relu")
    exercise = page.exercise("relu")
    at = exercise.locator(".canvas foreignObject textarea")
    at.first.wait_for()
    assert sorted(each.get_attribute("aria-label") for each in at.all()) == ["dout", "x"]
    head = exercise.locator("[data-node=x] .hg-head").bounding_box()
    field = exercise.get_by_label("x", exact=True)
    box = field.bounding_box()
    assert 0 < box["x"] - (head["x"] + head["width"]) < 40
    field.fill("[1, -2, 3, 4]")
    exercise.get_by_text("with these numbers", exact=False).first.wait_for()
    page.page.keyboard.press("End")
    page.page.keyboard.press("ArrowLeft")
    page.page.keyboard.type("0")
    exercise.locator(".table tbody td", has_text="[1, −2, 3, 40]").first.wait_for(state="attached")
    assert page.page.evaluate("document.activeElement.getAttribute('aria-label')") == "x"
    exercise.get_by_role("button", name="Back to the original numbers").click()
    assert page.said == []


def test_a_field_at_its_node_covers_no_mark_and_is_seen_to_have_the_focus(visit: Visit, shared: Running) -> None:
    page = visit(shared, "#relu")
    exercise = page.exercise("relu")
    mark = exercise.locator(".hg-flag").bounding_box()
    field = exercise.locator(".hg-field").first.bounding_box()
    assert mark["y"] + mark["height"] <= field["y"]
    page.page.keyboard.press("Tab")
    text = exercise.get_by_label("x", exact=True)
    text.focus()
    # An outline around it would be cut off.
    style = "const { outlineStyle, outlineWidth, outlineOffset } = getComputedStyle(each)"
    drawn = text.evaluate(f"(each) => {{ {style}; return [outlineStyle, outlineWidth, outlineOffset]; }}")
    assert drawn == ["solid", "2px", "-2px"]
    assert text.evaluate("(each) => each.clientHeight >= each.scrollHeight")


def test_what_cant_be_computed_is_told_beside_its_field(visit: Visit, shared: Running) -> None:
    page = visit(shared, "#relu")
    exercise = page.exercise("relu")
    field = exercise.get_by_label("x", exact=True)
    for text, said in (
        ("abc", "x isn't a number, or numbers in brackets"),
        ("[1, nan]", "x has nan or infinity in it"),
        ("[1e400]", "x has a number in it that is too large"),
        (str([1] * 1000), "x has 1000 numbers: 200 are the most."),
        ("<img src=x onerror=alert(1)>", "x isn't a number"),
    ):
        field.fill(text)
        fault = exercise.locator("#relu-x-fault", has_text=said)
        fault.wait_for()
        assert exercise.locator(".stale .canvas").count() == 1
        assert field.get_attribute("aria-invalid") == "true"
        assert field.get_attribute("aria-describedby") == fault.get_attribute("id")
    field.fill("[1, 2, 3, -1]")
    exercise.get_by_text("Computed with these numbers").wait_for()
    assert field.get_attribute("aria-invalid") == "false"
    assert exercise.locator(".stale").count() == 0
    assert (page.said, page.dialogs) == ([], [])


def test_a_saved_file_changes_verdict_and_graph_without_a_reload(visit: Visit, server: Running, folder: Path) -> None:
    page = visit(server, "#relu")
    page.page.evaluate("window.same = true")
    exercise = page.exercise("relu")
    assert "You masked on the upstream gradient." in exercise.locator(".verdict").first.inner_text()
    points = page.page.locator(".total strong").inner_text()
    fill(exercise, "x", "[-7, 2, 3, 4]")
    exercise.locator(".try .verdict").wait_for()
    write(folder, "relu", right("relu"))
    exercise.locator(".verdict.passed", has_text="agrees with PyTorch").first.wait_for()
    assert page.page.locator(".total strong").inner_text() == str(int(points) + 2)
    assert page.page.locator(".live").inner_text().startswith("Live. relu was judged at")
    # The numbers that were typed have stayed, and have been computed by the new code.
    exercise.get_by_text("✓ With these numbers").wait_for()
    assert exercise.get_by_label("x", exact=True).input_value() == "[-7, 2, 3, 4]"
    assert table(exercise)["x"][2].endswith("✓ right")
    (folder / "exercises" / "ex21_relu.py").unlink()
    exercise.locator(".verdict.missing").first.wait_for()
    assert page.page.evaluate("window.same")
    assert page.said == []


def look(page: Any, away: bool) -> None:
    """Turns to another tab, or back to this one: in this browser every tab believes that it is seen."""
    page.evaluate(f"Object.defineProperty(document, 'hidden', {{ value: {str(away).lower()}, configurable: true }})")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_many_tabs_go_together_and_each_is_up_to_date_when_it_is_looked_at(
    visit: Visit, server: Running, folder: Path
) -> None:
    pages = []
    for _ in range(8):
        pages.append(visit(server, "#relu"))
        look(pages[-1].page, away=True)
    exercise = pages[0].exercise("relu")
    write(folder, "relu", right("relu"))
    last = visit(server, "#relu")
    last.exercise("relu").locator(".verdict.passed").first.wait_for()
    assert exercise.locator(".verdict.passed").count() == 0
    look(pages[0].page, away=False)
    exercise.locator(".verdict.passed").first.wait_for()
    fill(exercise, "x", "[1, 2, 3, -4]")
    exercise.get_by_text("yours agrees with PyTorch").wait_for()
    write(folder, "relu", MASKED_ON_DOUT)
    exercise.locator(".verdict.failed").first.wait_for()
    for each in (*pages, last):
        assert each.said == []


def test_a_page_whose_server_has_ended_is_told(visit: Visit, folder: Path) -> None:
    with serve(folder) as first:
        page = visit(first, "#relu")
        assert first.end() == 0
        page.page.locator(".live.lost").wait_for()


def test_an_endless_loop_keeps_neither_the_page_nor_another_exercise_waiting(
    visit: Visit, server: Running, folder: Path
) -> None:
    page = visit(server, "#two_layer")
    write(folder, "relu", backward("relu", ENDLESS))
    time.sleep(0.5)
    write(folder, "sigmoid", right("sigmoid"))
    page.page.locator("details#sigmoid .mark.passed").wait_for()
    exercise = page.exercise("two_layer")
    fill(exercise, "x", "[1, 1]")
    exercise.get_by_text("yours agrees with PyTorch").wait_for()
    # The loop is still running.
    assert page.page.locator("details#relu .mark.failed").count() == 1
    page.page.locator("details#relu .mark.timeout").wait_for()
    exercise = page.exercise("relu")
    fill(exercise, "x", "[1, 1, 1, 1]")
    exercise.locator(".try .verdict", has_text="stopped after 5 seconds").wait_for()
    assert page.said == []


def test_an_old_verdict_is_not_shown_as_one_on_a_version_that_is_still_being_judged(
    visit: Visit, server: Running, folder: Path
) -> None:
    page = visit(server, "#two_layer")
    exercise = page.exercise("two_layer")
    exercise.locator(".verdict.passed").wait_for()
    write(folder, "two_layer", backward("two_layer", ENDLESS))
    exercise.get_by_text("Being judged: this verdict is about the version before.").wait_for()
    assert exercise.locator(".verdict.passed").count() == 1
    assert exercise.locator("> summary .said").text_content() == "being judged"
    assert page.page.locator(".live").inner_text() == "Being judged: two_layer."
    # The verdict on another exercise changes nothing about that.
    write(folder, "relu", right("relu"))
    page.page.locator("details#relu .mark.passed").wait_for()
    assert page.page.locator(".live").inner_text() == "Being judged: two_layer."
    exercise.locator(".verdict.timeout").wait_for()
    assert exercise.locator(".old").count() == 0
    assert "Live. two_layer was judged at" in page.page.locator(".live").inner_text()
    assert page.said == []


def test_nothing_leaves_this_machine_and_the_key_is_in_no_address(visit: Visit, shared: Running) -> None:
    page = visit(shared, "#relu")
    fill(page.exercise("relu"), "x", "[1, 1, 1, 1]")
    page.exercise("relu").locator(".try .verdict").wait_for()
    assert page.page.url.partition("?")[0] == f"{shared.origin}/#relu"
    assert "key" not in page.page.url
    key, *others = page.requests
    assert key.startswith(f"{shared.origin}/?key=")
    assert {each.partition("#")[0] for each in others} == {f"{shared.origin}/{path}" for path in ("", "events", "case")}
    assert page.page.evaluate("document.cookie + document.referrer") == ""
    refused = page.page.evaluate(
        "fetch('http://127.0.0.1:1/').then(() => 'loaded', (error) => error.message)"
        ".then((said) => new Promise((done) => {"
        "  const image = new Image(); image.onerror = () => done(said + ', no image'); image.src = '/events';"
        "}))"
    )
    assert refused == "Failed to fetch, no image"


def test_another_page_can_neither_read_nor_frame_it(visit: Visit, shared: Running, folder: Path) -> None:
    page = visit(shared).page.context.new_page()
    with serve(folder) as other:
        page.goto(f"http://127.0.0.1:{other.port}/none")
        # The cookie knows no port: only what the server asks of the request itself keeps this page out.
        for request in ("{}", "{mode: 'no-cors'}", "{method: 'POST', body: '{}', mode: 'no-cors'}"):
            said = page.evaluate(
                f"fetch('{shared.origin}/', {{credentials: 'include', ...{request}}})"
                ".then((answer) => answer.type, () => 'refused')"
            )
            assert said == "refused"


def test_a_browser_is_let_in_once_by_the_address_that_it_is_started_with(folder: Path, tmp_path: Path) -> None:
    log = tmp_path / "opened"
    log.touch()
    browser = tmp_path / "browser.sh"
    browser.write_text(f'#!/bin/sh\nprintf "%s" "$1" > {log}\n')
    browser.chmod(0o755)
    command = [sys.executable, "-m", "grader", "explore", "relu"]
    environment = {**os.environ, "BROWSER": f"{browser} %s"}
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        while "Ctrl-C" not in (line := process.stdout.readline()):
            assert line or process.poll() is None
        deadline = time.monotonic() + PATIENCE
        while not log.read_text() and time.monotonic() < deadline:
            time.sleep(0.05)
        found = re.fullmatch(r"http://(127\.0\.0\.1:\d+)(/\?key=\S+)#relu", log.read_text())
        assert found
        for status in (303, 403):
            connection = http.client.HTTPConnection(found[1], timeout=PATIENCE)
            connection.request("GET", found[2])
            assert connection.getresponse().status == status
            connection.close()
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0
        process.stdout.close()  # type: ignore[union-attr]


def test_ctrl_c_ends_it_at_once_whatever_is_running_and_leaves_no_process(
    visit: Visit, server: Running, folder: Path
) -> None:
    page = visit(server, "#relu")
    write(folder, "relu", backward("relu", ENDLESS))
    time.sleep(1)
    children = descendants(server.process.pid)
    assert children
    began = time.monotonic()
    assert server.end() == 0
    assert time.monotonic() - began < 3
    page.page.locator(".live.lost").wait_for()
    deadline = time.monotonic() + PATIENCE
    while any(map(is_alive, children)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [each for each in children if is_alive(each)]


def test_ctrl_c_while_cases_are_computed_says_what_it_says_otherwise(
    visit: Visit, server: Running, folder: Path
) -> None:
    page = visit(server, "#relu")
    write(folder, "relu", backward("relu", ENDLESS))
    page.page.wait_for_timeout(500)
    page.page.evaluate("""() => {
      const headers = { "Content-Type": "application/json" };
      const body = JSON.stringify({ exercise: "relu", case: 0, fields: {} });
      for (let i = 0; i < 5; i++) fetch("case", { method: "POST", headers, body }).catch(() => {});
    }""")
    page.page.wait_for_timeout(500)
    assert server.end() == 0
    said = server.printed.read()
    assert said.endswith("\n\nNo longer shown.\n")
    assert not re.search("Cancel|Traceback", said)


def descendants(process: int) -> list[int]:
    """The processes that a process has started, and those that they have."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            pid, parent = re.match(r"(\d+) \(.*\) \S (\d+)", status.read_text(), re.DOTALL).groups()  # type: ignore[union-attr]
        except OSError:
            continue
        parents[int(pid)] = int(parent)
    found = [process]
    for each in found:
        found += [pid for pid, parent in parents.items() if parent == each]
    return found[1:]


def is_alive(process: int) -> bool:
    """Whether a process runs; one that is only waited for doesn't."""
    try:
        return ") Z " not in Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False


IMAGE = "<img src=x onerror=alert(1)>"
SCRIPT = "</script><script>alert(2)</script><svg onload=alert(3)>"

HOSTILE = {
    "square": f'"""{SCRIPT}"""\nprint({SCRIPT!r})\nraise type({IMAGE!r}, (Exception,), {{}})({SCRIPT!r})',
    "multiply": f"return {SCRIPT!r}",
    "linear_neuron": f"return {{{IMAGE!r}: 1.0, 'dd': {SCRIPT!r}, 'dda': 2.0}}",
    "relu": f"print({SCRIPT!r})\nreturn dout * 2",
}


def test_a_hostile_submission_takes_no_effect(visit: Visit, server: Running, folder: Path) -> None:
    page = visit(server, "#relu")
    for name, body in HOSTILE.items():
        write(folder, name, backward(name, body))
    for name in HOSTILE:
        page.page.locator(f"details#{name} > summary .mark:is(.failed, .error)").wait_for()
        exercise = page.exercise(name)
        field = exercise.locator("textarea.numbers").first
        field.fill(re.sub(r"\d+", "2", field.input_value()))
        exercise.locator(".try .verdict").wait_for()
    page.page.wait_for_timeout(300)
    assert (page.dialogs, page.said) == ([], [])
    assert page.page.locator("img, iframe, object, embed, main script, main b").count() == 0
    assert page.page.locator("script").count() == 2
    assert {each.partition("?")[0].partition("#")[0] for each in page.requests} == {
        f"{server.origin}/{path}" for path in ("", "events", "case")
    }
    assert "</script><script>alert(2)" in page.page.locator("main").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing_serious_and_a_phone_needs_no_sideways_scrolling(
    visit: Visit, shared: Running, width: int, scheme: str
) -> None:
    page = visit(shared, "#two_layer", width, scheme)
    fill(page.exercise("two_layer"), "W1", "[[1, 2]]")
    page.page.locator("#two_layer-b1-fault", has_text="b1 has hidden = 2").wait_for()
    relu = page.exercise("relu")
    fill(relu, "x", "[1, 2, 3, 4]")
    relu.locator(".try .verdict").wait_for()
    assert serious_faults(page.page, contrast=width == 1280) == []
    assert page.page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_the_packages_of_the_server_a_line_says_what_to_install(folder: Path) -> None:
    code = "import sys; sys.modules['starlette'] = None; from grader.cli import main; main(['explore'])"
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        1,
        "Error: the live page needs a server: pip install 'handgrad[explore]'\n",
    )


def test_every_exercise_can_be_changed(visit: Visit, folder: Path) -> None:
    for exercise in catalog.every():
        write(folder, exercise.name, right(exercise.name))
    with serve(folder) as server:
        page = visit(server)
        for exercise in catalog.every():
            exercise_part = page.exercise(exercise.name)
            if not exercise_part.locator(".try").count():
                continue
            field = exercise_part.locator("textarea.numbers").first
            field.fill(field.input_value() + " ")
            exercise_part.get_by_text("✓ With these numbers").wait_for()
        assert (page.said, page.dialogs) == ([], [])


def test_who_types_when_the_server_has_ended_is_told_so_in_a_sentence(visit: Visit, server: Running) -> None:
    page = visit(server, "#relu")
    exercise = page.exercise("relu")
    assert server.end() == 0
    fill(exercise, "x", "[1, 1, 1, 1]")
    told = exercise.get_by_text("Not computed")
    told.wait_for()
    assert told.inner_text() == (
        "Not computed: no answer; grader explore may have ended. The graph is still that of the numbers before."
    )


def test_what_is_typed_right_before_a_reload_is_kept(visit: Visit, shared: Running) -> None:
    page = visit(shared, "#two_layer")
    exercise = page.exercise("two_layer")
    # Before anything has been written, and after.
    for text in ("[0.25, 1]", "[0.25, 2]"):
        fill(exercise, "x", text)
        page.page.reload()
        exercise.get_by_text("yours agrees with PyTorch").wait_for()
        assert exercise.get_by_label("x", exact=True).input_value() == text
    assert page.said == []


def test_a_number_is_slid_and_nudged_and_the_loss_follows(visit: Visit, shared: Running) -> None:
    page = visit(shared, "#two_layer")
    exercise = page.exercise("two_layer")
    exercise.get_by_text("See a derivative: move one number").click()
    exercise.get_by_label("Number to move").select_option("x[1]")
    compared = exercise.locator(".nudge .compared")
    compared.get_by_text("x[1] = 0.3; the loss is L.").wait_for()
    expected = network([0.5, 0.3], 1)
    rows = dict(row.split("\t") for row in compared.locator("table").inner_text().splitlines())
    slope = float(rows["dx[1], the gradient"].replace("−", "-"))
    assert slope == pytest.approx(expected["dx"][1], rel=1e-6)
    assert float(rows["Δloss / h"].replace("−", "-")) == pytest.approx(slope, rel=0.02)
    # By the keyboard alone; the graph and the field go along.
    exercise.get_by_label("Value of x[1]").focus()
    page.page.keyboard.press("ArrowRight")
    exercise.get_by_text("yours agrees with PyTorch").wait_for()
    moved = numbers(exercise.get_by_label("x", exact=True).input_value())
    assert moved[0] == 0.5
    assert moved[1] > 0.3
    compared.get_by_text(f"x[1] = {moved[1]:g}; the loss is L.").wait_for()
    assert numbers(table(exercise)["x"][0]).tolist() == moved.tolist()
    assert page.page.evaluate("document.activeElement.type") == "range"
    h = exercise.get_by_label("Size of h")
    h.focus()
    page.page.keyboard.press("Home")
    compared.get_by_text("share nearly all of their digits").or_(compared.get_by_text("few are left")).first.wait_for()
    assert serious_faults(page.page, contrast=True) == []
    fill(exercise, "x", "[1, what]")
    compared.get_by_text("Not computed: the field has no number there.").wait_for()
    exercise.get_by_role("button", name="Back to the original numbers").click()
    compared.get_by_text("x[1] = 0.3; the loss is L.").wait_for()
    # A field without numbers, and one with a very large one.
    relu = page.exercise("relu")
    relu.get_by_text("See a derivative: move one number").click()
    compared = relu.locator(".nudge .compared")
    fill(relu, "x", "[]")
    compared.get_by_text("the field has no number there").wait_for()
    fill(relu, "x", "[1e308, 2, 3, 4]")
    compared.get_by_text("Not computed: infinity or nan").wait_for()
    fill(relu, "x", "[1e307, 2, 3, 4]")
    compared.get_by_text("x[0] = 1e307").wait_for()
    body = '{"exercise": "two_layer", "case": 0, "fields": {}, "nudge": {"name": "x"}}'
    request = f"{{method: 'POST', headers: {{'Content-Type': 'application/json'}}, body: '{body}'}}"
    refused = page.page.evaluate(f"fetch('nudge', {request}).then((each) => each.status)")
    assert refused == 400
    page.said[:] = [each for each in page.said if "400" not in each]
    assert (page.said, page.dialogs) == ([], [])


@pytest.mark.parametrize("size", [(1440, 900), (1280, 720), (820, 1180), (390, 844)])
def test_what_moves_and_the_graph_are_in_sight_together(visit: Visit, shared: Running, size: tuple[int, int]) -> None:
    page = visit(shared, "#two_layer")
    page.page.set_viewport_size({"width": size[0], "height": size[1]})
    # A broad graph; a narrow one below a question; and one that is rather tall.
    for name in ("two_layer", "relu", "affine"):
        exercise = page.exercise(name)
        exercise.locator(".nudge > summary").click()
        exercise.locator(".nudge .compared table").wait_for()
        exercise.locator(".canvas").evaluate("(each) => each.scrollIntoView({ block: 'end' })")
        nudge, canvas = (exercise.locator(each).bounding_box() for each in (".nudge", ".canvas"))
        assert nudge["y"] >= 0, name
        assert nudge["y"] + nudge["height"] <= canvas["y"], name
        assert canvas["y"] + canvas["height"] <= size[1] + 1, name
        assert page.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_learning_rate_on_the_slider_trains_pytorch_and_the_students_code_anew(
    visit: Visit, server: Running, folder: Path
) -> None:
    write(folder, "two_updates", right("two_updates").replace("a - lr * da", "a + lr * da"))
    page = visit(server, "#two_updates")
    page.page.locator("details#two_updates .mark.failed").wait_for()
    exercise = page.exercise("two_updates")
    said = exercise.locator(".training [role=status]")
    before = said.inner_text().splitlines()
    slider = exercise.get_by_label("Learning rate", exact=True)
    slider.focus()
    page.page.keyboard.press("End")
    said.get_by_text("off the scale").first.wait_for()
    theirs, mine = said.inner_text().splitlines()
    assert theirs.startswith("PyTorch, with a learning rate of 10: ")
    assert mine.startswith("Yours, with 10: ")
    assert theirs.partition(": ")[2] != mine.partition(": ")[2]
    assert exercise.get_by_label("lr", exact=True).input_value() == "10"
    assert exercise.locator(".training path.off").count()
    exercise.get_by_role("button", name="Back to the original numbers").click()
    said.get_by_text("with a learning rate of 0.1").wait_for()
    assert said.inner_text().splitlines() == before
    assert page.said == []
