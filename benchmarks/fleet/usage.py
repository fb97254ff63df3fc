"""What a process has used: CPU time, and the time in which other programs had its core."""

import os
import time
from pathlib import Path
from typing import Self

from attrs import frozen

__all__ = ["Usage", "children_cpu", "resident_bytes"]

_TICKS = os.sysconf("SC_CLK_TCK")


@frozen(kw_only=True)
class Usage:
    """Seconds of the clock and of CPU time, and those in which a thread was ready and waited for a core."""

    wall: float
    cpu: float
    waited: float

    @classmethod
    def now(cls) -> Self:
        """Return the usage of this process so far."""
        return cls(wall=time.perf_counter(), cpu=time.process_time(), waited=_waited_for_a_core())

    def __sub__(self, earlier: "Usage") -> "Usage":
        return Usage(
            wall=self.wall - earlier.wall, cpu=self.cpu - earlier.cpu, waited=max(0.0, self.waited - earlier.waited)
        )


def _waited_for_a_core() -> float:
    """Return the seconds in which the main thread, that of the event loop, was ready to run and did not."""
    try:
        return int(Path("/proc/self/schedstat").read_text("ascii").split()[1]) / 1e9
    except (OSError, IndexError):
        return 0.0


def children_cpu(parent: int) -> float:
    """Return the CPU seconds of a process and its children: PostgreSQL has one of each connection."""
    total = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text("utf-8").rpartition(")")[2].split()
        except OSError:
            continue  # it has ended meanwhile
        # Times of children that have ended are in those of their parent.
        if int(fields[1]) == parent:
            total += int(fields[11]) + int(fields[12])
        elif path.parent.name == str(parent):
            total += sum(map(int, fields[11:15]))
    return total / _TICKS


def resident_bytes() -> int:
    """Return the resident memory of this process."""
    return int(Path("/proc/self/statm").read_text("utf-8").split()[1]) * os.sysconf("SC_PAGE_SIZE")
