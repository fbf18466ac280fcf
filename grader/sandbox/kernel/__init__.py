"""What the kernel is asked to hold a process (Linux)."""
