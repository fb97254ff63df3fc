"""Control of a served sandbox over HTTP, for its page and for tests in any language: ``/_sandbox/…``, on this machine.

docs/sandbox.md describes all paths. Snapshots stay in the server, since they contain tokens, secrets and personal data.
"""

import time
from collections.abc import Awaitable, Callable, Mapping
from ipaddress import ip_address
from typing import Annotated, Any, Final, TypeVar
from urllib.parse import parse_qsl, urlsplit

import msgspec
from attrs import asdict, fields

from ecwid_async.sandbox.clock import SandboxClock
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.faults import Fault
from ecwid_async.sandbox.page import (
    CHANGES,
    change_store,
    count_items,
    describe_store,
    find_problems,
    mask_parameters,
    measure_rate,
    read_page_file,
)
from ecwid_async.sandbox.request_log import Exchange
from ecwid_async.sandbox.sandbox import Sandbox
from ecwid_async.sandbox.snapshot import Snapshot
from ecwid_async.sandbox.state import Item, Store, encode_json, parse_number
from ecwid_async.sandbox.webhooks import EVENT_TYPES, Delivery, WebhookFaults, sample_event
from ecwid_async.wire import Headers, Response

__all__ = ["CONTROL_PATH", "MAX_CONTROL_BODY_BYTES", "PAGE_PATH", "Control", "is_loopback", "refuse_host"]

CONTROL_PATH: Final = "/_sandbox/"
"""How the paths of the control start."""
PAGE_PATH: Final = f"{CONTROL_PATH}page/"
"""How the paths of the files of the page start, which itself is at ``/``."""
MAX_CONTROL_BODY_BYTES: Final = 2 * 1024 * 1024
"""The maximum size of a request body."""

_MAX_SNAPSHOTS: Final = 20
_MAX_SNAPSHOT_ITEMS: Final = 50_000
_DEFAULT_LIMIT: Final = 1000
_MAX_LIMIT: Final = 10_000
_FIRST_SNAPSHOT: Final = "start"
_MAX_QUOTA: Final = 1_000_000
# What the page shows at once.
_SHOWN: Final = 50
_ALLOWED_SITES: Final = frozenset({None, "none", "same-origin"})
_PARAMETERS: Final = {
    ("GET", "overview"): frozenset({"storeId", "onlyErrors"}),
    ("GET", "stores"): frozenset({"search", "limit"}),
    ("DELETE", "faults"): frozenset({"id"}),
    ("GET", "requests"): frozenset({"to", "storeId", "limit"}),
    ("GET", "deliveries"): frozenset({"limit"}),
}
T = TypeVar("T")


class _Body(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A body of a request."""


class _FaultBody(_Body):
    request: str = "*"
    store_id: int | None = None
    nth: int | None = None
    every: int | None = None
    times: int | None = None
    status: int | None = None
    error_code: str | None = None
    message: str | None = None
    retry_after: int | None = None
    dropped: bool = False
    truncated: bool = False
    delay: float = 0.0
    content_type: str | None = None
    body: str | None = None
    executed: bool | None = None


class _ClockBody(_Body):
    now: float | None = None
    advance: float | None = None
    frozen: bool | None = None
    reset: bool = False


class _QuotaBody(_Body):
    requests_per_minute: Annotated[int, msgspec.Meta(ge=1, le=_MAX_QUOTA)] | None


class _ChangeBody(_Body):
    event_type: str
    store_id: int | None = None


class _SnapshotBody(_Body):
    snapshot: str


class _EventBody(_Body):
    event_type: str
    store_id: int | None = None
    entity_id: int | str | None = None
    data: dict[str, Any] | None = None
    client_id: str | None = None


class Control:
    """Responds to requests that control a sandbox. What it is like now is what a reset returns to.

    Stores with more than 50,000 items in total have no snapshots, and no reset.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._snapshots: dict[str, Snapshot] = {}
        self._number = 0
        if self._items() <= _MAX_SNAPSHOT_ITEMS:
            self._snapshots[_FIRST_SNAPSHOT] = sandbox.snapshot()
        self._routes: Mapping[tuple[str, str], Callable[[bytes, dict[str, str]], Awaitable[Item]]] = {
            ("POST", "reset"): self._reset,
            ("GET", "snapshot"): self._list_snapshots,
            ("POST", "snapshot"): self._take_snapshot,
            ("PUT", "snapshot"): self._restore_snapshot,
            ("DELETE", "snapshot"): self._delete_snapshots,
            ("GET", "overview"): self._show_overview,
            ("GET", "stores"): self._list_stores,
            ("GET", "quota"): self._show_quota,
            ("PUT", "quota"): self._set_quota,
            ("GET", "changes"): self._list_changes,
            ("POST", "changes"): self._change_store,
            ("GET", "faults"): self._list_faults,
            ("POST", "faults"): self._add_fault,
            ("DELETE", "faults"): self._clear_faults,
            ("GET", "clock"): self._show_clock,
            ("POST", "clock"): self._set_clock,
            ("GET", "requests"): self._list_requests,
            ("DELETE", "requests"): self._clear_requests,
            ("GET", "deliveries"): self._list_deliveries,
            ("POST", "deliveries"): self._deliver,
            ("DELETE", "deliveries"): self._clear_deliveries,
            ("DELETE", "deliveries/blocked"): self._unblock,
            ("GET", "deliveries/faults"): self._show_webhook_faults,
            ("PUT", "deliveries/faults"): self._set_webhook_faults,
            ("POST", "events"): self._emit,
        }

    def refuse(self, headers: Headers, *, opens_page: bool = False) -> Response | None:
        """The response to a request that may come from a foreign web page in a browser of this machine.

        `opens_page` is whether it asks for the page, which has no data: a link of any page may lead to it.
        """
        refused = refuse_host(headers)
        if refused is not None:
            return refused
        origin = headers.get("Origin")
        if origin is None and headers.get("Sec-Fetch-Site") in _ALLOWED_SITES:
            return None
        if origin is None and opens_page and headers.get("Sec-Fetch-Mode") == "navigate":
            return None
        if origin is None or not is_loopback(_host_of(origin)):
            return _error(403, "FORBIDDEN_ORIGIN", "Pages of other origins than this machine can't control a sandbox")
        return None

    async def handle(self, method: str, path: str, query: str, body: bytes) -> Response:
        """Respond to a request. `path` is below ``/_sandbox/``."""
        route = self._routes.get((method, path))
        try:
            if route is None:
                raise self._no_route(method, path)
            params = dict(parse_qsl(query, keep_blank_values=True))
            if unknown := params.keys() - _PARAMETERS.get((method, path), frozenset()):
                raise _invalid(f"Unknown parameter {min(unknown)[:100]!r}")
            result = await route(body, params)
        except ErrorResponse as error:
            return _error(error.status, error.code, error.message, error.headers)
        return _json(200, result)

    def page(self, method: str, path: str) -> Response:
        """Respond to a request for the page, or for one of its files below ``/_sandbox/page/``."""
        file = read_page_file("index.html" if path == "/" else path.removeprefix(PAGE_PATH))
        if file is None:
            return _error(404, "NOT_FOUND", "The page has no such file")
        if method != "GET":
            return _error(405, "METHOD_NOT_ALLOWED", "The page is read with GET", {"Allow": "GET"})
        return file

    def _no_route(self, method: str, path: str) -> ErrorResponse:
        methods = sorted(each for each, known in self._routes if known == path)
        if methods:
            message = f"{method} is not possible here; use {' or '.join(methods)}"
            return ErrorResponse(405, "METHOD_NOT_ALLOWED", message, {"Allow": ", ".join(methods)})
        paths = sorted({known for _, known in self._routes})
        return ErrorResponse(404, "NOT_FOUND", f"There is no such path; use one of {', '.join(paths)} below /_sandbox/")

    # State.

    def _items(self) -> int:
        return sum(store.size for store in self._sandbox.stores.values())

    async def _reset(self, body: bytes, params: dict[str, str]) -> Item:
        self._restore(_FIRST_SNAPSHOT)
        self._sandbox.faults.clear()
        self._sandbox.requests.clear()
        self._sandbox.authorization.requests.clear()
        if isinstance(self._sandbox.clock, SandboxClock):
            self._sandbox.clock.reset()
        return {"stores": sorted(self._sandbox.stores)}

    async def _list_snapshots(self, body: bytes, params: dict[str, str]) -> Item:
        return {"items": [_snapshot(name, snapshot) for name, snapshot in self._snapshots.items()]}

    async def _take_snapshot(self, body: bytes, params: dict[str, str]) -> Item:
        if self._items() > _MAX_SNAPSHOT_ITEMS:
            raise _conflict(f"The stores have more than {_MAX_SNAPSHOT_ITEMS:,} items: use smaller ones for snapshots")
        if len(self._snapshots) >= _MAX_SNAPSHOTS:
            raise _conflict(f"There are {_MAX_SNAPSHOTS} snapshots already: DELETE {CONTROL_PATH}snapshot first")
        self._number += 1
        name = str(self._number)
        self._snapshots[name] = self._sandbox.snapshot()
        return _snapshot(name, self._snapshots[name])

    async def _restore_snapshot(self, body: bytes, params: dict[str, str]) -> Item:
        name = _decode(body, _SnapshotBody).snapshot
        self._restore(name)
        return _snapshot(name, self._snapshots[name])

    def _restore(self, name: str) -> None:
        if name in self._snapshots:
            self._sandbox.restore(self._snapshots[name])
        elif name == _FIRST_SNAPSHOT:
            raise _conflict(f"The stores had more than {_MAX_SNAPSHOT_ITEMS:,} items: use smaller ones for a reset")
        else:
            raise ErrorResponse(404, "NOT_FOUND", f"There is no snapshot {name[:100]!r}; take one with POST")

    async def _delete_snapshots(self, body: bytes, params: dict[str, str]) -> Item:
        """All but the one of the start."""
        deleted = [name for name in self._snapshots if name != _FIRST_SNAPSHOT]
        for name in deleted:
            del self._snapshots[name]
        return {"deleteCount": len(deleted)}

    # Faults.

    async def _list_faults(self, body: bytes, params: dict[str, str]) -> Item:
        return {"items": [_describe_fault(fault) for fault in self._sandbox.faults]}

    async def _add_fault(self, body: bytes, params: dict[str, str]) -> Item:
        wanted = msgspec.structs.asdict(_decode(body, _FaultBody))
        text: str | None = wanted.pop("body")
        given = {name: value for name, value in wanted.items() if value is not None}
        try:
            fault = Fault(**given, body=None if text is None else text.encode(errors="surrogatepass"))
            return _describe_fault(self._sandbox.faults.add(fault))
        except ValueError as error:
            raise _invalid(str(error.args[0])) from None

    async def _clear_faults(self, body: bytes, params: dict[str, str]) -> Item:
        fault_id = _read_number(params, "id")
        removed = [fault for fault in self._sandbox.faults if fault_id in (None, fault.id)]
        for fault in removed:
            self._sandbox.faults.remove(fault)
        return {"deleteCount": len(removed)}

    # Clock.

    def _clock(self) -> SandboxClock:
        clock = self._sandbox.clock
        if not isinstance(clock, SandboxClock):
            raise _conflict("This sandbox has a clock of its own, which can't be set; pass a SandboxClock to it")
        return clock

    async def _show_clock(self, body: bytes, params: dict[str, str]) -> Item:
        clock = self._clock()
        return {"now": clock(), "frozen": clock.frozen}

    async def _set_clock(self, body: bytes, params: dict[str, str]) -> Item:
        clock, wanted = self._clock(), _decode(body, _ClockBody)
        if wanted.now is not None and wanted.advance is not None:
            raise _invalid("Send 'now' or 'advance', not both")
        if wanted.reset:
            clock.reset()
        was_frozen = clock.frozen
        try:
            if wanted.advance is not None:
                clock.advance(wanted.advance)
            if wanted.now is not None:
                clock.freeze(wanted.now)
        except ValueError as error:
            raise _invalid(str(error)) from None
        frozen = (wanted.now is not None or was_frozen) if wanted.frozen is None else wanted.frozen
        if frozen and not clock.frozen:
            clock.freeze()
        elif not frozen:
            clock.resume()
        return {"now": clock(), "frozen": clock.frozen}

    # Requests.

    async def _list_requests(self, body: bytes, params: dict[str, str]) -> Item:
        limit, store_id = _read_limit(params), _read_number(params, "storeId")
        try:
            found = self._sandbox.requests.to(params.get("to", "*"), store_id=store_id)
        except ValueError as error:
            raise _invalid(str(error)) from None
        return {"total": len(found), "items": list(map(_describe_exchange, found[-limit:]))}

    async def _clear_requests(self, body: bytes, params: dict[str, str]) -> Item:
        count = len(self._sandbox.requests)
        self._sandbox.requests.clear()
        return {"deleteCount": count}

    # Stores and their quota.

    def _store(self, store_id: int | None) -> Store:
        """The store with this id, or the only one."""
        stores = self._sandbox.stores
        if store_id is None and len(stores) == 1:
            (store_id,) = stores
        if store_id is None or store_id not in stores:
            raise ErrorResponse(404, "STORE_NOT_FOUND", "There is no such store: send the 'storeId' of one")
        return stores[store_id]

    async def _list_stores(self, body: bytes, params: dict[str, str]) -> Item:
        search, limit = params.get("search", ""), _read_limit(params)
        found = [store for store_id, store in sorted(self._sandbox.stores.items()) if search in str(store_id)]
        items = [
            {"storeId": store.id, "items": store.size, "problems": find_problems(store)} for store in found[:limit]
        ]
        return {"total": len(found), "items": items}

    async def _show_quota(self, body: bytes, params: dict[str, str]) -> Item:
        return {"requestsPerMinute": self._sandbox.requests_per_minute}

    async def _set_quota(self, body: bytes, params: dict[str, str]) -> Item:
        self._sandbox.requests_per_minute = _decode(body, _QuotaBody).requests_per_minute
        return await self._show_quota(b"", {})

    async def _list_changes(self, body: bytes, params: dict[str, str]) -> Item:
        items = [
            {"eventType": name, "change": CHANGES[name].description if name in CHANGES else None}
            for name in EVENT_TYPES
        ]
        return {"items": items}

    async def _change_store(self, body: bytes, params: dict[str, str]) -> Item:
        wanted = _decode(body, _ChangeBody)
        if wanted.event_type not in CHANGES:
            message = f"No change of a store has the event {wanted.event_type[:100]!r}; the types are listed by GET"
            raise _invalid(message)
        return change_store(self._sandbox, self._store(wanted.store_id), wanted.event_type)

    async def _show_overview(self, body: bytes, params: dict[str, str]) -> Item:
        """All that the page shows, of one store or of all."""
        sandbox, store_id = self._sandbox, _read_number(params, "storeId")
        if store_id is None and len(sandbox.stores) == 1:
            (store_id,) = sandbox.stores
        store = None if store_id is None else self._store(store_id)
        now = sandbox.clock()
        requests = [each for each in sandbox.requests if store_id in (None, each.store_id)]
        shown = [each for each in requests if not 0 < each.status < 400] if "onlyErrors" in params else requests
        items = [_describe_exchange(each._replace(params=mask_parameters(each.params))) for each in shown[-_SHOWN:]]
        deliveries = [each for each in sandbox.deliveries if store_id in (None, each.event.store_id)]
        stores = sandbox.stores.values()
        broken = [(each.id, problems) for each in stores if (problems := find_problems(each))]
        return {
            "clock": {
                "now": now,
                "ahead": now - time.time(),
                "frozen": isinstance(sandbox.clock, SandboxClock) and sandbox.clock.frozen,
                "settable": isinstance(sandbox.clock, SandboxClock),
            },
            "requestsPerMinute": sandbox.requests_per_minute,
            "resettable": _FIRST_SNAPSHOT in self._snapshots,
            "stores": {
                "total": len(stores),
                "broken": [{"storeId": number, "problems": problems} for number, problems in broken[:_SHOWN]],
                "brokenTotal": len(broken),
            },
            "store": None if store is None else describe_store(store),
            "counts": count_items(stores if store is None else (store,)),
            "rate": measure_rate(requests, now),
            "requests": {"total": len(requests), "items": items},
            "faults": await self._list_faults(b"", {}),
            "deliveries": {
                "total": len(deliveries),
                "waiting": sum(each.outcome == "waiting" for each in deliveries),
                "faults": await self._show_webhook_faults(b"", {}),
                "apps": [app.client_id for app in sandbox.apps.values() if app.webhook_url is not None],
                "items": list(map(_describe_delivery, deliveries[-_SHOWN:])),
            },
        }

    # Webhooks.

    async def _list_deliveries(self, body: bytes, params: dict[str, str]) -> Item:
        limit, deliveries = _read_limit(params), self._sandbox.deliveries
        return {
            "total": len(deliveries),
            "waiting": deliveries.waiting,
            "nextDue": deliveries.next_due,
            "dropped": deliveries.dropped,
            "blocked": sorted(deliveries.blocked),
            "items": list(map(_describe_delivery, list(deliveries)[-limit:])),
        }

    async def _deliver(self, body: bytes, params: dict[str, str]) -> Item:
        return {"attempts": await self._sandbox.deliveries.deliver_due()}

    async def _clear_deliveries(self, body: bytes, params: dict[str, str]) -> Item:
        count = len(self._sandbox.deliveries)
        self._sandbox.deliveries.clear()
        return {"deleteCount": count}

    async def _unblock(self, body: bytes, params: dict[str, str]) -> Item:
        blocked = self._sandbox.deliveries.blocked
        for client_id in blocked:
            self._sandbox.deliveries.unblock(client_id)
        return {"deleteCount": len(blocked)}

    async def _show_webhook_faults(self, body: bytes, params: dict[str, str]) -> Item:
        return _to_camel(asdict(self._sandbox.deliveries.faults))

    async def _set_webhook_faults(self, body: bytes, params: dict[str, str]) -> Item:
        names = {_camel(each.name): each.name for each in fields(WebhookFaults)}
        sent = _decode(body, dict[str, Any])
        if unknown := next((name for name in sent if name not in names), None):
            raise _invalid(f"Unknown field {unknown[:100]!r}; the fields are {', '.join(names)}")
        try:
            faults = msgspec.convert({names[name]: value for name, value in sent.items()}, WebhookFaults)
        except msgspec.ValidationError as error:
            raise _invalid(str(error)) from None
        self._sandbox.deliveries.faults = faults
        return await self._show_webhook_faults(b"", {})

    async def _emit(self, body: bytes, params: dict[str, str]) -> Item:
        wanted = _decode(body, _EventBody)
        store_id = self._store(wanted.store_id).id
        if wanted.client_id is not None and wanted.client_id not in self._sandbox.apps:
            raise ErrorResponse(404, "NOT_FOUND", f"There is no app {wanted.client_id[:100]!r}")
        try:
            event = sample_event(
                wanted.event_type,
                store_id=store_id,
                entity_id=wanted.entity_id,
                data=wanted.data,
                event_created=int(self._sandbox.clock()),
            )
        except ValueError as error:
            raise _invalid(str(error)) from None
        deliveries = self._sandbox.emit(event, client_id=wanted.client_id)
        return {"eventId": event.event_id, "deliveries": list(map(_describe_delivery, deliveries))}


def is_loopback(host: str) -> bool:
    """Whether a host is this machine only."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def refuse_host(headers: Headers) -> Response | None:
    """The response to a request for another host than this machine.

    A web page whose name resolves to this machine has its own name as the host, and could read every response.
    """
    hosts = [value for name, value in headers.pairs if _to_text(name).lower() == "host"]
    if len(hosts) == 1 and is_loopback(_host_of(f"//{_to_text(hosts[0])}")):
        return None
    return _error(403, "FORBIDDEN_HOST", "The Host must be localhost or a loopback address, such as 127.0.0.1")


def _host_of(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _to_text(raw: str | bytes) -> str:
    return raw if isinstance(raw, str) else raw.decode("latin-1")


def _decode(body: bytes, to: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=to)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise _invalid(f"The body is not as expected: {error}") from None


def _read_limit(params: dict[str, str]) -> int:
    limit = _read_number(params, "limit")
    return _DEFAULT_LIMIT if limit is None else max(1, min(limit, _MAX_LIMIT))


def _read_number(params: dict[str, str], name: str) -> int | None:
    if name not in params:
        return None
    number = parse_number(params[name])
    if number is None:
        raise _invalid(f"{name} must be a number")
    return number


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


def _to_camel(values: Mapping[str, Any]) -> Item:
    return {_camel(name): value for name, value in values.items()}


def _snapshot(name: str, snapshot: Snapshot) -> Item:
    return {"snapshot": name, "taken": snapshot.taken, "stores": snapshot.sizes}


def _describe_fault(fault: Fault) -> Item:
    values = {each.name: getattr(fault, each.name) for each in fields(Fault)}
    body = None if fault.body is None else fault.body.decode(errors="replace")
    return _to_camel(values | {"request": str(fault.request), "body": body})


def _describe_exchange(exchange: Exchange) -> Item:
    return _to_camel({**exchange._asdict(), "store_id": exchange.store_id})


def _describe_delivery(delivery: Delivery) -> Item:
    """What became of an event, without its data."""
    event = delivery.event
    return {
        "eventId": event.event_id,
        "eventType": event.event_type,
        "storeId": event.store_id,
        "entityId": event.entity_id,
        "eventCreated": event.event_created,
        "clientId": delivery.client_id,
        "outcome": delivery.outcome,
        "due": delivery.due,
        "attempts": [_to_camel(asdict(attempt)) for attempt in delivery.attempts],
    }


def _invalid(message: str) -> ErrorResponse:
    return ErrorResponse(400, "BAD_REQUEST", message)


def _conflict(message: str) -> ErrorResponse:
    return ErrorResponse(409, "CONFLICT", message)


def _json(status: int, data: Item, headers: Mapping[str, str] | None = None) -> Response:
    # Without CORS headers, so that no page can read it.
    pairs = {"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store", **(headers or {})}
    return Response(status, Headers(tuple(pairs.items())), encode_json(data))


def _error(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> Response:
    return _json(status, {"errorMessage": message, "errorCode": code}, headers)
