"""The grader's side: starts the processes, gives them jobs, reads what comes back."""
