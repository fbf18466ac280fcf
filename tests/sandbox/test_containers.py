"""In a container: what its profile refuses is said as it is, and its memory is kept to."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from grader.sandbox.child.imports import UNREADABLE
from grader.sandbox.host import levels
from grader.sandbox.host.command import command, environment
from grader.sandbox.host.levels import closed_folder, private_python
from grader.sandbox.host.worker import Sandbox
from grader.sandbox.kernel.container import GRADER_MEMORY, LEAST_MEMORY, MEMORY, job_memory, memory_limit
from grader.sandbox.wire.records import Ending, Reply, Run, StudentError
from tests.conftest import ROOT
from tests.sandbox.jobs import backward, is_right

GRADESCOPE = 768 << 20


@pytest.mark.skipif(sys.platform != "linux", reason="Landlock is Linux's")
@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.EPERM, "Landlock is refused (Operation not permitted): by a container's seccomp profile"),
        (errno.ENOSYS, "Landlock can't be seen: the kernel has none, or a seccomp profile"),
        (errno.EOPNOTSUPP, "this kernel has Landlock, but was started without it"),
    ],
)
def test_a_profile_that_refuses_landlock_is_no_kernel_without_it(number: int, said: str) -> None:
    probing = [sys.executable, "-m", "tests.sandbox.filtered", str(number), *command("kernel.probing")]
    done = subprocess.run(
        probing, cwd=ROOT, capture_output=True, check=True, env={**environment(), "PYTHONPATH": str(ROOT)}
    )
    found = json.loads(done.stdout)
    assert found["landlock"] == 0
    assert found["obstacle"].startswith(said)


def test_a_submission_gets_what_a_container_has_beside_the_grader() -> None:
    assert job_memory(GRADESCOPE) == GRADESCOPE - GRADER_MEMORY >= 256 << 20
    assert job_memory(64 << 30) == MEMORY
    assert job_memory(GRADER_MEMORY) == LEAST_MEMORY


def test_the_least_limit_of_a_container_and_those_around_it_counts(tmp_path: Path) -> None:
    groups, mounted = tmp_path / "cgroup", tmp_path / "fs"
    (mounted / "pod" / "box").mkdir(parents=True)
    (mounted / "pod" / "memory.max").write_text(f"{GRADESCOPE}\n")
    (mounted / "pod" / "box" / "memory.max").write_text("max\n")
    groups.write_text("1:cpu:/\n0::/pod/box\n")
    assert memory_limit(groups, mounted) == GRADESCOPE
    # As in a container that sees its own group as the topmost, by the host's name.
    (mounted / "memory").mkdir()
    (mounted / "memory" / "memory.limit_in_bytes").write_text("1000000\n")
    groups.write_text("4:memory:/docker/abc\n0::/\n")
    assert memory_limit(groups, mounted) == 1_000_000
    assert memory_limit(tmp_path / "none", mounted) == 0


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may enter, as pytest's own aren't."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="it has other permissions")
def test_a_python_in_a_closed_folder_is_found(open_folder: Path) -> None:
    library = open_folder / "home" / "lib" / "os.py"
    library.parent.mkdir(parents=True)
    library.write_text("")
    assert closed_folder([str(library)]) is None
    library.parents[1].chmod(0o700)
    assert closed_folder([str(library)]) == library.parents[1]


def test_who_is_kept_from_python_is_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    error = StudentError("raised", "load", "ModuleNotFoundError", f"colorsys is not available here: {UNREADABLE}")
    monkeypatch.setattr(levels, "private_folder", lambda: "/root")
    assert levels.kept_from_python(Run((None,), Ending("load-error"), error)) == (
        "colorsys is not available here: /root is closed to it"
    )
    assert levels.kept_from_python(Run((Reply({}, error), None), Ending("finished")))
    assert not levels.kept_from_python(Run((None,), Ending("load-error"), replace(error, message="no module x")))
    monkeypatch.setattr(levels, "private_folder", lambda: "")
    assert not levels.kept_from_python(Run((None,), Ending("load-error"), error))


def test_a_rare_module_can_be_imported_or_its_submission_is_not_judged(with_limits: Sandbox) -> None:
    run = with_limits.run(backward("import colorsys; return 2 * dout"))
    if private_python():
        assert run.ending.kind == "infrastructure"
        assert "colorsys" in run.ending.detail
    else:
        assert is_right(run)
