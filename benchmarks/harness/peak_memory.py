"""The peak memory of this process."""

import resource
import sys
from pathlib import Path

__all__ = ["own_peak_bytes"]


def own_peak_bytes() -> int:
    """Return the peak memory of this process in bytes, as reported by the kernel."""
    if sys.platform == "linux":
        # `getrusage` would include the size of the parent process.
        lines = Path("/proc/self/status").read_text("utf-8").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
