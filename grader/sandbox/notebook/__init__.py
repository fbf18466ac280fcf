"""A notebook's cells, run much as IPython runs them, without a kernel."""
