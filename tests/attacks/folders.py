"""Attacks by what is in a submission's folder: functions, whose docstrings say what they try and what must happen."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from grader.sandbox.kernel.confine import NOBODY
from tests.attacks.attack import Attack, Build, Place

FOLDERS: list[Attack] = []

RELU = "ex21_relu.py"

SECRETIVE = '# Writes down that it ran.\nopen("{canary}/open/handgrad-{token}-{name}", "w").close()\n'

WRONG = """
import numpy as np

def relu_forward(x):
    return np.maximum(x, 0), x

def relu_backward(dout, cache):
    return np.zeros_like(dout)
"""

REFUSED = ("error", "missing")


def folder(statuses: Sequence[str] = REFUSED, says: str = "", name: str = "") -> Callable[[Build], Build]:
    """Makes an attack of a function that builds a folder."""

    def add(build: Build) -> Build:
        purpose = " ".join((build.__doc__ or "").split())
        FOLDERS.append(Attack(f"folder_{name or build.__name__}", purpose, build, statuses, says))
        return build

    return add


def spy(place: Place, name: str) -> str:
    """Python that leaves a file where it runs."""
    return SECRETIVE.format(canary=place.canary, token=place.token, name=name)


@folder(says="is a symbolic link")
def link_to_the_solution(folder: Path, place: Place) -> None:
    """A link to the worked solution in place of a file; must be refused, not followed."""
    (folder / RELU).symlink_to(place.project / "solutions" / RELU)


@folder(says="is a symbolic link")
def link_to_a_secret(folder: Path, place: Place) -> None:
    """A link to /etc/shadow in place of a file, for the error message to quote; must be refused, not followed."""
    (folder / RELU).symlink_to("/etc/shadow")


@folder(says="is a symbolic link")
def link_to_a_device(folder: Path, place: Place) -> None:
    """A link to a device that never ends in place of a file; must be refused, not followed."""
    (folder / RELU).symlink_to("/dev/zero")


@folder(says="is a symbolic link")
def link_to_itself(folder: Path, place: Place) -> None:
    """A link that leads to itself; must be refused, not followed."""
    (folder / RELU).symlink_to(RELU)


@folder(says="is a symbolic link")
def link_to_standard_input(folder: Path, place: Place) -> None:
    """A link to the grader's own standard input; must be refused, not followed."""
    (folder / RELU).symlink_to("/proc/self/fd/0")


@folder(says="is a named pipe")
def named_pipe(folder: Path, place: Place) -> None:
    """A named pipe in place of a file, which waits for a writer for ever; must be refused, not waited for."""
    os.mkfifo(folder / RELU)


@folder(says="is a device|is a symbolic link")
def device(folder: Path, place: Place) -> None:
    """A device in place of a file, where one can be made; must be refused, not opened."""
    try:
        os.mknod(folder / RELU, stat.S_IFCHR | 0o666, os.makedev(1, 5))
    except OSError:
        (folder / RELU).symlink_to("/dev/full")


@folder(says="is a socket")
def unix_socket(folder: Path, place: Place) -> None:
    """A socket in place of a file; must be refused, not opened."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / RELU))


@folder(says="is a folder")
def folder_for_a_file(folder: Path, place: Place) -> None:
    """A folder in place of a file, with a package's __init__.py; must be refused, not imported."""
    (folder / RELU).mkdir()
    (folder / RELU / "__init__.py").write_text(spy(place, "package"))


@folder(says="is too large")
def enormous_file(folder: Path, place: Place) -> None:
    """A file of 100 GB, all of it a hole; must be refused, not read."""
    with open(folder / RELU, "wb") as file:
        file.truncate(100 << 30)


@folder(says="is empty")
def empty_file(folder: Path, place: Place) -> None:
    """An empty file; must be refused."""
    (folder / RELU).touch()


@folder(["error", "failed"])
def unreadable_file(folder: Path, place: Place) -> None:
    """A file that no one may read; must be refused, or be judged by a grader that may."""
    (folder / RELU).write_text(WRONG)
    (folder / RELU).chmod(0)


@folder(["failed", "error"])
def hard_link(folder: Path, place: Place) -> None:
    """A hard link to someone else's private file, where one can be made; must be refused, and quote nothing."""
    if os.getuid() != 0:
        (folder / RELU).write_text(WRONG)
        return
    os.chown(folder, NOBODY, NOBODY)
    os.link(place.canary / "private" / "id_ed25519", folder / RELU)


@folder(says="isn't UTF-8")
def bytes_that_are_no_text(folder: Path, place: Place) -> None:
    """A file of bytes that are no text; must be refused in words, and show no raw byte."""
    (folder / RELU).write_bytes(b"\x1b[2J\xff\xfe\x00spoof\n" * 10)


@folder(["error"])
def null_bytes(folder: Path, place: Place) -> None:
    """A file with null bytes in it; must be an error like another."""
    (folder / RELU).write_bytes(WRONG.encode() + b"\0\x1b[2J relu 2/2 spoof\n")


@folder(["failed", "error"])
def coding_cookie(folder: Path, place: Place) -> None:
    """A file in a coding whose codec would be looked up by name; must be decoded in the sandbox, if anywhere."""
    (folder / RELU).write_bytes(b"# coding: rot13\n" + WRONG.encode())


@folder(["error"])
def coding_of_its_own(folder: Path, place: Place) -> None:
    """A file in a coding that a module beside it would define; must not import that."""
    (folder / RELU).write_text(f"# coding: spycodec\n{WRONG}")
    (folder / "spycodec.py").write_text(spy(place, "codec"))
    (folder / "encodings").mkdir()
    (folder / "encodings" / "spycodec.py").write_text(spy(place, "encodings"))


@folder(["missing"])
def names_that_look_alike(folder: Path, place: Place) -> None:
    """Files whose names are nearly the right one, with breaks or bytes that are no text; must be ignored."""
    for name in (b"ex21_relu.py\n", b"ex21_relu.py\x1b[2J", b"EX21_RELU.PY", b"ex21_rel\xff.py", b" "):
        with suppress(OSError):
            Path(os.fsdecode(os.path.join(os.fsencode(folder), name))).write_text(WRONG)


@folder(["failed"])
def many_files(folder: Path, place: Place) -> None:
    """Two thousand other files and a deep tree of folders beside the right one; must be ignored."""
    (folder / RELU).write_text(WRONG)
    for number in range(2000):
        (folder / f"test_{number}.py").touch()
    deep = folder / "/".join(["deep"] * 100)
    deep.mkdir(parents=True)
    (deep / "conftest.py").write_text(spy(place, "deep"))


SHADOWS = (
    *("numpy.py", "json.py", "torch.py", "pytest.py", "struct.py", "random.py", "click.py", "_pytest.py", "pluggy.py"),
    *("sitecustomize.py", "usercustomize.py", "setup.py", "site.py", "encodings.py", "test_evil.py", "evil_test.py"),
)
"""Names under which Python, pytest or the grader could import something."""


@folder(["failed"], name="modules_of_the_same_name")
def shadows(folder: Path, place: Place) -> None:
    """Files named as modules that the grader or Python itself imports; must not be imported."""
    (folder / RELU).write_text(WRONG)
    for name in SHADOWS:
        (folder / name).write_text(spy(place, name))


@folder(["failed"])
def grader_package(folder: Path, place: Place) -> None:
    """A package named grader, and one named tests, in the submission; must not be imported."""
    (folder / RELU).write_text(WRONG)
    for package in ("grader", "tests", "numpy", "torch"):
        (folder / package).mkdir()
        for name in ("__init__.py", "__main__.py", "conftest.py", "judge.py", "pytest_plugin.py", "test_exercises.py"):
            (folder / package / name).write_text(spy(place, f"{package}-{name}"))


@folder(["failed"])
def conftest(folder: Path, place: Place) -> None:
    """Files conftest.py, in the submission and below, which pytest runs where it finds them; must not be run."""
    (folder / RELU).write_text(WRONG)
    for place_of_it in (folder, folder / "exercises", folder / "tests"):
        place_of_it.mkdir(exist_ok=True)
        (place_of_it / "conftest.py").write_text(spy(place, f"conftest-{place_of_it.name}"))


@folder(["failed"])
def settings(folder: Path, place: Place) -> None:
    """Settings of pytest and Python that load a plugin from the submission; must not be read."""
    (folder / RELU).write_text(WRONG)
    (folder / "evilplugin.py").write_text(spy(place, "plugin"))
    evil = "addopts = -p evilplugin --rootdir=/ --seed=1\npythonpath = .\n"
    (folder / "pytest.ini").write_text(f"[pytest]\n{evil}")
    (folder / "tox.ini").write_text(f"[pytest]\n{evil}")
    (folder / "setup.cfg").write_text(f"[tool:pytest]\n{evil}")
    (folder / "pyproject.toml").write_text('[tool.pytest.ini_options]\naddopts = "-p evilplugin"\npythonpath = "."\n')
    (folder / "pyvenv.cfg").write_text("home = .\n")
    (folder / "python311._pth").write_text(".\nimport site\n")


@folder(["failed"])
def compiled_beside_it(folder: Path, place: Place) -> None:
    """Compiled files beside the source that Python would prefer to it; must not be loaded."""
    (folder / RELU).write_text(WRONG)
    code = compile(spy(place, "compiled"), RELU, "exec")
    import importlib.util
    import marshal
    import sys

    header = importlib.util.MAGIC_NUMBER + b"\0" * 12
    (folder / "__pycache__").mkdir()
    for name in ("ex21_relu", "numpy", "conftest"):
        (folder / f"{name}.pyc").write_bytes(header + marshal.dumps(code))
        cached = folder / "__pycache__" / f"{name}.{sys.implementation.cache_tag}.pyc"
        cached.write_bytes(header + marshal.dumps(code))
