"""A class of notebooks, in an nbgrader course."""
