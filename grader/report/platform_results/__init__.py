"""What course platforms read: a submission's results, each in a platform's own form."""
