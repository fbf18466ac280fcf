"""The page live: a server on loopback, for the student at this machine alone."""
