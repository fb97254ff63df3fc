"""The one engine behind the sandbox's transport and its server: a request in, a response out."""

import math
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from email.utils import formatdate
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, unquote_plus
from uuid import uuid4

from attrs import evolve

from ecwid_async.sandbox import routes
from ecwid_async.sandbox.engine import Media, Page, Result, StoreRequest, project, read_parameters
from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.spec import Endpoint
from ecwid_async.sandbox.state import Access, Store, as_number, clean, encode
from ecwid_async.sandbox.switches import Switches
from ecwid_async.wire import SANDBOX_HEADER, Headers, Request, Response, StreamBody, StreamedResponse

__all__ = ["CORS", "Exchange", "Sandbox"]

CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, X-Ecwid-Api-Request-Id",
    "Access-Control-Expose-Headers": "Date, Retry-After, X-Ecwid-Api-Request-Id",
    "Access-Control-Max-Age": "86400",
}
"""What every answer says to browsers: pages of any origin may ask, as storefronts do with public tokens."""

_REMEMBERED: Final = 10_000
_JSON: Final = frozenset({"application/json", "text/json"})
_FORM: Final = "application/x-www-form-urlencoded"
# The one path that needs no store, and what an app shows there.
_APPLICATION: Final = "application"
_APP_CREDENTIALS: Final = ("X-Ecwid-App-Client-Id", "X-Ecwid-App-Secret-Key")


class Exchange(NamedTuple):
    """One request that the sandbox has answered."""

    method: str
    path: str
    params: dict[str, str]
    status: int


class Sandbox:
    """Ecwid in this process: a transport for tests and demos, with as many stores as `add_store` made.

    `clock` gives Unix seconds: pass your own to move time. `requests_per_minute` holds for each token and can
    be set at any time; None switches the limit off. `requests` has the latest 10,000 requests, oldest first.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        requests_per_minute: int | None = 600,
        switches: Switches | None = None,
    ) -> None:
        self.clock = clock
        self.requests_per_minute = requests_per_minute
        self.switches = switches or Switches()
        self.requests: deque[Exchange] = deque(maxlen=_REMEMBERED)
        self.stores: dict[int, Store] = {}
        self.base_url = f"sandbox:{uuid4().hex}"
        """What a client that has it for its transport knows it by; it says so in each response."""

    def add_store(self, store_id: int, *, token: str, scopes: Iterable[str] | None = None) -> Store:
        """Add an empty store that lets `token` in, for everything or for `scopes` only."""
        if store_id in self.stores:
            raise ValueError(f"there is a store {store_id} already; use Store.add_token for another token")
        store = Store(store_id, listings=routes.load().listings, clock=self.clock, switches=self.switches)
        store.add_token(token, scopes)
        self.stores[store_id] = store
        return store

    # The transport.

    async def send(self, request: Request) -> Response:
        """Answer a request. Its path starts with the store's id, its token is in ``Authorization``."""
        if isinstance(request.body, StreamBody):
            request = evolve(request, body=await request.body.read())
        return self.handle(request)

    def stream(self, request: Request) -> AbstractAsyncContextManager[StreamedResponse]:
        """Answer a request, the body in one chunk."""

        @asynccontextmanager
        async def answered() -> AsyncIterator[StreamedResponse]:
            response = await self.send(request)

            async def chunks() -> AsyncIterator[bytes]:
                yield response.body

            yield StreamedResponse(response.status, response.headers, chunks())

        return answered()

    async def aclose(self) -> None:
        """Nothing to release: the stores stay as they are."""

    # The engine.

    def handle(self, request: Request) -> Response:
        """Answer a request whose body, if any, is bytes.

        A refusal changes nothing in the store. Where the sandbox itself fails the error is raised, and nothing has
        changed either.
        """
        if request.method == "OPTIONS":
            # Browsers ask before they send a request, without its token.
            return Response(204, Headers(tuple(CORS.items())), b"")
        return self._handle(request)

    def _handle(self, request: Request, *, inner: bool = False) -> Response:
        extra: dict[str, str] = {}
        content_type = "application/json; charset=utf-8"
        try:
            answer = self._answer(request, inner=inner)
            status = 200
            if isinstance(answer, Media):
                content_type, body = answer.content_type, answer.body
            else:
                body = answer
        except Refusal as refusal:
            status, extra = refusal.status, refusal.headers
            body = encode({"errorMessage": refusal.message, "errorCode": refusal.code})
        self.requests.append(
            Exchange(request.method, request.path, {n: v for n, v in request.params if n != "token"}, status)
        )
        headers = {
            "Content-Type": content_type,
            "Content-Length": str(len(body)),
            "Date": formatdate(self.clock(), usegmt=True),
            "X-Ecwid-Api-Request-Id": request.id,
            SANDBOX_HEADER: self.base_url,
            **CORS,
            **extra,
        }
        return Response(status, Headers(tuple(headers.items())), body)

    def _answer(self, request: Request, *, inner: bool) -> bytes | Media:
        # Split on raw slashes first: an encoded one belongs to its segment.
        segments = [clean(unquote_plus(segment)) for segment in request.path.removeprefix("/").split("/")]
        if segments[-1] == "":
            segments.pop()
        if segments[:1] == [_APPLICATION]:
            store, access = self._of_app(request)
        else:
            store, access = self._of_store(segments.pop(0) if segments else "", request)
        lacking = self._admitted(store, access, counted=not inner or self.switches.batch_costs_each)
        if store.due is not None and not inner:
            store.due()
        function, endpoint, ids = routes.load().find(request.method, segments)
        if missing := lacking(endpoint.scopes):
            raise Refusal(403, "INSUFFICIENT_APP_SCOPE", f"The token lacks the access scope {', '.join(missing)}")
        if endpoint.section in store.refuses:
            raise Refusal(402, "NOT_AVAILABLE_ON_CURRENT_PLAN", f"The store's plan has no {endpoint.section}")
        body, texts = _contents(request, endpoint)
        store_request = StoreRequest(
            store=store,
            endpoint=endpoint,
            path_params=ids,
            params=read_parameters(texts, endpoint, refuse_unknown=self.switches.refuse_unknown),
            body=body,
            now=int(self.clock()),
            missing_scopes=lacking,
            execute=lambda other: self._handle(
                evolve(other, path=f"/{store.id}{other.path}", headers=_as_json(request.headers)), inner=True
            ),
        )
        with store.transaction():
            answer = _written(function(store_request), store_request)
        if request.method != "GET":
            store.written[endpoint.section] = self.clock()
        return answer

    def _of_store(self, number: str, request: Request) -> tuple[Store, Access]:
        """The store of that number, and what the token may do there."""
        store = self.stores.get(as_number(number) or 0)
        if store is None:
            raise Refusal(404, "STORE_NOT_FOUND", f"Store {number[:100]!r} not found")
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        access = store.access(token.strip()) if scheme.lower() == "bearer" else None
        if access is None:
            raise Refusal(403, "INVALID_API_TOKEN", "The access token is missing, wrong or of another store")
        return store, access

    def _of_app(self, request: Request) -> tuple[Store, Access]:
        """The store where the app is that asks about itself, in no particular store, with its own credentials."""
        credentials = [request.headers.get(name, "") for name in _APP_CREDENTIALS]
        for store in self.stores.values():
            if (access := store.app_access(*credentials)) is not None:
                return store, access
        raise Refusal(403, "INVALID_API_TOKEN", "The app's client id or secret is missing or wrong")

    def _admitted(self, store: Store, access: Access, *, counted: bool) -> Callable[[Iterable[str]], list[str]]:
        """Check rate and suspension; gives what tells the scopes that the token lacks."""
        if self.requests_per_minute is not None and counted:
            wait = access.limit.admit(self.clock(), self.requests_per_minute)
            if wait > 0:
                raise Refusal(
                    429,
                    "RATE_LIMITED",
                    f"More than {self.requests_per_minute} requests a minute",
                    {"Retry-After": str(max(1, math.ceil(wait)))},
                )
        if store.suspended:
            raise Refusal(402, "STORE_IS_SUSPENDED", f"Store {store.id} is suspended")
        return access.lacks


def _written(answer: Result, store_request: StoreRequest) -> bytes | Media:
    """The answer as it goes over the wire, with the asked fields."""
    if isinstance(answer, Page):
        return answer.render(store_request.selection)
    if isinstance(answer, dict | list):
        return encode(project(answer, store_request.selection))
    return answer


def _as_json(headers: Mapping[str, str]) -> Headers:
    """What a request inside another one carries: the same token, and a body that is JSON."""
    token = headers.get("Authorization", "")
    return Headers((("Authorization", token), ("Content-Type", "application/json")))


def _contents(request: Request, endpoint: Endpoint) -> tuple[bytes, dict[str, str]]:
    """The body, and the parameters: of the query, and of a form where the endpoint takes some, and no JSON."""
    if isinstance(request.body, StreamBody):
        raise TypeError("a streamed body is read by `send`; hand `handle` one of bytes")
    body = request.body or b""
    pairs = [(clean(name), clean(value)) for name, value in request.params]
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if endpoint.content == "json" and body and kind not in _JSON:
        raise Refusal(
            415,
            "UNSUPPORTED_MEDIA_TYPE",
            f"This endpoint takes application/json, not {kind or 'a body without a type'}",
        )
    if endpoint.content != "json" and endpoint.params and kind == _FORM:
        pairs += parse_qsl(body.decode(errors="replace"), keep_blank_values=True)
        body = b""
    texts: dict[str, str] = {}
    for name, value in pairs:
        texts[name] = f"{texts[name]},{value}" if name in texts else value
    return body, texts
