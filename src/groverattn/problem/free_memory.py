"""Memory that this process may still take, and the refusal of what needs more."""

from __future__ import annotations

import contextlib
import resource
from collections.abc import Iterator
from pathlib import Path

import psutil

from groverattn.errors import InputError
from groverattn.show.numbers import number_text

_GIB = 1 << 30
_GROUPS = Path("/sys/fs/cgroup")
# By controller in /proc/self/cgroup: folder, limit, use, and the part of the use that the system gives back by itself.
_GROUP_FILES = {
    "": ("", "memory.max", "memory.current", "inactive_file"),
    "memory": ("memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
}


def check_memory(needed: float, what: str, do: str) -> None:
    """Raise InputError if `needed` bytes are more than this process may still take.

    Args:
        needed: predicted bytes.
        what: what needs them, in words.
        do: what needs less.

    >>> check_memory(1 << 20, "a row", "take a shorter one")
    """
    free = free_bytes()
    if free is not None and needed > free:
        raise InputError(
            given=f"{what}, which would take about {number_text(needed / _GIB)} GiB of memory",
            allowed=f"the {number_text(free / _GIB)} GiB that are free",
            why="the system ends a process that takes more",
            do=do,
        )


def free_bytes() -> int | None:
    """Bytes that this process may still take; None where that is not known.

    The least of what the system, the control groups and the limits of the process leave.

    >>> free = free_bytes()
    >>> free is None or free > 0
    True
    """
    return min((*_of_system(), *_of_groups(), *_of_limits()), default=None)


def _of_system() -> Iterator[int]:
    with contextlib.suppress(OSError, RuntimeError):  # /proc is not mounted
        yield psutil.virtual_memory().available


def _of_groups() -> Iterator[int]:
    """Containers and batch systems limit a group of processes, or one of the groups that it is in."""
    with contextlib.suppress(OSError, ValueError):
        for line in Path("/proc/self/cgroup").read_text("utf-8").splitlines():
            _, controllers, path = line.split(":", 2)
            if controllers in _GROUP_FILES:
                folder, *names = _GROUP_FILES[controllers]
                group = Path(path.lstrip("/"))
                for part in (group, *group.parents):
                    yield from _of_group(_GROUPS / folder / part, *names)


def _of_group(group: Path, limit: str, used: str, given_back: str) -> Iterator[int]:
    with contextlib.suppress(OSError, ValueError):  # no such group, or a limit that is called max
        most, taken = (int((group / name).read_text("ascii")) for name in (limit, used))
        lines = (line.split() for line in (group / "memory.stat").read_text("ascii").splitlines())
        cached = sum(int(number) for name, number in lines if name == given_back)
        yield max(most - taken + cached, 0)


def _of_limits() -> Iterator[int]:
    """What `ulimit -v` and `ulimit -d` leave."""
    with contextlib.suppress(OSError, AttributeError, psutil.Error):  # only Linux reports the data segment
        taken = psutil.Process().memory_info()
        for limit, n_bytes in ((resource.RLIMIT_AS, taken.vms), (resource.RLIMIT_DATA, taken.data)):
            soft, _ = resource.getrlimit(limit)
            if soft != resource.RLIM_INFINITY:
                yield max(soft - n_bytes, 0)
