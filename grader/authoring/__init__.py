"""Spec and worked solution make stub, notebook and handout; and the check that they are in sync."""
