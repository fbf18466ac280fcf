"""At the level "full" a submission reads nothing but Python and NumPy, writes nothing, and reaches no one."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.sandbox.host.worker import Sandbox
from tests.sandbox.jobs import backward, honest_passes, is_right, job

WIDE_USE = """
import dataclasses, functools, itertools, math, typing
from collections import defaultdict
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

@dataclasses.dataclass
class Cache:
    x: np.ndarray

@functools.lru_cache(maxsize=None)
def factor(n: int) -> float:
    return math.exp(math.log(n))

def double_forward(x: np.ndarray) -> typing.Tuple[np.ndarray, Cache]:
    return np.vectorize(lambda v: 2 * v)(x), Cache(x)

def double_backward(dout, cache):
    a = np.random.default_rng(0).normal(size=(40, 40)) + 40 * np.eye(40)
    assert np.allclose(np.linalg.solve(a, a @ np.ones(40)), 1)
    u, s, vt = np.linalg.svd(a)
    q, r = np.linalg.qr(a)
    w = np.linalg.eigvals(a)
    assert np.isfinite([np.linalg.det(a / 40), s[0], q[0, 0], w[0].real]).all()
    assert np.allclose(np.fft.ifft(np.fft.fft(dout)).real, dout)
    assert np.allclose(np.einsum("ij,jk->ik", a, a, optimize=True), a @ a)
    assert sliding_window_view(np.arange(10), 3).shape == (8, 3)
    assert np.polynomial.Polynomial([1, 2])(3) == 7
    assert np.random.choice([1]) == 1 and np.random.permutation(3).sum() == 3
    np.testing.assert_allclose(np.float32(1), 1)
    np.ma.array([1.0, 2.0], mask=[0, 1]).mean()
    big = np.ones((300, 300)) @ np.ones((300, 300))
    assert list(itertools.accumulate([1, 2])) == [1, 3] and defaultdict(int)["k"] == 0
    assert "%.3f" % np.percentile(big, 50) == "300.000" and repr(dout) and f"{dout}"
    with np.errstate(all="ignore"):
        np.log(np.zeros(1))
    return dout * factor(2)
"""


def test_wide_use_of_numpy_works(at_each_level: Sandbox) -> None:
    run = at_each_level.run(job(WIDE_USE))
    error = run.replies[0].error if run.replies[0] else None
    assert error is None
    assert run.ending.kind == "finished"


@pytest.mark.parametrize(
    "attempt",
    [
        "open('/etc/passwd')",
        "open('/proc/self/environ')",
        f"open({str(Path(__file__))!r})",
        "os.listdir('/')",
        "open('/dev/zero', 'rb')",
        "open('/tmp/x', 'w')",
        "open('/dev/shm/x', 'w')",
        "os.mkdir('/tmp/x')",
        "os.unlink(np.__file__)",
        "os.rename(np.__file__, '/tmp/x')",
        "os.chmod('/', 0o777)",
        "os.symlink('/', '/tmp/x')",
        "os.truncate(np.__file__, 0)",
        "os.utime(np.__file__)",
        "os.memfd_create('x')",
        "os.mkfifo('/tmp/x')",
        "os.pipe()",
        "os.fork()",
        "os.posix_spawn('/bin/true', ['true'], {})",
        "os.execv('/bin/true', ['true'])",
        "subprocess.run(['true'])",
        "threading.Thread(target=print).start()",
        "socket.socket()",
        "socket.socketpair()",
        "socket.create_connection(('127.0.0.1', 80))",
        "os.kill(os.getppid(), 9)",
        "os.kill(os.getpid(), 9)",
        "os.kill(-1, 9)",
        "os.killpg(os.getpgid(0), 9)",
        "os.setuid(0)",
        "os.setsid()",
        "os.nice(-5)",
        "os.sched_setaffinity(0, {0})",
        "resource.setrlimit(resource.RLIMIT_CPU, (1, 1))",
        "signal.setitimer(signal.ITIMER_REAL, 0.1)",
        "mmap.mmap(-1, 2 << 30)",
        "os.pidfd_open(os.getppid())",
        "libc('ptrace', 16, os.getppid(), 0, 0)",
        "libc('unshare', 0x10000000)",
        "libc('prctl', 4, 1, 0, 0, 0)",
        "libc('mount', 0, b'/', 0, 0, 0)",
        "libc('setns', 3, 0)",
        "libc('personality', 0)",
        "libc('reboot', 0)",
    ],
)
def test_an_attempt_to_get_out_is_refused(full: Sandbox, attempt: str) -> None:
    head = """
import ctypes, mmap, os, resource, signal, socket, subprocess, threading
import numpy as np

def libc(name, *arguments):
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), name)
"""
    body = f"try:\n    {attempt}\nexcept (OSError, RuntimeError, ValueError):\n    return 2 * dout\nreturn dout"
    run = full.run(job(head + backward(body).source.decode()))
    assert is_right(run), run
    assert honest_passes(full)


def test_nothing_of_the_grader_is_open_or_in_the_environment(full: Sandbox) -> None:
    body = """
import os, stat
files = []
for fd in range(64):
    try: files.append((fd, stat.S_IFMT(os.fstat(fd).st_mode)))
    except OSError: pass
assert files == [(0, stat.S_IFCHR), (1, stat.S_IFIFO), (2, stat.S_IFIFO), (3, stat.S_IFIFO)], files
assert not os.environ
return 2 * dout
"""
    assert is_right(full.run(backward(body)))


def test_root_becomes_nobody(with_limits: Sandbox) -> None:
    body = "import os\nassert 0 not in (os.getuid(), os.geteuid(), os.getgid(), os.getegid())\nreturn 2 * dout"
    assert is_right(with_limits.run(backward(body)))
