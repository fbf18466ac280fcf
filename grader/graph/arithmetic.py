"""A trace in words and numbers: how formulas write each value and gradient, and the steps of both passes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import chain, count
from operator import add
from types import MappingProxyType

import numpy as np

from grader.exercise import Array
from grader.graph.diagram import Phase, Step
from grader.graph.flows import Flows
from grader.graph.rules import RULES
from grader.graph.terms import ATOM, ONE, Term, Text, figures, leaf, number, total
from grader.graph.values import Trace, Value
from grader.graph.working import opaque, short, work_out
from grader.text.language import say
from grader.text.numbers import power

MOST_INLINE = 14
"""An unnamed intermediate with an expression up to that length is written as that."""

_MOST_LOCAL = 60


class Arithmetic:
    """The terms of a trace's values and gradients, and all that is written of them."""

    def __init__(self, trace: Trace, flows: Flows, dout: str, order: Sequence[str]) -> None:
        """`dout` is how the upstream gradient is called, "" for what the output's name says; `order` of gradients."""
        self.trace = trace
        self.flows = flows
        self.ids = _ids(trace)
        self.terms: dict[Value, Term] = {}
        self.gradients: dict[Value, Term] = {}
        self._made: dict[Value, Term] = {}
        for value in trace.values:
            self._write_value(value)
        self._order = _backward_order(trace, flows, order)
        self._sums: dict[Value, Term] = {}
        for value in self._order:
            self._write_gradient(value, dout)

    def steps(self, wrong: Mapping[str, int] = MappingProxyType({})) -> Iterator[Step]:
        """Every value that is computed, then every gradient, in the order in which they are.

        `wrong` says of nodes which element of a large gradient is worked out: its place in C order.
        """
        for value in self.trace.values:
            if value.operation:
                made, text = self._made[value], self.terms[value].symbols
                formula = made.symbols if text == made.symbols else f"{text} = {made.symbols}"
                yield self._step("forward", value, formula, made)
        for value in self._order:
            text, place = self.left(value), wrong.get(self.ids[value])
            if value in self.trace.outputs:
                yield self._step("backward", value, text, self._upstream(value), place)
            else:
                term = self._sums[value]
                yield self._step("backward", value, f"{text} = {term.symbols}", term, place)

    def left(self, value: Value) -> str:
        """How a value's gradient is written on the left of its formula."""
        if value in self.trace.outputs:
            return self.gradients[value].symbols
        text = self.terms[value].symbols
        return f"d{text}" if text.isidentifier() and text[-1] != "ᵀ" else f"d({text})"

    def local(self, value: Value, k: int) -> str:
        """The local derivative of a value with respect to its operand k."""
        rule = RULES.get(value.operation)
        if rule is None or k >= len(rule.local) or self._made[value].is_opaque:
            return ""
        with np.errstate(all="ignore"):
            local = rule.local[k](self.terms[value], *self._operands(value), **value.options)
        if isinstance(local, str):
            return local
        both = f"{local.symbols} = {short(local.value)}"
        is_short = local.by is None and local.symbols != local.numbers and len(both) <= _MOST_LOCAL
        return both if is_short else local.symbols

    def label(self, value: Value) -> str:
        """What stands in the circle of a value."""
        if not value.operation:
            return self.terms[value].symbols
        label = RULES[value.operation].label if value.operation in RULES else value.operation
        plain = [(k, each) for k, each in enumerate(value.operands) if not isinstance(each, Value)]
        if value.operation in ("add", "sub", "mul", "div", "pow") and plain:
            (k, each), *_ = plain
            written = figures(np.asarray(each)).text
            if label == "^":
                return f"( ){power(each)}" if k else f"{written}^"
            return f"{label} {written}" if k else f"{written} {label}"
        return label

    def meaning(self, value: Value) -> str:
        """What the operation of a value does, where its label doesn't say it."""
        return say(RULES[value.operation].meaning) if value.operation in RULES else ""

    def _upstream(self, value: Value) -> Term:
        """The gradient that an output begins with: 1 for each call of backward from it, if there are several."""
        calls = self.trace.calls.get(value, 1)
        return total([ONE] * calls) if calls > 1 else self.gradients[value]

    def _operands(self, value: Value) -> list[Term]:
        return [self.terms[each] if isinstance(each, Value) else number(each) for each in value.operands]

    def _write_value(self, value: Value) -> None:
        array, text = self.flows.values[value], Text(self.ids[value], ATOM)
        if value.operation:
            names = ", ".join(operand.symbols for operand in self._operands(value))
            made = self._ruled(value, array, self._forward, f"{value.operation}({names})")
            self._made[value] = made
            written = made.write(False)
            if not value.name and len(written.text) <= MOST_INLINE:
                text = written
        elif not value.name:
            text = figures(array)
        self.terms[value] = leaf(text.text, array, text.rank)

    def _forward(self, value: Value) -> Term:
        return RULES[value.operation].forward(*self._operands(value), **value.options)

    def _write_gradient(self, value: Value, dout: str) -> None:
        array = self.flows.gradients[value]
        if value in self.trace.outputs:
            place = self.trace.outputs.index(value)
            several = len(self.trace.outputs) > 1
            text = f"{dout}[{place}]" if several else dout
            self.gradients[value] = leaf(text if dout else f"d{self.ids[value]}", array)
            return
        parts = [self._contribution(consumer, k) for consumer, k in self.flows.consumers[value]]
        with np.errstate(all="ignore"):
            total = _total(parts, array)
        self._sums[value] = total
        passed = not value.name and any(total is each for each in self.gradients.values())
        self.gradients[value] = total if passed else leaf(self.left(value), array)

    def _contribution(self, consumer: Value, k: int) -> Term:
        g, operand = self.gradients[consumer], self._operands(consumer)[k]
        done = consumer.operation if consumer.operation.isidentifier() else self.ids[consumer]
        text = f"{g.symbols} · ∂{done}/∂{operand.symbols}"

        def backward(value: Value) -> Term:
            rule = RULES[value.operation]
            return rule.backward[k](g, self.terms[value], *self._operands(value), **value.options)

        return self._ruled(consumer, self.flows.contributions[consumer, k], backward, text)

    def _ruled(self, value: Value, array: Array, rule: Callable[[Value], Term], text: str) -> Term:
        """What the table says, as long as that is what PyTorch has; otherwise PyTorch's array and no arithmetic."""
        try:
            with np.errstate(all="ignore"):
                term = rule(value)
            if term.shape == array.shape and np.allclose(term.value, array, rtol=1e-9, atol=1e-12, equal_nan=True):
                return term
        except (KeyError, IndexError, TypeError, ValueError):
            pass
        return opaque(text, array)

    def _step(self, phase: Phase, value: Value, formula: str, term: Term, place: int | None = None) -> Step:
        array = self.flows.values[value] if phase == "forward" else self.flows.gradients[value]
        return work_out(phase, self.ids[value], array, formula, term, place)


def _total(parts: Sequence[Term], array: Array) -> Term:
    """What all consumers say together."""
    if parts and not any(each.is_opaque for each in parts):
        return reduce(add, parts)
    return opaque(" + ".join(each.symbols for each in parts) or "0", array)


def _ids(trace: Trace) -> dict[Value, str]:
    """A name for each value that no other one has."""
    ids: dict[Value, str] = {}
    taken: set[str] = set()
    for value in trace.values:
        stem = value.name or ("t" if value.operation else "k")
        free = (f"{stem}_{number}" if value.name else f"{stem}{number}" for number in count(1))
        names = chain([value.name] if value.name else [], free)
        ids[value] = next(each for each in names if each not in taken)
        taken.add(ids[value])
    return ids


def _backward_order(trace: Trace, flows: Flows, wanted: Sequence[str]) -> list[Value]:
    """The values whose gradients are asked for, each after all that it flows into; what is asked for in its order."""
    open_edges = {value: len(flows.consumers[value]) for value in flows.gradients}
    place = {value: -number for number, value in enumerate(trace.values)}
    place |= {value: number for number, value in enumerate(trace.outputs)}
    rank = {name: number for number, name in enumerate(wanted)}
    ready = [value for value in flows.gradients if not open_edges[value] or value in trace.outputs]
    order: list[Value] = []
    while ready:
        value = min(ready, key=lambda each: (rank.get(f"d{each.name}", -1), place[each]))
        ready.remove(value)
        order.append(value)
        for operand in value.sources:
            if operand in open_edges:
                open_edges[operand] -= 1
                if not open_edges[operand] and operand not in ready:
                    ready.append(operand)
    return order
