"""Views of results and of graphs: terminal, page, drawing, class."""
