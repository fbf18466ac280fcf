"""System calls that Python has no function for, by way of the C library (Linux)."""

from __future__ import annotations

import ctypes
import os
from functools import cache


@cache
def libc() -> ctypes.CDLL:
    """The C library, its functions declared once: every job's process uses them, and none has time for it."""
    library = ctypes.CDLL(None, use_errno=True)
    library.prctl.argtypes = (ctypes.c_int, *(ctypes.c_ulong,) * 4)
    # Each argument fills a whole register; ctypes alone would pass a Python int as 32 bits.
    library.syscall.argtypes = (ctypes.c_long, *(ctypes.c_ulong,) * 4)
    library.syscall.restype = ctypes.c_long
    return library


def prctl(option: int, value: int, address: int = 0) -> None:
    """One prctl call, with one argument or two. Raises OSError."""
    if libc().prctl(option, value, address, 0, 0) != 0:
        raise last_error(f"prctl {option}")


def system_call(number: int, *arguments: int) -> int:
    """What a system call of at most four arguments returns: numbers, descriptors and addresses."""
    return int(libc().syscall(number, *arguments, *(0,) * (4 - len(arguments))))


def last_error(call: str) -> OSError:
    """The error of the last call that failed, named."""
    number = ctypes.get_errno()
    return OSError(number, f"{call}: {os.strerror(number)}")
