"""Two workers that sleep for ever: `python -m tests.classes.sleepers FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from grader.classes.engine.processes import workforce
from tests.classes.jobs import sleeping

if __name__ == "__main__":
    with workforce(sleeping, Path(sys.argv[1]), jobs=2) as running:
        list(running.run(range(5)))
