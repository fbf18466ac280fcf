"""Landlock: which files a process may open, by the kernel's word and without privileges (Linux ≥ 5.13).

The numbers are those of linux/landlock.h; the system calls have the same ones on every architecture.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from collections.abc import Iterable, Mapping

from grader.sandbox.kernel.system_calls import last_error, system_call

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG = 1
_RULE_PATH_BENEATH = 1
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3

_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
"""How many file rights an ABI knows; a right that a ruleset handles and no rule grants is refused."""

_ALL_FILE_RIGHTS = 16
_NET_ABI, _NET_RIGHTS = 4, 0b11
_SCOPE_ABI, _SCOPES = 6, 0b11


_ABSENT: Mapping[int, str] = {
    errno.ENOSYS: "this kernel has no Landlock",
    errno.EOPNOTSUPP: "this kernel has Landlock, but was started without it (its parameter lsm=)",
}

_FILTERED = "Landlock can't be seen: the kernel has none, or a seccomp profile (a container's, perhaps) hides it"


class _RulesetAttributes(ctypes.Structure):
    _fields_ = [("files", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scopes", ctypes.c_uint64)]


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("rights", ctypes.c_uint64), ("directory", ctypes.c_int32)]


def abi() -> int:
    """The version of Landlock that this kernel has, 0 for none."""
    if sys.platform != "linux":
        return 0
    return max(0, system_call(_CREATE_RULESET, 0, 0, _VERSION_FLAG))


def obstacle() -> str:
    """Why Landlock isn't to be had here, or ""."""
    if sys.platform != "linux":
        return "Landlock needs Linux"
    if abi():
        return ""
    number = ctypes.get_errno()
    if number == errno.ENOSYS and _is_filtered():
        return _FILTERED
    refused = f"Landlock is refused ({os.strerror(number)}): by a container's seccomp profile, not for want of a kernel"
    return _ABSENT.get(number, refused)


def _is_filtered() -> bool:
    """Whether a seccomp filter answers this process's system calls."""
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as file:
            return any(line.split() == ["Seccomp:", "2"] for line in file)
    except OSError:
        return False


def create_ruleset(readable: Iterable[str]) -> int:
    """The descriptor of a ruleset that allows reading beneath the paths `readable` and nothing else. Raises OSError."""
    version = abi()
    attributes = _RulesetAttributes(
        (1 << _FILE_RIGHTS.get(version, _ALL_FILE_RIGHTS)) - 1,
        _NET_RIGHTS if version >= _NET_ABI else 0,
        _SCOPES if version >= _SCOPE_ABI else 0,
    )
    size = 8 * (3 if version >= _SCOPE_ABI else 2 if version >= _NET_ABI else 1)
    ruleset = system_call(_CREATE_RULESET, ctypes.addressof(attributes), size, 0)
    if ruleset < 0:
        raise last_error("landlock_create_ruleset")
    for path in readable:
        _allow(ruleset, path)
    return ruleset


def _allow(ruleset: int, path: str) -> None:
    try:
        beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)  # type: ignore[attr-defined,unused-ignore]
    except OSError:
        return
    try:
        rule = _PathBeneath(_READ_FILE | (_READ_DIR if os.path.isdir(path) else 0), beneath)
        if system_call(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, ctypes.addressof(rule), 0):
            raise last_error("landlock_add_rule")
    finally:
        os.close(beneath)


def restrict_self(ruleset: int) -> None:
    """Holds this process to `ruleset` for good; no-new-privileges must be set. Raises OSError."""
    if system_call(_RESTRICT_SELF, ruleset, 0):
        raise last_error("landlock_restrict_self")
