"""The page: a verdict, its graphs and the steps through them, in one file that loads nothing."""
