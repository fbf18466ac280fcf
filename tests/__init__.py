"""The tests, and what the processes that they start beside them have in common."""

import sys

# With it jsonschema checks IRIs, which no notebook has. Its import takes seconds of each process that imports nbgrader.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
