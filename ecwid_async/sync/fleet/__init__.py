"""Many stores in one mirror: a schedule in the database, and slices of rounds in turn."""

from ecwid_async.sync.fleet.events import (
    FleetEvent,
    FleetListed,
    FleetProblem,
    SliceEnded,
    SliceStarted,
    StoreProgress,
)
from ecwid_async.sync.fleet.fleet import Fleet, FleetReport
from ecwid_async.sync.fleet.settings import FleetSettings
from ecwid_async.sync.fleet.slices import FATAL, SHARED, SliceOutcome, SliceResult
from ecwid_async.sync.fleet.sources import StoreSource, stores_from_sql
from ecwid_async.sync.fleet.status import FleetStatus, fleet_names, fleet_status, wake

__all__ = [
    "FATAL",
    "SHARED",
    "Fleet",
    "FleetEvent",
    "FleetListed",
    "FleetProblem",
    "FleetReport",
    "FleetSettings",
    "FleetStatus",
    "SliceEnded",
    "SliceOutcome",
    "SliceResult",
    "SliceStarted",
    "StoreProgress",
    "StoreSource",
    "fleet_names",
    "fleet_status",
    "stores_from_sql",
    "wake",
]
