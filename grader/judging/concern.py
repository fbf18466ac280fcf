"""Why a person should look at a run, whatever its verdict is."""

from __future__ import annotations

from grader.sandbox.wire.records import Run


def concern(run: Run) -> str:
    """A word of `Ending.kind`, or "finite-differences"; or "" if nobody has to look."""
    if run.ending.kind != "finished":
        return run.ending.kind
    errors = (reply.error for reply in run.replies if reply and reply.error)
    return "finite-differences" if any(error.kind == "finite-differences" for error in errors) else ""
