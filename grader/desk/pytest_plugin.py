"""The options of `pytest grader`; installed as a plugin, so that pytest knows them before it takes any path for a test.

Loaded in every pytest run of its environment: everything heavier waits until the exercises are asked for.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.desk import pytest_paths as paths
from grader.sandbox.kernel.shortage import shortage
from grader.text.language import SETTING, choose

if TYPE_CHECKING:
    from grader.desk.pytest_items import Exercises


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    pluginmanager.register(EarlyShortage(), "handgrad-early-shortage")
    group = parser.getgroup("handgrad", "handgrad: gradients judged against PyTorch")
    group.addoption("--submission", metavar="DIR", default=None, help="the folder to judge (exercises)")
    group.addoption("--seed", metavar="N", type=int, default=None, help="the seed of the random cases (fixed)")
    group.addoption("--json", metavar="FILE", default=None, help="write the results to FILE")
    group.addoption("--format", metavar="NAME", default=None, help="what FILE has in it: json, gradescope, … (json)")
    group.addoption("--report", metavar="FILE.html", default=None, help="write a page to read and step through to FILE")
    group.addoption("--language", metavar="NAME", default=None, help="the language of the verdicts: en or de")
    parser.addini(SETTING, "the language of the verdicts of handgrad", default="")
    group.addoption(
        "--isolation",
        choices=["auto", "full", "limits", "process"],
        default="auto",
        help="how strictly the submission is confined (auto: as strictly as this machine can)",
    )


class EarlyShortage:
    """Ends a run of ours with a sentence, where the machine has too little for pytest or our plugin to begin."""

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_load_initial_conftests(self, early_config: pytest.Config) -> Generator[None, object, object]:
        arguments = _typed(early_config)
        try:
            return (yield)
        except Exception as error:
            short = shortage(error)
            if not (short and any(arguments.values())):
                raise
        sys.exit(f"Error: {short}")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Keeps the conftest.py and the settings of a submission out of this process, and begins what takes longest."""
    known = early_config.known_args_namespace
    typed = known.file_or_dir
    arguments = _typed(early_config)
    if not any(arguments.values()):
        return
    # As for `grader` itself; what doesn't judge may need threads.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    try:
        choose(known.language, early_config.inipath)
    except ValueError as error:
        raise pytest.UsageError(str(error)) from None
    typed[:] = paths.rewritten(arguments, lambda _: [str(paths.ITEMS)])
    _refuse_settings_of(Path(paths.submission(known.submission, arguments.values())), early_config.inipath)
    # What is imported now stays; the run itself enables it again.
    gc.disable()
    if not (known.help or known.version or known.collectonly):
        # It needs nothing of what is imported meanwhile.
        from grader.sandbox.host.launch import launch_ahead

        launch_ahead(known.isolation)


def _typed(config: pytest.Config) -> dict[str, paths.Meant | None]:
    """What each of the arguments means to us, before pytest has looked at them."""
    known = config.known_args_namespace
    typed = known.file_or_dir
    return _read(config, typed or _of_nobody(config), not typed, known.submission)


def _of_nobody(config: pytest.Config) -> list[str]:
    """The arguments of a pytest that is started without any, so far as they may be ours."""
    start = config.invocation_params.dir
    chosen = config.getini("testpaths") if start == config.rootpath else []
    return [path for path in chosen if os.path.exists(path)] or [str(start)]


def _read(
    config: pytest.Config, arguments: list[str], is_bare: bool, given: str | None
) -> dict[str, paths.Meant | None]:
    """What each argument means to us; `is_bare` if nobody typed them, `given` the submission that is named."""
    patterns = config.getini("python_files")
    if is_bare:
        return {each: paths.meant_by_nobody(each, patterns, given) for each in arguments}
    return {each: paths.meant(each, patterns) for each in arguments}


def _refuse_settings_of(submission: Path, settings: Path | None) -> None:
    """Raises UsageError if pytest has taken the submission's own settings file for that of this run."""
    if settings and settings.resolve().is_relative_to(submission.resolve()):
        raise pytest.UsageError(
            f"{settings} belongs to the submission, and would rule this run: "
            f"start from another folder, and write --submission={submission} with an equals sign"
        )


def pytest_configure(config: pytest.Config) -> None:
    """Lets `pytest grader`, and whatever else means exercises, mean our items, and prepares the run."""
    given: str | None = config.getoption("--submission")
    arguments = _read(config, config.args, config.args_source != config.ArgsSource.ARGS, given)
    if not any(arguments.values()):
        return
    from grader.desk.shortness import ending_if_short

    with ending_if_short():
        _prepare(config, arguments, given)


def _prepare(config: pytest.Config, arguments: dict[str, paths.Meant | None], given: str | None) -> None:
    from grader.desk.pytest_names import node_ids
    from grader.desk.pytest_reporting import Reporting, Verdicts
    from grader.desk.pytest_run import GraderRun

    config.args[:] = paths.rewritten(arguments, node_ids)
    if hasattr(config.option, "dist"):
        # pytest-xdist would judge in processes of its own, each of which imports torch, and bring no verdict back.
        config.option.dist = "no"
    folder = paths.submission(given, arguments.values())
    run = GraderRun(config, folder, is_own=paths.is_own(folder, given))
    config.pluginmanager.register(run, "handgrad-run")
    reporting = Reporting(config, run)
    config.pluginmanager.register(reporting, "handgrad-reporting")
    config.pluginmanager.register(Verdicts(reporting), "handgrad-verdicts")


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> Exercises | None:
    if module_path != paths.ITEMS or not parent.config.pluginmanager.has_plugin("handgrad-run"):
        return None
    from grader.desk.pytest_items import Exercises

    return Exercises.from_parent(parent, path=module_path, nodeid="grader")
