"""The graph below a wrong gradient's verdict: the same with PyTorch and without, and shown by a real kernel."""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from grader import catalog
from grader.classes.benches import Portable
from grader.graph.exhibits import failing_graph, traced_graphs
from grader.judging.bench import Bench
from grader.judging.judgement import Judgement, judgement
from grader.report.notebook_graph import graph_html
from grader.results import Status
from tests import submissions
from tests.conftest import ROOT
from tests.course.browsing import browser
from tests.patience import PATIENCE
from tests.proof import needs
from tests.submissions import mistaken, solution

# Mistakes may well overflow.
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")

LIGHT, DARK = "rgb(255, 255, 255)", "rgb(22, 27, 34)"

NETWORKS = ("linear_neuron", "two_layer", "branch_merge")


def drawing(bench: Bench, judgement: Judgement) -> str:
    return graph_html(failing_graph(bench, judgement))


def test_at_a_tie_what_goes_with_the_other_share_is_drawn() -> None:
    bench = Bench(catalog.get("max"))
    (mistake,) = [each for each in bench.exercise.bank if each.id == "both-at-a-tie"]
    found = judgement(bench, "", submissions.answered(bench, mistake))
    assert found.result.findings[0].fact == "db[0] = 4, what goes with the rest is 0"
    text = "".join(ElementTree.fromstring(drawing(bench, found)).itertext()).replace("\u00a0", " ")
    assert "db = [0 0 0]" in text
    assert "✗ yours = [4 0 −6]" in text
    assert "At a tie any two shares" in text


@pytest.mark.parametrize("name", NETWORKS)
def test_without_pytorch_the_drawing_is_the_same(name: str, tmp_path: Path) -> None:
    bench = Bench(catalog.get(name))
    runs = [submissions.answered(bench, each) for each in bench.exercise.bank]
    (tmp_path / "job").write_bytes(pickle.dumps((Portable.of(bench, traced_graphs(bench)), runs)))
    code = (
        "import pickle, sys\nfrom pathlib import Path\n"
        "from grader.graph.exhibits import failing_graph\nfrom grader.judging.judgement import judgement\n"
        "from grader.report.notebook_graph import graph_html\n"
        "portable, runs = pickle.loads(Path(sys.argv[1]).read_bytes()); bench = portable.bench()\n"
        "drawn = [graph_html(failing_graph(bench, judgement(bench, '', run))) for run in runs]\n"
        "assert 'torch' not in sys.modules\n"
        "Path(sys.argv[1]).write_bytes(pickle.dumps(drawn))"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "job")], cwd=ROOT, check=True)
    there = pickle.loads((tmp_path / "job").read_bytes())
    assert there == [drawing(bench, judgement(bench, "", run)) for run in runs]
    assert any(there)


def test_another_verdict_has_none_and_nothing_is_traced_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(catalog.get("relu"))
    found = judgement(bench, "", submissions.answered(bench, bench.exercise.bank[0]))
    assert drawing(bench, found)
    monkeypatch.setattr("grader.graph.exhibits.trace", None)
    others: tuple[Status, ...] = ("passed", "not-started", "error", "timeout", "missing")
    assert [drawing(bench, replace(found, result=replace(found.result, status=each))) for each in others] == [""] * len(
        others
    )


def executed(folder: Path, *sources: str) -> list[Any]:
    """The outputs of a notebook's cells, in a real kernel."""
    nbclient = needs("nbclient")
    nbformat = needs("nbformat")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(each) for each in sources])
    notebook.metadata.kernelspec = {"name": "python3", "language": "python", "display_name": "Python 3"}
    nbclient.NotebookClient(notebook, timeout=PATIENCE, resources={"metadata": {"path": str(folder)}}).execute()
    return [cell.outputs for cell in notebook.cells]


@pytest.mark.filterwarnings("ignore")
def test_a_notebook_shows_the_graph_below_a_wrong_verdict_and_only_there(tmp_path: Path) -> None:
    exercise = catalog.get("two_layer")
    (wrong,) = [each for each in exercise.bank if each.id == "outer-slope-missing"]
    (tmp_path / "wrong.py").write_bytes(mistaken(exercise, wrong))
    (tmp_path / "right.py").write_bytes(solution(exercise))
    cell = "from {} import *\ncheck('two_layer', two_layer_forward, two_layer_backward)"
    setup = f"import sys; sys.path[:0] = [{str(ROOT)!r}, '.']\nfrom grader import check"
    _, (bad,), (good,) = executed(tmp_path, setup, cell.format("wrong"), cell.format("right"))
    assert float(bad["data"]["text/plain"]) < float(good["data"]["text/plain"]) == exercise.points
    assert "<svg" not in good["data"]["text/html"]
    html = bad["data"]["text/html"]
    assert html.index("The slope of the sigmoid between z2 and a2 is missing from dz2.") < html.index("<svg")
    with browser(tmp_path / "profile") as page:
        for body, ink, ground in (
            ("", "rgb(0, 0, 0)", LIGHT),
            ("data-jp-theme-light='true'", "rgb(0, 0, 0)", LIGHT),
            ("data-jp-theme-light='false' style='background:#111;color:#eee'", "rgb(238, 238, 238)", DARK),
            ("class='vscode-dark' style='background:#111;color:#eee'", "rgb(238, 238, 238)", DARK),
        ):
            # What the system prefers says nothing of the page.
            page.emulate_media(color_scheme="light" if ground == DARK else "dark")
            page.set_content(f"<body {body}>{html}</body>")
            assert page.locator(".hg-ground").evaluate("each => getComputedStyle(each).fill") == ground
            advice = page.get_by_text("The slope of the sigmoid between z2 and a2 is missing from dz2.")
            assert advice.evaluate("each => getComputedStyle(each).color") == ink
            assert page.get_by_text("first wrong", exact=True).is_visible()
            marked = page.locator(".hg-first")
            assert marked.count() == 1
            assert "dz2 = [−0.01917]" in marked.text_content().replace("\u00a0", " ")
            assert "yours = [−0.09261]" in marked.text_content().replace("\u00a0", " ")
            assert page.locator("script").count() == 0
