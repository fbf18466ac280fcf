"""How text and numbers are written, whoever wrote them."""
