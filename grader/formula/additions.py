"""What is easily forgotten around an expression: a sign, a sum, a factor, a term."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from grader.formula.own_names import OwnNames
from grader.formula.program import Program
from grader.formula.repair import Means

MOST_PARTS = 8
"""So many terms that stand elsewhere in the file are tried as a factor or term that was dropped."""

_WRAPPERS = ("np.sqrt", "np.exp", "np.log", "np.abs", "np.sign")


class Additions:
    """The texts of a function's expressions with something done to them, and by which means they mend."""

    def __init__(self, program: Program, names: OwnNames) -> None:
        self._program, self._names = program, names
        self._parts = list(_parts(program.tree))

    def on(self, node: ast.expr) -> Iterator[tuple[str, Means]]:
        """An expression with its sign turned, summed, transposed, squared, as a mask, as an argument."""
        if isinstance(node, ast.Slice | ast.Starred | ast.Tuple) or _is_text(node):
            return
        e = self._program.text(node)
        texts = [f"-({e})", f"({e}) ** 2", f"1 - ({e})", f"1 + ({e})", f"({e}) - 1"]
        if not isinstance(node, ast.Constant):
            texts += [f"1 / ({e})", f"({e}) > 0", f"({e}).T", f"({e})[0]", f"({e})[:, None]", f"({e}).copy()"]
            for method in ("sum", "mean"):
                arguments = ("", "axis=0", "axis=1", "axis=-1, keepdims=True", "axis=0, keepdims=True")
                texts += [f"({e}).{method}({each})" for each in arguments]
            texts += [f"{each}({e})" for each in _WRAPPERS]
        yield from ((f"({each})", "on top") for each in texts)

    def times(self, node: ast.expr) -> Iterator[tuple[str, Means]]:
        """An expression with a factor or divisor more."""
        if _is_text(node) or isinstance(node, ast.Slice | ast.Starred):
            return
        e, names = self._program.text(node), self._names.at(node.lineno)
        factors = [*names, *(f"(1 - {each})" for each in names), *(f"({each} > 0)" for each in names)]
        factors += [f"{each} ** 2" for each in names]
        sizes = [f"len({each})" for each in names[-6:]] + [f"{each}.shape[1]" for each in names[-6:]]
        elsewhere = [f"({each})" for each in self._elsewhere(node, names)]
        yield from ((f"(({e}) * {each})", "more") for each in (*factors, *sizes, *elsewhere))
        yield from ((f"(({e}) / {each})", "more") for each in (*names, *sizes, *elsewhere))
        for factor in ("2", "0.5"):
            yield f"(({e}) * {factor})", "number"

    def plus(self, node: ast.expr) -> Iterator[tuple[str, Means]]:
        """An expression with a term more."""
        if _is_text(node) or isinstance(node, ast.Slice | ast.Starred):
            return
        e, names = self._program.text(node), self._names.at(node.lineno)
        terms = [*names, *(f"({each})" for each in self._elsewhere(node, names)), "1"]
        yield from ((f"(({e}) {sign} {each})", "more") for sign in "+-" for each in terms)

    def _elsewhere(self, node: ast.expr, names: Sequence[str]) -> list[str]:
        """Terms of other places in the file that can stand here."""
        found: dict[str, None] = {}
        for part in self._parts:
            used = {each.id for each in ast.walk(part) if isinstance(each, ast.Name)}
            if used & set(names) and used <= {*names, "np", "numpy", "len"}:
                found[self._program.text(part)] = None
        return list(found)[:MOST_PARTS]


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str | bytes))


def _parts(tree: ast.Module) -> Iterator[ast.expr]:
    """What stands in a file as a factor, divisor or term, but for names and numbers."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div | ast.Add | ast.Sub):
            for each in (node.right, node.left):
                if not isinstance(each, ast.Name | ast.Constant) and each.lineno == each.end_lineno:
                    yield each
