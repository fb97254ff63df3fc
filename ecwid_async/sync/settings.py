"""How often a mirror does what, and how much at once."""

from typing import Final

from ecwid_async.errors import ConfigError
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.transport import check_count, check_number

__all__ = ["MirrorSettings"]

_MINUTE: Final = 60.0
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR


@frozen(kw_only=True)
class MirrorSettings:
    """The settings of a `Mirror`. All times are in seconds.

    - `lag`: how far a search may be behind the store. Each poll reads again what changed in the last `lag` seconds.
    - `poll_interval`: a list is polled at least this often, even if the store reports no change. Lists and sections for
      which the store reports nothing are polled exactly this often.
    - `audit_interval`: how often what changed before is read again, up to `audit_delay` ago.
    - `rolling_cycle`: the time in which a whole list is compared with the mirror, one slice per `rolling_interval`.
    - `reconcile_interval`: how often the ids of a list are compared with the mirror; None for the interval of each
      list: a week where the store lists deleted items, a day elsewhere.
    - `lookups_per_minute`: the requests per minute for single items: marked ones, and those missing from a list.
    - `max_lookups`: the number of these that a reconcile may send by itself, before it leaves them to later rounds.
    - `skipped_interval`: how often a section is tried that the token or the plan of the store does not allow.
    - `retry_delay`, `max_retry_delay`: the time until a section that failed is tried again. It doubles each time.
    - `sections_at_once`, `pages_at_once`: how many sections are read at a time, and how many pages of each.
    - `rows_per_transaction`: pages are stored together until they have this many items.
    - `lease`: how long a process that was stopped keeps others from writing to the same store.
    - `keep_deleted`: how long the document of a deleted item is kept; None for ever. Its row remains without it, with
      the time of the deletion, unless `remove_deleted` is set.

    Raises `ConfigError` for a value out of range.
    """

    lag: float = 5 * _MINUTE
    poll_interval: float = _HOUR
    audit_interval: float = _HOUR
    audit_delay: float = _HOUR
    rolling_cycle: float = 7 * _DAY
    rolling_interval: float = _HOUR
    reconcile_interval: float | None = None
    lookups_per_minute: int = 60
    max_lookups: int = 200
    skipped_interval: float = _DAY
    retry_delay: float = _MINUTE
    max_retry_delay: float = _HOUR
    sections_at_once: int = 4
    pages_at_once: int = 8
    rows_per_transaction: int = 1000
    lease: float = 2 * _MINUTE
    keep_deleted: float | None = 30 * _DAY
    remove_deleted: bool = False

    def __attrs_post_init__(self) -> None:
        for name in ("lag", "audit_delay"):
            check_number(f"MirrorSettings.{name}", getattr(self, name))
        for name in (
            "poll_interval",
            "audit_interval",
            "rolling_cycle",
            "rolling_interval",
            "skipped_interval",
            "retry_delay",
            "max_retry_delay",
            "lease",
        ):
            check_number(f"MirrorSettings.{name}", getattr(self, name), exclusive=True)
        for name in ("reconcile_interval", "keep_deleted"):
            if (value := getattr(self, name)) is not None:
                check_number(f"MirrorSettings.{name}", value, exclusive=True)
        for name in ("lookups_per_minute", "sections_at_once", "pages_at_once", "rows_per_transaction"):
            check_count(f"MirrorSettings.{name}", getattr(self, name))
        check_count("MirrorSettings.max_lookups", self.max_lookups, minimum=0)
        if self.keep_deleted is not None and self.keep_deleted < self.lag:
            raise ConfigError("MirrorSettings.keep_deleted is shorter than lag: a search may still show deleted items")
        if self.rolling_interval > self.rolling_cycle:
            raise ConfigError("MirrorSettings.rolling_interval is longer than rolling_cycle: give a shorter one")
