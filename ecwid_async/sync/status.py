"""The state of a mirror as values, for people, programs and monitors."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from attrs import asdict, field

from ecwid_async.primitives.lazy_attrs import frozen

if TYPE_CHECKING:
    from ecwid_async.sync.fleet import FleetStatus

__all__ = ["REPORTED_FOR", "MirrorSummary", "SectionCondition", "SectionStatus", "StoreStatus", "to_prometheus"]

SectionCondition: TypeAlias = Literal["new", "reading", "ok", "skipped", "failing", "unproven", "stopped", "behind"]
"""The condition of a section in one word.

"new": not read yet. "reading": the first read has begun. "skipped": the token or the plan does not allow it. "failing":
the last try failed. "unproven": a part could not be read completely. "stopped": deletions wait to be confirmed.
"behind": the store reports changes that the mirror has not read for too long.
"""

# For this long, a monitor is told of items that were found too late.
REPORTED_FOR: Final = 24 * 3600


@frozen(kw_only=True)
class SectionStatus:
    """The status of one section of a store. All times are Unix seconds of the server's clock.

    - `rows`, `deleted`: items, and items known to be deleted.
    - `cursor`: everything that was last updated before this time has been read; None until the first read is complete.
    - `changed_at`: when the store last changed the section, as it reports itself; None where it does not.
    - `behind`: for how many seconds the store has reported changes without a complete poll since.
    - `late`: items that a poll should have found and an audit found; `silent`: items that had changed without a new
      update time. `loss_at` is when the last of them was found. The mirror contains them, but a poll had missed them.
    - `went_back`: items whose update time became lower. `refused`: items that the database refused.
      `refused_at` and `refusal` are when that happened last, and to which item and why.
    - `hints`, `missing`, `undecided`: single items that are to be read: marked ones, ones that a list did not contain,
      and ones of which it is not certain which of two states is newer.
    - `polled_at`, `audited_at`, `audited_until`, `reconciled_at`: when each was last done, and up to which update time.
    - `rolling_progress`: the completed part of the present comparison of the whole list, from 0 to 1; None before it.
    - `unproven_since`: the update time from which on the list could not be read completely; None if it was.
    - `skipped`, `stopped`, `error`: why the section is skipped, why its reconcile was stopped, and the last error;
      empty if there is no reason. `retry_at` is when the section is tried again after an error.
    """

    name: str
    condition: SectionCondition = "new"
    rows: int = 0
    deleted: int = 0
    cursor: int | None = None
    changed_at: int | None = None
    behind: float = 0.0
    late: int = 0
    silent: int = 0
    loss_at: float | None = None
    went_back: int = 0
    refused: int = 0
    refused_at: float | None = None
    refusal: str = ""
    hints: int = 0
    missing: int = 0
    undecided: int = 0
    polled_at: float | None = None
    audited_at: float | None = None
    audited_until: int | None = None
    reconciled_at: float | None = None
    rolling_progress: float | None = None
    unproven_since: int | None = None
    skipped: str = ""
    stopped: str = ""
    error: str = ""
    retry_at: float | None = None

    def problems(self, *, now: float) -> list[str]:
        """Return what a monitor should report about the section, a sentence each."""
        found = []
        if self.error:
            found.append(f"{self.name}: {self.error}")
        if self.condition == "behind":
            found.append(
                f"{self.name}: the store has reported changes for {_duration(self.behind)}, and the cursor did not move"
            )
        if self.unproven_since is not None:
            found.append(
                f"{self.name}: what changed since {_utc(self.unproven_since)} could not be read completely yet"
            )
        if self.stopped:
            found.append(f"{self.name}: {self.stopped}")
        if self.refused_at is not None and now - self.refused_at < REPORTED_FOR:
            found.append(
                f"{self.name}: the database refused an item in the last day (in all {self.refused:,}), {self.refusal}"
            )
        if (self.late or self.silent) and self.loss_at is not None and now - self.loss_at < REPORTED_FOR:
            found.append(
                f"{self.name}: a poll had missed items, which an audit found in the last day "
                f"(in all {self.late} late and {self.silent} silent ones)"
            )
        return found


@frozen(kw_only=True)
class StoreStatus:
    """The status of the mirror of one store.

    `synced_at` is when the last round ended, by the server's clock, and `age` how many seconds ago that was. `error` is
    why the last round failed, empty if it did not. `stale_after` is the number of seconds after which a mirror that no
    round has brought up to date counts as stale.
    """

    store_id: int
    server: str
    now: float
    synced_at: float | None = None
    stale_after: float
    error: str = ""
    sections: Mapping[str, SectionStatus] = field(factory=dict)

    @property
    def age(self) -> float | None:
        """The number of seconds since the end of the last round; None if there was none."""
        return None if self.synced_at is None else max(0.0, self.now - self.synced_at)

    @property
    def problems(self) -> list[str]:
        """What a monitor should report, a sentence each. Empty if the mirror is in step with the store."""
        found = []
        if self.error:
            found.append(self.error)
        if self.age is None:
            found.append(f"store {self.store_id}: the first round has not ended yet: run a sync, or let it finish")
        elif self.age > self.stale_after:
            found.append(f"store {self.store_id} was last synced {_duration(self.age)} ago: is the sync running?")
        for section in self.sections.values():
            found += section.problems(now=self.now)
        return found

    @property
    def healthy(self) -> bool:
        """Whether there are no problems."""
        return not self.problems

    def to_dict(self) -> dict[str, Any]:
        """Return the status as values of JSON."""
        return {**asdict(self), "age": self.age, "healthy": self.healthy, "problems": self.problems}


@frozen(kw_only=True)
class MirrorSummary:
    """The status of a database with any number of stores.

    `stores` is their number, `unhealthy` the number of those with problems, and `new` that of those whose first round
    has not ended. `worst` has the status of up to so many of the unhealthy ones as were asked for, ordered by id, new
    ones last.
    """

    stores: int
    unhealthy: int
    new: int
    worst: list[StoreStatus] = field(factory=list)


_SECTION_METRICS: Final = (
    ("rows", "gauge", "Items in the mirror."),
    ("deleted", "gauge", "Items known to be deleted."),
    ("behind", "gauge", "Seconds for which the store has reported changes without a complete poll since."),
    ("late", "counter", "Items that a poll missed and an audit found."),
    ("silent", "counter", "Items that had changed without a new update time."),
    ("went_back", "counter", "Items whose update time became lower."),
    ("refused", "counter", "Items that the database refused."),
    ("hints", "gauge", "Marked items that are to be read."),
    ("missing", "gauge", "Items missing from a list that are to be looked up."),
    ("undecided", "gauge", "Items to be looked up to know which of two states is newer."),
    ("cursor", "gauge", "Everything last updated before this time has been read."),
    ("polled_at", "gauge", "When the section was last polled."),
    ("audited_at", "gauge", "When the section was last audited."),
    ("reconciled_at", "gauge", "When the ids of the section were last compared."),
    ("unproven_since", "gauge", "The update time from which on the section could not be read completely."),
)
# Prometheus wants times and durations to say so.
_UNITS: Final = {"behind": "_seconds"} | dict.fromkeys(
    ("cursor", "polled_at", "audited_at", "reconciled_at", "unproven_since"), "_timestamp_seconds"
)
_CONDITIONS: Final[tuple[SectionCondition, ...]] = (
    "new",
    "reading",
    "ok",
    "skipped",
    "failing",
    "unproven",
    "stopped",
    "behind",
)


_FLEET_CONDITIONS: Final = ("new", "ok", "continues", "failing", "refused")
_FLEET_METRICS: Final = (
    ("in_progress", "in_progress", "Stores that are synchronized now."),
    ("due", "due", "Stores that wait to be synchronized."),
    ("longest_late", "longest_late_seconds", "How long the first of them has been due."),
    ("every", "every_seconds", "The interval that was asked for."),
    ("mean_interval", "mean_interval_seconds", "The mean of the last intervals of stores that work."),
    ("longest_interval", "longest_interval_seconds", "The longest of the last intervals of stores that work."),
    ("mean_seconds", "mean_round_seconds", "The mean duration of the latest rounds."),
    ("mean_requests", "mean_round_requests", "The mean number of requests of the latest rounds."),
)
_FLEET_SECTION_METRICS: Final = (
    ("late", "Items that polls missed and audits found, in all stores."),
    ("silent", "Items that had changed without a new update time, in all stores."),
    ("refused", "Items that the database refused, in all stores."),
)

_Samples: TypeAlias = Iterable[tuple[str, float | None]]


def to_prometheus(
    stores: Iterable[StoreStatus], *, fleets: "Iterable[FleetStatus]" = (), summary: MirrorSummary | None = None
) -> str:
    """Return the status of stores in the text format of Prometheus, and the totals of fleets and of the database.

    There are some 400 series for each store, and 150 for each fleet however many stores it has.
    """
    lines: list[str] = []
    if summary is not None:
        lines += _family("ecwid_mirror_stores", "gauge", "Stores of the database.", [("", summary.stores)])
        text = "Stores that a monitor should report."
        lines += _family("ecwid_mirror_unhealthy_stores", "gauge", text, [("", summary.unhealthy)])
    lines += _store_metrics(list(stores))
    lines += _fleet_metrics(list(fleets))
    return "".join(f"{line}\n" for line in lines)


def _family(name: str, kind: str, text: str, samples: _Samples) -> list[str]:
    """Return the lines of a metric; none without samples. Each has its labels as text."""
    name += "_total" if kind == "counter" else ""
    shown = [
        f"{name}{f'{{{labels}}}' if labels else ''} {value:.17g}" for labels, value in samples if value is not None
    ]
    return [f"# HELP {name} {text}", f"# TYPE {name} {kind}", *shown] if shown else []


def _store_metrics(stores: Sequence[StoreStatus]) -> list[str]:
    lines: list[str] = []

    def family(name: str, kind: str, text: str, samples: _Samples) -> None:
        lines.extend(_family(f"ecwid_mirror_{name}", kind, text, samples))

    by_store = [(f'store="{store.store_id}"', store) for store in stores]
    by_section = [
        (f'{labels},section="{section.name}"', section)
        for labels, store in by_store
        for section in store.sections.values()
    ]
    family(
        "healthy",
        "gauge",
        "1 if a monitor has nothing to report.",
        [(labels, store.healthy) for labels, store in by_store],
    )
    family(
        "synced_timestamp_seconds",
        "gauge",
        "When the last round ended.",
        [(labels, store.synced_at) for labels, store in by_store],
    )
    for name, kind, text in _SECTION_METRICS:
        samples = [(labels, getattr(section, name)) for labels, section in by_section]
        family(f"{name.removesuffix('_at')}{_UNITS.get(name, '')}", kind, text, samples)
    conditions = [
        (f'{labels},condition="{condition}"', float(section.condition == condition))
        for labels, section in by_section
        for condition in _CONDITIONS
    ]
    family("condition", "gauge", "1 for the condition of the section.", conditions)
    return lines


def _fleet_metrics(fleets: "Sequence[FleetStatus]") -> list[str]:
    lines: list[str] = []

    def family(name: str, text: str, samples: _Samples) -> None:
        # Totals of stores decrease when a store leaves, so none of them is a counter.
        lines.extend(_family(f"ecwid_fleet_{name}", "gauge", text, samples))

    by_fleet = [(f'fleet="{fleet.name}"', fleet) for fleet in fleets]
    by_section = [
        (f'{labels},section="{name}"', section)
        for labels, fleet in by_fleet
        for name, section in fleet.sections.items()
    ]
    family(
        "healthy",
        "1 if a monitor has nothing to report.",
        [(labels, fleet.healthy) for labels, fleet in by_fleet],
    )
    family(
        "stores",
        "Stores, by what the latest slice ended with.",
        [
            (f'{labels},condition="{condition}"', getattr(fleet.totals, condition))
            for labels, fleet in by_fleet
            for condition in _FLEET_CONDITIONS
        ],
    )
    for attribute, name, text in _FLEET_METRICS:
        family(name, text, [(labels, getattr(fleet.totals, attribute)) for labels, fleet in by_fleet])
    family(
        "section_stores",
        "Stores in which a section is in this condition.",
        [
            (f'{labels},condition="{condition}"', getattr(section, condition))
            for labels, section in by_section
            for condition in ("failing", "unproven", "skipped")
        ],
    )
    for name, text in _FLEET_SECTION_METRICS:
        family(f"section_{name}", text, [(labels, getattr(section, name)) for labels, section in by_section])
    return lines


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.0f} hours"


def _utc(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
