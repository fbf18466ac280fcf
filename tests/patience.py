"""How long a test waits for what must come."""

PATIENCE = 300.0
"""Seconds. A loaded machine is slow, and where all is well nobody waits so long."""
