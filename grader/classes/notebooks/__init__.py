"""A class of notebooks, in an nbgrader course."""

import grader.course  # noqa: F401  before anything of nbgrader's
