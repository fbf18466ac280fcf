"""An error of Python's or NumPy's keeps its own words, and below them stands what it means in a student's."""

from __future__ import annotations

import ast
import re
import sys
from itertools import product
from typing import NamedTuple

import numpy as np
import pytest

from grader import catalog
from grader.judging.error_advice import error_advice
from grader.judging.error_scene import is_array
from grader.sandbox.child.replay import MOST_ELEMENTS, UNKNOWN, value_of
from grader.sandbox.host.worker import Sandbox
from grader.sandbox.wire.caps import MAX_WORD
from grader.sandbox.wire.records import StudentError
from tests.judge.written import backward, judged, says, screen


class Raised(NamedTuple):
    """The body of an exercise's backward, what is said of it on any version of Python and NumPy, and what we say."""

    name: str
    body: str
    original: str
    ours: str


XW = "X, W = cache\n"

ERRORS = {
    "a name that is in the cache": Raised(
        "linear_neuron",
        "return dout * w, dout, dout",
        "NameError: name 'w' is not defined",
        "w is in the cache: `w, x, d = cache` takes it out.",
    ),
    "a name that stayed in the forward": Raised(
        "affine",
        f"{XW}return dout @ W.T, X.T @ dout, b",
        "NameError: name 'b' is not defined",
        "b is a name inside affine_forward; the backward gets the cache, and that holds X and W.",
    ),
    "a name mistyped": Raised(
        "relu", "return dout * (cach > 0)", "name 'cach' is not defined", "There is cache: is cach a typing error?"
    ),
    "a function of NumPy's": Raised(
        "relu", "return dout * exp(cache)", "name 'exp' is not defined", "NumPy has this name: np.exp."
    ),
    "a module that isn't imported": Raised(
        "relu", "return dout * math.pi", "name 'math' is not defined", "The file needs `import math` at its top."
    ),
    "a name nobody knows": Raised(
        "relu", "return helper(dout)", "name 'helper' is not defined", "Nothing on the way to this line gives helper a"
    ),
    "a sum without a start": Raised(
        "relu", "dx += dout\nreturn dx", "UnboundLocalError: ", "dx has no value yet on this line"
    ),
    "matmul": Raised(
        "affine",
        f"{XW}return dout @ W.T, X @ dout, dout.sum(axis=0)",
        "ValueError: matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature",
        "X is an array of shape (3, 2), dout is an array of shape (3, 2): the last axis of the first has 2 entries, "
        "the first of the second 3, and these must be the same. By the exercise X is (N, d_x) and dout is (N, d_z).",
    ),
    "dot": Raised(
        "affine",
        f"{XW}return np.dot(dout, W.T), np.dot(X, dout), dout.sum(axis=0)",
        "ValueError: shapes (3,2) and (3,2) not aligned",
        "the last axis of the first has 2 entries, the first of the second 3",
    ),
    "a matrix product of numbers": Raised(
        "linear_neuron",
        "w, x, d = cache\nreturn dout @ x, dout * w, dout",
        "TypeError: unsupported operand type(s) for @: 'float' and 'float'",
        "dout is a single number, and @ multiplies matrices and vectors. A number multiplies by *.",
    ),
    "shapes that don't broadcast": Raised(
        "affine",
        f"{XW}return dout * W, X.T @ dout, dout.sum(axis=0)",
        "ValueError: operands could not be broadcast together with shapes (3,2) (2,2)",
        "dout is an array of shape (3, 2), W is an array of shape (2, 2): for * they need the same shape, but for axes "
        "of size 1 and axes that are missing in front. By the exercise dout is (N, d_z) and W is (d_x, d_z).",
    ),
    "a value that doesn't fit in": Raised(
        "relu",
        "dx = np.zeros(9)\ndx[:] = np.ones(7)\nreturn dx",
        "ValueError: could not broadcast input",
        "keeps its shape",
    ),
    "the truth of an array": Raised(
        "relu",
        "if cache > 0:\n    return dout\nreturn 0 * dout",
        "ValueError: The truth value of an array with more than one element is ambiguous.",
        "An array of several elements has no single truth value, and `if` asks for one. Where each element has its own "
        "answer, a comparison gives a mask of them",
    ),
    "the larger of an array": Raised(
        "relu", "return dout * max(cache, 0)", "The truth value of an array", "no single truth value, and `max` asks"
    ),
    "arguments swapped": Raised(
        "linear_neuron",
        "SWAPPED w, x, d = cache\nreturn dout * x, dout * w, dout",
        "TypeError: cannot unpack non-iterable float object",
        "linear_neuron_backward is called as linear_neuron_backward(dout, cache); here its arguments are swapped",
    ),
    "a tuple for an array": Raised(
        "linear_neuron",
        "return dout * cache, dout, dout",
        "TypeError: can't multiply sequence by non-int of type 'float'",
        "cache is a tuple, and no array: `w, x, d = cache` takes out what is in it.",
    ),
    "a method of a tuple": Raised(
        "affine",
        "return dout @ cache.T, dout, dout",
        "'tuple' object has no attribute 'T'",
        "cache is a tuple, and no array",
    ),
    "a method of a number": Raised(
        "linear_neuron",
        "w, x, d = cache\nreturn dout.sum() * x, w, dout",
        "AttributeError: 'float' object has no attribute 'sum'",
        "dout is a single number here, and no array: it has no .sum, and needs none.",
    ),
    "a method that arrays haven't": Raised(
        "relu",
        "return dout.exp()",
        "object has no attribute 'exp'",
        "An array has no exp of its own: NumPy writes np.exp(…)",
    ),
    "a method of PyTorch's": Raised(
        "relu", "return dout.t()", "object has no attribute 't'", "With an array x of NumPy it is x.T."
    ),
    "a function that NumPy hasn't": Raised(
        "relu", "return np.relus(cache)", "module 'numpy' has no attribute 'relus'", "NumPy has no relus."
    ),
    "too many names": Raised(
        "affine",
        "X, W, b = cache\nreturn dout, dout, dout",
        "ValueError: not enough values to unpack (expected 3, got 2)",
        "cache is a tuple of 2: affine_forward puts X and W into it",
    ),
    "too few names": Raised(
        "linear_neuron",
        "w, x = cache\nreturn dout, dout, dout",
        "ValueError: too many values to unpack (expected 2",
        "cache is a tuple of 3: linear_neuron_forward puts w, x and d into it",
    ),
    "a cache that is empty": Raised(
        "add",
        "a, b = cache\nreturn dout, dout",
        "cannot unpack non-iterable NoneType",
        "cache is None: add_forward keeps",
    ),
    "an axis too few": Raised(
        "affine",
        "Z = np.ones((2, 3, 4))\nN, D = Z.shape\nreturn dout",
        "ValueError: too many values to unpack (expected 2",
        "On the right stands Z.shape, a tuple of 3: as many names must stand on the left.",
    ),
    "a stack of matrices": Raised(
        "affine",
        "A, B = np.ones((2, 3, 4)), np.ones((3, 4, 5))\nreturn A @ B",
        "ValueError: operands could not be broadcast together with remapped shapes",
        "axes that are missing in front, in what is before their last two axes.",
    ),
    "a tuple times a tuple": Raised(
        "linear_neuron", "return cache @ cache", "unsupported operand type(s) for @", "cache is a tuple, and no array"
    ),
    "the truth of rows": Raised(
        "affine", "if all(dout > 0):\n    pass", "The truth value of an array", "and this line asks for one."
    ),
    "the truth of a part": Raised(
        "affine", "return max(each for each in dout if each)", "The truth value of an array", "this line asks for one."
    ),
    "a cache of somebody's own": Raised(
        "relu",
        "cache = cache.sort()\nreturn dout * cache",
        "TypeError: unsupported operand type(s) for *",
        "cache is None: that is what a function without a return gives",
    ),
    "two dicts": Raised(
        "relu", "a, b = {'x': 1}, {'y': 1}\nreturn a['x'] + b['x']", "KeyError: 'x'", "The keys that there are: y."
    ),
    "too many indices": Raised(
        "affine",
        "b = dout[0]\nreturn dout[0, 0] * b[0, 0]",
        "IndexError: too many indices for array",
        "b is an array of shape (2,): it has one axis.",
    ),
    "a method of one number of two": Raised(
        "linear_neuron",
        "x, n = 2.0, np.float64(2)\nreturn n * x.sum()",
        "AttributeError: 'float' object has no attribute 'sum'",
        "x is a single number here",
    ),
    "a product in place": Raised(
        "affine",
        f"{XW}dout *= W\nreturn dout",
        "ValueError: operands could not be broadcast together",
        "dout is an array of shape (3, 2), W is an array of shape (2, 2): for *",
    ),
    "numbers in place": Raised(
        "linear_neuron",
        "w, x, d = cache\nw @= x\nreturn w",
        "unsupported operand type(s) for @=",
        "w is a single number, and @ multiplies matrices",
    ),
    "a matrix turned": Raised(
        "affine",
        f"{XW}return dout.T @ W",
        "ValueError: matmul",
        "dout.T is an array of shape (2, 3), W is an array of shape (2, 2): the last axis of the first has 3 entries, "
        "the first of the second 2, and these must be the same. By the exercise dout is (N, d_z) and W is (d_x, d_z).",
    ),
    "a cache of one": Raised(
        "relu", "cache = (cache,)\nreturn cache[0] * x", "NameError: name 'x'", "x is in the cache: `x, = cache` takes"
    ),
    "an array that is locked": Raised(
        "relu",
        "x = np.ones(2)\nx.setflags(write=False)\nx[0] = 2",
        "ValueError: assignment destination is read-only",
        "This array can't be written to",
    ),
    "a product without its sign": Raised(
        "relu",
        "return dout(cache > 0)",
        "TypeError: 'numpy.ndarray' object is not callable",
        "and no function: brackets behind it call it. A product needs a *.",
    ),
    "a part too far": Raised(
        "affine",
        "return cache[0], cache[1], cache[2]",
        "IndexError: tuple index out of range",
        "cache is a tuple of 2 (X and W): the last one is cache[1], as counting begins at 0.",
    ),
    "an entry too far": Raised(
        "relu",
        "return np.zeros(4)[4] * dout",
        "index 4 is out of bounds for axis 0",
        "has 4 entries, counted from 0 to 3",
    ),
    "an axis too far": Raised(
        "relu",
        "return dout * np.zeros(3).sum(axis=1)",
        "AxisError: axis 1 is out of bounds for array of dimension 1",
        "The array has one axis, axis 0.",
    ),
    "half an index": Raised(
        "relu", "return np.ones(4)[4 / 2] * dout", "IndexError: only integers, slices", "An index is a whole number"
    ),
    "a key that isn't there": Raised(
        "relu", "d = {'dz': dout}\nreturn d['dx']", "KeyError: 'dx'", "The keys that there are: dz."
    ),
    "fractions among whole numbers": Raised(
        "relu",
        "dx = np.zeros(cache.shape, dtype=int)\ndx += 0.5 * dout\nreturn dx",
        "UFuncTypeError: Cannot cast ufunc 'add' output from dtype('float64') to dtype('int64')",
        "An array of whole numbers takes no fractions",
    ),
    "math on an array": Raised(
        "relu",
        "import math\nreturn dout * math.exp(cache)",
        "TypeError: only ",
        "math.exp takes no arrays, but single numbers: np.exp does.",
    ),
    "Python's sum with an axis": Raised(
        "affine",
        f"{XW}return dout @ W.T, X.T @ dout, sum(dout, axis=0)",
        "TypeError: ",
        "This sum is Python's: it goes through the first axis alone, and knows no other. NumPy's is np.sum.",
    ),
    "Python's sum over a number": Raised(
        "linear_neuron",
        "w, x, d = cache\nreturn dout * x, dout * w, sum(dout)",
        "TypeError: 'float' object is not iterable",
        "This sum is Python's",
    ),
    "a reshape that loses something": Raised(
        "relu", "return np.ones(4).reshape(3) * dout", "cannot reshape array of size 4", "must multiply to 4."
    ),
    "a division by nothing": Raised(
        "linear_neuron",
        "n = 0.0\nreturn dout / n, dout, dout",
        "ZeroDivisionError: ",
        "n is 0 in this case.",
    ),
    "a function that calls itself": Raised(
        "relu",
        "return relu_backward(dout, cache)",
        "RecursionError: maximum recursion depth",
        "calls itself again and again",
    ),
    "another number of arguments": Raised(
        "relu",
        "return relu_backward(dout)",
        "missing 1 required positional argument",
        "calls relu_backward(dout, cache)",
    ),
    "an open bracket": Raised("relu", "return (dout", "SyntaxError: '(' was never closed", "opened and never closed"),
    "a missing colon": Raised("relu", "if True\n    pass", "SyntaxError: expected ':'", "ends in a colon"),
    "a line too far in": Raised("relu", "x = 1\n  y = 2", "IndentationError: unexpected indent", "stands further in"),
    "a copied sign": Raised("relu", "return dout − 1", "SyntaxError: invalid character", "that was copied, perhaps"),
}


def source(error: Raised) -> str:
    """The whole file."""
    if error.body.startswith("SWAPPED "):
        return backward(error.name, error.body.removeprefix("SWAPPED ")).replace("(dout, cache):", "(cache, dout):")
    return backward(error.name, error.body)


@pytest.mark.parametrize("kind", ERRORS)
def test_an_error_keeps_its_message_and_is_explained_below(kind: str, sandbox: Sandbox) -> None:
    error = ERRORS[kind]
    result = judged(sandbox, error.name, source(error))
    says(result, result.status, error.original, error.ours)
    shown = " ".join(screen(result).split())
    assert shown.index(error.original) < shown.index(error.ours)
    assert result.status in ("error", "failed")


UNEXPLAINED = {
    "what is raised on purpose": "raise ValueError('operands could not be broadcast together')",
    "what is raised in the same words": "raise NameError(\"name 'x' is not defined\")",
    "an error of somebody's own": "raise RuntimeError('truth value of an array with more than one element')",
    "what is raised behind an if": "if dout.size: raise ValueError('operands could not be broadcast together')",
    "what a function gives": "def three(x):\n    return 1, 2, 3\nx, y = three(dout)",
    "nothing that a function gives": "def none(x):\n    pass\nx, y = none(dout)",
    "a sum of somebody's own": "from numpy import sum\nreturn sum(dout, axes=0)",
    "rules of einsum's own": "return np.einsum('ij,jk->ik', np.ones((3, 2)), np.ones((3, 2)))",
    "a shape of its own": "return np.broadcast_to(np.ones((3, 2)), (7, 7))",
    "an axis of what would be": "return np.expand_dims(np.ones(3), 2)",
    "a list that is empty": "parts = []\nreturn np.concatenate(parts)",
    "a number that isn't whole": "return int(float('inf'))",
    "what isn't a function": "return dout.newaxis",
    "many keys": "d = {f'k{i}': i for i in range(20)}\nreturn d['x']",
    "one number of many": "import math\nreturn math.fsum(np.ones((2, 2)))",
    "one number of two": "import math\nreturn math.exp(1) * float(np.ones(3))",
}


@pytest.mark.parametrize("kind", UNEXPLAINED)
def test_what_is_not_known_to_be_true_is_not_said(kind: str, sandbox: Sandbox) -> None:
    (finding,) = judged(sandbox, "relu", backward("relu", UNEXPLAINED[kind])).findings
    assert finding.advice == ""


@pytest.mark.parametrize("name", ["relu", "two_updates", "train"])
def test_facts_of_any_kind_are_survived_and_nothing_is_imported_for_them(name: str) -> None:
    # A submission may write any words of code: here each message meets facts that no honest line gives.
    modules = set(sys.modules)
    exercise = catalog.get(name)
    words = ("", "cache", "tuple:x", "tuple:", "list:\u00b2", "list:99", "(,)", "()", "(\u0661,)", "math.f2py", "None")
    kinds = ("cache", "operands", "calls", "attribute", "keys", "builtin", "argument", "within", "similar", "asks")
    roles = ("unpacked", "beyond", "indexed", "asked", "called", "operand")
    facts = [
        (*((kind, *[word] * count) for kind in (*kinds, "value")), *(("value", "x", word, role) for role in roles))
        for word in words
        for count in range(6)
    ]
    errors = [(each.original, type_) for each in ERRORS.values() for type_ in re.findall(r"(\w+Error)", each.original)]
    messages = [
        *errors,
        ("tuple index out of range", "IndexError"),
        ("only converted to Python scalars", "TypeError"),
        ("f2py() got an unexpected keyword argument 'dim'", "TypeError"),
    ]
    for (message, kind), each in product(messages, facts):
        error_advice(exercise, StudentError("raised", exercise.functions[-1], kind, message, 3, "x", each), None)
    assert {each for each in set(sys.modules) - modules if each.startswith("numpy")} == set()


SPYING = """
class Name(NameError):
    name = property(lambda self: print("looked at"))

class Asked(AttributeError):
    name = obj = property(lambda self: print("looked at"))

class Key(KeyError):
    args = property(lambda self: print("looked at"))

class Space(dict):
    def __iter__(self):
        print("looked at")
        return super().__iter__()

    keys = __iter__

class Meta(type):
    def __prepare__(*_, **__):
        return Space()
"""


@pytest.mark.parametrize(
    "body", ["raise Name('x')", "raise Asked('x')", "raise Key('x')", "class C(metaclass=Meta): 1 / 0"]
)
def test_no_property_and_no_mapping_of_the_submissions_is_asked(body: str, sandbox: Sandbox) -> None:
    (finding,) = judged(sandbox, "relu", SPYING + backward("relu", body)).findings
    assert "looked at" not in finding.theirs


def test_of_another_array_of_the_same_name_the_exercise_says_nothing(sandbox: Sandbox) -> None:
    source = backward("affine", "X = np.ones((3, 7))\nreturn X @ dout")
    (finding,) = judged(sandbox, "affine", source).findings
    assert finding.advice.startswith("X is an array of shape (3, 7), dout is")
    assert finding.advice.endswith("By the exercise dout is (N, d_z).")


def test_what_is_large_is_not_calculated_with_once_more() -> None:
    names = {"few": np.ones(MOST_ELEMENTS), "many": np.ones(MOST_ELEMENTS + 1)}
    tree = {each: ast.parse(f"{each} + 1", mode="eval").body for each in names}
    assert [value_of(tree[each], names) is UNKNOWN for each in names] == [False, True]


NUMBERS = "w, x, d = cache\n"

BESIDE = {
    # What failed, and beside it what could be taken for it: (exercise, body, what is said, what would be untrue).
    "a constant of NumPy's": ("relu", "return dout * pi", "NumPy has this name: np.pi.", "a function of this name"),
    "a name like another one": ("conv2d", "return out", "out is a name inside conv2d_forward", "typing error"),
    "a gradient that is missing": ("linear_neuron", f"{NUMBERS}return dx", "gives dx a value", "typing error"),
    "a cache of another name": ("linear_neuron", "CACHE return w", "`w, x, d = stored` takes it out", "= cache"),
    "a helper without the cache": ("relu", "return helper()", "helper gives w no value", "in the cache"),
    "membership": ("relu", "m = cache in [dout]\nreturn m", "and `in` asks for one", "`if` asks"),
    "Python's any": ("affine", f"{XW}if any(X > 0):\n    pass", "this line asks for one", "`if` asks"),
    "a chain": ("relu", "return dout * (0 < cache < 1)", "a chain of comparisons asks for several", "`and`"),
    "no sum at fault": ("relu", "return dout * sum(i for i in 5)", "'int' object is not iterable", "This sum"),
    "float beside math": (
        "relu",
        "import math\nreturn math.sqrt(2.0) * float(cache)",
        "float() takes one number",
        "math.sqrt takes",
    ),
    "a list's method": ("relu", "seen = []\nseen.add(1)", "one more entry by append", "calculate with"),
    "a tensor's backward": ("relu", "loss = dout.sum()\nloss.backward()", "is a tensor's in PyTorch", "Python number"),
    "the number of a call": ("linear_neuron", f"{NUMBERS}return float(d).sum()", "no .sum", "d is a"),
    "a function indexed": ("linear_neuron", f"{NUMBERS}return d * np.zeros[3]", "round ones call it", "d is a"),
    "a shape called": ("affine", "return cache[0].shape(0)", "Square brackets take an entry", "cache is a tuple"),
    "a name of Python's": ("relu", "sum = 0.0\nreturn sum(dout)", "until then sum was Python's", "needs a *"),
    "a shape unpacked": ("dropout", "a, b, c, d, e, f = dout.shape", "On the right stands dout.shape", "cache is"),
    "a call unpacked": ("linear_neuron", "w, x = list(cache)", "too many values", "cache is a tuple"),
    "a shape's part": ("affine", "return cache[0].shape[2]", "the last one is cache[0].shape[1]", "cache[1]"),
    "the array with fewer axes": (
        "affine",
        f"{XW}b = dout.sum(0)\nreturn X[0, 0] + b[0, 0]",
        "b is an array of shape (2,)",
        "X is an array",
    ),
    "axes that are to be made": ("relu", "return np.expand_dims(dout, 5)", "is out of bounds", "The array has"),
    "keys of another dict": ("relu", "a, b = {'k': 1}, {'z': 1}\nb['q'] = a['r']", "there are: k.", "z"),
    "an entry of the cache": (
        "affine",
        "dw = np.zeros(3)\ndw[0] = cache[0]",
        "setting an array element",
        "cache is a tuple",
    ),
    "a helper's tuple": ("affine", "return tuple(cache) * 0.5", "multiply sequence", "cache is a tuple"),
    "a place with a fraction": ("relu", "e = [1, 2]\nreturn e[len(e) / 2]", "is a whole number", "calculate with"),
    "nothing in a product": ("affine", f"{XW}return dout.sort() @ W.T", "one of the two here is neither", "single"),
    "a list's None in a product": ("affine", f"{XW}q = dout.sort()\nreturn q @ W.T", "q is None", "single"),
    "a product along last axes": ("affine", f"{XW}return np.inner(X, np.ones((2, 5)))", "not aligned", "last but one"),
}


@pytest.mark.parametrize("kind", BESIDE)
def test_what_stands_beside_the_culprit_is_not_blamed(kind: str, sandbox: Sandbox) -> None:
    name, body, ours, untrue = BESIDE[kind]
    source = backward(name, body.removeprefix("CACHE ")) + "\ndef helper():\n    return w\n"
    if body.startswith("CACHE "):
        source = source.replace("(dout, cache):", "(dout, stored):")
    finding = next(each for each in judged(sandbox, name, source).findings if " raises " in each.headline)
    assert ours in f"{finding.theirs} {finding.advice}"
    assert untrue not in finding.advice


USUAL = {
    "a half line": ("relu", "return dout *", "Something is missing or too much on this line"),
    "a tuple compared": ("affine", "return dout * (cache > 0)", "cache is a tuple, and no array: `X, W = cache` takes"),
    "a tuple negated": ("affine", "return -cache", "cache is a tuple, and no array"),
    "a tuple squared": ("affine", "return cache**2", "cache is a tuple, and no array"),
    "None compared": ("relu", "q = print()\nreturn q > 0", "q is None:"),
    "what gives nothing": ("relu", "def f(v):\n    v * 2\nreturn dout * f(cache)", "One of the two is None"),
    "a function indexed": ("relu", "return dout * relu_forward[0]", "is a function: round ones call it."),
    "an entry's method": ("linear_neuron", "return {'d': dout}['d'].sum()", "is a single number here, and no array"),
    "what PyTorch calls it": ("relu", "return dout.sum(dim=0)", "dim is PyTorch's word. NumPy's is axis."),
    "a power": ("relu", "return dout ^ 2", "A power is written ** in Python"),
    "a mask that is subtracted": ("relu", "return dout * -(cache > 0)", "A mask holds truth values"),
    "a shape in two arguments": ("relu", "return np.zeros(2, 3)", "in brackets of its own: np.zeros((2, 3))."),
    "two arrays to join": ("affine", f"{XW}return np.concatenate(X, W)", "takes its arrays as one list"),
    "a list that is empty": ("relu", "e = []\ne[0] = 1", "append adds one"),
    "a range of a fraction": ("relu", "return range(dout.size / 2)", "n // 2 a whole number"),
    "a range of a list": ("relu", "e = [1, 2]\nreturn range(e)", "e is a list of 2: range takes a number"),
    "a keyboard": ("relu", "return input()", "There is no keyboard here"),
    "a dict's entry": ("relu", "g = {'dx': dout}\nreturn g.dx", "g is a dict: g['dx'] is its entry."),
    "a sum's part": ("relu", "return np.sum(dout)[0]", "What is indexed here is a single number"),
    "a value that comes later": (
        "relu",
        "def f():\n    return q\nf()\nq = 1",
        "q has no value yet when this line runs",
    ),
}


@pytest.mark.parametrize("kind", USUAL)
def test_more_usual_errors_are_explained(kind: str, sandbox: Sandbox) -> None:
    name, body, ours = USUAL[kind]
    findings = judged(sandbox, name, backward(name, body)).findings
    assert any(ours in each.advice for each in findings), findings


def test_a_message_of_several_lines_stands_on_one(sandbox: Sandbox) -> None:
    (finding,) = judged(sandbox, "relu", backward("relu", "return dout.astype(np.float)")).findings
    assert "has no attribute 'float'. `np.float` was" in finding.theirs[-1]


EVIL = """
import numpy as np

class Evil(np.ndarray):
    def __matmul__(self, other):
        print("looked at")
        raise ValueError("matmul: Input operand 1 has a mismatch in its core dimension 0")
"""


def test_nothing_of_the_submissions_runs_once_more_to_explain_an_error(sandbox: Sandbox) -> None:
    source = EVIL + backward("relu", "e = np.ones(3).view(Evil)\nreturn e @ e")
    (finding,) = judged(sandbox, "relu", source).findings
    assert finding.theirs.count("looked at") == 1


def test_an_endless_loop_is_shown_with_the_line_that_ran_at_the_end(sandbox: Sandbox) -> None:
    loop = backward("relu", "i = 0\nwhile i < 3:\n    i -= 0\nreturn dout")
    (finding,) = judged(sandbox, "relu", loop, seconds=1.0).findings
    assert finding.headline == "stopped after 1 seconds: an endless loop, or far too slow"
    lines = [f"line {number}: {line.strip()}" for number, line in enumerate(loop.splitlines(), 1)]
    assert finding.theirs in [(line,) for line in lines if line.endswith(("while i < 3:", "i -= 0"))]
    assert finding.advice == "This is the line that ran when the time was nearly over."


def test_a_kind_that_is_nearly_a_shape_takes_no_time() -> None:
    # A submission may write it: a pattern that can match digits in two ways would take hours over these.
    assert not is_array("(" + "1" * (MAX_WORD - 2) + "x")
    assert [is_array(each) for each in ("()", "(3,)", "(3,2)", "(,)", "3")] == [True, True, True, False, False]
