"""`python -m grader`, the same as `grader`."""

import os
import sys
from threading import Thread


def main() -> None:
    """Runs the command line."""
    # NumPy and PyTorch work on small arrays here, in its workers too: threads would only wait for each other; and where
    # none can be had, OpenBLAS would say so itself.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    try:
        from grader.cli import main
    except KeyboardInterrupt:
        # NumPy's OpenBLAS interrupts the process itself, where it may start no thread.
        sys.exit(f"Error: {_reason()}")
    except (ImportError, MemoryError, OSError) as error:
        from grader.sandbox.kernel.shortage import shortage

        if short := shortage(error):
            sys.exit(f"Error: {short}")
        raise
    main(prog_name="grader")


def _reason() -> str:
    from grader.sandbox.kernel.shortage import shortage

    try:
        Thread(target=int).start()
    except RuntimeError as error:
        return shortage(error)
    return "interrupted while it was starting"


if __name__ == "__main__":
    main()
