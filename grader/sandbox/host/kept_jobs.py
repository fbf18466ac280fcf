"""Jobs without their sources, which a fork server keeps: a class has many submissions and the same few exercises.

What is kept holds the grader's own inputs and nothing of a submission. The server decodes it once, and its children
find it in the memory that they are forked with.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Sequence

from grader.sandbox.wire.cells import NotebookJob, file_jobs
from grader.sandbox.wire.job_frames import encode_job
from grader.sandbox.wire.records import Job

MAX_KEPT = 128
"""How many a server keeps; with more it forgets them all, and begins anew."""


class KeptJobs:
    """The grader's list of what a server keeps. `send(key, frame)` is called for each job that is new to it.

    With no frame the server forgets everything, and with it the key.
    """

    def __init__(self, send: Callable[[str, bytes | None], None]) -> None:
        self._send = send
        self._keys: dict[Hashable, tuple[str, Job]] = {}

    def encode(self, job: Job | NotebookJob) -> tuple[str, bytes]:
        """What a job's process needs: of a file's job the key and its source, of a notebook's "" and its frame.

        The server is told before whatever it must keep. Raises TypeError.
        """
        self._tell(file_jobs(job))
        return (self._key(job), job.source) if isinstance(job, Job) else ("", encode_job(job, self._key))

    def _tell(self, parts: Sequence[Job]) -> None:
        new = {_identity(part): part for part in parts if _identity(part) not in self._keys}
        if len(self._keys) + len(new) > MAX_KEPT:
            self._keys.clear()
            self._send("", None)
            new = {_identity(part): part for part in parts}
        for identity, part in new.items():
            frame = encode_job(dataclasses.replace(part, source=b""))
            key = f"job {len(self._keys)}"
            self._send(key, frame)
            # With the job itself: as long as it is here, no other trials can have the identity of its own.
            self._keys[identity] = key, part

    def _key(self, job: Job) -> str:
        return self._keys[_identity(job)][0]


def _identity(job: Job) -> Hashable:
    return id(job.trials), job.file, job.driver, job.functions, job.calls, job.seconds
