"""The filter, run by an interpreter of BPF: exactly the calls of the table are allowed, on both architectures."""

from __future__ import annotations

import errno
import os
import sys

import pytest

from grader.sandbox.kernel import seccomp
from grader.sandbox.kernel.seccomp import ALLOW, ARCHITECTURES, ERRNO, KILL, Architecture, Instruction

both = pytest.mark.parametrize("architecture", ARCHITECTURES.values(), ids=ARCHITECTURES)

FORBIDDEN = {
    "socket": (41, 198),
    "clone": (56, 220),
    "fork": (57, None),
    "execve": (59, 221),
    "kill": (62, 129),
    "tgkill": (234, 131),
    "ptrace": (101, 117),
    "unlink": (87, None),
    "mkdir": (83, None),
    "setrlimit": (160, 164),
    "prlimit64": (302, 261),
    "prctl": (157, 167),
    "ioctl": (16, 29),
    "memfd_create": (319, 279),
    "io_uring_setup": (425, 425),
    "process_vm_writev": (311, 271),
    "pidfd_open": (434, 434),
}


def decide(lines: list[Instruction], architecture: int, number: int, second: int = 0, third: int = 0) -> int:
    """What the kernel would do with a call and its second and third argument: BPF, as far as the filter uses it."""
    data = {
        seccomp.NUMBER_OFFSET: number,
        seccomp.ARCHITECTURE_OFFSET: architecture,
        seccomp.SECOND_ARGUMENT_OFFSET: second,
        seccomp.THIRD_ARGUMENT_OFFSET: third,
    }
    accumulator = place = 0
    while True:
        line = lines[place]
        place += 1
        if line.code == seccomp.LOAD:
            accumulator = data[line.operand]
        elif line.code == seccomp.JUMP:
            place += line.operand
        elif line.code == seccomp.JUMP_EQUAL:
            place += line.if_true if accumulator == line.operand else line.if_false
        elif line.code == seccomp.JUMP_GREATER_EQUAL:
            place += line.if_true if accumulator >= line.operand else line.if_false
        elif line.code == seccomp.JUMP_SET:
            place += line.if_true if accumulator & line.operand else line.if_false
        else:
            assert line.code == seccomp.RETURN
            return line.operand


@both
def test_exactly_the_calls_of_the_table_are_allowed(architecture: Architecture) -> None:
    lines = seccomp.program(architecture)
    calls = (*seccomp.ALLOWED.values(), *seccomp.OPENING.values())
    allowed = {numbers[architecture.column] for numbers in calls} - {None}
    special = {seccomp.FCNTL[architecture.column], seccomp.CLONE3[architecture.column]}
    for number in set(range(1024)) - special:
        decision = decide(lines, architecture.audit, number)
        assert decision == (ALLOW if number in allowed else ERRNO | errno.EPERM)


@pytest.mark.skipif(sys.platform != "linux", reason="the flags of Linux")
@both
def test_a_file_is_opened_for_reading_alone(architecture: Architecture) -> None:
    lines = seccomp.program(architecture)
    reading = (os.O_RDONLY, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY | os.O_NOFOLLOW, os.O_PATH)
    writing = (os.O_WRONLY, os.O_RDWR, os.O_RDONLY | os.O_TRUNC, os.O_RDONLY | os.O_CREAT, os.O_TMPFILE | os.O_RDWR)
    for name, numbers in seccomp.OPENING.items():
        number = numbers[architecture.column]
        if number is None:
            continue
        for flags in (*reading, *writing):
            arguments = {"second": flags} if name == "open" else {"third": flags}
            expected = ALLOW if flags in reading else ERRNO | errno.EPERM
            assert decide(lines, architecture.audit, number, **arguments) == expected


@both
def test_no_dangerous_call_is_allowed(architecture: Architecture) -> None:
    for numbers in FORBIDDEN.values():
        number = numbers[architecture.column]
        if number is not None:
            decision = decide(seccomp.program(architecture), architecture.audit, number)
            assert decision == ERRNO | errno.EPERM


@both
def test_clone3_seems_not_to_exist(architecture: Architecture) -> None:
    number = seccomp.CLONE3[architecture.column]
    assert decide(seccomp.program(architecture), architecture.audit, number) == ERRNO | errno.ENOSYS


@both
def test_fcntl_may_look_but_not_ask_for_signals(architecture: Architecture) -> None:
    lines = seccomp.program(architecture)
    number = seccomp.FCNTL[architecture.column]
    for command in range(2000):
        expected = ALLOW if command in seccomp.FCNTL_COMMANDS else ERRNO | errno.EPERM
        assert decide(lines, architecture.audit, number, command) == expected


@both
def test_a_call_by_another_architecture_kills(architecture: Architecture) -> None:
    for other in (0x40000003, 0, *(each.audit for each in ARCHITECTURES.values() if each != architecture)):
        assert decide(seccomp.program(architecture), other, 0) == KILL


def test_a_call_by_x32_kills() -> None:
    x86 = ARCHITECTURES["x86_64"]
    for number in (0x40000000, 0x40000001, 0xFFFFFFFF):
        assert decide(seccomp.program(x86), x86.audit, number) == KILL


@both
def test_an_instruction_takes_eight_bytes(architecture: Architecture) -> None:
    lines = seccomp.program(architecture)
    assert len(b"".join(line.packed() for line in lines)) == 8 * len(lines)
    assert len(lines) < 4096
