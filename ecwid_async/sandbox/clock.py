"""The clock of a sandbox, which tests freeze and advance."""

import math
import time
from collections.abc import Callable

__all__ = ["SandboxClock"]


class SandboxClock:
    """A clock in Unix seconds: the real time until it is changed. Quotas, lags and retries of a sandbox follow it.

    Call it to read the time. It goes back only if you `freeze` it at an earlier time.
    """

    def __init__(self, now: float | None = None, *, source: Callable[[], float] = time.time) -> None:
        self._source = source
        self._offset = 0.0
        self._frozen_at: float | None = None
        if now is not None:
            self.freeze(now)

    def __call__(self) -> float:
        """The time in Unix seconds."""
        return self._source() + self._offset if self._frozen_at is None else self._frozen_at

    def __repr__(self) -> str:
        return f"<SandboxClock {self():.3f}{' frozen' if self.frozen else ''}>"

    @property
    def frozen(self) -> bool:
        """Whether it stands still."""
        return self._frozen_at is not None

    def freeze(self, at: float | None = None) -> None:
        """Stand still, now or at a time in Unix seconds."""
        self._frozen_at = self() if at is None else _check(at)

    def advance(self, seconds: float) -> None:
        """Go forward, and stand still or go on as before. Raises `ValueError` for a negative number."""
        if _check(seconds) < 0:
            raise ValueError(f"a clock can't be advanced by {seconds} seconds: freeze it at an earlier time")
        if self._frozen_at is None:
            self._offset += seconds
        else:
            self._frozen_at += seconds

    def resume(self) -> None:
        """Go on from the time at which it was frozen."""
        if self._frozen_at is not None:
            self._offset = self._frozen_at - self._source()
            self._frozen_at = None

    def reset(self) -> None:
        """Show the real time again."""
        self._offset, self._frozen_at = 0.0, None


# The year 3000. Later times have no date that fits the API's formats.
_LATEST = 32_503_680_000.0


def _check(seconds: float) -> float:
    if not math.isfinite(seconds) or abs(seconds) > _LATEST:
        raise ValueError(f"{seconds} is not a time that a sandbox can show: use Unix seconds before the year 3000")
    return float(seconds)
