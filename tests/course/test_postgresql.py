"""The same course with a PostgreSQL server as its gradebook."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.proof import cannot_run, needs

needs("nbgrader")
needs("psycopg")

from tests.course import notebooks
from tests.course.courses import ASSIGNMENT, Course


def binaries() -> Path | None:
    """The folder of PostgreSQL's own programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    return Path(initdb).parent if initdb else None


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of an empty database on a server of its own, on a free port of this machine."""
    programs = binaries()
    if programs is None:
        cannot_run("PostgreSQL is not installed")
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # Short, for a socket's path may only have so many characters; and the server doesn't run as root.
    folder = Path("/tmp") / f"handgrad-postgresql-{port}"
    folder.mkdir()
    options: dict[str, Any] = {"check": True, "stdout": subprocess.DEVNULL, "cwd": folder}
    if os.getuid() == 0:
        shutil.chown(folder, "postgres")
        options["user"] = "postgres"
    data = folder / "data"
    subprocess.run([programs / "initdb", "--auth=trust", "--username=grader", "-D", data], **options)
    settings = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    control: list[str | Path] = [programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log"]
    subprocess.run([*control, "-o", settings, "start"], **options)
    try:
        subprocess.run(
            [programs / "createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "grader", "gradebook"], **options
        )
        yield f"postgresql+psycopg://grader@127.0.0.1:{port}/gradebook"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], **options)
        shutil.rmtree(folder)


def test_a_course_is_graded_with_postgresql(server: str, tmp_path: Path) -> None:
    course = Course.make(tmp_path, notebooks.source(), f'c.CourseDirectory.db_url = "{server}"')
    course.run("generate_assignment", ASSIGNMENT)
    course.submit("perfect", notebooks.source())
    course.submit("partial", notebooks.replaced("affine", "return dX, dW, db", "return dX, dW, -db"))
    course.submit("unstarted", notebooks.released())
    course.submit("deleted", notebooks.without("relu", "relu-check", "affine-check"))
    course.submit("duplicated", notebooks.with_copy("relu-check"))
    course.submit("no-json", "{")
    course.run("autograde", ASSIGNMENT)
    marks = {student: score for student, (score, _) in course.marks().items()}
    partial = 2 + 1 + round(3 * (0.1 + 0.9 * 2 / 3), 4)
    assert marks == pytest.approx(
        {"perfect": 6, "partial": partial, "unstarted": 0, "deleted": 3, "duplicated": 6, "no-json": 0}
    )
    course.run("generate_feedback", ASSIGNMENT)
    course.run("autograde", ASSIGNMENT, "--student=partial", "--force")
    assert course.marks()["partial"][0] == pytest.approx(partial)
    assert not (tmp_path / "gradebook.db").exists()
