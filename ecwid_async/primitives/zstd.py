"""The module `zstd`, from the standard library or its backport. Importing this fails if the extra is not installed."""

import sys

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

__all__ = ["zstd"]
