"""A class of .py files."""
