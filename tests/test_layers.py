"""Imports run downwards only, and torch stays where it belongs."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT

LAYERS = (
    "sandbox",
    "quote",
    "data",
    "exercise",
    "catalog",
    "cases",
    "compare",
    "reference",
    "figures",
    "graph",
    "results",
    "report",
    "observation",
    "precision",
    "probes",
    "diagnosis",
    "wording",
    "findings",
    "marks",
    "answers",
    "judge",
    "reporting",
    "drawn",
    "bridge",
    "authoring",
    "batch",
    "course",
    "watch",
    "explore",
    "notebook",
    "pytest_run",
    "test_exercises",
    "pytest_plugin",
    "cli",
    "__main__",
)
"""Every module and room of the package, the lowest first. Inside a room the order is its own affair."""

FACES = ("notebook", "pytest_run", "test_exercises", "pytest_plugin", "cli", "__main__")

MAY_IMPORT_TORCH = ("reference", "catalog", "graph", "bridge")


@dataclass(frozen=True)
class Import:
    """One import: of what, in which line, whether it runs when the module is loaded, and whether it runs at all."""

    module: str
    line: int
    at_once: bool
    for_types: bool

    @property
    def root(self) -> str:
        return self.module.partition(".")[0]

    @property
    def layer(self) -> str:
        """For an import of grader, its module or room."""
        return self.module.split(".")[1] if "." in self.module else ""


def imports(path: Path) -> Iterator[Import]:
    """Every import of a file, wherever it stands."""
    yield from _imports(ast.parse(path.read_text(encoding="utf-8")), at_once=True, for_types=False)


def _imports(node: ast.AST, at_once: bool, for_types: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(name.name, child.lineno, at_once, for_types) for name in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, "relative imports hide where they lead"
            for name in child.names:
                # `from grader import catalog` names a module, `from grader.exercise import Exercise` what is in one.
                module = f"{child.module}.{name.name}" if child.module == "grader" else str(child.module)
                yield Import(module, child.lineno, at_once, for_types)
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            for each in child.body:
                yield from _imports(ast.Module([each], []), at_once=False, for_types=True)
            for each in child.orelse:
                yield from _imports(ast.Module([each], []), at_once, for_types)
        else:
            inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from _imports(child, at_once and not inside, for_types)


@cache
def modules() -> dict[Path, str]:
    """Every file of the package but its root, with its layer."""
    package = ROOT / "grader"
    paths = sorted(path for path in package.rglob("*.py") if path != package / "__init__.py")
    return {path: path.relative_to(package).parts[0].removesuffix(".py") for path in paths}


FILES = [pytest.param(path, layer, id=str(path.relative_to(ROOT))) for path, layer in modules().items()]


def test_every_module_has_its_place_in_the_order() -> None:
    assert set(modules().values()) == set(LAYERS), "a new module needs a place in LAYERS, above all that it imports"


@pytest.mark.parametrize(("path", "layer"), FILES)
def test_imports_run_downwards(path: Path, layer: str) -> None:
    for each in imports(path):
        if each.root == "grader" and each.layer != layer:
            assert each.layer in LAYERS, f"line {each.line}: {each.module}"
            assert LAYERS.index(each.layer) < LAYERS.index(layer), f"line {each.line}: {layer} imports {each.module}"


@pytest.mark.parametrize(("path", "layer"), FILES)
def test_nothing_but_a_face_imports_a_face(path: Path, layer: str) -> None:
    if layer not in FACES:
        assert not [each for each in imports(path) if each.root == "grader" and each.layer in FACES]


@pytest.mark.parametrize(("path", "layer"), FILES)
def test_torch_is_imported_by_the_reference_and_the_forwards_alone(path: Path, layer: str) -> None:
    for each in imports(path):
        if each.root == "torch" and not each.for_types:
            assert layer in MAY_IMPORT_TORCH, f"line {each.line}"
            # The grader begins its work while torch isn't imported yet; a bridge is imported by who has it already.
            assert layer == "bridge" or not each.at_once, f"line {each.line}: import torch inside the function"


@pytest.mark.parametrize(("path", "layer"), FILES)
def test_the_sandbox_stands_alone_and_reports_know_results_alone(path: Path, layer: str) -> None:
    known = {
        "sandbox": {"sandbox"},
        "report": {"report", "results", "graph", "quote"},
        "results": set(),
        "quote": set(),
    }
    if layer in known:
        assert {each.layer for each in imports(path) if each.root == "grader"} <= known[layer]
    if layer == "report" or (path.name == "records.py" and layer == "graph"):
        of_graphs = {each.module for each in imports(path) if each.layer == "graph"}
        assert of_graphs <= {"grader.graph.records"}, "a report draws the records of graphs, it makes none"


def test_the_package_itself_imports_nothing_when_it_is_loaded() -> None:
    assert not [each for each in imports(ROOT / "grader" / "__init__.py") if each.root == "grader" and each.at_once]


@pytest.mark.parametrize(
    ("module", "absent"),
    [("grader", "numpy"), ("grader.pytest_plugin", "numpy"), ("grader.judge", "torch"), ("grader.cli", "numpy.random")],
)
def test_what_is_heavy_is_loaded_when_it_is_needed(module: str, absent: str) -> None:
    code = f"import sys, {module}; sys.exit({absent!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("folder", ["exercises", "solutions"])
def test_students_files_import_numpy_and_the_standard_library_alone(folder: str) -> None:
    for path in sorted((ROOT / folder).glob("*.py")):
        roots = {each.root for each in imports(path)}
        assert roots <= {"numpy"} | sys.stdlib_module_names, path.name
