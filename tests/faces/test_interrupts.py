"""Ctrl-C ends `pytest grader` soon, whatever the submission does, and so does a broken PyTorch: without a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from grader.cli.group import Commands
from grader.desk.interrupts import interrupts_between_imports
from grader.reference import forward
from tests import commands
from tests.faces.running import hand_out, write
from tests.judge.written import backward
from tests.patience import PATIENCE

ENDLESS = "while True: pass"

INTERRUPTED = """
import signal, sys, pytest
from grader.desk.kept_answers import KeptAnswers
keep = KeptAnswers.keep_all
def interrupt(self):
    signal.raise_signal(signal.SIGINT)
    keep(self)
KeptAnswers.keep_all = interrupt
sys.exit(pytest.main(["grader::relu", "-p", "no:cacheprovider"]))
"""

ENDLESS_IN_RELU = backward("relu", ENDLESS)

KEPT_MEANWHILE = """
import os, signal, sys, pytest
from grader.reference.store import Store
from grader.sandbox.host.worker import Sandbox
run = Sandbox.run
def interrupt(self, job):
    with open("level", "w") as file:
        file.write(self.isolation)
    os.makedirs(Store().folder / "another", mode=0o700)
    (Store().folder / "another" / "run.sheet").touch()
    os.kill(os.getpid(), signal.SIGINT)
    return run(self, job)
Sandbox.run = interrupt
"""

MEANWHILE = {
    "pytest": f"{KEPT_MEANWHILE}sys.exit(pytest.main(['grader::relu', '-p', 'no:cacheprovider']))",
    "judging": f"{KEPT_MEANWHILE}from grader.cli import main; main(['hint', 'relu', '--where'])",
}
"""Commands that are interrupted once another run has kept something, and a submission runs that never ends."""


def started(folder: Path, out: int, *command: str) -> commands.Running:
    """A command that judges, with a cache of its own."""
    (folder / "cache").mkdir()
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
    return commands.start(*command, cwd=folder, env=environment, out=out, err=out, imported=commands.PYTEST)


def test_an_interrupt_ends_it_and_has_nothing_computed_for_later_runs(tmp_path: Path) -> None:
    hand_out(tmp_path)
    for name in ("square", "add", "relu", "sigmoid"):
        write(tmp_path, name, ENDLESS)
    with open(tmp_path / "out", "w+b") as out, started(tmp_path, out.fileno(), "-m", "pytest", "grader") as running:
        while b"handgrad: submission" not in (tmp_path / "out").read_bytes():
            assert running.poll() is None
        running.send_signal(2)
        # Python ends by the signal itself where that struck in an `exec`.
        assert running.wait() in (pytest.ExitCode.INTERRUPTED, -signal.SIGINT)
    assert b"Traceback" not in (tmp_path / "out").read_bytes()
    assert not [*tmp_path.joinpath("cache").rglob("*.sheet")]


def interrupted(file: str) -> list[str]:
    """What code of a file has done that is interrupted before its end."""
    done: list[str] = []

    def wait() -> None:
        time.sleep(PATIENCE)

    code = compile("done.append('begun'); raise_signal(SIGINT); done.append('ended'); wait()", file, "exec")
    with pytest.raises(KeyboardInterrupt), interrupts_between_imports():
        exec(code, {"done": done, "raise_signal": signal.raise_signal, "SIGINT": signal.SIGINT, "wait": wait})
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    return done


def test_an_interrupt_waits_while_python_holds_a_lock_of_imports_and_for_nothing_else() -> None:
    assert interrupted("<frozen importlib._bootstrap>") == ["begun", "ended"]
    assert interrupted("relu.py") == ["begun"]


@pytest.mark.parametrize("command", ["pytest", "judging"])
def test_an_interrupt_forgets_nothing_that_another_run_has_kept_meanwhile(command: str, tmp_path: Path) -> None:
    hand_out(tmp_path)
    write(tmp_path, "relu", ENDLESS_IN_RELU)
    (tmp_path / "run.py").write_text(MEANWHILE[command])
    with open(tmp_path / "out", "w+b") as out, started(tmp_path, out.fileno(), "run.py") as running:
        running.wait()
    assert b"Traceback" not in (tmp_path / "out").read_bytes()
    kept = tmp_path.joinpath("cache", "handgrad", "answers", "another", "run.sheet")
    assert kept.exists() == ((tmp_path / "level").read_text() == "full")


def test_an_interrupt_after_the_verdicts_changes_nothing_of_them(tmp_path: Path) -> None:
    hand_out(tmp_path)
    write(tmp_path, "relu", backward("relu", "return dout * (cache > 0)"))
    (tmp_path / "run.py").write_text(INTERRUPTED)
    with open(tmp_path / "out", "w+b") as out, started(tmp_path, out.fileno(), "run.py") as running:
        assert running.wait() == 0
    assert b"Traceback" not in (tmp_path / "out").read_bytes()


def test_pytorch_is_not_imported_again_once_that_was_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(name: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "torch", raising=False)
    monkeypatch.setattr(forward, "_is_interrupted", False)
    with monkeypatch.context() as patched:
        patched.setattr("importlib.import_module", interrupt)
        with pytest.raises(KeyboardInterrupt):
            forward.import_torch()
    with pytest.raises(ImportError, match="interrupted"):
        forward.import_torch()


@pytest.mark.parametrize("fault", ["raise ImportError('half')", "raise OSError('no such library')"])
def test_a_broken_pytorch_gets_one_clear_message(fault: str, tmp_path: Path) -> None:
    hand_out(tmp_path)
    write(tmp_path, "relu", backward("relu", "return dout * (cache > 0)"))
    (tmp_path / "torch").mkdir()
    (tmp_path / "torch" / "__init__.py").write_text(fault)
    command = [sys.executable, "-m", "pytest", "grader::relu", "-p", "no:cacheprovider"]
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "PyTorch can't be imported" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_an_interrupt_where_a_class_is_made_shows_no_traceback() -> None:
    class Interrupting:
        def __set_name__(self, owner: type, name: str) -> None:
            raise KeyboardInterrupt

    @click.command()
    def imports() -> None:
        type("Made", (), {"field": Interrupting()})

    done = CliRunner().invoke(Commands(commands=[imports]), ["imports"])
    assert (done.exit_code, done.output) == (1, "\nAborted!\n")
