"""The other side: the process that runs a submission, and the ones that it comes from."""
