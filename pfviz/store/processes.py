"""Whether the process that records a run is still there."""

from __future__ import annotations

import os
from pathlib import Path


def name_process(pid: int | None = None) -> str:
    """Return what names a process (this one by default), later ones of the same number excepted: its number, and where
    the system tells it (Linux), when it began. Empty for one that is not there."""
    number = os.getpid() if pid is None else pid
    try:
        told = Path(f"/proc/{number}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return str(number) if _is_there(number) else ""
    state, *rest = told.rpartition(")")[2].split()  # behind the command, which may hold anything: proc(5)
    return "" if state in "ZX" else f"{number} {rest[18]}"


def is_running(name: str) -> bool:
    """Whether the process of that name is there."""
    number = name.split(" ")[0]
    return number.isdecimal() and name_process(int(number)) == name


def _is_there(number: int) -> bool:
    """Where there is no /proc: whether a process has that number."""
    if number == os.getpid():
        return True
    if os.name == "nt":
        return False  # os.kill would end it
    try:
        os.kill(number, 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return True
