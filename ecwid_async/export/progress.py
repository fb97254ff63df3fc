"""Progress reports of an export."""

from collections.abc import Callable

from attrs import frozen

__all__ = ["Progress", "ProgressCallback"]


@frozen
class Progress:
    """How far a section is: `done` items of about `total`, None while that is unknown. `note` says what is unusual.

    The last report of a section is `finished`.
    """

    section: str
    done: int
    total: int | None
    note: str = ""
    store_id: int = 0
    finished: bool = False


ProgressCallback = Callable[[Progress], None]
