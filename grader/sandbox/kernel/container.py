"""What the container around this process allows, if there is one: its memory (Linux)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

MEMORY = 1 << 30
"""Bytes that a submission may allocate, beyond what Python and NumPy take, where there is room for it."""

GRADER_MEMORY = 512 << 20
"""Bytes of a container that the grader, PyTorch and the sandbox's own Python need; measured, 190 to 310 MiB."""

LEAST_MEMORY = 128 << 20
"""A submission gets so much at least: no right one needs it all, and with less NumPy fails in odd ways."""


def job_memory(limit: int | None = None) -> int:
    """Bytes that a submission may allocate: so many that a container of `limit` bytes, this one's, holds the rest."""
    limit = memory_limit() if limit is None else limit
    return MEMORY if not limit else min(MEMORY, max(LEAST_MEMORY, limit - GRADER_MEMORY))


def memory_limit(groups: Path = Path("/proc/self/cgroup"), mounted: Path = Path("/sys/fs/cgroup")) -> int:
    """The least memory limit that some control group above this process has, in bytes; 0 if none has any."""
    return min(_limits(groups, mounted), default=0)


def _limits(groups: Path, mounted: Path) -> Iterator[int]:
    with suppress(OSError):
        for line in groups.read_text(encoding="utf-8", errors="replace").splitlines():
            _, controllers, path = line.split(":", 2)
            if not controllers:
                yield from _upwards(mounted, path, "memory.max")
            elif "memory" in controllers.split(","):
                yield from _upwards(mounted / "memory", path, "memory.limit_in_bytes")


def _upwards(root: Path, path: str, file: str) -> Iterator[int]:
    """The limits in a group's folder and in those above; the path may be a host's, and lead nowhere here."""
    folder = root / path.strip("/")
    for each in (folder, *folder.parents):
        if each.is_relative_to(root):
            with suppress(OSError, ValueError):
                # "max" is none.
                yield int((each / file).read_bytes())
