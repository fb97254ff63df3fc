"""The state of one store: its lists, its profile, who may enter, and what was deleted."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from ecwid_async.sandbox.state.rate_limits import LimitShape, rate_limit
from ecwid_async.sandbox.state.table import Item, Table
from ecwid_async.sandbox.state.transaction import Records, Transaction
from ecwid_async.sandbox.switches import Switches

if TYPE_CHECKING:
    from ecwid_async.sandbox.engine import Listing

__all__ = ["Access", "History", "Store"]

_KEPT_SECONDS: Final = 183 * 24 * 3600


@frozen
class Access:
    """What one token may do. `scopes` of None allow everything."""

    scopes: frozenset[str] | None
    limit: LimitShape = field(repr=False)

    def lacks(self, needed: Iterable[str]) -> list[str]:
        """The needed scopes that were not granted."""
        return [] if self.scopes is None else [scope for scope in needed if scope not in self.scopes]


class History:
    """What was deleted from one list, and when (Unix seconds). Kept for half a year."""

    def __init__(self, transaction: Transaction | None = None) -> None:
        self._transaction = transaction or Transaction()
        self._times: list[int] = []
        self._entries: list[Item] = []

    def add(self, entry: Item, at: int) -> None:
        """Note a deletion: `entry` holds the ``id``, and whatever else the list's history shows."""
        place = bisect_right(self._times, at)
        self._times.insert(place, at)
        self._entries.insert(place, entry)
        self._transaction.note(lambda: (self._times.pop(place), self._entries.pop(place)))

    def between(self, start: float, end: float, now: int) -> list[tuple[int, Item]]:
        """The deletions with ``start <= time <= end`` that are still kept, oldest first."""
        first = bisect_left(self._times, max(start, now - _KEPT_SECONDS))
        last = bisect_right(self._times, end)
        return list(zip(self._times[first:last], self._entries[first:last], strict=True))


class Store:
    """One store. Made by `Sandbox.add_store`; its lists are filled by `load` or by requests.

    `profile` is the store's profile as the API gives it. `suspended` makes every call answer 402. `refuses` says
    what else does not work: a section's name (``subscriptions``) stands for one that the store's plan lacks, all its
    calls answer 402; an error code (``DISCOUNTS_FEATURE_NOT_AVAILABLE``, ``CHARGE_DECLINED``) is what the calls that
    can have it then answer. `odds` is where sections keep what is not a list (an order set by the owner, swatches), by
    a name of their own: see `records` and `next_number`.

    All of it belongs to a `transaction`, so a request that is refused changes nothing. Inside one, replace parts of the
    profile (`set_profile`), never change them in place.
    """

    def __init__(
        self,
        store_id: int,
        *,
        listings: "Mapping[str, Listing]",
        clock: Callable[[], float],
        switches: Switches,
    ) -> None:
        self.id = store_id
        self.profile: Item = {}
        self.suspended = False
        self.refuses: set[str] = set()
        self.written: dict[str, float] = {}
        """When a request last changed something in a section, in Unix seconds."""
        self.due: Callable[[], None] | None = None
        """Work that takes time (batches): brings it up to now, and is called before each request."""
        self.changes = Transaction()
        """What the request in progress changes."""
        self.odds: Records[str, Any] = Records(self.changes)
        self.clock = clock
        self.opened = clock()
        self.switches = switches
        self._listings = listings
        self._access: Records[str, Access] = Records(self.changes)
        self._apps: dict[tuple[str, str], Access] = {}
        self._tables: dict[str, Table] = {}
        self._histories: dict[str, History] = {}

    def __repr__(self) -> str:
        sizes = ", ".join(f"{section}: {len(table)}" for section, table in self._tables.items())
        return f"<Store {self.id} {{{sizes}}}>"

    def add_token(self, token: str, scopes: Iterable[str] | None = None) -> None:
        """Let a token in. Without `scopes` it may do everything. Each token has a rate limit of its own."""
        granted = None if scopes is None else frozenset(scopes)
        self._access[token] = Access(granted, rate_limit(self.switches.limiter))

    def revoke(self, token: str) -> None:
        """Let a token in no longer."""
        self._access.pop(token, None)

    def revoke_all(self) -> None:
        """Let nobody in any longer, as when the app is uninstalled."""
        self._access.clear()

    def add_app(self, client_id: str, client_secret: str) -> None:
        """Let an app ask about itself with its own credentials, for which it needs no token."""
        self._apps[client_id, client_secret] = Access(None, rate_limit(self.switches.limiter))

    def app_access(self, client_id: str, client_secret: str) -> Access | None:
        """What an app may do, None where it is not one of this store."""
        return self._apps.get((client_id, client_secret))

    def access(self, token: str) -> Access | None:
        """What a token may do, None where it is not one of this store."""
        return self._access.get(token)

    def table(self, section: str) -> Table:
        """The items of one list: ``products``, ``categories``, ``orders``, ``carts``, ``customers`` …"""
        if section not in self._tables:
            listing = self._listings.get(section)
            if listing is None:
                raise KeyError(f"no list {section!r}; there are {', '.join(sorted(self._listings))}")
            sequential = section == "orders" and self.switches.sequential_orders
            self._tables[section] = Table(
                listing.columns,
                first_id=1 if sequential else listing.first_id,
                clock=self.clock,
                switches=self.switches,
                transaction=self.changes,
            )
        return self._tables[section]

    @property
    def sections(self) -> tuple[str, ...]:
        """The names of all lists that a store can have."""
        return tuple(self._listings)

    def history(self, section: str) -> History:
        """What was deleted from one list."""
        return self._histories.setdefault(section, History(self.changes))

    # What is not a list.

    def records(self, name: str, start: Mapping[Any, Any] | None = None) -> Records[Any, Any]:
        """What a section keeps by key under a name of its own, at first what `start` has."""
        kept = self.odds.get(name)
        if not isinstance(kept, Records):
            kept = Records(self.changes, start if kept is None else kept)
            self.odds[name] = kept
        return kept

    def next_number(self, name: str, first: int) -> int:
        """The next number of a counter, which starts at `first`."""
        number: int = self.odds.get(name, first)
        self.odds[name] = number + 1
        return number

    def set_profile(self, path: Sequence[str], value: Any) -> None:
        """Set one value inside the profile; None takes it away."""
        self.profile = _with(self.profile, path, value)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Undo everything that the block changes in the store where the block raises."""
        with self.changes.begin():
            self.changes.note(partial(setattr, self, "profile", self.profile))
            yield

    def load(self, section: str, items: Iterable[Item]) -> None:
        """Append complete items, as the API would give them, in order of creation; much faster than requests."""
        self.table(section).load(items)

    def count(self, section: str) -> int:
        """How many items the list has, hidden ones included."""
        return len(self.table(section))


def _with(item: Item, path: Sequence[str], value: Any) -> Item:
    first, *rest = path
    if rest:
        return {**item, first: _with(item.get(first) or {}, rest, value)}
    if value is None:
        return {name: inner for name, inner in item.items() if name != first}
    return {**item, first: value}
