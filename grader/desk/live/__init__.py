"""A submission that is judged again whenever a file is saved, whoever looks at it."""
