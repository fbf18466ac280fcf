"""What attacks aim at, and whether they hit it: files, processes, shared memory, made for each run and watched."""

from __future__ import annotations

import ctypes
import os
import secrets
import shutil
import signal
import socket
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from grader.sandbox.child import start
from tests.attacks.attack import Place

ROOT = Path(__file__).parents[2]

SECRET = "HANDGRAD_ATTACK_SECRET"
"""The variable of the grader's environment that no submission may know."""

SETTLE = 1.0
"""Seconds that a process which was killed may take to be gone."""


class Canary:
    """A place for attacks in the folder `work`; it leaves nothing of its own behind when it is closed."""

    def __init__(self, work: Path) -> None:
        self._sockets = socket.create_server(("127.0.0.1", 0)), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        port: int = self._sockets[0].getsockname()[1]
        canary = work / "canary"
        token = secrets.token_hex(8)
        self.place = Place(canary, canary / "project", token, os.getpid(), port, secrets.randbelow(1 << 30) + 1)
        self._environment = environment()
        shared = (Path(name) for name in ("/", "/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "/run"))
        self._litter_places = dict.fromkeys((*shared, Path.home(), Path.cwd()))
        self._make()
        self._before = dict(self._files())

    def __enter__(self) -> Canary:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for each in self._sockets:
            each.close()
        shutil.rmtree(self.place.canary, ignore_errors=True)

    def _make(self) -> None:
        canary, project = self.place.canary, self.place.project
        canary.mkdir()
        for name in ("grader", "solutions", "exercises"):
            unread = shutil.ignore_patterns("__pycache__", "*.npz", "*.index")
            # The content of the files doesn't matter to those that look whether they change.
            shutil.copytree(ROOT / name, project / name, ignore=unread)
        for path in (canary, *canary.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        (canary / "open").mkdir()
        (canary / "open").chmod(0o1777)
        (canary / "private").mkdir(0o700)
        (canary / "private" / "id_ed25519").write_text(os.environ.get(SECRET, ""))
        (canary / "private" / "id_ed25519").chmod(0o600)

    def _files(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        folders = [str(self.place.canary)]
        for folder in folders:
            with suppress(OSError), os.scandir(folder) as entries:
                for entry in entries:
                    with suppress(OSError):
                        found = entry.stat(follow_symlinks=False)
                        # A folder's times change with what is in it, which is looked at by itself.
                        times = (0, 0) if stat.S_ISDIR(found.st_mode) else (found.st_size, found.st_mtime_ns)
                        yield entry.path, (found.st_mode, found.st_ino, found.st_nlink, *times)
                        if entry.is_dir(follow_symlinks=False):
                            folders.append(entry.path)

    def effects(self, zygotes: set[int]) -> list[str]:
        """What the last attack has left behind, in a few words each; then it is as it was before.

        `zygotes` are the processes that may be there.
        """
        found = {
            "leaves files": self._clean_files(),
            "leaves processes": self._clean_processes(zygotes),
            "leaves memory": self._clean_memory(),
            "changes the grader": environment() != self._environment,
        }
        return [effect for effect, happened in found.items() if happened]

    def _clean_files(self) -> bool:
        litter = [
            folder / name
            for folder in self._litter_places
            if os.access(folder, os.R_OK)
            for name in os.listdir(folder)
            if self.place.token in name
        ]
        for path in litter:
            with suppress(OSError):
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        if changed := dict(self._files()) != self._before:
            shutil.rmtree(self.place.canary)
            self._make()
            self._before = dict(self._files())
        return changed or bool(litter)

    def _clean_processes(self, zygotes: set[int]) -> bool:
        deadline = time.monotonic() + SETTLE
        while (left := processes(self.place.grader, self.place.token) - zygotes) and time.monotonic() < deadline:
            time.sleep(0.01)
        kill(left)
        return bool(left)

    def _clean_memory(self) -> bool:
        libc = ctypes.CDLL(None, use_errno=True)
        segment = libc.shmget(self.place.key, 0, 0)
        if segment < 0 and ctypes.get_errno() != 13:
            return False
        remove = 0
        libc.shmctl(segment, remove, None)
        return True


def processes(grader: int, token: str = "") -> set[int]:
    """The sandbox's processes that a grader has started, and theirs; and those with a token on their command line."""
    found = set()
    for entry in os.listdir("/proc"):
        if not entry.isdigit() or int(entry) == grader:
            continue
        try:
            arguments = Path("/proc", entry, "cmdline").read_bytes().split(b"\0")[:-1]
        except OSError:
            continue
        ours = arguments[-1:] == [str(grader).encode()] and start.__file__.encode() in arguments
        if ours or (token and any(token.encode() in each for each in arguments)):
            found.add(int(entry))
    return found


def kill(pids: set[int]) -> None:
    """Kills processes, if they are still there."""
    for pid in pids:
        with suppress(OSError):
            os.kill(pid, signal.SIGKILL)


def environment() -> dict[str, str]:
    """This process's environment, without what pytest changes there."""
    return {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}


def work_folder() -> Path:
    """A new folder that everyone may enter."""
    folder = Path(tempfile.mkdtemp(prefix="handgrad-"))
    folder.chmod(0o755)
    return folder
