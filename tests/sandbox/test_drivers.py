"""The drivers give a submission's functions what they expect, and bring back what they gave or raised."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from grader.sandbox.child.drivers import lay_out, run_trial
from grader.sandbox.child.file_job import load
from grader.sandbox.wire.records import Job, Layout, Reply, StudentError, Trial, Unsupported
from tests.sandbox.jobs import HONEST, backward, job


def reply_to(work: Job) -> Reply:
    """The reply to the first trial of a job, run in this process."""
    module, error = load(work.file, work.source)
    assert error is None
    return run_trial(vars(module), work, work.trials[0])


def error_of(work: Job) -> StudentError:
    error = reply_to(work).error
    assert error is not None
    return error


def test_a_pair_gives_its_output_its_gradients_and_what_it_changed() -> None:
    results = reply_to(job(HONEST)).results
    assert list(results) == ["out", "gradients", "changed"]
    assert results["out"].tolist() == [2.0, -4.0, 6.0]
    assert results["gradients"].tolist() == [6.0, 8.0, -10.0]
    assert results["changed"] == {}


def test_a_coroutine_that_nobody_awaits_is_warned_of_by_no_line_of_the_graders(
    recwarn: pytest.WarningsRecorder,
) -> None:
    source = HONEST.replace("def double_backward", "async def double_backward")
    assert "async" in source
    assert isinstance(reply_to(job(source)).results["gradients"], Unsupported)
    assert not recwarn.list


def test_changed_arguments_come_back_changed() -> None:
    results = reply_to(backward("cache[:] = 0\ndout *= 2\nreturn dout")).results
    assert results["changed"]["x"].tolist() == [0.0, 0.0, 0.0]
    assert results["changed"]["dout"].tolist() == [6.0, 8.0, -10.0]


def test_an_argument_that_is_reshaped_in_place_has_changed() -> None:
    results = reply_to(backward("dout.shape = (3, 1)\nreturn dout")).results
    assert list(results["changed"]) == ["dout"]
    assert results["changed"]["dout"].shape == (3, 1)


def test_what_the_forward_gave_is_kept_as_it_was_before_the_backward() -> None:
    source = "def double_forward(x):\n y = 2 * x\n return y, y\ndef double_backward(d, y):\n y[:] = 0\n return d"
    assert reply_to(job(source)).results["out"].tolist() == [2.0, -4.0, 6.0]


def test_every_trial_gets_arrays_of_its_own() -> None:
    work = backward("dout[:] = 0\ncache[:] = 0\nreturn dout")
    module, _ = load(work.file, work.source)
    for trial in work.trials:
        assert run_trial(vars(module), work, trial).results["out"].tolist() == [2.0, -4.0, 6.0]
    assert work.trials[0].dout.tolist() == [3.0, 4.0, -5.0]


@pytest.mark.parametrize("layout", ["contiguous", "non-contiguous", "read-only"])
@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 1), (0,), (2, 2, 2)])
def test_a_layout_keeps_shape_dtype_and_values(layout: Layout, shape: tuple[int, ...]) -> None:
    array = np.arange(np.prod(shape, dtype=int), dtype=np.float32).reshape(shape)
    laid_out = lay_out(array, layout)
    assert np.array_equal(laid_out, array)
    assert laid_out.dtype == array.dtype
    assert not np.shares_memory(laid_out, array) or not array.size


def test_a_layout_is_what_it_says() -> None:
    array = np.ones((2, 3))
    assert not lay_out(array, "non-contiguous").flags.c_contiguous
    assert not lay_out(array, "non-contiguous").flags.f_contiguous
    assert lay_out(array, "non-contiguous").flags.writeable
    assert not lay_out(array, "read-only").flags.writeable


def test_a_layout_reaches_into_containers_and_leaves_numbers_alone() -> None:
    laid_out = lay_out({"a": [np.ones(2), 1.5], "b": (2,)}, "read-only")
    assert not laid_out["a"][0].flags.writeable
    assert laid_out["a"][1] == 1.5
    assert type(laid_out["a"][1]) is float
    assert laid_out["b"] == (2,)


def test_dout_may_be_a_tuple() -> None:
    source = (
        "def double_forward(v):\n return (v, v), None\ndef double_backward(dout, cache):\n return dout[0] + dout[1]"
    )
    work = job(source)
    trial = Trial({"v": np.ones(2)}, (np.ones(2), np.full(2, 2.0)))
    results = reply_to(replace(work, trials=(trial,))).results
    assert results["gradients"].tolist() == [3.0, 3.0]
    assert len(results["out"]) == 2


@pytest.mark.parametrize(
    ("returned", "words"),
    [
        ("None", "None"),
        ("2 * x", "a float64 array"),
        ("(2 * x, x, x)", "a tuple of 3"),
        ("np.array([x, x])", "a float64 array"),
        ("{'out': x}", "a dict"),
    ],
)
def test_a_forward_must_return_two_things(returned: str, words: str) -> None:
    error = error_of(job(HONEST.replace("2 * x, x", returned)))
    assert error.kind == "returned"
    assert error.stage == "double_forward"
    assert "must return (out, cache)" in error.message
    assert words in error.message


def test_what_is_no_number_is_named() -> None:
    assert reply_to(backward("return None")).results["gradients"] == Unsupported("None")


def test_a_stub_is_not_written() -> None:
    error = error_of(backward("raise NotImplementedError('your turn')"))
    assert error.kind == "not-written"
    assert error.stage == "double_backward"


def test_a_missing_function_is_named_with_the_most_similar_one() -> None:
    error = error_of(job(HONEST.replace("double_backward", "double_backwards")))
    assert error == StudentError("missing", "double_backward", "", "double_backward", 0, "double_backwards")


def test_a_missing_function_that_resembles_none_is_named_alone() -> None:
    assert error_of(job("x = 1")).text == ""


def test_a_number_of_the_functions_name_is_no_function() -> None:
    assert error_of(job(HONEST + "\ndouble_backward = 3")).kind == "missing"


RAISING = """
def double_forward(x):
    return 2 * x, x

def helper(dout):
    return dout @ dout.reshape(1, -1)

def double_backward(dout, cache):
    return helper(dout)
"""


def test_an_error_names_the_innermost_line_of_the_file() -> None:
    error = error_of(job(RAISING))
    assert (error.kind, error.stage, error.type) == ("raised", "double_backward", "ValueError")
    assert error.line == 6
    assert error.text == "return dout @ dout.reshape(1, -1)"


def test_an_error_inside_numpy_names_the_line_that_called_it() -> None:
    error = error_of(backward("return np.linalg.inv(np.zeros((2, 2)))"))
    assert error.type == "LinAlgError"
    assert error.text == "return np.linalg.inv(np.zeros((2, 2)))"


def test_the_output_that_came_before_an_error_is_kept() -> None:
    assert list(reply_to(backward("1 / 0")).results) == ["out"]


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("raise SystemExit(0)", "SystemExit"),
        ("import sys; sys.exit()", "SystemExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("raise GeneratorExit", "GeneratorExit"),
        ("return double_backward(dout, cache)", "RecursionError"),
        ("raise type('Odd', (BaseException,), {})('x')", "Odd"),
        ("raise type('_Private', (ValueError,), {})('x')", "ValueError"),
        ("np.zeros(10**18)", "MemoryError"),
        ("dout[7]", "IndexError"),
        ("eval('1 +')", "SyntaxError"),
    ],
)
def test_whatever_is_raised_is_the_replys_error(statement: str, kind: str) -> None:
    error = error_of(backward(statement))
    assert (error.kind, error.stage, error.type) == ("raised", "double_backward", kind)
    assert error.line == 8


@pytest.mark.parametrize(
    "statement",
    [
        "raise type('E', (Exception,), {'__str__': lambda self: 1 / 0})()",
        "raise type('E', (Exception,), {'__str__': lambda self: None})()",
        "raise type('E', (SyntaxError,), {'msg': property(lambda self: 1 / 0)})()",
        "raise type('E' * 100_000, (Exception,), {})('m' * 10_000_000)",
        "raise type('E', (Exception,), {'__getattribute__': lambda self, name: 1 / 0})()",
    ],
)
def test_an_error_that_can_not_be_read_is_an_error_all_the_same(statement: str) -> None:
    error = error_of(backward(statement))
    assert error.kind == "raised"
    assert len(error.type) <= 200
    assert len(error.message) <= 2000


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "head",
    [
        "np.seterr(all='raise')",
        "import warnings; warnings.simplefilter('error')",
        "np.seterr(all='call'); np.seterrcall(exit)",
    ],
)
def test_a_warning_costs_nothing_whatever_the_submission_has_set(head: str) -> None:
    body = "np.exp(np.array([1e4])); np.log(np.zeros(1)); import warnings; warnings.warn('w'); return 2 * dout"
    source = HONEST.replace("return 2 * dout", body).replace("as np", f"as np; {head}")
    with np.errstate():
        assert reply_to(job(source)).error is None
        np.seterrcall(None)


def test_a_setting_of_the_submission_does_not_outlive_its_call() -> None:
    before = np.geterr()
    reply_to(backward("np.seterr(all='raise'); return dout"))
    assert np.geterr() == before


CALLS = """
import numpy as np

def jacobian(x):
    return np.diag(x)

def vjp(J, dout):
    return J.T @ dout
"""


def calls_job(source: str) -> Job:
    trial = Trial({"x": np.array([1.0, 2.0]), "J": np.ones((2, 3)), "dout": np.array([1.0, -1.0])})
    calls = (("jacobian", ("x",), "J"), ("vjp", ("J", "dout"), "dx"))
    return replace(job(source), driver="calls", functions=("jacobian", "vjp"), calls=calls, trials=(trial,))


def test_calls_give_their_results_by_name() -> None:
    results = reply_to(calls_job(CALLS)).results
    assert results["J"].tolist() == [[1.0, 0.0], [0.0, 2.0]]
    assert results["dx"].tolist() == [0.0, 0.0, 0.0]
    assert results["changed"] == {}


def test_a_call_that_raises_leaves_the_others_their_results() -> None:
    reply = reply_to(calls_job(CALLS.replace("return np.diag(x)", "raise NotImplementedError")))
    assert reply.error is not None
    assert reply.error.kind == "not-written"
    assert reply.error.stage == "jacobian"
    assert "dx" in reply.results


def test_a_missing_function_leaves_the_others_their_results() -> None:
    reply = reply_to(calls_job(CALLS.replace("def vjp", "def vpj")))
    assert reply.error is not None
    assert reply.error.kind == "missing"
    assert reply.error.text == "vpj"
    assert "J" in reply.results


def test_without_a_loop_it_is_still_seen_what_changed_of_the_inputs() -> None:
    parameters = {"W1": np.ones((1, 1)), "b1": np.ones(1)}
    batches = np.array([[0]])
    inputs = {"parameters": parameters, "X": np.ones((1, 1)), "labels": np.array([0]), "batches": batches, "lr": 0.1}
    # The bias's gradient has an axis too many, as where the loop would have another try.
    source = (
        "import numpy as np\ndef loss_and_gradients(parameters, X, labels):\n"
        "    X *= 2\n    return 0.0, {'W1': np.ones((1, 1)), 'b1': np.ones((1, 1))}\n"
    )
    functions = ("loss_and_gradients", "train")
    work = replace(job(source), driver="train", functions=functions, trials=(Trial(inputs),))
    reply = reply_to(work)
    assert reply.error is not None
    assert (reply.error.kind, reply.error.message) == ("missing", "train")
    assert "changed" in reply.results


def test_a_dataclass_and_pickle_work_in_a_submission() -> None:
    head = "import pickle, dataclasses\n@dataclasses.dataclass\nclass Cache:\n    x: np.ndarray\n"
    body = "return 2 * pickle.loads(pickle.dumps(Cache(dout))).x"
    source = HONEST.replace("import numpy as np\n", f"import numpy as np\n{head}").replace("return 2 * dout", body)
    assert reply_to(job(source)).error is None


def test_a_main_block_does_not_run() -> None:
    assert reply_to(job(HONEST + "\nif __name__ == '__main__':\n    raise SystemExit")).error is None


@pytest.mark.parametrize(
    "source",
    [
        b"\xef\xbb\xbf" + HONEST.encode(),
        b"# -*- coding: latin-1 -*-\n# \xe4\n" + HONEST.encode(),
        HONEST.replace("\n", "\r\n").encode(),
        ("# ä\n" + HONEST).encode(),
    ],
)
def test_a_source_may_be_encoded_as_python_allows(source: bytes) -> None:
    assert reply_to(job(source)).error is None


@pytest.mark.parametrize(
    ("source", "kind", "line"),
    [
        (b"x = (", "SyntaxError", 1),
        (b"\n\nx = 1 +", "SyntaxError", 3),
        (b"\xff", "SyntaxError", None),
        (b"# coding: nonsense\n", "SyntaxError", None),
        (b"x = 1\0", None, None),
        (b"\n1 / 0", "ZeroDivisionError", 2),
        (b"raise SystemExit", "SystemExit", 1),
        (b"raise NotImplementedError", "NotImplementedError", 1),
    ],
)
def test_a_file_that_does_not_load_is_an_error_with_its_line(source: bytes, kind: str | None, line: int | None) -> None:
    _, error = load("sub.py", source)
    assert error is not None
    assert (error.kind, error.stage) == ("raised", "load")
    assert kind in (None, error.type)
    assert line in (None, error.line)


def test_a_line_is_the_right_one_after_a_form_feed() -> None:
    _, error = load("sub.py", "# one\n\x0c# two\nx = '\u2028'\n1 / 0".encode())
    assert error is not None
    assert (error.line, error.text) == (4, "1 / 0")


def cache_of(value: Any) -> str:
    return f"import numpy as np\ndef double_forward(x):\n    return 2 * x, {value}\n"


def test_the_cache_may_be_anything() -> None:
    for cache in ("(i for i in x)", "lambda: x", "open", "{'x': x}", "None"):
        source = cache_of(cache) + "def double_backward(dout, cache):\n    return 2 * dout"
        assert reply_to(job(source)).error is None
