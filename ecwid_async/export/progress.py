"""Progress reports of an export."""

from collections.abc import Callable

from ecwid_async.primitives.lazy_attrs import frozen

__all__ = ["Progress", "ProgressCallback"]


@frozen
class Progress:
    """The progress of one section of a store: `done` of about `total` items have been written.

    `total` is None as long as it is unknown. `note` states anything unusual, such as pages that were read again. In the
    last report of a section, `finished` is True.
    """

    section: str
    done: int
    total: int | None
    note: str = ""
    store_id: int = 0
    finished: bool = False


ProgressCallback = Callable[[Progress], None]
