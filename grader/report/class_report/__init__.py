"""What the results of a class say together: gathered one by one, then shown in one way or another."""
