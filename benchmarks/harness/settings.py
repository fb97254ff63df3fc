"""The store, the token and the quota of the client in the benchmarks."""

from typing import Final

from ecwid_async import Quota

__all__ = ["STORE_ID", "TOKEN", "UNLIMITED_QUOTA"]

STORE_ID: Final = 1003
TOKEN: Final = "secret_benchmark"
# Requests are counted as usual, but never have to wait.
UNLIMITED_QUOTA: Final = Quota(requests=10**9, burst=10**9, ceiling=10**9)
