"""Seccomp: the system calls that a submission may make, as a BPF program for the kernel; every other gives an error.

Numbers: asm/unistd_64.h for x86-64, asm-generic/unistd.h for aarch64; linux/seccomp.h, linux/filter.h, linux/audit.h.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from grader.sandbox.kernel.system_calls import prctl

ALLOWED: Mapping[str, tuple[int | None, int | None]] = {
    # Reading files that are open or that Landlock lets open; writing to what is open.
    "read": (0, 63),
    "write": (1, 64),
    "close": (3, 57),
    "stat": (4, None),
    "fstat": (5, 80),
    "lstat": (6, None),
    "poll": (7, None),
    "lseek": (8, 62),
    "pread64": (17, 67),
    "readv": (19, 65),
    "writev": (20, 66),
    "access": (21, None),
    "getcwd": (79, 17),
    "readlink": (89, None),
    "getdents64": (217, 61),
    "newfstatat": (262, 79),
    "readlinkat": (267, 78),
    "faccessat": (269, 48),
    "ppoll": (271, 73),
    "statx": (332, 291),
    "faccessat2": (439, 439),
    # Memory.
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "brk": (12, 214),
    "mremap": (25, 216),
    "madvise": (28, 233),
    # Signals to oneself, time, sleep, locks, the end.
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    "sched_yield": (24, 124),
    "nanosleep": (35, 101),
    "select": (23, None),
    "pselect6": (270, 72),
    "gettimeofday": (96, 169),
    "time": (201, None),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "restart_syscall": (219, 128),
    "futex": (202, 98),
    "set_robust_list": (273, 99),
    "rseq": (334, 293),
    "exit": (60, 93),
    "exit_group": (231, 94),
    # Questions about oneself and the machine; randomness.
    "getpid": (39, 172),
    "gettid": (186, 178),
    "getppid": (110, 173),
    "getuid": (102, 174),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getegid": (108, 177),
    "uname": (63, 160),
    "getrlimit": (97, 163),
    "getrusage": (98, 165),
    "sysinfo": (99, 179),
    "times": (100, 153),
    "sched_getaffinity": (204, 123),
    "getrandom": (318, 278),
}
"""The system calls that are allowed whatever their arguments: name → numbers on x86-64 and on aarch64."""

OPENING: Mapping[str, tuple[int | None, int | None]] = {"open": (2, None), "openat": (257, 56)}
"""The calls that open a file; their flags are the second argument of the one, the third of the other."""

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
"""Flags that change files. Landlock before Linux 6.2 lets a file that may be read be emptied."""

FCNTL = (72, 25)
FCNTL_COMMANDS = (1, 2, 3)
"""F_GETFD, F_SETFD and F_GETFL: none of those that make the kernel send signals."""

CLONE3 = (435, 435)

ALLOW, ERRNO, KILL = 0x7FFF0000, 0x00050000, 0x80000000

LOAD, JUMP, JUMP_EQUAL, JUMP_GREATER_EQUAL, JUMP_SET, RETURN = 0x20, 0x05, 0x15, 0x35, 0x45, 0x06
NUMBER_OFFSET, ARCHITECTURE_OFFSET, SECOND_ARGUMENT_OFFSET, THIRD_ARGUMENT_OFFSET = 0, 4, 24, 32
"""Where seccomp_data has what: an argument's low half stands first on a little-endian machine."""

X32_NUMBERS = 0x40000000

_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 22, 2


@dataclass(frozen=True)
class Architecture:
    """A machine as seccomp names it: its column in the tables, its audit number."""

    column: int
    audit: int


ARCHITECTURES: Mapping[str, Architecture] = {
    "x86_64": Architecture(0, 0xC000003E),
    "aarch64": Architecture(1, 0xC00000B7),
}


@dataclass(frozen=True)
class Instruction:
    """One BPF instruction; `if_true` and `if_false` are how many instructions a jump skips."""

    code: int
    if_true: int
    if_false: int
    operand: int

    def packed(self) -> bytes:
        """Its eight bytes, as struct sock_filter has them."""
        return struct.pack("=HBBI", self.code, self.if_true, self.if_false, self.operand)


def _load(offset: int) -> Instruction:
    return Instruction(LOAD, 0, 0, offset)


def _skip_unless_equal(value: int, count: int = 1) -> Instruction:
    return Instruction(JUMP_EQUAL, 0, count, value)


def _return(action: int) -> Instruction:
    return Instruction(RETURN, 0, 0, action)


def program(architecture: Architecture) -> list[Instruction]:
    """The filter for one architecture."""
    column = architecture.column
    allow, refuse, kill = _return(ALLOW), _return(ERRNO | errno.EPERM), _return(KILL)
    # A call by another architecture's numbers would be another call than the tables say.
    lines = [_load(ARCHITECTURE_OFFSET), Instruction(JUMP_EQUAL, 1, 0, architecture.audit), kill, _load(NUMBER_OFFSET)]
    if architecture == ARCHITECTURES["x86_64"]:
        lines += [Instruction(JUMP_GREATER_EQUAL, 0, 1, X32_NUMBERS), kill]
    lines += _allow(_ranges(sorted(number for numbers in ALLOWED.values() if (number := numbers[column]) is not None)))
    for name, flags in (("open", SECOND_ARGUMENT_OFFSET), ("openat", THIRD_ARGUMENT_OFFSET)):
        number = OPENING[name][column]
        if number is not None:
            lines += [_skip_unless_equal(number, 4), _load(flags), Instruction(JUMP_SET, 0, 1, WRITING), refuse, allow]
    # The C library tries clone3 first, and falls back to clone only if the kernel seems not to know it.
    lines += [_skip_unless_equal(CLONE3[column]), _return(ERRNO | errno.ENOSYS)]
    commands: list[Instruction] = [_load(SECOND_ARGUMENT_OFFSET)]
    for command in FCNTL_COMMANDS:
        commands += [_skip_unless_equal(command), allow]
    lines += [_skip_unless_equal(FCNTL[column], len(commands)), *commands, refuse]
    return lines


def _ranges(numbers: Sequence[int]) -> list[range]:
    """The same numbers, each run of neighbours in one range; they are sorted."""
    starts = [number for place, number in enumerate(numbers) if not place or numbers[place - 1] != number - 1]
    ends = [number + 1 for place, number in enumerate(numbers) if numbers[place + 1 : place + 2] != [number + 1]]
    return [range(start, end) for start, end in zip(starts, ends, strict=True)]


def _allow(ranges: Sequence[range]) -> list[Instruction]:
    """Allows the numbers in these ranges, and goes on with others.

    By bisection: the kernel tries a new filter on every number that there is, for each process.
    """
    middle = len(ranges) // 2
    if not middle:
        start, stop = ranges[0].start, ranges[0].stop
        return [
            Instruction(JUMP_GREATER_EQUAL, 0, 2, start),
            Instruction(JUMP_GREATER_EQUAL, 1, 0, stop),
            _return(ALLOW),
        ]
    below, above = _allow(ranges[:middle]), _allow(ranges[middle:])
    below.append(Instruction(JUMP, 0, 0, len(above)))
    return [Instruction(JUMP_GREATER_EQUAL, len(below), 0, ranges[middle].start), *below, *above]


class _SockFprog(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


@cache
def machine_filter() -> tuple[_SockFprog, object]:
    """The filter for this machine as the kernel takes it, and the memory that it points to. Raises OSError."""
    architecture = ARCHITECTURES.get(platform.machine())
    if architecture is None:
        raise OSError(errno.ENOSYS, f"no filter for {platform.machine()}")
    lines = program(architecture)
    code = ctypes.create_string_buffer(b"".join(line.packed() for line in lines))
    return _SockFprog(len(lines), ctypes.addressof(code)), code


def install() -> None:
    """Holds this process to the filter for good; no-new-privileges must be set. Raises OSError."""
    description, _ = machine_filter()
    prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(description))
