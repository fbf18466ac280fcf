"""What `pytest grader` costs beside importing PyTorch: `python -m tests.benchmarks.whole_run [ROUNDS]`.

The bar is 1.3 for all worked solutions. A plain pytest file of three tests that imports torch stands beside it.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.benchmarks.timing import in_turn, table

PLAIN = """
import torch

def test_one(): assert torch.tensor(1.0) == 1
def test_two(): assert torch.tensor(2.0) == 2
def test_three(): assert torch.tensor(3.0) == 3
"""


def main(rounds: int = 10) -> None:
    """Prints the table."""
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "test_plain.py"
        plain.write_text(PLAIN)
        python = sys.executable
        seconds = in_turn(
            {
                "python -c 'import torch, pytest'": [python, "-c", "import torch, pytest"],
                "pytest, three tests that import torch": [python, "-m", "pytest", "-p", "no:handgrad", str(plain)],
                "pytest grader --submission solutions": [
                    python,
                    "-m",
                    "pytest",
                    "grader",
                    "--submission",
                    "solutions",
                ],
            },
            rounds,
        )
    print(table(seconds, "python -c 'import torch, pytest'"))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
