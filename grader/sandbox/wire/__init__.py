"""What travels between the grader and a submission's process, as records and as bytes."""
