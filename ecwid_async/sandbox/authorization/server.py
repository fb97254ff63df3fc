"""The authorization server of a sandbox: the consent page, and the endpoint that exchanges codes for tokens."""

import re
import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Final, NamedTuple, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit

from attrs import evolve, field, frozen

from ecwid_async.sandbox.authorization.pages import consent_page, error_page
from ecwid_async.sandbox.faults import Faults, FaultyResponse, complete_response
from ecwid_async.sandbox.faulty_handler import FaultyHandler
from ecwid_async.sandbox.state import App, Install, StateCopy, Store, encode_json, parse_number
from ecwid_async.sandbox.streaming import stream_response
from ecwid_async.sandbox.switches import Switches
from ecwid_async.wire import Headers, Request, Response, StreamBody, StreamedResponse

__all__ = ["AuthorizationServer", "OAuthExchange"]

_FORM: Final = "application/x-www-form-urlencoded"
_MAX_BODY: Final = 64 * 1024
_MAX_EXCHANGES: Final = 1_000
_MAX_PENDING: Final = 1_000
_MAX_CODES: Final = 10_000
_MAX_LISTED_STORES: Final = 500
# No fragment, and nothing that would end a header or that browsers change.
_URL: Final = re.compile(r"https?://[!\"$-\[\]-~]+")
_GRANT_TYPE: Final = "authorization_code"
_PAGE_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
}


class OAuthExchange(NamedTuple):
    """A request that the authorization server received, with the status of its response."""

    method: str
    path: str
    status: int


class _Sandbox(Protocol):
    """The part of the sandbox that the authorization server uses."""

    apps: dict[str, App]
    stores: dict[int, Store]
    switches: Switches
    clock: Callable[[], float]
    faults: Faults
    sleep: Callable[[float], Awaitable[object]]

    def install(self, client_id: str, store_id: int, *, scopes: Iterable[str] | None = None) -> Install: ...


@frozen(kw_only=True)
class _Authorization:
    """What an app asks for on the consent page."""

    client_id: str
    redirect_uri: str
    scopes: frozenset[str]
    state: str | None = field(repr=False)


@frozen(kw_only=True)
class _Code:
    """A code that was issued. `token` is the one for which it was exchanged."""

    authorization: _Authorization
    store_id: int
    expires: float
    token: str | None = field(default=None, repr=False)


class _PageError(Exception):
    """The request of the browser can't be fulfilled, for the reason in the message."""


class _TokenError(Exception):
    """The token endpoint refuses a request."""

    def __init__(self, error: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.error = error
        self.status = status


class AuthorizationServer:
    """Installs apps in the stores of a sandbox, as Ecwid's authorization server does; `server` serves it over HTTP.

    `GET /authorize` is the consent page, `POST /token` and `POST /token/{store}` exchange codes. As a transport it
    handles the same paths in this process. `decide` presses a button of the consent page. `code_lifetime` is how long a
    code is valid, in seconds. `requests` contains the latest 1,000 requests, oldest first.
    """

    def __init__(self, sandbox: _Sandbox) -> None:
        self.code_lifetime = 300.0
        self.requests: deque[OAuthExchange] = deque(maxlen=_MAX_EXCHANGES)
        self._sandbox = sandbox
        self._pending: dict[str, _Authorization] = {}
        self._codes: dict[str, _Code] = {}
        self._faulty = FaultyHandler(
            faults=sandbox.faults,
            handle=self.handle,
            refuse=lambda request, status, code, message: _refusal(code, message, status),
            note=self._note,
            sleep=lambda seconds: sandbox.sleep(seconds),
        )

    def __repr__(self) -> str:
        return f"<AuthorizationServer of {len(self._sandbox.apps)} apps>"

    def copy_state(self) -> StateCopy:
        """A copy of the codes and open consent pages."""
        return StateCopy(self, ("code_lifetime", "_pending", "_codes"))

    # For tests without a browser.

    def decide(self, authorize_url: str, *, store_id: int, accept: bool = True) -> str:
        """Open the consent page of a URL, and accept or decline. Returns the URL to which the browser is redirected.

        Raises `ValueError` if there is an error page instead.
        """
        try:
            authorization = self._read_authorization(_read_query(urlsplit(authorize_url).query))
            return self._redirect(authorization, store_id, accept=accept)
        except _PageError as error:
            raise ValueError(str(error)) from None

    # The transport.

    async def send(self, request: Request) -> Response:
        """Handle a request. Its path starts with ``/authorize`` or ``/token``.

        Raises `OutcomeUnknown` if a fault ends the connection before the response is complete.
        """
        if isinstance(request.body, StreamBody):
            request = evolve(request, body=await request.body.read())
        return complete_response(await self.respond(request), request)

    async def respond(self, request: Request) -> FaultyResponse:
        """Handle a request whose body, if any, is bytes, with the faults of the sandbox for ``/oauth/…``."""
        return await self._faulty.respond(request, f"/oauth{request.path}")

    def _note(self, request: Request, status: int, *, handled: bool) -> None:
        if handled:
            self.requests[-1] = self.requests[-1]._replace(status=status)
        else:
            self.requests.append(OAuthExchange(request.method, request.path, status))

    def stream(self, request: Request) -> AbstractAsyncContextManager[StreamedResponse]:
        """Handle a request. The response body is a single chunk."""
        return stream_response(self.send, request)

    async def aclose(self) -> None:
        """Do nothing."""

    # Request handling.

    def handle(self, request: Request) -> Response:
        """Handle a request whose body, if any, is bytes."""
        response = self._handle(request)
        self.requests.append(OAuthExchange(request.method, request.path, response.status))
        return response

    def _handle(self, request: Request) -> Response:
        match request.method, request.path.split("/")[1:]:
            case "GET", ["authorize"]:
                return self._show_consent_page(request)
            case "POST", ["authorize"]:
                return self._receive_decision(request)
            case _, ["authorize"]:
                return _page(405, error_page("Open this page in a browser."))
            case "POST", ["token"]:
                return self._respond_with_token(request, None)
            case "POST", ["token", store_id]:
                return self._respond_with_token(request, parse_number(store_id) or 0)
            case _, ["token", *_]:
                return _refusal("invalid_request", "The token endpoint accepts POST only", 405)
        return _page(404, error_page("There is no such page."))

    def _show_consent_page(self, request: Request) -> Response:
        try:
            authorization = self._read_authorization(request.params)
        except _PageError as error:
            return _page(400, error_page(str(error)))
        request_id = secrets.token_urlsafe(16)
        _put_bounded(self._pending, request_id, authorization, _MAX_PENDING)
        stores = sorted(self._sandbox.stores)[:_MAX_LISTED_STORES]
        return _page(200, consent_page(authorization.client_id, request_id, authorization.scopes, stores))

    def _receive_decision(self, request: Request) -> Response:
        try:
            fields = _unique(_read_form(request))
            # Only this page knows the id, so that no other page can decide.
            authorization = self._pending.pop(fields.get("request", ""), None)
            if authorization is None:
                raise _PageError("This page was already used, or is too old: start again in the app.")
            accept = fields.get("decision") == "accept"
            url = self._redirect(authorization, parse_number(fields.get("store_id", "")) or 0, accept=accept)
        except _PageError as error:
            return _page(400, error_page(str(error)))
        return Response(303, Headers((("Location", url), *_PAGE_HEADERS.items())), b"")

    def _read_authorization(self, params: Iterable[tuple[str, str]]) -> _Authorization:
        fields = _unique(params)
        app = self._sandbox.apps.get(fields.get("client_id", ""))
        if app is None:
            raise _PageError("There is no app with this client_id.")
        if fields.get("response_type") != "code":
            raise _PageError("The response_type must be: code")
        scopes = frozenset(fields.get("scope", "").replace(",", " ").split())
        if not scopes:
            raise _PageError("The scope is missing.")
        if app.scopes is not None and (unknown := sorted(scopes - app.scopes)):
            raise _PageError(f"The app is not registered with the scope {', '.join(unknown)}.")
        return _Authorization(
            client_id=app.client_id,
            redirect_uri=_check_redirect_uri(app, fields.get("redirect_uri")),
            scopes=scopes,
            state=fields.get("state"),
        )

    def _redirect(self, authorization: _Authorization, store_id: int, *, accept: bool) -> str:
        """The URL of the app to which the browser goes after the decision."""
        switches = self._sandbox.switches
        answer: dict[str, object] = {"error": "access_denied"}
        if accept:
            if store_id not in self._sandbox.stores:
                raise _PageError("There is no store with this id.")
            answer = {"code": self._issue_code(authorization, store_id)}
            if switches.redirect_store_id:
                answer["store_id"] = store_id
        if switches.redirect_state and authorization.state is not None:
            answer["state"] = authorization.state
        separator = "&" if urlsplit(authorization.redirect_uri).query else "?"
        return f"{authorization.redirect_uri}{separator}{urlencode(answer)}"

    def _issue_code(self, authorization: _Authorization, store_id: int) -> str:
        code = secrets.token_urlsafe(24)
        expires = self._sandbox.clock() + self.code_lifetime
        issued = _Code(authorization=authorization, store_id=store_id, expires=expires)
        _put_bounded(self._codes, code, issued, _MAX_CODES)
        return code

    def _respond_with_token(self, request: Request, store_id: int | None) -> Response:
        try:
            granted = self._grant(request, store_id)
        except _TokenError as error:
            return _refusal(error.error, str(error), error.status)
        except _PageError as error:
            return _refusal("invalid_request", str(error))
        return _json(200, granted)

    def _grant(self, request: Request, store_id: int | None) -> dict[str, Any]:
        if request.params:
            raise _TokenError("invalid_request", "Send the parameters in the body: a URL is logged")
        fields = _unique(_read_form(request))
        app = self._sandbox.apps.get(fields.get("client_id", ""))
        if app is None or not secrets.compare_digest(
            app.client_secret.encode(), fields.get("client_secret", "").encode()
        ):
            raise _TokenError("invalid_client", "The client_id or client_secret is wrong", 401)
        if fields.get("grant_type") != _GRANT_TYPE:
            raise _TokenError("unsupported_grant_type", f"The grant_type must be {_GRANT_TYPE}")
        if "code" not in fields:
            return self._grant_to_partner(app, store_id)
        return self._exchange(app, fields, store_id)

    def _exchange(self, app: App, fields: Mapping[str, str], store_id: int | None) -> dict[str, Any]:
        issued = self._codes.get(fields["code"])
        if issued is None or issued.authorization.client_id != app.client_id:
            raise _TokenError("invalid_grant", "The code is wrong")
        store = self._sandbox.stores.get(issued.store_id)
        if store is None:
            raise _TokenError("invalid_grant", "The store of the code is gone")
        if issued.token is not None:
            store.revoke(issued.token)
            raise _TokenError("invalid_grant", "The code was already exchanged; the token that it gave is revoked")
        if self._sandbox.clock() >= issued.expires:
            raise _TokenError("invalid_grant", "The code has expired")
        if fields.get("redirect_uri") != issued.authorization.redirect_uri:
            raise _TokenError("invalid_grant", "The redirect_uri differs from that of the authorization")
        if store_id not in (None, store.id):
            raise _TokenError("invalid_grant", "The code is for another store")
        installed = self._sandbox.install(app.client_id, store.id, scopes=issued.authorization.scopes)
        self._codes[fields["code"]] = evolve(issued, token=installed.token)
        account = store.profile.get("account")
        email = account.get("accountEmail") if isinstance(account, dict) else None
        return self._answer(store, installed) | ({"email": email} if email else {})

    def _grant_to_partner(self, app: App, store_id: int | None) -> dict[str, Any]:
        if not app.partner:
            raise _TokenError("invalid_request", "The code is missing")
        store = self._sandbox.stores.get(store_id or 0)
        if store is None:
            raise _TokenError("invalid_request", "There is no store with this id")
        return self._answer(store, self._sandbox.install(app.client_id, store.id))

    def _answer(self, store: Store, installed: Install) -> dict[str, Any]:
        public = {} if installed.public_token is None else {"public_token": installed.public_token}
        return {
            "access_token": installed.token,
            "token_type": self._sandbox.switches.token_type,
            "scope": " ".join(sorted(installed.scopes or ())),
            "store_id": store.id,
            **public,
        }


def _check_redirect_uri(app: App, redirect_uri: str | None) -> str:
    if app.redirect_uri is None:
        raise _PageError("The app is registered without a redirect_uri.")
    if redirect_uri is None:
        return app.redirect_uri
    if not _URL.fullmatch(redirect_uri):
        raise _PageError("The redirect_uri is no URL, or has characters that must be encoded.")
    if _origin(redirect_uri) != _origin(app.redirect_uri):
        raise _PageError("The redirect_uri is not in the domain with which the app is registered.")
    return redirect_uri


def _origin(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", url
    return parts.scheme, parts.netloc


def _read_query(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, keep_blank_values=True)


def _read_form(request: Request) -> list[tuple[str, str]]:
    if isinstance(request.body, StreamBody):
        raise TypeError("`handle` needs a body of bytes; use `send` for a streamed one")
    body = request.body or b""
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != _FORM:
        raise _PageError(f"The body must be a form: {_FORM}")
    if len(body) > _MAX_BODY:
        raise _PageError("The body is too large.")
    return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)


def _unique(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for name, value in pairs:
        if name in fields:
            raise _PageError("A parameter occurs twice.")
        fields[name] = value
    return fields


def _put_bounded(entries: dict[str, Any], key: str, value: object, limit: int) -> None:
    """Add an entry, in place of the oldest one if there are too many."""
    if len(entries) >= limit:
        del entries[next(iter(entries))]
    entries[key] = value


def _page(status: int, html: str) -> Response:
    headers = {"Content-Type": "text/html; charset=utf-8", **_PAGE_HEADERS}
    return Response(status, Headers(tuple(headers.items())), html.encode("utf-8", "replace"))


def _json(status: int, data: dict[str, Any]) -> Response:
    headers = {"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store"}
    return Response(status, Headers(tuple(headers.items())), encode_json(data))


def _refusal(error: str, message: str, status: int = 400) -> Response:
    return _json(status, {"error": error, "error_description": message})
