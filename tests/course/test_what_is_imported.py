"""What a course's commands import, and what they leave."""

from __future__ import annotations

import subprocess
import sys

from tests.proof import needs

needs("nbgrader")

CODE = """
import sys
import grader.classes.notebooks.autograding
from jsonschema import FormatChecker
assert "rfc3987_syntax" not in sys.modules, "compiled, or hidden from whoever wants it"
assert "date" in FormatChecker().checkers
"""


def test_no_grammar_is_compiled_that_no_notebook_needs() -> None:
    subprocess.run([sys.executable, "-c", CODE], check=True)
