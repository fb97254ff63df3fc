"""A store that changes while mirrors read it, in simulated time.

`MirrorWorld` is the store and the transport to it. It records each version of each item, so that `oracle` can say what
a mirror must contain.
"""

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from attrs import evolve, field, frozen

from ecwid_async import Ecwid
from ecwid_async.client import Store as StoreApi
from ecwid_async.codec import loads
from ecwid_async.errors import NotSent, OutcomeUnknown
from ecwid_async.sandbox import Sandbox, Store, Switches
from ecwid_async.transport.memory import make_response
from ecwid_async.wire import Headers, Request, Response
from tests.sandbox.api import Api
from tests.scan.faulty_server import Faults
from tests.scan.lists import KINDS, Kind, Row, Rows
from tests.simulation import Network
from tests.sync.simulation.changes import QUIET, Change, HttpFault, Moment

__all__ = ["DAY", "LAG", "LISTS", "START", "STORE", "TOKEN", "WEEK", "List", "MirrorWorld", "Version", "number_of"]

START: Final = 1_750_000_000
STORE: Final = 1003
TOKEN: Final = "secret_mirror"
DAY: Final = 24 * 3600
WEEK: Final = 7 * DAY
# How far the mirrors allow searches to be behind, in seconds.
LAG: Final = 300.0
# A round that sends more than this is endless.
MAX_REQUESTS: Final = 5000

_WITH_DELETED_ITEMS: Final = {"products", "orders", "customers", "coupons", "reviews"}


@frozen(kw_only=True)
class List:
    """A section of the store. `path` and `params` read it whole.

    `items_key` is the field with the items in sections that are read by one call; "" if the response is an array.
    `is_derived` means that it follows from another section, and can't be changed by itself.
    """

    kind: Kind
    path: str
    params: dict[str, Any] = field(factory=dict)
    key: str = "id"
    items_key: str | None = None
    has_get: bool = True
    is_derived: bool = False

    @property
    def has_deleted_items(self) -> bool:
        """Whether the API has a list of the deleted items."""
        return self.kind.name in _WITH_DELETED_ITEMS

    @property
    def is_paged(self) -> bool:
        return self.items_key is None and self.kind.name != "profile"


def _product(row: Row) -> list[dict[str, Any]]:
    """A product with a brand, categories and variations, which depend on its rank."""
    (item,) = KINDS["products"].show(row)
    return [
        item
        | {
            "sku": f"SKU{row.number}",
            "attributes": [{"id": 1, "name": "Brand", "type": "BRAND", "value": f"Brand {row.rank % 3}"}],
            "combinations": [
                {"id": row.number * 10 + nth, "combinationNumber": nth, "sku": f"SKU{row.number}-{nth}"}
                for nth in range(row.rank % 3)
            ],
        }
    ]


def _order(row: Row) -> list[dict[str, Any]]:
    (item,) = KINDS["orders"].show(row)
    lines = [
        {"id": row.number * 10 + nth, "sku": f"SKU{nth}", "quantity": 1 + row.edits, "price": 2.5}
        for nth in range(row.rank % 3)
    ]
    return [item | {"items": lines, "email": f"{row.number}@example.com"}]


class ExtraFields(Rows):
    """Checkout extra fields are not a table, and lists show them at once."""

    def __init__(self, store: Store, kind: Kind) -> None:
        self.kind = kind
        self.fields: dict[str, Any] = store.records("checkout_extra_fields")

    def load(self, rows: Iterable[Row]) -> None:
        for row in rows:
            self.put(row)

    def put(self, row: Row) -> None:
        (item,) = self.kind.show(row)
        self.fields[item["key"]] = item

    def remove(self, row: Row) -> None:
        (item,) = self.kind.show(row)
        del self.fields[item["key"]]


class Profile(Rows):
    """The profile is a single object, which has the number 0."""

    def __init__(self, store: Store, kind: Kind) -> None:
        self.store = store

    def load(self, rows: Iterable[Row]) -> None:
        self.put(Row(number=0, created=0, updated=0))

    def put(self, row: Row) -> None:
        self.store.set_profile(["generalInfo", "storeUrl"], f"https://{row.edits}.example.com")


class Derived(Rows):
    """Items that follow from those of another section, as brands do from products."""

    def __init__(self, store: Store, kind: Kind) -> None:
        pass

    def load(self, rows: Iterable[Row]) -> None:
        pass


def _extra_field(row: Row) -> list[dict[str, Any]]:
    return [{"key": f"field{row.number}", "title": f"{row.edits}", "type": "text", "orderBy": row.rank}]


def _product_type(row: Row) -> list[dict[str, Any]]:
    return [{"id": row.number, "name": f"{row.edits}", "attributes": []}]


def _nothing(row: Row) -> list[dict[str, Any]]:
    return [{"id": row.number}]


LISTS: Final = {
    found.kind.name: found
    for found in (
        List(kind=evolve(KINDS["products"], show=_product), path="/products"),
        List(kind=evolve(KINDS["orders"], show=_order), path="/orders"),
        List(kind=KINDS["carts"], path="/carts", params={"showHidden": True}, key="cartId"),
        List(kind=KINDS["customers"], path="/customers"),
        List(kind=KINDS["coupons"], path="/discount_coupons"),
        List(kind=KINDS["reviews"], path="/reviews"),
        List(kind=KINDS["subscriptions"], path="/subscriptions", key="subscriptionId"),
        List(kind=KINDS["categories"], path="/categories", params={"hidden_categories": True}),
        List(kind=KINDS["promotions"], path="/promotions", has_get=False),
        List(kind=KINDS["customer_groups"], path="/customer_groups"),
        List(kind=KINDS["redirects"], path="/instant-site/redirects"),
        List(
            kind=Kind(name="brands", show=_nothing, rows=Derived, has_times=False),
            path="/brands",
            params={"hidden_brands": True},
            key="name",
            has_get=False,
            is_derived=True,
        ),
        List(kind=Kind(name="product_types", show=_product_type, has_times=False), path="/classes", items_key=""),
        List(
            kind=Kind(name="checkout_extra_fields", show=_extra_field, rows=ExtraFields, has_times=False),
            path="/profile/extrafields",
            key="key",
            items_key="items",
        ),
        List(kind=Kind(name="profile", show=_nothing, rows=Profile, has_times=False), path="/profile", has_get=False),
    )
}
"""Every section that the simulation changes, by name."""


@frozen
class Version:
    """A state of an item: `row` is None if it was deleted. `at` is the server's time, `visible` that of searches.

    `silent` means that neither the update time nor the list of deleted items shows the change.
    """

    row: Row | None
    at: float
    visible: float
    silent: bool = False


def number_of(item_id: object) -> int:
    """Return the number of the row with this id; the profile, which has none, has the number 0."""
    found = re.search(r"\d+$", str(item_id))
    return int(found[0]) if found else 0


class MirrorWorld(Network):
    """A sandbox with one store, and a transport to it.

    `skew` is how many seconds the server's clock is ahead of the event loop's. `script` yields what happens next while
    requests are in progress. `faults` makes the server dishonest.
    """

    def __init__(
        self, sections: Sequence[str] = ("products",), *, switches: Switches | None = None, store_id: int = STORE
    ) -> None:
        super().__init__(START, max_requests=MAX_REQUESTS)
        # Retries wait for a random time.
        random.seed(0)
        self.store_id = store_id
        self.skew = 0.0
        self.script: Iterator[Moment] = iter(())
        self.faults: Faults | None = None
        self.connected = True
        self.broken: str | None = None
        """The end of the paths for which the server fails."""
        self.sandbox = Sandbox(clock=self.server_time, requests_per_minute=None, switches=switches)
        self.store = self.sandbox.add_store(store_id, token=TOKEN)
        self.api = Api(self.sandbox, store_id=store_id, token=TOKEN)
        self.sections = tuple(sections)
        self.lists = {name: LISTS[name] for name in sections}
        self.rows = {name: found.kind.rows(self.store, found.kind) for name, found in self.lists.items()}
        self.existing: dict[str, dict[int, Row]] = {name: {} for name in sections}
        self.deleted: dict[str, dict[int, Row]] = {name: {} for name in sections}
        self.history: dict[tuple[str, int], list[Version]] = defaultdict(list)
        self.hints: list[tuple[str, int]] = []
        """Items that were marked as changed and not yet reported to a mirror."""
        self.longest_lag = 0.0
        """The longest lag of searches, or of lists of deleted items, of any change so far."""
        self.skipped_time = False
        """Whether the server's clock was ever set forward, or its times were wrong."""
        self._next_number = 1
        self._fault: HttpFault | None = None
        self._rows_before: dict[str, list[Any]] = {}
        for name in sections:
            self.rows[name].load(())
        if "customer_groups" in sections:
            self.existing["customer_groups"][0] = Row(number=0, created=0, updated=0)
        if "profile" in sections:
            self.existing["profile"][0] = Row(number=0, created=0, updated=0)

    def server_time(self) -> float:
        return self.now + self.skew

    def client(self) -> Ecwid:
        return Ecwid(transport=self, quota=None, events=[])

    def open_store(self, client: Ecwid) -> StoreApi:
        return client.store(self.store_id, TOKEN)

    # Changes.

    def load(self, name: str, count: int, *, spread: int = DAY, age: int = 30 * DAY) -> None:
        """Fill a list before anything happens, with items created `spread` seconds apart."""
        if self.lists[name].is_derived or name == "profile":
            return
        rows = []
        for nth in range(count):
            number, self._next_number = self._next_number, self._next_number + 1
            time = int(self.server_time()) - age + nth * spread % max(1, age)
            rows.append(Row(number=number, created=time, updated=time, rank=nth % 6))
        if name == "customer_groups":
            for row in rows:
                self.store.load(name, self.lists[name].kind.show(row))
        else:
            self.rows[name].load(rows)
        for row in rows:
            self.existing[name][row.number] = row
            self.history[name, row.number].append(Version(row, row.updated, row.updated))

    def change(self, change: Change) -> None:
        """Make a change now."""
        name = self.sections[change.section % len(self.sections)]
        now = int(self.server_time())
        if self.lists[name].is_derived:
            return
        if name == "profile":
            if change.action != "hint":
                profile = self.existing[name][0]
                self.put(name, evolve(profile, edits=profile.edits + 1))
            return
        if change.action == "create":
            for _ in range(change.count):
                number, self._next_number = self._next_number, self._next_number + 1
                self.put(name, Row(number=number, created=now, updated=now, rank=change.rank % 6))
            return
        source = self.deleted if change.action == "restore" else self.existing
        rows = [row for row in source[name].values() if row.number != 0]
        start = change.at % len(rows) if rows else 0
        for row in rows[start : start + change.count]:
            match change.action:
                case "edit":
                    self.put(name, evolve(row, edits=row.edits + 1, updated=now))
                case "silent edit":
                    self.put(name, evolve(row, edits=row.edits + 1), silent=True)
                case "rank":
                    self.put(name, evolve(row, edits=row.edits + 1, rank=change.rank % 6, updated=now))
                case "hide":
                    self.put(name, evolve(row, edits=row.edits + 1, hidden=not row.hidden, updated=now))
                case "delete" | "silent delete":
                    self._delete(name, row, silent=change.action == "silent delete")
                case "restore":
                    del self.deleted[name][row.number]
                    self.put(name, evolve(row, edits=row.edits + 1, updated=now))
                case "hint":
                    self.hints.append((name, row.number))

    def put(self, name: str, row: Row, *, silent: bool = False) -> None:
        """Write an item as it is."""
        self._next_number = max(self._next_number, row.number + 1)
        self.existing[name][row.number] = row
        self.rows[name].put(row)
        self._record(name, row.number, row, silent, self.sandbox.switches.upsert_lag)

    def _delete(self, name: str, row: Row, *, silent: bool) -> None:
        self.rows[name].remove(row)
        del self.existing[name][row.number]
        self.deleted[name][row.number] = row
        lag = self.sandbox.switches.delete_lag
        if self.lists[name].has_deleted_items and not silent:
            key = self.item_id(name, row)
            entry = {"id": row.number, "orderId": key} if name == "orders" else {"id": key}
            self.store.history(name).add(entry, int(self.server_time()))
            lag = max(lag, self.sandbox.switches.history_lag)
        self._record(name, row.number, None, silent or not self.lists[name].has_deleted_items, lag)

    def _record(self, name: str, number: int, row: Row | None, silent: bool, lag: float) -> None:
        now = self.server_time()
        self.longest_lag = max(self.longest_lag, lag)
        self.history[name, number].append(Version(row, now, now + lag, silent))

    def item_id(self, name: str, row: Row) -> int | str:
        """Return the id of the item in its list."""
        found: int | str = self.lists[name].kind.show(row)[0][self.lists[name].key]
        return found

    def items(self, name: str) -> dict[int, dict[str, Any]]:
        """Return the items of a list as searches show them now, by number."""
        listed, switches = self.lists[name], self.sandbox.switches
        if name == "profile":
            return {0: self.api.get(listed.path)}
        if listed.items_key is not None:
            response = self.api.get(listed.path)
            items = response[listed.items_key] if listed.items_key else response
            return {number_of(item[listed.key]): item for item in items}
        self.set_switches(page_size=None, unsorted=None, ties="created")
        try:
            return {number_of(item[listed.key]): item for item in self.api.all(listed.path, **listed.params)}
        finally:
            self.sandbox.set_switches(switches)

    def set_switches(self, **changes: Any) -> None:
        self.sandbox.set_switches(evolve(self.sandbox.switches, **changes))

    def step_clock(self, seconds: float) -> None:
        """Set the server's clock forward or back."""
        self.skew += seconds
        self.skipped_time |= seconds > 0

    def calm_down(self) -> None:
        """Let nothing happen any more, and the server behave well."""
        self.script = iter(())
        self.faults = None
        self.broken = None
        self.connected = True
        self.interrupt = None
        self.set_switches(upsert_lag=0.0, delete_lag=0.0, history_lag=0.0)

    # The network.

    def step(self) -> tuple[int, bool]:
        moment = next(self.script, QUIET)
        for change in moment.changes:
            self.change(change)
        self.now += moment.seconds
        self._fault = moment.fault
        return moment.pick, moment is QUIET

    def handle(self, request: Request) -> Response | Exception:
        fault, self._fault = self._fault, None
        if not self.connected:
            return NotSent("no network", request=request)
        date = {"Date": self.sandbox.handle(evolve(request, method="OPTIONS")).headers.get("Date", "")}
        match fault:
            case "throttled":
                error = {"errorMessage": "Too many requests", "errorCode": "RATE_LIMITED"}
                return make_response(error, status=429, headers={"Retry-After": "2", **date})
            case "failed":
                return make_response({"errorMessage": "Internal error"}, status=500, headers=date)
            case "unavailable":
                return make_response(b"<html>Bad gateway</html>", status=502)
            case "cut":
                return OutcomeUnknown("the connection was closed", request=request)
            case "refused":
                return NotSent("the connection was refused", request=request)
            case "garbage":
                return Response(200, Headers([("Content-Type", "text/html")]), b"<html>Log in</html>")
            case "empty":
                return Response(200, Headers(()), b"")
        if self.broken is not None and request.path.endswith(self.broken):
            return make_response({"errorMessage": "Internal error"}, status=500, headers=date)
        if self.faults is not None:
            return self._dishonest(self.faults, request)
        return self.sandbox.handle(request)

    def _dishonest(self, faults: Faults, request: Request) -> Response:
        sent = faults.request(request)
        response = self.sandbox.handle(sent)
        if response.status != 200 or b'"items"' not in response.body or b'"total"' not in response.body:
            return response
        self.skipped_time |= faults.ahead > 0 or faults.date is not None
        before = self._rows_before.get(request.path, [])
        response = faults.response(sent, response, self.served, before, self.server_time())
        self._rows_before[request.path] = loads(response.body)["items"]
        return response
