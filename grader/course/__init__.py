"""nbgrader's plug-ins: a submitted notebook is restored, judged and shown."""
