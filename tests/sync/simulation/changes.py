"""What happens to a simulated store, and to the requests that read it."""

from typing import Final, Literal

from attrs import frozen

__all__ = ["ACTIONS", "HTTP_FAULTS", "QUIET", "Action", "Change", "HttpFault", "Moment"]

Action = Literal["create", "edit", "silent edit", "rank", "hide", "delete", "silent delete", "restore", "hint"]
HttpFault = Literal["throttled", "failed", "unavailable", "cut", "refused", "garbage", "empty"]

ACTIONS: Final[tuple[Action, ...]] = (
    "create", "edit", "silent edit", "rank", "hide", "delete", "silent delete", "restore", "hint",
)  # fmt: skip
HTTP_FAULTS: Final[tuple[HttpFault, ...]] = (
    "throttled", "failed", "unavailable", "cut", "refused", "garbage", "empty",
)  # fmt: skip


@frozen
class Change:
    """A change of `count` neighbouring items of a section, from the index `at` on, all in one second.

    ``silent edit`` keeps the update time. ``silent delete`` is not in the list of deleted items. ``restore`` creates
    deleted items again, with their ids. ``hint`` marks items as changed, whether they are or not.
    """

    action: Action
    section: int = 0
    at: int = 0
    count: int = 1
    rank: int = 0


@frozen
class Moment:
    """Changes, and the `seconds` that pass, before a request is served or a response arrives. `pick` selects which."""

    changes: tuple[Change, ...] = ()
    seconds: float = 0.05
    pick: int = 0
    fault: HttpFault | None = None


QUIET: Final = Moment()
