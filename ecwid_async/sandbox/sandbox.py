"""The sandbox: a transport that handles requests to its stores in this process; `server` serves it over HTTP."""

import math
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, contextmanager
from email.utils import formatdate
from functools import partial
from logging import getLogger
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, unquote_plus
from uuid import uuid4

import anyio
from attrs import evolve

from ecwid_async.sandbox import routes
from ecwid_async.sandbox.authorization import AuthorizationServer
from ecwid_async.sandbox.clock import SandboxClock
from ecwid_async.sandbox.engine import Media, Page, Result, StoreRequest, project, read_parameters
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.faults import Faults, FaultyResponse, complete_response
from ecwid_async.sandbox.faulty_handler import FaultyHandler
from ecwid_async.sandbox.request_log import Exchange, RequestLog
from ecwid_async.sandbox.snapshot import Snapshot
from ecwid_async.sandbox.spec import Endpoint
from ecwid_async.sandbox.state import (
    ODD_VALUE_ERRORS,
    Access,
    App,
    Change,
    Install,
    Item,
    SlidingLog,
    Store,
    decode_json,
    encode_json,
    parse_number,
    replace_surrogates,
)
from ecwid_async.sandbox.streaming import stream_response
from ecwid_async.sandbox.switches import Switches
from ecwid_async.sandbox.webhooks import Deliveries, Delivery, WebhookEvent, derive_events
from ecwid_async.wire import SANDBOX_HEADER, Headers, Options, Request, Response, StreamBody, StreamedResponse

if TYPE_CHECKING:
    from ecwid_async.sandbox.app_requests import Checkout, IframeMode
    from ecwid_async.sandbox.app_requests import Fault as EncryptionFault

__all__ = ["CORS", "Sandbox"]

CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, X-Ecwid-Api-Request-Id",
    "Access-Control-Expose-Headers": "Date, Retry-After, X-Ecwid-Api-Request-Id",
    "Access-Control-Max-Age": "86400",
}
"""Headers of every response that let browser pages of any origin send requests, as storefronts do."""

_JSON: Final = frozenset({"application/json", "text/json"})
_JSON_UTF8: Final = "application/json; charset=utf-8"
_FORM: Final = "application/x-www-form-urlencoded"
# The only path without a store id, and the headers that identify an app there.
_APPLICATION: Final = "application"
_APP_CREDENTIALS: Final = ("X-Ecwid-App-Client-Id", "X-Ecwid-App-Secret-Key")
_log: Final = getLogger(__name__)


class Sandbox:
    """Ecwid in this process: a transport for tests and demos, with the stores that `add_store` creates.

    `clock` returns Unix seconds; pass a `SandboxClock` of your own to control time. `requests_per_minute` applies to
    each token and can be changed at any time; None disables the limit. `requests` contains the latest 10,000 requests,
    oldest first. `faults` are what goes wrong with requests.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] | None = None,
        requests_per_minute: int | None = 600,
        switches: Switches | None = None,
    ) -> None:
        self.clock: Callable[[], float] = clock or SandboxClock()
        self.sleep: Callable[[float], Awaitable[object]] = anyio.sleep
        """Waits for a late response. In real seconds, since the timeouts of clients are."""
        self.requests_per_minute = requests_per_minute
        self.switches = switches or Switches()
        self.requests = RequestLog()
        self.faults = Faults()
        self._faulty = FaultyHandler(
            faults=self.faults,
            handle=lambda request: self.handle(request),
            refuse=self._refuse,
            note=self._note,
            sleep=lambda seconds: self.sleep(seconds),
        )
        self.stores: dict[int, Store] = {}
        self.apps: dict[str, App] = {}
        """The apps that are registered, by client id. `add_app` adds one."""
        self.authorization = AuthorizationServer(self)
        """Installs apps in stores after their owner's consent. It is a transport, too."""
        self.deliveries = Deliveries(apps=self.apps, clock=lambda: self.clock())
        """The webhooks that apps get. Nothing is sent before ``deliveries.deliver_due()`` or ``deliveries.run()``."""
        self.base_url = f"sandbox:{uuid4().hex}"
        """Identifies this sandbox to clients that use it as their transport. Sent in each response."""

    def add_store(self, store_id: int, *, token: str, scopes: Iterable[str] | None = None) -> Store:
        """Add an empty store that accepts `token`, for everything or for `scopes` only."""
        if store_id in self.stores:
            raise ValueError(f"store {store_id} already exists; use Store.add_token for another token")
        store = Store(store_id, listings=routes.load().listings, clock=self.clock, switches=self.switches)
        store.add_token(token, scopes)
        self.stores[store_id] = store
        return store

    def add_app(self, app: App) -> App:
        """Register an app. It is not installed in any store yet."""
        if app.client_id in self.apps:
            raise ValueError(f"there already is an app {app.client_id!r}")
        self.apps[app.client_id] = app
        return app

    def install(self, client_id: str, store_id: int, *, scopes: Iterable[str] | None = None) -> Install:
        """Install an app without asking anyone, by default with all scopes with which it is registered.

        If it is installed already, its tokens are revoked and replaced. Returns the tokens.
        """
        app, store = self.apps[client_id], self.stores[store_id]
        with self.change(store):
            return store.install(app, app.scopes if scopes is None else scopes)

    def uninstall(self, client_id: str, store_id: int) -> bool:
        """Uninstall an app, as the owner of the store does, and revoke its tokens. Returns whether it was installed."""
        store = self.stores[store_id]
        with self.change(store):
            return store.uninstall(client_id)

    def iframe_url(
        self,
        client_id: str,
        store_id: int,
        *,
        mode: "IframeMode" = "encrypted",
        lang: str = "en",
        view_mode: str = "PAGE",
        app_state: str | None = None,
        fault: "EncryptionFault | None" = None,
    ) -> str:
        """The address with which the control panel of a store opens the page of an app (extra ``apps``).

        `mode` is "encrypted" for a payload in the query, which `fault` damages, or "fragment" for one that only scripts
        see. Raises `ValueError` if the app is not installed in the store, or has no page.
        """
        from ecwid_async.sandbox.app_requests import build_iframe_url, build_payload

        app, store = self.apps[client_id], self.stores[store_id]
        payload = build_payload(app, store, lang=lang, view_mode=view_mode)
        return build_iframe_url(app, payload, mode=mode, app_state=app_state, fault=fault)

    @property
    def checkout(self) -> "Checkout":
        """The checkout of all stores, which builds the requests for payments, shipping rates and discounts."""
        from ecwid_async.sandbox.app_requests import Checkout

        return Checkout(self)

    def request_as_ecwid(self, store: Store, method: str, path: str, document: Item | None = None) -> Item:
        """The response to a request of Ecwid itself, which needs no token and has no limits.

        Raises `LookupError` if the endpoint responds with an error.
        """
        request = Request(
            method=method,
            path=path,
            body=None if document is None else encode_json(document),
            headers=Headers((("Content-Type", "application/json"),)),
            options=Options(operation=method),
        )
        segments = [unquote_plus(part) for part in path.removeprefix("/").split("/")]
        try:
            response = self._call_endpoint(store, Access(None, SlidingLog()), request, segments)
        except ErrorResponse as error:
            raise LookupError(f"store {store.id}: {error.message}") from None
        return decode_json(response) if isinstance(response, bytes) else {}

    def emit(self, event: WebhookEvent, *, client_id: str | None = None) -> list[Delivery]:
        """Queue an event for the apps that get it, or for one app only: see `Deliveries.add`.

        Raises `KeyError` for an event of a store that does not exist.
        """
        return self.deliveries.add(event, self.stores[event.store_id], client_id)

    def change(self, store: Store, client_id: str | None = None) -> AbstractContextManager[None]:
        """Undo all changes of the block to the store if it raises; otherwise emit their events.

        `client_id` is the app that makes the changes.
        """
        # Nothing is recorded while no app gets webhooks.
        has_webhooks = any(app.webhook_url is not None for app in self.apps.values())
        return store.transaction(partial(self._emit_changes, store, client_id) if has_webhooks else None)

    def _emit_changes(self, store: Store, changed_by: str | None, changes: Sequence[Change]) -> None:
        for event, client_id in derive_events(store, changes, int(self.clock()), changed_by):
            self.deliveries.add(event, store, client_id)

    def set_switches(self, switches: Switches) -> None:
        """Behave as described by other switches from now on, except for the limiter of tokens that already exist."""
        self.switches = switches
        for store in self.stores.values():
            store.set_switches(switches)

    def snapshot(self) -> Snapshot:
        """A copy of the state, to which `restore` returns. It takes memory and time like a deep copy of the stores.

        Take and restore it in the thread of a server that handles requests meanwhile. Raises `RuntimeError` while a
        request is in progress.
        """
        return Snapshot(self)

    def restore(self, snapshot: Snapshot) -> None:
        """Return exactly to the state of a snapshot; its stores and apps are the same objects as before.

        Stores and apps that were added since are gone. Webhooks that were sent meanwhile are sent again if they waited
        in the snapshot. Raises `ValueError` for a snapshot of another sandbox.
        """
        snapshot.restore(self)

    # The transport.

    async def send(self, request: Request) -> Response:
        """Handle a request. Its path starts with the store's id, its token is in ``Authorization``.

        Raises `OutcomeUnknown` if a fault ends the connection before the response is complete.
        """
        if isinstance(request.body, StreamBody):
            request = evolve(request, body=await request.body.read())
        return complete_response(await self.respond(request), request)

    async def respond(self, request: Request) -> FaultyResponse:
        """Handle a request whose body, if any, is bytes, as late and as faulty as the store and `faults` say."""
        if delay := self.response_delay(request.path):
            await self.sleep(delay)
        return await self._faulty.respond(request, request.path)

    def stream(self, request: Request) -> AbstractAsyncContextManager[StreamedResponse]:
        """Handle a request. The response body is a single chunk."""
        return stream_response(self.send, request)

    async def aclose(self) -> None:
        """Do nothing: the stores stay as they are."""

    def response_delay(self, path: str) -> float:
        """Seconds by which the response to a request with this path is late."""
        store = self.stores.get(parse_number(path.removeprefix("/").partition("/")[0]) or 0)
        return 0.0 if store is None else store.response_delay

    # Request handling.

    def handle(self, request: Request) -> Response:
        """Handle a request whose body, if any, is bytes.

        A request that gets an error response changes nothing in the store. Neither does one that makes the sandbox
        itself fail; that exception is raised. A request that fails because of the items of an export gets a 400.
        """
        if request.method == "OPTIONS":
            # A browser's preflight request, which has no token.
            return Response(204, Headers(tuple(CORS.items())), b"")
        return self._handle(request)

    def _handle(self, request: Request, *, nested: bool = False) -> Response:
        """Handle a request; `nested` means that it is part of a batch."""
        extra: dict[str, str] = {}
        content_type = _JSON_UTF8
        counted = False
        try:
            store, access, segments = self._authenticate(request)
            counted = self._count(access, nested=nested)
            result = self._execute(store, access, request, segments, nested=nested)
            status = 200
            if isinstance(result, Media):
                content_type, body = result.content_type, result.body
            else:
                body = result
        except ErrorResponse as error:
            status, extra = error.status, error.headers
            body = encode_json({"errorMessage": error.message, "errorCode": error.code})
        self._log(request, status, counted=counted)
        return self._response(request, status, body, content_type, extra)

    def _refuse(self, request: Request, status: int, code: str, message: str) -> Response:
        return self._response(request, status, encode_json({"errorMessage": message, "errorCode": code}))

    def _note(self, request: Request, status: int, *, handled: bool) -> None:
        if handled:
            self.requests[-1] = self.requests[-1]._replace(status=status)
        else:
            self._log(request, status)

    def _log(self, request: Request, status: int, *, counted: bool = False) -> None:
        params = {name: value for name, value in request.params if name != "token"}
        self.requests.append(Exchange(request.method, request.path, params, status, self.clock(), counted))

    def _response(
        self,
        request: Request,
        status: int,
        body: bytes,
        content_type: str = _JSON_UTF8,
        extra: Mapping[str, str] | None = None,
    ) -> Response:
        headers = {
            "Content-Type": content_type,
            "Content-Length": str(len(body)),
            "Date": formatdate(self.clock(), usegmt=True),
            "X-Ecwid-Api-Request-Id": request.id,
            SANDBOX_HEADER: self.base_url,
            **CORS,
            **(extra or {}),
        }
        return Response(status, Headers(tuple(headers.items())), body)

    def _execute(
        self, store: Store, access: Access, request: Request, segments: list[str], *, nested: bool
    ) -> bytes | Media:
        if store.failing:
            raise ErrorResponse(500, "INTERNAL_ERROR", f"Store {store.id} fails")
        if store.suspended:
            raise ErrorResponse(402, "STORE_IS_SUSPENDED", f"Store {store.id} is suspended")
        if store.run_due_batches is not None and not nested:
            store.run_due_batches()
        return self._call_endpoint(store, access, request, segments)

    def _call_endpoint(self, store: Store, access: Access, request: Request, segments: list[str]) -> bytes | Media:
        function, endpoint, path_params = routes.load().find(request.method, segments)
        if missing := access.missing_scopes(endpoint.scopes):
            raise ErrorResponse(403, "INSUFFICIENT_APP_SCOPE", f"The token lacks the access scope {', '.join(missing)}")
        if endpoint.section in store.simulated_errors:
            message = f"The store's plan does not include {endpoint.section}"
            raise ErrorResponse(402, "NOT_AVAILABLE_ON_CURRENT_PLAN", message)
        body, texts = _read_body_and_parameters(request, endpoint)
        store_request = StoreRequest(
            store=store,
            endpoint=endpoint,
            path_params=path_params,
            params=read_parameters(texts, endpoint, reject_unknown=self.switches.reject_unknown),
            body=body,
            now=int(self.clock()),
            missing_scopes=access.missing_scopes,
            granted_scopes=access.scopes,
            client_id=access.client_id,
            is_public=access.is_public,
            execute=lambda other: self._handle(
                evolve(other, path=f"/{store.id}{other.path}", headers=_nested_headers(request.headers)), nested=True
            ),
        )
        with self.change(store, access.client_id), _refusing_odd_values(store, request):
            encoded = _encode(function(store_request), store_request)
        if request.method != "GET":
            store.last_writes[endpoint.section] = self.clock()
        return encoded

    def _authenticate(self, request: Request) -> tuple[Store, Access, list[str]]:
        """The store, the access of the request's token or app to it, and the segments of the path below the store."""
        # Split before decoding: an encoded slash is part of its segment.
        segments = [replace_surrogates(unquote_plus(part)) for part in request.path.removeprefix("/").split("/")]
        if segments[-1] == "":
            segments.pop()
        if segments[:1] == [_APPLICATION]:
            return *self._authenticate_app(request), segments
        return *self._authenticate_token(segments.pop(0) if segments else "", request), segments

    def _authenticate_token(self, store_id: str, request: Request) -> tuple[Store, Access]:
        """The store, and the access of the request's token to it."""
        store = self.stores.get(parse_number(store_id) or 0)
        if store is None:
            raise ErrorResponse(404, "STORE_NOT_FOUND", f"Store {store_id[:100]!r} not found")
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        access = store.access(token.strip()) if scheme.lower() == "bearer" else None
        if access is None:
            message = "The access token is missing, wrong or belongs to another store"
            raise ErrorResponse(403, "INVALID_API_TOKEN", message)
        return store, access

    def _authenticate_app(self, request: Request) -> tuple[Store, Access]:
        """The store with the app whose credentials the request contains, and the app's access."""
        credentials = [request.headers.get(name, "") for name in _APP_CREDENTIALS]
        for store in self.stores.values():
            if (access := store.app_access(*credentials)) is not None:
                return store, access
        raise ErrorResponse(403, "INVALID_API_TOKEN", "The app's client id or secret is missing or wrong")

    def _count(self, access: Access, *, nested: bool) -> bool:
        """Count a request towards the rate limit, and return whether it counts. Beyond the limit, raise a 429."""
        if nested and not self.switches.count_batched_requests:
            return False
        if self.requests_per_minute is not None:
            wait = access.limit.admit(self.clock(), self.requests_per_minute)
            if wait > 0:
                raise ErrorResponse(
                    429,
                    "RATE_LIMITED",
                    f"More than {self.requests_per_minute} requests a minute",
                    {"Retry-After": str(max(1, math.ceil(wait)))},
                )
        return True


@contextmanager
def _refusing_odd_values(store: Store, request: Request) -> Iterator[None]:
    """Refuse a request that can't be handled because of a missing field or a value of an exported item."""
    try:
        yield
    except ODD_VALUE_ERRORS as error:
        if not store.is_exported:
            raise
        # Its message may have a value, which can be a customer's.
        _log.warning("%s %s was refused because of this error", request.method, request.path, exc_info=True)
        raise ErrorResponse.wrong_parameter(
            f"An exported item lacks a field or has a value that the sandbox can't use here ({type(error).__name__}; "
            "the log has the traceback): correct it in the file, or export all fields"
        ) from error


def _encode(result: Result, request: StoreRequest) -> bytes | Media:
    """The response body with the selected fields."""
    if isinstance(result, Page):
        return result.render(request.selection)
    if isinstance(result, dict | list):
        return encode_json(project(result, request.selection))
    return result


def _nested_headers(headers: Mapping[str, str]) -> Headers:
    """The headers of a request in a batch: the batch's token, and the content type of a JSON body."""
    token = headers.get("Authorization", "")
    return Headers((("Authorization", token), ("Content-Type", "application/json")))


def _read_body_and_parameters(request: Request, endpoint: Endpoint) -> tuple[bytes, dict[str, str]]:
    """The body, and the undecoded parameters by name; repeated ones are joined with commas.

    Parameters of an endpoint without a JSON body may also be sent as a form.
    """
    if isinstance(request.body, StreamBody):
        raise TypeError("`handle` needs a body of bytes; use `send` for a streamed one")
    body = request.body or b""
    pairs = [(replace_surrogates(name), replace_surrogates(value)) for name, value in request.params]
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if endpoint.content == "json" and body and kind not in _JSON:
        raise ErrorResponse(
            415,
            "UNSUPPORTED_MEDIA_TYPE",
            f"This endpoint takes application/json, not {kind or 'a body without a content type'}",
        )
    if endpoint.content != "json" and endpoint.params and kind == _FORM:
        pairs += parse_qsl(body.decode(errors="replace"), keep_blank_values=True)
        body = b""
    texts: dict[str, str] = {}
    for name, value in pairs:
        texts[name] = f"{texts[name]},{value}" if name in texts else value
    return body, texts
