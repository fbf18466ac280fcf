"""Imports run one way, through rooms and files alike; no name is used twice; torch stays where it belongs."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import networkx
import pytest

from tests.conftest import ROOT

ROOMS = (
    "text",
    "sandbox",
    "exercise",
    "catalog",
    "cases",
    "formula",
    "reference",
    "results",
    "judging",
    "graph",
    "report",
    "authoring",
    "course",
    "classes",
    "platforms",
    "desk",
    "cli",
    "__main__",
)
"""Every room of the package, and every module at its top, in the order of the data: each imports earlier ones only."""

INNER_ROOMS = {
    "sandbox": ("wire", "kernel", "notebook", "child", "host"),
    "classes": ("engine", "collecting", "files", "notebooks"),
    "desk": ("live", "watch", "explore"),
}
"""The order of the rooms inside a room."""

KNOWN = {
    "text": {"text"},
    "results": set[str](),
    "sandbox": {"sandbox"},
    "report": {"report", "results", "graph", "text"},
}
"""Rooms that know a few others alone."""

MAY_IMPORT_TORCH = ("reference", "catalog", "graph", "bridge")
"""Rooms and modules."""

MOST_ROOMS = 17


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
    def room(self) -> str:
        """For an import of grader, its room."""
        return self.module.split(".")[1] if "." in self.module else ""


@dataclass(frozen=True)
class Module:
    """One file of the package: its dotted name, its imports, and the names of its classes."""

    name: str
    imports: tuple[Import, ...]
    classes: tuple[str, ...]

    @property
    def room(self) -> str:
        return self.name.split(".")[1]

    @property
    def own(self) -> tuple[Import, ...]:
        """Its imports of the package's modules."""
        return tuple(each for each in self.imports if each.root == "grader" and each.module != "grader")


@cache
def modules() -> dict[str, Module]:
    """Every module of the package but its root, by its dotted name; each file is read and parsed once."""
    package = ROOT / "grader"
    found = {}
    for path in sorted(package.rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        if name != "grader":
            found[name] = _module(name, path)
    return found


def _module(name: str, path: Path) -> Module:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    classes = tuple(node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    return Module(name, tuple(_imports(tree, at_once=True, for_types=False)), classes)


def _imports(node: ast.AST, at_once: bool, for_types: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(name.name, child.lineno, at_once, for_types) for name in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, "relative imports hide where they lead"
            for name in child.names:
                yield Import(_source(str(child.module), name.name), child.lineno, at_once, for_types)
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            for each in child.body:
                yield from _imports(ast.Module([each], []), at_once=False, for_types=True)
            for each in child.orelse:
                yield from _imports(ast.Module([each], []), at_once, for_types)
        else:
            inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from _imports(child, at_once and not inside, for_types)


def _source(module: str, name: str) -> str:
    """The module that `from module import name` reads: `grader.text.quote` for `from grader.text import quote`."""
    inner = ROOT.joinpath(*module.split("."), name)
    is_module = module.startswith("grader") and (inner.is_dir() or inner.with_suffix(".py").exists())
    return f"{module}.{name}" if is_module else module


def test_every_room_has_its_place_and_they_are_few() -> None:
    assert {module.room for module in modules().values()} == set(ROOMS), "a new room needs its place in ROOMS"
    assert len(set(ROOMS) - {"__main__"}) <= MOST_ROOMS


def test_imports_run_one_way_through_the_rooms() -> None:
    for module in modules().values():
        for each in module.own:
            assert ROOMS.index(each.room) <= ROOMS.index(module.room), f"{module.name}, line {each.line}"


@pytest.mark.parametrize("room", INNER_ROOMS)
def test_imports_run_one_way_inside_a_room(room: str) -> None:
    order = INNER_ROOMS[room]
    for module in modules().values():
        for each in module.own:
            here, there = _inner(module.name, room), _inner(each.module, room)
            if here in order and there in order:
                assert order.index(there) <= order.index(here), f"{module.name}, line {each.line}"


def test_a_class_of_files_and_one_of_notebooks_do_not_import_each_other() -> None:
    for module in modules().values():
        rooms = {_inner(each, "classes") for each in (module.name, *(each.module for each in module.own))}
        assert not {"files", "notebooks"} <= rooms or module.room != "classes", module.name


def _inner(name: str, room: str) -> str:
    return [*name.split("."), ""][2] if name.startswith(f"grader.{room}.") else ""


def test_there_is_no_circle_of_files() -> None:
    arrows = [
        (module.name, each.module) for module in modules().values() for each in module.own if each.module in modules()
    ]
    assert list(networkx.simple_cycles(networkx.DiGraph(arrows))) == []


def test_no_name_of_a_module_or_class_is_used_twice() -> None:
    names = Counter(name.rpartition(".")[2] for name in modules())
    classes = Counter(each for module in modules().values() for each in module.classes)
    assert [name for name, count in [*names.items(), *classes.items()] if count > 1] == []


def test_nothing_but_a_face_imports_a_face() -> None:
    for module in modules().values():
        if module.room not in ("desk", "cli", "__main__"):
            assert not [each for each in module.own if each.room in ("desk", "cli")], module.name


def test_torch_is_imported_by_the_reference_and_the_forwards_alone() -> None:
    for module in modules().values():
        for each in module.imports:
            if each.root == "torch" and not each.for_types:
                assert {module.room, module.name.rpartition(".")[2]} & set(MAY_IMPORT_TORCH), module.name
                # The grader begins its work while torch isn't imported yet; who imports a bridge has it already.
                assert module.name.endswith(".bridge") or not each.at_once, f"{module.name}, line {each.line}"


def test_only_who_works_at_a_desk_reads_what_is_kept() -> None:
    for module in modules().values():
        if any(each.module == "grader.reference.store" for each in module.own):
            assert module.room in ("desk", "cli"), module.name


def test_the_sandbox_stands_alone_and_reports_know_records_alone() -> None:
    for module in modules().values():
        if module.room in KNOWN:
            assert {each.room for each in module.own} <= KNOWN[module.room], module.name
        if module.room == "report":
            of_graphs = {each.module for each in module.own if each.room == "graph"}
            assert of_graphs <= {"grader.graph.diagram"}, "a report draws the records of graphs, it makes none"


def test_the_package_itself_imports_nothing_when_it_is_loaded() -> None:
    root = _module("grader", ROOT / "grader" / "__init__.py")
    assert not [each for each in root.imports if each.root == "grader" and each.at_once]


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("grader", "numpy"),
        ("grader.desk.pytest_plugin", "numpy"),
        ("grader.judging.judgement", "torch"),
        ("grader.desk.pytest_run", "torch"),
        ("grader.desk.check", "torch"),
        ("grader.sandbox.host.launch", "numpy"),
        ("grader.desk.live.session", "anyio"),
        ("grader.cli", "numpy.random"),
    ],
)
def test_what_is_heavy_is_loaded_when_it_is_needed(module: str, absent: str) -> None:
    code = f"import sys, {module}; sys.exit({absent!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("folder", ["exercises", "solutions"])
def test_students_files_import_numpy_and_the_standard_library_alone(folder: str) -> None:
    for path in sorted((ROOT / folder).glob("*.py")):
        roots = {each.root for each in _module(path.stem, path).imports}
        assert roots <= {"numpy"} | sys.stdlib_module_names, path.name
