"""nbgrader's plug-ins: a submitted notebook is restored, judged and shown."""

import sys
from contextlib import suppress

_GRAMMAR = "rfc3987_syntax"

# It compiles a grammar of addresses in all the world's scripts, which no notebook's schema asks for: that took each
# process two of the four seconds of processor time in which nbgrader is imported. Who wants it can still have it later.
if not {"jsonschema", _GRAMMAR} & sys.modules.keys():
    sys.modules[_GRAMMAR] = None  # type: ignore[assignment]
    with suppress(ImportError):
        import jsonschema  # type: ignore[import-untyped]  # noqa: F401
    del sys.modules[_GRAMMAR]
