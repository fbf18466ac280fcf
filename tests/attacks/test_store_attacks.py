"""A submission that writes into what is kept of answers and diagnoses, links or replaces it, changes no verdict.

Nor does one that kills whoever judges it, as an ordinary user's can, but its own: that there isn't.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from errno import ENOSYS
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader import catalog
from grader.reference.sheet import Sheet
from grader.reference.shelf import KEYED
from grader.reference.store import Store
from grader.sandbox.kernel.confine import NOBODY
from tests.attacks.canary import work_folder
from tests.attacks.unprivileged import NoReadablePythonError, readable_python
from tests.conftest import ROOT, bench
from tests.faces.test_kept_diagnoses import UNKNOWN
from tests.patience import PATIENCE
from tests.platforms import facts
from tests.proof import cannot_run, not_proved

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the attacks are on Linux")

WAYS = {
    "relu": "open(KEPT, 'r+b').write(FORGED)",
    "sigmoid": "open(KEPT + '~', 'wb').write(FORGED); os.chmod(KEPT + '~', 0o600); os.replace(KEPT + '~', KEPT)",
    "bce": "os.chmod(HANDED_IN, 0o600); os.replace(HANDED_IN, KEPT)",
    "l2": "os.unlink(KEPT); os.symlink(HANDED_IN, KEPT)",
    "square": "os.unlink(KEPT); os.link(HANDED_IN, KEPT)",
    "add": "m = mmap.mmap(os.open(KEPT, os.O_RDWR), 0); m[: len(FORGED)] = FORGED; m.flush()",
    "multiply": "os.truncate(KEPT, 100)",
    "affine": """
shelf = os.path.dirname(KEPT)
os.rename(shelf, shelf + '~')
os.mkdir(shelf, 0o700)
for name in os.listdir(shelf + '~'):
    os.rename(shelf + '~/' + name, shelf + '/' + name)
open(KEPT, 'wb').write(FORGED)
os.chmod(KEPT, 0o600)
os.chmod(shelf, 0o500)
""",
}
"""What the file of an exercise does to the answers that are kept for it; the last one, to the whole folder of them.

Its user can't take away what is in that as it is left.
"""

ATTACK = """
import mmap, os
KEPT, HANDED_IN = {kept!r}, {handed_in!r}
try:
    FORGED = open(HANDED_IN, 'rb').read()
{way}
except Exception:
    pass
"""


SESSION = """
import sys
from functools import partial
from pathlib import Path
from queue import Queue
from grader.cases import DEFAULT_SEED
from grader.desk.live import threads
from grader.desk.live.session import Session

threads.TimedSandbox = partial(threads.TimedSandbox, "process")
posted = Queue()
session = Session(
    Path("exercises"), "exercises", DEFAULT_SEED, True, threads.JudgeThreads(1), posted.put, print, print
)
session.update(["relu"])
while "relu" not in session.verdicts:
    posted.get()()
if sys.argv[1] == "case":
    job = session.benches["relu"].job(Path("attack.py").read_bytes())
    session.compute("relu", lambda sandbox: sandbox.run(job)).result()
"""
"""What `grader watch` and `grader explore` do: they judge a file, and run what it has become on another case."""


AT_PROCESS = """
from grader.__main__ import main
from grader.sandbox.host.worker import Sandbox

Sandbox.__init__.__defaults__ = ("process", None)
main()
"""
"""`grader`, on a machine that can hold a submission no tighter."""

INTERRUPTED = {
    "pytest": ("-m", "pytest", "grader::relu", "-p", "no:cacheprovider", "--isolation=process"),
    "report": ("-c", AT_PROCESS, "report"),
    "hint": ("-c", AT_PROCESS, "hint", "relu", "--where"),
    "debug": ("-c", AT_PROCESS, "debug", "relu"),
    "curve": ("-c", AT_PROCESS, "curve"),
    "watch": ("-c", AT_PROCESS, "watch", "relu"),
    "explore": ("-c", AT_PROCESS, "explore", "--no-browser"),
}


@pytest.fixture(scope="module")
def work() -> Iterator[Path]:
    folder = work_folder()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module", params=["root", "user"])
def python(request: pytest.FixtureRequest, work: Path) -> tuple[str, dict[str, Any]]:
    """A Python, and how to run it as root or as somebody who isn't."""
    if request.param == "root":
        if os.geteuid() != 0:
            not_proved("needs root")
        return sys.executable, {}
    if os.geteuid() != 0:
        return sys.executable, {}
    try:
        made = readable_python(work)
    except NoReadablePythonError as error:
        cannot_run(str(error))
    return str(made), {"user": NOBODY, "group": NOBODY, "extra_groups": []}


class Desk:
    """A folder with worked solutions in exercises/, and a cache of its own, both its user's."""

    def __init__(self, work: Path, python: tuple[str, dict[str, Any]]) -> None:
        self._python, self._user = python
        # A copied Python would run with an older one's library, if the system has that.
        self._libraries = str(Path(self._python).resolve().parents[1] / "lib")
        self.folder = work / f"desk{len([*work.iterdir()])}"
        self.cache, self.exercises = self.folder / "cache", self.folder / "exercises"
        for each in (self.folder, self.cache, self.exercises):
            each.mkdir()
            self._give(each)
        for name in WAYS:
            self.write(name, (ROOT / "solutions" / catalog.get(name).file).read_bytes())

    @property
    def is_users(self) -> bool:
        """Whether it is no desk of root's."""
        return bool(self._user) or os.geteuid() != 0

    def another(self) -> Desk:
        """One with the same in its cache."""
        made = Desk(self.folder.parent, (self._python, self._user))
        shutil.copytree(self.cache, made.cache, dirs_exist_ok=True)
        for path in made.cache.rglob("*"):
            self._give(path)
        return made

    def write(self, name: str, content: bytes, suffix: str = ".py") -> Path:
        path = (self.exercises / catalog.get(name).file).with_suffix(suffix)
        path.write_bytes(content)
        self._give(path)
        return path

    def _give(self, path: Path) -> None:
        if self._user:
            os.chown(path, NOBODY, NOBODY)

    def graded(self, *options: str) -> Any:
        """What pytest says of the exercises."""
        items = [f"grader::{name}" for name in WAYS]
        done = self._run([self._python, "-m", "pytest", *items, "-p", "no:cacheprovider", "--json=out.json", *options])
        assert done.returncode in (0, 1), done.stdout + done.stderr
        return json.loads((self.folder / "out.json").read_text())["exercises"]

    def interrupted(self, is_time: Callable[[], bool], *command: str, by: int) -> int:
        """Has Python run a command, interrupts it by a signal when it is time, and returns its exit status."""
        with subprocess.Popen(
            [self._python, *command],
            cwd=self.folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            **self._user,
        ) as run:
            while not is_time():
                assert run.poll() is None
                time.sleep(0.01)
            run.send_signal(by)
            said, _ = run.communicate(timeout=PATIENCE)
        assert b"Traceback" not in said
        return run.returncode

    @property
    def _environment(self) -> dict[str, str]:
        return {**os.environ, "XDG_CACHE_HOME": str(self.cache), "LD_LIBRARY_PATH": self._libraries}

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
            **self._user,
        )

    def grade(self, *options: str) -> Any:
        """What `grader grade` says of the exercises, as one submission of a class."""
        command = [self._python, "-m", "grader", "grade", str(self.exercises), "--json=out.jsonl", *options]
        done = self._run(command)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads((self.folder / "out.jsonl").read_text())["exercises"]

    def row(self, *options: str) -> str:
        """What `grader grade` puts into its table, where not every exercise can be judged."""
        command = [self._python, "-m", "grader", "grade", str(self.exercises), "--json=out.jsonl", "--csv=out.csv"]
        done = self._run([*command, *options])
        assert done.returncode == 1, done.stdout + done.stderr
        return (self.folder / "out.csv").read_text().splitlines()[1]

    def live(self, place: str) -> None:
        """Has a session judge the file of relu, and for a `place` "case" run attack.py."""
        done = self._run([self._python, "-c", SESSION, place])
        assert done.returncode == 0, done.stdout + done.stderr

    def annotations(self, *options: str) -> str:
        """What GitHub is told, where the kernel has no Landlock."""
        held = [self._python, "-m", "tests.sandbox.filtered", str(ENOSYS), self._python]
        self._run([*held, "-m", "grader", "hosted", "github", *options])
        return (self.folder / ".handgrad" / "annotations").read_text(encoding="utf-8")

    def kept(self, name: str, suffix: str = ".sheet") -> Path:
        (path,) = self.cache.rglob(f"{catalog.get(name).module}{suffix}")
        return path


def forged(kept: Path, name: str, folder: Path) -> bytes:
    """What a store would read in the place of a file that is kept: all gradients are 7 too large."""
    sheet = bench(name).sheet
    references = [
        replace(each, gradients={key: np.asarray(value) + 7.0 for key, value in each.gradients.items()})
        for each in sheet.references
    ]
    store = Store(folder / "forge" / "handgrad" / "answers")
    (folder / "forge").mkdir(exist_ok=True)
    store.keep(Sheet.known(sheet.exercise, sheet.cases, references))
    (path,) = store.folder.rglob(f"{sheet.exercise.module}.sheet")
    # The environment that it answers for is that of the one that is kept.
    return kept.read_bytes()[:KEYED] + path.read_bytes()[KEYED:]


@pytest.fixture(scope="module")
def sound(work: Path, python: tuple[str, dict[str, Any]]) -> tuple[Desk, Any]:
    """A desk that has kept answers, and its verdicts."""
    desk = Desk(work, python)
    verdicts = desk.graded()
    assert {each["status"] for each in verdicts} == {"passed"}
    return desk, verdicts


# Files are as much within reach at "process" as at "limits", and within a user's more than within root's nobody's.
def test_the_next_verdict_is_what_it_was(sound: tuple[Desk, Any], tmp_path: Path) -> None:
    for level in ("limits", "full") if sound[0].is_users else ("limits",):
        attacked(sound[0].another(), level, sound[1], tmp_path)


def attack(desk: Desk, name: str, way: str, kept: Path, content: bytes) -> bytes:
    """What makes the file of an exercise one that puts a content in the place of what is kept."""
    handed_in = desk.write(name, content, suffix=".forged")
    body = "\n".join(f"    {line}" for line in WAYS[way].splitlines())
    return ATTACK.format(kept=str(kept), handed_in=str(handed_in), way=body).encode()


def other_words(kept: bytes) -> bytes:
    """What is kept of a diagnosis, saying something else; as long, for not every way cuts off what is left over."""
    body = kept[KEYED + 32 :].replace(b"Your dx", b"YOUR dx")
    return kept[:KEYED] + hashlib.sha256(body).digest() + body


def attacked(desk: Desk, level: str, verdicts: Any, tmp_path: Path) -> None:
    """Has every attack tried at a level, and holds that the verdicts afterwards are those from before."""
    honest = {name: (desk.exercises / catalog.get(name).file).read_bytes() for name in WAYS}
    for name in WAYS:
        desk.write(
            name, honest[name] + attack(desk, name, name, desk.kept(name), forged(desk.kept(name), name, tmp_path))
        )
    desk.graded(f"--isolation={level}")
    for name in WAYS:
        desk.write(name, honest[name])
    assert desk.graded() == verdicts


def test_the_next_diagnosis_is_what_it_was(sound: tuple[Desk, Any]) -> None:
    desk = sound[0].another()
    desk.write("relu", UNKNOWN)
    verdicts = desk.graded()
    kept = desk.kept("relu", ".diagnoses")
    forgery = other_words(kept.read_bytes())
    for level in ("process", "limits", "full") if desk.is_users else ("limits",):
        # Held to limits it writes no byte: what it can put there is a file that was handed in.
        desk.write("relu", UNKNOWN + attack(desk, "relu", "bce", kept, forgery))
        desk.graded(f"--isolation={level}")
        desk.write("relu", UNKNOWN)
        assert desk.graded() == verdicts, level
    kept.write_bytes(forgery)
    assert "YOUR dx" in json.dumps(desk.graded()), "it would be believed if its user had made it"


@pytest.mark.parametrize("python", ["user"], indirect=True)
@pytest.mark.parametrize("place", ["verdict", "case"])
def test_while_a_screen_or_page_is_open_nothing_that_is_kept_is_forged(place: str, sound: tuple[Desk, Any]) -> None:
    desk = sound[0].another()
    desk.write("relu", UNKNOWN)
    verdicts = desk.graded()
    kept = desk.kept("relu", ".diagnoses")
    forgery = other_words(kept.read_bytes())
    attacking = UNKNOWN + attack(desk, "relu", "relu", kept, forgery)
    (desk.folder / "attack.py").write_bytes(attacking)
    if place == "verdict":
        desk.write("relu", attacking)
    desk.live(place)
    desk.write("relu", UNKNOWN)
    assert desk.graded() == verdicts


@pytest.mark.parametrize("python", ["user"], indirect=True)
@pytest.mark.parametrize(
    ("command", "by", "status"),
    [
        ("pytest", signal.SIGINT, pytest.ExitCode.INTERRUPTED),
        ("report", signal.SIGINT, 1),
        ("hint", signal.SIGINT, 1),
        ("debug", signal.SIGINT, 1),
        ("curve", signal.SIGINT, 1),
        ("watch", signal.SIGINT, 0),
        ("explore", signal.SIGINT, 0),
        ("explore", signal.SIGTERM, -signal.SIGTERM),
    ],
)
def test_who_interrupts_what_never_ends_is_told_no_forged_words_afterwards(
    command: str, by: int, status: int, sound: tuple[Desk, Any]
) -> None:
    desk = sound[0].another()
    desk.write("relu", UNKNOWN)
    verdicts = desk.graded()
    kept = desk.kept("relu", ".diagnoses")
    forgery = other_words(kept.read_bytes())
    never_ends = UNKNOWN + attack(desk, "relu", "relu", kept, forgery) + b"while True:\n    pass\n"
    desk.write("train" if command == "curve" else "relu", never_ends)
    assert desk.interrupted(lambda: kept.read_bytes() == forgery, *INTERRUPTED[command], by=by) == status
    desk.write("relu", UNKNOWN)
    assert desk.graded() == verdicts


def test_a_class_is_not_judged_by_what_is_kept_and_leaves_nothing_in_it(
    sound: tuple[Desk, Any], tmp_path: Path
) -> None:
    desk = sound[0].another()
    content = forged(desk.kept("relu"), "relu", tmp_path)
    desk.kept("relu").write_bytes(content)
    content = forged(desk.kept("sigmoid"), "sigmoid", tmp_path)
    attacking = attack(desk, "sigmoid", "sigmoid", desk.kept("sigmoid"), content)
    desk.write("sigmoid", (desk.exercises / "ex22_sigmoid.py").read_bytes() + attacking)
    marks = desk.grade("--isolation=process", "-krelu", "-ksigmoid")
    assert {each["name"]: each["status"] for each in marks} == {"relu": "passed", "sigmoid": "passed"}
    assert content not in [path.read_bytes() for path in desk.cache.rglob("*.sheet")]


def test_a_forged_file_would_be_believed_if_its_user_had_made_it(sound: tuple[Desk, Any], tmp_path: Path) -> None:
    desk = sound[0].another()
    desk.kept("relu").write_bytes(forged(desk.kept("relu"), "relu", tmp_path))
    assert {each["name"] for each in desk.graded() if each["status"] != "passed"} == {"relu"}


@pytest.mark.parametrize("python", ["user"], indirect=True)
def test_a_file_that_kills_whoever_judges_it_costs_no_other_exercise_its_verdict(
    work: Path, python: tuple[str, dict[str, Any]]
) -> None:
    desk = Desk(work, python)
    above = "open(f'/proc/{os.getppid()}/stat').read().rpartition(')')[2].split()[1]"
    for name, whom in (("relu", "os.getppid()"), ("sigmoid", f"int({above})")):
        source = (ROOT / "solutions" / catalog.get(name).file).read_text(encoding="utf-8")
        desk.write(name, f"{source}\nimport os\nos.kill({whom}, 9)\n".encode())
    row = desk.row("--isolation=limits", "-ksquare", "-ksigmoid", "--jobs=1")
    assert ",,,1,passed,,not judged," in row
    hosted = facts.github(desk.annotations("-ksquare", "-krelu"))
    errors = {each["title"]: each["message"] for each in hosted if each["level"] == "error"}
    assert list(errors) == ["relu 0/2"]
    assert "relu couldn't be run: the fork server is gone" in errors["relu 0/2"]
    assert any("This says nothing about the work" in each["message"] for each in hosted)
