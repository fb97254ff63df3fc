"""What happens in a fleet, as values: for displays and logs."""

from typing import Literal, TypeAlias

from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.sync.fleet.slices import SliceResult
from ecwid_async.sync.reports import SectionReport

__all__ = ["FleetEvent", "FleetListed", "FleetProblem", "SliceEnded", "SliceStarted", "StoreProgress"]


@frozen(kw_only=True)
class FleetListed:
    """The list of the stores was read. `stores` is their number, `removed` how many are gone since the last listing."""

    stores: int
    removed: int


@frozen(kw_only=True)
class SliceStarted:
    """A slice of a store's round has begun, `late` seconds after it was due."""

    store_id: int
    late: float


@frozen(kw_only=True)
class StoreProgress:
    """Items of a section of a store were stored."""

    store_id: int
    section: SectionReport


@frozen(kw_only=True)
class SliceEnded:
    """A slice of a store's round has ended."""

    store_id: int
    result: SliceResult


@frozen(kw_only=True)
class FleetProblem:
    """The fleet waits because of something that all stores share, and tries again in `retry_in` seconds.

    `kind` is "database" (or the shared limiter), or "listing" if the list of the stores can't be read.
    """

    kind: Literal["database", "listing"]
    error: str
    retry_in: float


FleetEvent: TypeAlias = FleetListed | SliceStarted | StoreProgress | SliceEnded | FleetProblem
