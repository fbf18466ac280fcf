"""The options of `pytest grader`; installed as a plugin, so that pytest knows them before it takes any path for a test.

Loaded in every pytest run of its environment: everything heavier waits until the exercises are asked for.
"""

from __future__ import annotations

import gc
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from grader.desk.pytest_items import Exercises

PACKAGE = Path(__file__).parent.parent
ITEMS = PACKAGE / "desk" / "pytest_items.py"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("handgrad", "handgrad: gradients judged against PyTorch")
    group.addoption("--submission", metavar="DIR", default="exercises", help="the folder to judge (exercises)")
    group.addoption("--seed", metavar="N", type=int, default=None, help="the seed of the random cases (fixed)")
    group.addoption("--json", metavar="FILE", default=None, help="write the results to FILE")
    group.addoption("--report", metavar="FILE.html", default=None, help="write a page to read and step through to FILE")
    group.addoption(
        "--isolation",
        choices=["auto", "full", "limits", "process"],
        default="auto",
        help="how strictly the submission is confined (auto: as strictly as this machine can)",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Keeps the conftest.py and the settings of a submission out of this process, and begins what takes longest."""
    arguments = early_config.known_args_namespace
    if _name_items(arguments.file_or_dir):
        _refuse_settings_of(Path(arguments.submission), early_config.inipath)
        # What is imported now stays; the run itself enables it again.
        gc.disable()
        if not (arguments.help or arguments.version or arguments.collectonly):
            # It needs nothing of what is imported meanwhile.
            from grader.sandbox.host.launch import launch_ahead

            launch_ahead(arguments.isolation)


def _refuse_settings_of(submission: Path, settings: Path | None) -> None:
    """Raises UsageError if pytest has taken the submission's own settings file for that of this run."""
    if settings and settings.resolve().is_relative_to(submission.resolve()):
        raise pytest.UsageError(
            f"{settings} belongs to the submission, and would rule this run: "
            f"start from another folder, and write --submission={submission} with an equals sign"
        )


def pytest_configure(config: pytest.Config) -> None:
    """Lets `pytest grader` mean this package wherever it is installed, and prepares the run."""
    if not _name_items(config.args):
        return
    if hasattr(config.option, "dist"):
        # pytest-xdist would judge in processes of its own, each of which imports torch, and bring no verdict back.
        config.option.dist = "no"
    from grader.desk.pytest_run import GraderRun

    config.pluginmanager.register(GraderRun(config), "handgrad-run")


def _name_items(arguments: list[str]) -> bool:
    """Names the file of our items where the package is meant; whether it is, anywhere.

    A path that exists: without one, pytest would load the conftest.py files in and below the working directory.
    """
    is_ours = False
    for place, argument in enumerate(arguments):
        path, separator, rest = argument.partition("::")
        if Path(path) == Path("grader") or Path(path).resolve() in (PACKAGE, ITEMS):
            arguments[place] = f"{ITEMS}{separator}{rest}"
            is_ours = True
    return is_ours


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> Exercises | None:
    if module_path != ITEMS or not parent.config.pluginmanager.has_plugin("handgrad-run"):
        return None
    from grader.desk.pytest_items import Exercises

    return Exercises.from_parent(parent, path=module_path, nodeid="grader")
