"""What a learning management system gives for download, laid out for the commands that grade; and marks back to it."""
