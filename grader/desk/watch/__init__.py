"""`grader watch`: PyTorch stays loaded, and a file that is saved gets its verdict at once."""
