"""The names in a function of a student's own: which there are at a line, and what they are there for."""

from __future__ import annotations

import ast

from grader.formula.program import OwnFunction, inside

MOST_NAMES = 16
"""So many of the latest names are put in the place of others: with all of them long code has the square of changes."""


class OwnNames:
    """The names that a function knows; `known` has the line from which on there is each, 0 for an argument."""

    def __init__(self, function: OwnFunction) -> None:
        self.known: dict[str, int] = {}
        self._uses: dict[str, int] = {}
        self._made: set[str] = set()
        self._opened: set[str] = set()
        for each in (*function.outer, function.node):
            arguments = (*each.args.posonlyargs, *each.args.args, *each.args.kwonlyargs)
            self.known |= dict.fromkeys((argument.arg for argument in arguments), 0)
            for node in inside(each):
                self._note(node)

    def _note(self, node: ast.AST) -> None:
        """Learns which names there are, from which line on, and which of them are worked out."""
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            self.known.setdefault(node.id, node.lineno)
        elif isinstance(node, ast.comprehension):
            self.known |= {
                each.id: node.target.lineno - 1 for each in ast.walk(node.target) if isinstance(each, ast.Name)
            }
        elif isinstance(node, ast.Name):
            self._uses[node.id] = self._uses.get(node.id, 0) + 1
        elif isinstance(node, ast.Assign):
            self._made |= {each.id for each in node.targets if isinstance(each, ast.Name)}
            if isinstance(node.value, ast.Name):
                self._opened.add(node.value.id)

    def at(self, line: int) -> list[str]:
        """The names that a line may use, the latest first.

        Not the cache where it has been given other names, for these say all that is in it.
        """
        opened = {name for name in self._opened if self.known.get(name) == 0 and self._uses.get(name) == 1}
        known = [name for name, since in self.known.items() if since < line and name not in opened | {"self", "_"}]
        return sorted(known, key=lambda name: -self.known[name])[:MOST_NAMES]

    def is_made_for_this(self, node: ast.expr) -> bool:
        """Whether it is a value that was worked out before, and is used here alone."""
        return isinstance(node, ast.Name) and node.id in self._made and self._uses.get(node.id) == 1

    def hands_on(self, node: ast.expr) -> bool:
        """Whether an expression is no work, but a name for what comes in, or for a size."""
        match node:
            case ast.Name(id=name):
                return self._uses.get(name) == 1
            case ast.Call(func=ast.Name(id="len")) | ast.Subscript(value=ast.Attribute(attr="shape")):
                return True
        return False
