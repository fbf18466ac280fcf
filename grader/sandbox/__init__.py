"""A submission's functions on cases → raw arrays: everything that touches untrusted code, and nothing else."""
