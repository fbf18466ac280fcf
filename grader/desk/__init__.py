"""The student's faces: `check`, the pytest plug-in, watch and explore."""
