"""A scalar autograd engine (004 §12, 003)."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from types import CodeType
from typing import Any

from grader.catalog.capstones.small_engine import RULES, Scalar, topological
from grader.exercise import Drawing, Edge, Example, Exercise, Input, Output, Value, with_signs

Results = dict[str, Value]

SIGNS = ("a + b", "a * b", "a - b", "a / b", "-a", "3 - a", "3 / a")
"""The operations that are written with a sign."""


def forward(a: float, b: float, operations: Sequence[str], program: Sequence[str]) -> Results:
    import torch

    def leaf(data: float) -> torch.Tensor:
        return torch.tensor(data, dtype=torch.float64, requires_grad=True)

    def run(program: Sequence[str]) -> dict[str, Any]:
        names: dict[str, Any] = {"Value": leaf}
        for line in program:
            if line.endswith(".backward()"):
                for tensor in nodes(names).values():
                    tensor.retain_grad()
                line = line.replace("()", "(retain_graph=True)")
            exec(compiled(line), names)
        return names

    return results(a, b, operations, program, run)


@cache
def compiled(line: str) -> CodeType:
    return compile(line, "program", "exec")


def results(
    a: float,
    b: float,
    operations: Sequence[str],
    program: Sequence[str],
    run: Callable[[Sequence[str]], dict[str, Any]],
) -> Results:
    """What single operations and the whole program give; `run` runs a program and returns its names."""
    operation = {}
    for expression in operations:
        names = run([f"a = Value({a!r})", f"b = Value({b!r})", f"z = {expression}", "z.backward()"])
        data = names["z"].data
        operation[expression] = {"out": float(data), "da": gradient(names["a"]), "db": gradient(names["b"])}
    return {"operation": operation, "grad": {name: gradient(node) for name, node in nodes(run(program)).items()}}


def nodes(names: Mapping[str, Any]) -> dict[str, Any]:
    """The nodes by name, the last one first, so that the first wrong gradient is the one nearest to the output."""
    return {name: names[name] for name in reversed(list(names)) if len(name) == 1 and name.isalpha()}


def gradient(node: Any) -> float:
    return 0.0 if node.grad is None else float(node.grad)


def sample(drawing: Drawing) -> tuple[Value, ...]:
    """Numbers for the single operations, and a program whose last node joins the newest node with an early one."""
    rng, whole = drawing.rng, drawing.whole
    a = rng.integers(2, 5) if whole else round(rng.uniform(0.3, 2), 2)
    b = rng.choice([-2, -1, 3]) if whole else round(rng.choice([-1, 1]) * rng.uniform(0.3, 2), 2)
    exponent = rng.integers(2, 4) if whole else round(rng.uniform(-2, 3), 1)
    operations = [*SIGNS, f"a ** {exponent}", "a.relu()", "b.relu()", "b.exp()", "a.log()"]
    return float(a), float(b), operations, list(statements(drawing))


def statements(drawing: Drawing) -> Iterator[str]:
    rng, sizes = drawing.rng, drawing.sizes
    letters = iter("abcdefghijklmnopqrstuvwxyz")
    data: dict[str, float] = {}
    for _ in range(sizes["leaves"]):
        name = next(letters)
        size = rng.integers(1, 4) if drawing.whole else round(rng.uniform(0.3, 2), 2)
        data[name] = float(with_signs(rng, size))
        yield f"{name} = Value({data[name]:g})"
    while len(data) < sizes["leaves"] + sizes["operations"] - 1:
        expression, value = proposal(drawing, data)
        if 0.05 < abs(value) < 30:
            name = next(letters)
            data[name] = value
            yield f"{name} = {expression}"
    last, early = list(data)[-1], list(data)[min(sizes["leaves"], len(data) - 1)]
    name = next(letters)
    yield f"{name} = {last} * {early}" if rng.random() < 0.5 else f"{name} = {early} * {last}"
    yield f"{name}.backward()"


def proposal(drawing: Drawing, data: Mapping[str, float]) -> tuple[str, float]:
    """An expression of one or two nodes, the first of them mostly the newest, and its value."""
    rng = drawing.rng
    names = list(data)
    x, y = names[-1] if rng.random() < 0.7 else str(rng.choice(names)), str(rng.choice(names))
    p, q = data[x], data[y]
    number = int(rng.integers(2, 4))
    choices = [
        (f"{x} + {y}", p + q),
        (f"{x} * {y}", p * q),
        (f"{x} - {y}", p - q),
        (f"{x} ** 2", p**2),
        (f"{x}.relu()", max(p, 0.0)),
        (f"{number} * {x}", number * p),
        (f"{number} - {x}", number - p),
        (f"-{x}", -p),
    ]
    if not drawing.whole:
        choices += [
            (f"{x} / {y}", p / q),
            (f"{number} / {x}", number / p),
            (f"{x} ** -{number}", p**-number),
            (f"{x}.exp()", math.exp(min(p, 5))),
            (f"({x} ** 2).log()", math.log(p**2)),
        ]
    return choices[rng.integers(len(choices))]


def answered(case: tuple[Value, ...], **wrong: Any) -> Results:
    """What a submission gives whose engine has other `rules`, or another `backward`."""
    engine = type("Engine", (Scalar,), wrong)

    def run(program: Sequence[str]) -> dict[str, Any]:
        names: dict[str, Any] = {"Value": engine}
        for line in program:
            exec(compiled(line), names)
        return names

    a, b, operations, program = case
    return results(a, b, operations, program, run)


def in_order(case: tuple[Value, ...], order: Callable[[Scalar], Sequence[Scalar]]) -> Results:
    """What a submission gives that keeps what arrives apart from `grad`, and goes back in some order."""

    def backward(root: Scalar) -> None:
        arrived = {root: 1.0}
        for node in order(root):
            node.grad += arrived[node]
            for operand, part in node.gradients(arrived[node]):
                arrived[operand] = arrived.get(operand, 0.0) + part

    return answered(case, backward=backward)


def through_grad(case: tuple[Value, ...], order: Callable[[Scalar], Sequence[Scalar]]) -> Results:
    """What a submission gives that collects in `grad` what it sends on, and goes back in some order."""

    def backward(root: Scalar) -> None:
        root.grad = 1.0
        for node in order(root):
            for operand, part in node.gradients(node.grad):
                operand.grad += part

    return answered(case, backward=backward)


def preorder(root: Scalar) -> list[Scalar]:
    seen: dict[Scalar, None] = {}

    def visit(node: Scalar) -> None:
        if node not in seen:
            seen[node] = None
            for operand in node.operands:
                visit(operand)

    visit(root)
    return list(seen)


def levels(root: Scalar) -> list[Scalar]:
    order = [root]
    for node in order:
        order += [each for each in dict.fromkeys(node.operands) if each not in order]
    return order


def overwritten(*case: Value) -> Results:
    """Of a value that is used twice, only one use counts.

    What comes back from each use is a part of the gradient, and the parts add up: that is the copy gate.
    """

    def backward(root: Scalar) -> None:
        arrived = {root: 1.0}
        for node in topological(root):
            node.grad += arrived[node]
            for operand, part in node.gradients(arrived[node]):
                arrived[operand] = part

    return answered(case, backward=backward)


def grad_overwritten(*case: Value) -> Results:
    """Of a value that is used twice only one use counts, and of two calls of backward only the last.

    What comes back from each use is a part of the gradient, and the parts add up: that is the copy gate.
    """

    def backward(root: Scalar) -> None:
        root.grad = 1.0
        for node in topological(root):
            for operand, part in node.gradients(node.grad):
                operand.grad = part

    return answered(case, backward=backward)


def plain_recursion(*case: Value) -> Results:
    """A value that is used twice passes on twice the part that comes first.

    A value that is used twice then passes on its first part twice. Wait until every use has sent its part.
    """

    def push(node: Scalar) -> None:
        for operand, part in node.gradients(node.grad):
            operand.grad += part
            push(operand)

    def backward(root: Scalar) -> None:
        root.grad = 1.0
        push(root)

    return answered(case, backward=backward)


def visited_once(*case: Value) -> Results:
    """A value has its turn at its first use, and what its other uses send later is lost.

    Marking what is visited isn't enough: a value's turn comes only after every value that uses it.
    """
    return in_order(case, preorder)


def visited_once_through_grad(*case: Value) -> Results:
    """A value has its turn at its first use; what its other uses send later stays in its grad, and is not sent on.

    Parts that arrive later stay there: a value's turn comes only after every value that uses it.
    """
    return through_grad(case, preorder)


def breadth_first(*case: Value) -> Results:
    """Values have their turns level by level, counted from the output, and what comes later is lost.

    Two ways to one value may differ in length. It must wait for the longer one, and the fewest steps don't say which.
    """
    return in_order(case, levels)


def breadth_first_through_grad(*case: Value) -> Results:
    """Values have their turns level by level, counted from the output; what comes later stays in grad, and is not sent
    on.

    Two ways to one value may differ in length. Parts that come on the longer one arrive too late to be sent on.
    """
    return through_grad(case, levels)


def operands_in_a_set(*case: Value) -> Results:
    """In a + a and a · a the operand counts only once.

    A set keeps only one of two equal operands. The same value in both places gets both gradients: keep a tuple.
    """

    def gradients(node: Scalar, dout: float) -> Iterable[tuple[Scalar, float]]:
        return dict(reversed(list(Scalar.gradients(node, dout)))).items()

    return answered(case, gradients=gradients)


def sent_again(*case: Value) -> Results:
    """A second backward sends out what the first one has left in grad, once more.

    grad is a sum over all calls. What a call sends on is only what it has found itself: keep that apart until the end.
    """
    return through_grad(case, topological)


def forgotten_between_calls(*case: Value) -> Results:
    """After a second backward, what the first one found is gone from grad.

    Calls accumulate, as in PyTorch, so that two outputs can share their inputs. To set grad back is the caller's part.
    """

    def backward(root: Scalar) -> None:
        for node in topological(root):
            node.grad = 0.0
        Scalar.backward(root)

    return answered(case, backward=backward)


def leaves_only(*case: Value) -> Results:
    """Only leaves have a gradient in the end; that of every other value is 0.

    PyTorch too forgets them unless asked, to save memory. Here each value keeps what was found for it.
    """

    def backward(root: Scalar) -> None:
        inner = {node: node.grad for node in topological(root) if node.operands}
        Scalar.backward(root)
        for node, before in inner.items():
            node.grad = before

    return answered(case, backward=backward)


def upstream_ignored(*case: Value) -> Results:
    """Your rules give the local gradient alone, without the upstream one.

    Alone, an operation can't know what its output means to the loss: dout says it, and every local gradient is
    multiplied by it.
    """

    def gradients(node: Scalar, dout: float) -> Iterable[tuple[Scalar, float]]:
        return Scalar.gradients(node, 1.0)

    return answered(case, gradients=gradients)


def factors_not_swapped(*case: Value) -> Results:
    """In a · b the gradient of each factor has that factor itself in it.

    A nudge of a is multiplied by b: each factor's gradient has the other factor in it.
    """
    return answered(case, rules={**RULES, "multiply": lambda dout, a, b: (dout * a, dout * b)})


def exponent_not_lowered(*case: Value) -> Results:
    """Your slope of a power is n times a to the n, with the exponent not lowered.

    The slope of a power has the exponent n as a factor, and one factor a less: n − 1 of them.
    """
    return answered(case, rules={**RULES, "power": lambda dout, a, n: (dout * n * a**n,)})


def exponent_not_a_factor(*case: Value) -> Results:
    """Your slope of a power has the exponent lowered, and lacks the factor n.

    a to the n is a product of n factors a; each of them answers to a nudge, so the slope counts n times.
    """
    return answered(case, rules={**RULES, "power": lambda dout, a, n: (dout * a ** (n - 1),)})


def exp_as_a_power(*case: Value) -> Results:
    """Your slope of e to the a is that of a power of a, with the exponent lowered.

    Here the variable is the exponent. The exponential function is its own slope: use the output.
    """
    return answered(case, rules={**RULES, "exp": lambda dout, a: (dout * a * math.exp(a - 1),)})


def log_of_the_output(*case: Value) -> Results:
    """Your slope of the logarithm is the logarithm itself.

    The slope of the logarithm at a is 1/a: steep near 0, flat far out.
    """
    return answered(case, rules={**RULES, "log": lambda dout, a: (dout * math.log(a),)})


def mask_on_dout(*case: Value) -> Results:
    """Your ReLU passes on what is positive in the gradient, whatever the sign of the input.

    What passes is decided by the input a: everything where a is positive, nothing elsewhere.
    """
    return answered(case, rules={**RULES, "relu": lambda dout, a: (max(dout, 0.0),)})


def mask_missing(*case: Value) -> Results:
    """Your ReLU passes every gradient on.

    Where the input a is not positive the output stays 0, whatever a does: there nothing passes.
    """
    return answered(case, rules={**RULES, "relu": lambda dout, a: (dout,)})


def open_at_zero(*case: Value) -> Results:
    """Your ReLU lets the gradient through where its input is 0.

    There the notes and PyTorch both take 0: the gradient passes only where a is greater than 0.
    """
    return answered(case, rules={**RULES, "relu": lambda dout, a: (dout * (a >= 0),)})


def written_call(result: str, a: float, b: float, operations: Sequence[str], program: Sequence[str]) -> str:
    single = next((each for each in operations if f"[{each!r}]" in result), "")
    if not single:
        return ("\n" if any(line.startswith("for ") for line in program) else "; ").join(program)
    leaves = [f"{name} = Value({value:g})" for name, value in (("a", a), ("b", b)) if name in single.split(".")[0]]
    return "; ".join([*leaves, f"z = {single}", "z.backward()"])


def given(*program: str, a: float = 2.0, b: float = -3.0) -> Results:
    """The inputs of a case with a program of its own."""
    signs = [each for each in SIGNS if a or each != "3 / a"]
    return {"a": a, "b": b, "operations": [*signs, "a ** 3", "a.relu()", "b.relu()"], "program": [*program]}


def edge(name: str, holds: Callable[[Sequence[str]], bool], *program: str) -> Edge:
    """An edge whose program has the property that its name says."""
    return Edge(name, given(*program), holds=lambda a, b, operations, program: holds(program))


def ran(program: Sequence[str]) -> dict[str, Scalar]:
    """The values of a program that has run, by name."""
    names: dict[str, Any] = {"Value": Scalar}
    for line in program:
        exec(compiled(line), names)
    return nodes(names)


def output_of(program: Sequence[str]) -> str:
    return program[-1].removesuffix(".backward()")


def below(program: Sequence[str], rule: str = "") -> list[Scalar]:
    """The values under the last output of a program that has run, itself included; with a rule, those by that rule."""
    return [node for node in topological(ran(program)[output_of(program)]) if node.rule == rule or not rule]


def has_unneeded(program: Sequence[str]) -> bool:
    """Whether some value is not under the last output."""
    named = ran(program)
    return not set(named.values()) <= set(topological(named[output_of(program)]))


def is_used_twice_at_once(program: Sequence[str]) -> bool:
    """Whether some value is both operands of one operation."""
    return any(len(node.operands) == 2 and len({*node.operands}) == 1 for node in below(program))


def is_in_longer_branch(program: Sequence[str], shorter: int, longer: int) -> bool:
    """Whether one operand of the output, no leaf, is reached through its other one as well."""
    operands = below(program)[0].operands
    near, far = operands[shorter], operands[longer]
    return near is not far and bool(near.operands) and near in topological(far)


def most_uses(program: Sequence[str]) -> int:
    uses = Counter(operand for node in below(program) for operand in node.operands)
    return max(uses.values())


def negative_powers(program: Sequence[str]) -> set[float]:
    """The exponents of negative numbers in what gets another gradient than 1."""
    return {node.cache[1] for node in below(program, "power") if node.cache[0] < 0 and node.grad not in (0, 1)}


exercise = Exercise(
    title="A scalar autograd engine",
    source="004 §12, 003",
    statement=(
        "What PyTorch does, in a hundred lines: a Value remembers what it was computed from, and backward() runs the "
        "graph in reverse. The forward half is given, and you write the other: a rule for each operation, "
        "the order in which the rules run, and backward itself, which adds to the grad of every value on the way, "
        "inner ones and the output included. "
        "It is judged on single operations, and on graphs with shared values, branches of unequal length, a · a, "
        "two outputs, and backward called twice, where gradients accumulate as PyTorch's do. "
        "At 0 the slope of ReLU is taken to be 0. "
        "No path is longer than some two hundred values, so that recursion is deep enough. "
        "An engine of your own design will do as well, if Value has data, grad, backward() and these operations."
    ),
    formula=r"\bar{v} = \sum_{u \text{ uses } v} \bar{u} \, \frac{\partial u}{\partial v}",
    inputs=(
        Input("a", "", constant=True),
        Input("b", "", constant=True),
        Input("operations", None, constant=True),
        Input("program", None, constant=True),
    ),
    out=Output("out", ""),
    gradients=("operation", "grad"),
    driver="engine",
    asks=(
        "Value.add_backward",
        "Value.multiply_backward",
        "Value.power_backward",
        "Value.relu_backward",
        "Value.exp_backward",
        "Value.log_backward",
        "Value.topological_order",
        "Value.backward",
    ),
    forward=forward,
    sample=sample,
    axes=("leaves", "operations"),
    minimum={"operations": 4},
    apart=("operation",),
    written_call=written_call,
    examples=(
        Example(
            "004 §2",
            given("x = Value(-2)", "y = Value(5)", "z = Value(-4)", "q = x + y", "f = q * z", "f.backward()"),
        ),
        Example("beyond the notes", given("a = Value(3)", "b = a * a", "c = b + a", "c.backward()")),
    ),
    edges=(
        edge(
            "a value used twice at once",
            is_used_twice_at_once,
            "a = Value(3)",
            "b = a * a",
            "c = b + b",
            "c.backward()",
        ),
        edge(
            "branches of unequal length, the short one first",
            lambda program: is_in_longer_branch(program, 0, 1),
            "a = Value(2)",
            "b = 3 * a",
            "c = b + 1",
            "d = c * a",
            "e = b * d",
            "e.backward()",
        ),
        edge(
            "branches of unequal length, the long one first",
            lambda program: is_in_longer_branch(program, 1, 0),
            "a = Value(2)",
            "b = 3 * a",
            "c = b + 1",
            "d = c ** 2",
            "e = d + b",
            "e.backward()",
        ),
        edge(
            "a value used 200 times",
            lambda program: most_uses(program) == 200,
            "a = Value(0.5)",
            "b = Value(2)",
            "for _ in range(200): b = b + a",
            "b.backward()",
        ),
        edge(
            "backward called twice",
            lambda program: program[-1].endswith(".backward()") and program.count(program[-1]) == 2,
            "a = Value(3)",
            "b = a * a",
            "c = b * a",
            "c.backward()",
            "c.backward()",
        ),
        edge(
            "two outputs",
            lambda program: len({line for line in program if line.endswith(".backward()")}) == 2,
            "a = Value(2)",
            "b = a ** 2",
            "c = 3 * b",
            "d = b * a",
            "c.backward()",
            "d.backward()",
        ),
        edge(
            "a value that the output doesn't need",
            has_unneeded,
            "a = Value(2)",
            "b = Value(5)",
            "c = a * b",
            "d = a - b",
            "d.backward()",
        ),
        edge(
            "exp behind a factor",
            lambda program: any(node.grad not in (0, 1) for node in below(program, "exp")),
            "a = Value(0.5)",
            "b = a.exp()",
            "c = -3 * b",
            "c.backward()",
        ),
        edge(
            "log behind a factor",
            lambda program: any(node.grad not in (0, 1) for node in below(program, "log")),
            "a = Value(4)",
            "b = a.log()",
            "c = -3 * b",
            "c.backward()",
        ),
        edge(
            "powers of a negative number behind a factor",
            lambda program: negative_powers(program) == {2, -2},
            "a = Value(-2)",
            "b = a ** 2",
            "c = a ** -2",
            "d = 3 * b",
            "e = d - 5 * c",
            "e.backward()",
        ),
        edge(
            "relu with a negative upstream gradient",
            lambda program: any(node.grad < 0 for node in below(program, "relu")),
            "a = Value(-2)",
            "b = Value(2)",
            "c = a.relu()",
            "d = b.relu()",
            "e = -3 * c",
            "f = e - 5 * d",
            "f.backward()",
        ),
        Edge(
            "relu at 0",
            given("a = Value(0)", "b = a.relu()", "c = b + a", "c.backward()", a=0.0),
            holds=lambda a, b, operations, program: (
                a == 0 and any(node.cache[0] == 0 for node in below(program, "relu"))
            ),
            convention=True,
        ),
    ),
    misconceptions=(
        overwritten,
        grad_overwritten,
        plain_recursion,
        visited_once,
        visited_once_through_grad,
        breadth_first,
        breadth_first_through_grad,
        operands_in_a_set,
        sent_again,
        forgotten_between_calls,
        leaves_only,
        upstream_ignored,
        factors_not_swapped,
        exponent_not_lowered,
        exponent_not_a_factor,
        exp_as_a_power,
        log_of_the_output,
        mask_on_dout,
        mask_missing,
        open_at_zero,
    ),
    hints=(
        "The rules are the gates of the first chapters, on single numbers: local gradient times upstream gradient. "
        "Try them on graphs with one operation first.",
        "A value may send its gradient on only when that is complete: after every value that uses it. "
        "Count the uses of each value, or put a value into a list once all its operands are in it, and read the list "
        "backwards.",
        "In that order: what has arrived at a value is its upstream gradient for this call. Add it to grad, give it to "
        "the rule, and add each part to what has arrived at that operand. Keep what arrives apart from grad, which may "
        "still hold an earlier call's.",
    ),
    points=4,
    float32=False,
)
