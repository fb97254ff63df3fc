"""The state of one store: its lists, profile, tokens and deletions."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from ecwid_async.sandbox.state.access import Access
from ecwid_async.sandbox.state.app import App, Install
from ecwid_async.sandbox.state.deletion_history import DeletionHistory
from ecwid_async.sandbox.state.items import EncodedItem, Item
from ecwid_async.sandbox.state.rate_limits import new_rate_limiter
from ecwid_async.sandbox.state.state_copy import StateCopy
from ecwid_async.sandbox.state.table import Table
from ecwid_async.sandbox.state.transaction import Change, ChangeObserver, Records, Transaction
from ecwid_async.sandbox.switches import Switches

if TYPE_CHECKING:
    from ecwid_async.sandbox.engine import Listing

__all__ = ["Store"]

_PUBLIC_TOKEN: Final = "public_"  # noqa: S105  how public tokens begin
_PUBLIC_SCOPE: Final = "public_storefront"
# What a public token opens, whatever the app's other scopes are.
_PUBLIC_ACCESS: Final = frozenset({_PUBLIC_SCOPE, "create_orders", "read_catalog", "read_store_profile"})


class Store:
    """One store. `Sandbox.add_store` creates it; `load` or requests fill its lists.

    `profile` is the store's profile as the API returns it. `suspended` makes every call fail with 402,
    and `failing` with 500. `response_delay` is the number of seconds by which each response is late; `Sandbox.handle`
    ignores it.
    `simulated_errors` contains sections (``subscriptions``) and error codes (``DISCOUNTS_FEATURE_NOT_AVAILABLE``,
    ``CHARGE_DECLINED``): all calls to these sections fail with 402, as if the store's plan did not include them, and
    all calls that can return one of these codes fail with it. `section_data` holds data other than lists (a manual sort
    order, swatches) by name: see `records` and `next_number`.

    All of it is part of a `transaction`, so a request that fails changes nothing. Within a transaction, replace parts
    of the profile with `set_profile`; never change them in place.
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
        self.failing = False
        self.response_delay = 0.0
        self.is_exported = False
        """Whether items are those of an export, which may lack fields or have values of other types than the API's."""
        self.simulated_errors: set[str] = set()
        self.last_writes: dict[str, float] = {}
        """The time of the last successful write request by section, in Unix seconds."""
        self.run_due_batches: Callable[[], None] | None = None
        """Executes the requests of batches that are due by now; called before each request."""
        self.changes = Transaction()
        """The changes of the request in progress."""
        self.section_data: Records[str, Any] = Records(self.changes, name="section_data")
        self.installs: Records[str, Install] = Records(self.changes, name="installs")
        """The installed apps, by client id."""
        self.clock = clock
        self.opened = clock()
        """The time when the store was created, in Unix seconds."""
        self.switches = switches
        self._listings = listings
        self._access: Records[str, Access] = Records(self.changes)
        self._apps: dict[tuple[str, str], Access] = {}
        self._tables: dict[str, Table] = {}
        # Lists that are loaded on first use, in order, and the names of those that were.
        self._unloaded: Iterator[tuple[str, Iterable[Item | EncodedItem]]] | None = None
        self._loaded: set[str] = set()
        self._histories: dict[str, DeletionHistory] = {}

    def __repr__(self) -> str:
        sizes = ", ".join(f"{section}: {size}" for section, size in self.sizes.items())
        return f"<Store {self.id} {{{sizes}}}>"

    # Access.

    def add_token(self, token: str, scopes: Iterable[str] | None = None, *, client_id: str | None = None) -> None:
        """Accept a token, for everything or for `scopes` only. Each token has its own rate limit.

        `client_id` is the installed app to which it belongs. One that begins with ``public_`` opens only what customers
        may see: enabled products and categories.
        """
        granted = None if scopes is None else frozenset(scopes)
        is_public = token.startswith(_PUBLIC_TOKEN)
        self._access[token] = Access(granted, new_rate_limiter(self.switches.limiter), client_id, is_public)

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens that the store accepts, in the order in which they were added."""
        return tuple(self._access)

    def revoke(self, token: str) -> None:
        """Stop accepting a token."""
        self._access.pop(token, None)

    def revoke_all(self) -> None:
        """Stop accepting all tokens, as after the app is uninstalled."""
        self._access.clear()

    def install(self, app: App, scopes: Iterable[str] | None) -> Install:
        """Install an app for everything or for `scopes` only, and give it a token in place of its earlier ones."""
        self._revoke_tokens_of(app.client_id)
        granted = None if scopes is None else frozenset(scopes)
        has_public_token = app.public_token and (granted is None or _PUBLIC_SCOPE in granted)
        public = f"{_PUBLIC_TOKEN}{secrets.token_hex(16)}" if has_public_token else None
        installed = Install(scopes=granted, token=f"secret_{secrets.token_hex(16)}", public_token=public)
        self.add_token(installed.token, granted, client_id=app.client_id)
        if public is not None:
            self.add_token(public, _PUBLIC_ACCESS, client_id=app.client_id)
        self.installs[app.client_id] = installed
        return installed

    def uninstall(self, client_id: str) -> bool:
        """Uninstall an app and revoke its tokens. Returns whether it was installed."""
        self._revoke_tokens_of(client_id)
        return self.installs.pop(client_id, None) is not None

    def _revoke_tokens_of(self, client_id: str) -> None:
        for token in [token for token, access in self._access.items() if access.client_id == client_id]:
            self.revoke(token)

    def add_app(self, client_id: str, client_secret: str) -> None:
        """Let an app request its own data with its client id and secret instead of a token."""
        self._apps[client_id, client_secret] = Access(None, new_rate_limiter(self.switches.limiter))

    def app_access(self, client_id: str, client_secret: str) -> Access | None:
        """The access of an app. None if the store does not have it."""
        return self._apps.get((client_id, client_secret))

    def access(self, token: str) -> Access | None:
        """The access of a token. None if the store does not accept it."""
        return self._access.get(token)

    # Lists.

    def table(self, section: str) -> Table:
        """The items of one list: ``products``, ``categories``, ``orders``, ``carts``, ``customers`` …"""
        self._load_through(section)
        return self._table(section)

    def _table(self, section: str) -> Table:
        if section not in self._tables:
            listing = self._listings.get(section)
            if listing is None:
                raise KeyError(f"no list {section!r}; choose one of {', '.join(sorted(self._listings))}")
            sequential = section == "orders" and self.switches.sequential_orders
            self._tables[section] = Table(
                listing.columns,
                first_id=1 if sequential else listing.first_id,
                clock=self.clock,
                switches=self.switches,
                transaction=self.changes,
                section=section,
            )
        return self._tables[section]

    @property
    def sections(self) -> tuple[str, ...]:
        """The names of all lists."""
        return tuple(self._listings)

    def set_switches(self, switches: Switches) -> None:
        """Behave as described by other switches from now on."""
        self._load_through()
        self.switches = switches
        for table in self._tables.values():
            table.switches = switches

    def history(self, section: str) -> DeletionHistory:
        """The deletions from one list."""
        return self._histories.setdefault(section, DeletionHistory(self.changes))

    def load(self, section: str, items: Iterable[Item | EncodedItem]) -> None:
        """Append complete items, as the API returns them, in order of creation. Much faster than requests."""
        self.table(section).load(items)

    def load_on_use(self, items_by_section: Iterable[tuple[str, Iterable[Item | EncodedItem]]]) -> None:
        """Like `load` for each of these lists, but only when one is first used: then it and those before it.

        A command that reads one list does not wait until the items of the others are generated.
        """
        self._unloaded = iter(items_by_section)

    def _load_through(self, last: str | None = None) -> None:
        """Load the lists up to this one, by default all, that are loaded on first use."""
        while self._unloaded is not None and last not in self._loaded:
            section, items = next(self._unloaded, (None, ()))
            if section is None:
                self._unloaded = None
            else:
                self._table(section).load(items)
                self._loaded.add(section)

    def count(self, section: str) -> int:
        """The number of items in the list, including hidden ones."""
        return len(self.table(section))

    @property
    def sizes(self) -> dict[str, int]:
        """The number of items in each list, including hidden ones. Lists that were never used may be missing."""
        self._load_through()
        return {section: len(table) for section, table in self._tables.items()}

    @property
    def size(self) -> int:
        """The number of items in all lists."""
        return sum(self.sizes.values())

    # Other data.

    def records(self, name: str, initial: Mapping[Any, Any] | None = None) -> Records[Any, Any]:
        """The entry `name` of `section_data` as records by key, created from `initial` if it does not exist."""
        stored = self.section_data.get(name)
        if not isinstance(stored, Records):
            stored = Records(self.changes, initial if stored is None else stored, name)
            self.section_data[name] = stored
        return stored

    def next_number(self, name: str, first: int) -> int:
        """The next number of the counter `name`, which starts at `first`."""
        number: int = self.section_data.get(name, first)
        self.section_data[name] = number + 1
        return number

    def set_profile(self, path: Sequence[str], value: Any) -> None:
        """Set one value in the profile; None removes it."""
        self.profile = _replace(self.profile, path, value)

    def copy_state(self) -> StateCopy:
        """A copy of everything in the store. Raises `RuntimeError` while a request is in progress."""
        if self.changes.active:
            raise RuntimeError("a request is in progress: copy the store before or after it")
        self._load_through()
        names = vars(self).keys() - {"id", "clock", "_listings"}
        listings = self._listings.values()
        shared = self.clock, self._listings, self.switches, *listings, *(listing.columns for listing in listings)
        return StateCopy(self, names, shared=shared)

    @contextmanager
    def transaction(self, observer: ChangeObserver | None = None) -> Iterator[None]:
        """Undo all changes of the block to the store if it raises; otherwise pass them to `observer`."""
        with self.changes.begin(observer):
            before = self.profile
            self.changes.on_rollback(partial(setattr, self, "profile", before))
            yield
            if self.profile is not before:
                self.changes.record(Change("profile", self.id, before, self.profile))


def _replace(item: Item, path: Sequence[str], value: Any) -> Item:
    first, *rest = path
    if rest:
        return {**item, first: _replace(item.get(first) or {}, rest, value)}
    if value is None:
        return {name: inner for name, inner in item.items() if name != first}
    return {**item, first: value}
