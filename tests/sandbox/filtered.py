"""Runs a command as a container's profile has it run that refuses Landlock: `python -m tests.sandbox.filtered ERRNO …`.

Root may do that as it is, and need not give up what the new program may be (setuid); so nothing else changes.
"""

from __future__ import annotations

import ctypes
import os
import sys

from grader.sandbox.kernel import seccomp
from grader.sandbox.kernel.seccomp import Instruction
from grader.sandbox.kernel.system_calls import prctl

LANDLOCK = (444, 446)
_NO_NEW_PRIVILEGES = 38


def refuse_landlock(number: int) -> None:
    """Has every call of Landlock answered with an errno, in this process and all that come from it."""
    lines = [
        Instruction(seccomp.LOAD, 0, 0, seccomp.NUMBER_OFFSET),
        Instruction(seccomp.JUMP_GREATER_EQUAL, 0, 2, LANDLOCK[0]),
        Instruction(seccomp.JUMP_GREATER_EQUAL, 1, 0, LANDLOCK[1] + 1),
        Instruction(seccomp.RETURN, 0, 0, seccomp.ERRNO | number),
        Instruction(seccomp.RETURN, 0, 0, seccomp.ALLOW),
    ]
    code = ctypes.create_string_buffer(b"".join(line.packed() for line in lines))
    description = seccomp._SockFprog(len(lines), ctypes.addressof(code))
    prctl(_NO_NEW_PRIVILEGES, 1)
    prctl(22, 2, ctypes.addressof(description))


if __name__ == "__main__":
    refuse_landlock(int(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])
