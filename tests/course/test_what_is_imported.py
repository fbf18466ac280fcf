"""What a course's commands import, and what they leave."""

from __future__ import annotations

import subprocess
import sys

from tests.proof import needs

needs("nbgrader")

GRAMMAR = """
import sys
import grader.classes.notebooks.autograding
from jsonschema import FormatChecker
assert "rfc3987_syntax" not in sys.modules, "compiled, or hidden from whoever wants it"
assert "date" in FormatChecker().checkers
"""


WORKER = """
import sys
import grader.classes.notebooks.notebook_grading
assert not {"nbgrader", "nbformat", "sqlalchemy", "IPython", "torch"} & sys.modules.keys()
"""


def test_no_grammar_is_compiled_that_no_notebook_needs() -> None:
    subprocess.run([sys.executable, "-c", GRAMMAR], check=True)


def test_a_worker_waits_for_nothing_that_it_does_not_need() -> None:
    subprocess.run([sys.executable, "-c", WORKER], check=True)
