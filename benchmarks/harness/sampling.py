"""Samples of CPU time, taken in interleaved rounds, and what is computed from samples."""

import ctypes
import gc
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

__all__ = ["microseconds", "p99", "sample"]

# Parameters of glibc's `mallopt`.
_M_TRIM_THRESHOLD: Final = -1
_M_MMAP_THRESHOLD: Final = -3
_THRESHOLD_BYTES: Final = 1 << 29


def sample(candidates: Mapping[str, Callable[[], object]], *, rounds: int, per: int) -> dict[str, list[float]]:
    """Measure CPU seconds of this process per unit of work; one run of a candidate does `per` units.

    The candidates run in turn, in a different order each round, so that changes in the machine's load affect all of
    them. One warm-up round is not counted.
    """
    samples: dict[str, list[float]] = {name: [] for name in candidates}
    names = list(candidates)
    _keep_freed_memory()
    for run in candidates.values():
        run()
    gc.collect()
    gc.freeze()  # collections during a run do not scan what is loaded by now
    for _ in range(rounds):
        for name in names:
            run = candidates[name]
            gc.collect()
            start = time.process_time()
            run()
            samples[name].append((time.process_time() - start) / per)
        names.append(names.pop(0))
    gc.unfreeze()
    return samples


def microseconds(samples: Mapping[str, Sequence[float]]) -> dict[str, list[float]]:
    """Convert samples from seconds to microseconds."""
    return {name: [value * 1e6 for value in values] for name, values in samples.items()}


def p99(values: Sequence[float]) -> float:
    """Return the 99th percentile, or 0 for fewer than two values."""
    return statistics.quantiles(values, n=100, method="inclusive")[98] if len(values) > 1 else 0.0


def _keep_freed_memory() -> None:
    """Make glibc keep freed memory.

    asyncio reads into a new buffer of 256 KiB. Whether each buffer costs two page faults, a quarter of a small call,
    depends on the end of the heap, and so on earlier imports rather than on the candidates.
    """
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "mallopt"):
        libc.mallopt(_M_TRIM_THRESHOLD, _THRESHOLD_BYTES)
        libc.mallopt(_M_MMAP_THRESHOLD, _THRESHOLD_BYTES)
