"""`PageSessions`: turns a visit with a payload into a session with a cookie, at an address without the payload."""

import re
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import quote, unquote, unquote_plus

import msgspec

from ecwid_async.apps.encryption import identify_unauthenticated, unreadable_payload
from ecwid_async.apps.errors import PayloadError
from ecwid_async.apps.http import IncomingRequest, OutgoingResponse
from ecwid_async.apps.payload.cookies import cookie_values, format_cookie
from ecwid_async.apps.payload.fragment_page import render_fragment_page
from ecwid_async.apps.payload.payload import UnverifiedPayload, VerifiedPayload
from ecwid_async.apps.payload.reader import MAX_PAYLOAD_LENGTH, PayloadReader
from ecwid_async.apps.payload.session import PageSession, SessionKeys
from ecwid_async.apps.payload.used_payloads import UsedPayloads
from ecwid_async.errors import ConfigError
from ecwid_async.transport import Secret, check_number

if TYPE_CHECKING:
    from ecwid_async.client import Ecwid

__all__ = ["CONTROL_PANEL", "PageSessions", "TokenStore"]

CONTROL_PANEL: Final = "https://my.ecwid.com"

_DEFAULT_LIFETIME: Final = 8 * 3600.0
_MAX_QUERY: Final = 4 * MAX_PAYLOAD_LENGTH
_ORIGIN: Final = re.compile(
    r"https://(?:\*\.)?[a-z0-9.-]+(?::[0-9]{1,5})?|http://(?:127\.0\.0\.1|localhost)(?::[0-9]{1,5})?"
)
# Not `//host` and not `/\host`, which browsers read as the address of another server.
_PATH: Final = re.compile(r"/(?![/\\])[!-~]*|https://[!-~]+")
_NOBODY: Final = "'none'"
_NO_PAYLOAD: Final = "There is no payload: open the page from the control panel of the store."


class TokenStore(Protocol):
    """Stores the tokens of stores, such as `SQLTokens` and `MemoryTokens`."""

    async def put(self, store_id: int, token: str) -> None:
        """Store the token of a store, in place of an earlier one."""


class _FragmentBody(msgspec.Struct):
    fragment: str

    def __repr__(self) -> str:
        return "_FragmentBody(…)"


_fragment_bodies: Final = msgspec.json.Decoder(_FragmentBody)


class PageSessions:
    """Opens the app's page in the control panel, and recognizes later requests of the same visit.

    `handle` responds at the app's iframe URL. It reads the payload, verifies it with one request to the API, stores its
    token in `tokens`, and redirects to `page` with a session in a signed cookie. The address of the page has no
    payload, and the session no token. `session_of` returns the session of a request for the page.

    - `page`: the path of the app's own page, such as ``/orders``. It gets the parameter ``app_state`` if there is one.
    - `client_secret`: one or several, by default those in ``ECWID_CLIENT_SECRET``. `session_keys` sign the sessions, by
      default keys derived from the client secrets. The first key signs; sessions signed with any of them are read.
    - `on_open` is called with the verified payload of each visit. If it raises, no session begins.
    - `control_panels`: the origins whose frames may show the page: add those of resellers, such as
      ``https://shop.example``.
    - `fragments`: also accept payloads in the fragment of the address, which a script of this page sends to the app.
      They are not even encrypted; only verification protects from made-up ones.
    - `used_payloads`: accept each encrypted payload once only, as far as that is possible. By default, the address of
      a visit can be opened again as long as its token is valid. A request that has a session of the same store may
      repeat one.
    - `lifetime`: how long a session lasts, in seconds. `clock` returns Unix seconds.

    Raises `ConfigError` for an invalid setting.
    """

    def __init__(
        self,
        ecwid: "Ecwid",
        *,
        page: str,
        client_secret: str | Iterable[str] | None = None,
        session_keys: str | Iterable[str] | None = None,
        tokens: TokenStore | None = None,
        on_open: Callable[[VerifiedPayload], Awaitable[None]] | None = None,
        control_panels: Iterable[str] = (CONTROL_PANEL,),
        fragments: bool = False,
        used_payloads: UsedPayloads | None = None,
        lifetime: float = _DEFAULT_LIFETIME,
        clock: Callable[[], float] = time.time,
    ) -> None:
        panels = tuple(control_panels)
        for panel in panels:
            if not isinstance(panel, str) or not _ORIGIN.fullmatch(panel):
                raise ConfigError("control_panels are origins without a path, such as https://my.ecwid.com.")
        if not _PATH.fullmatch(page):
            raise ConfigError("page is the path of the app's own page, such as /orders.")
        check_number("lifetime", lifetime, exclusive=True)
        secrets_ = client_secret if client_secret is None or isinstance(client_secret, str) else list(client_secret)
        self._reader = PayloadReader(secrets_)
        self._keys = SessionKeys(secrets_ if session_keys is None else session_keys, lifetime=lifetime)
        self._ecwid = ecwid
        self._page = page
        self._tokens = tokens
        self._on_open = on_open
        self._fragments = fragments
        self._used_payloads = used_payloads
        self._lifetime = lifetime
        self._clock = clock
        self._frame_ancestors = f"frame-ancestors {' '.join(panels or [_NOBODY])}"

    def __repr__(self) -> str:
        return f"<PageSessions of {self._page}>"

    @property
    def page_headers(self) -> tuple[tuple[str, str], ...]:
        """Headers for all responses of the app's page: who may frame it, and no address or content that leaks.

        A page with a ``Content-Security-Policy`` of its own adds its ``frame-ancestors`` to that.
        """
        return (
            ("Content-Security-Policy", self._frame_ancestors),
            ("Referrer-Policy", "no-referrer"),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        )

    def session_of(self, request: IncomingRequest) -> PageSession | None:
        """The session of a request for the app's page, or None: then ask to open it from the control panel."""
        now = self._clock()
        found = [self._keys.read(value, now) for value in cookie_values(request)]
        # The latest, if one of the frame and one of the site itself are sent.
        return max((each for each in found if each is not None), key=lambda each: each.opened_at, default=None)

    async def handle(self, request: IncomingRequest) -> OutgoingResponse:
        """Respond at the app's iframe URL, with a redirect to the page or a refusal.

        Raises the error of the API if the payload can't be verified now, and whatever `tokens` and `on_open` raise.
        """
        try:
            if request.method == "GET":
                return await self._handle_visit(request)
            if request.method == "POST" and self._fragments:
                return await self._handle_fragment(request)
        except PayloadError as error:
            return self._refuse(error.status, str(error))
        allowed = "GET, POST" if self._fragments else "GET"
        return self._refuse(405, "The page is opened with GET.", ("Allow", allowed))

    async def _handle_visit(self, request: IncomingRequest) -> OutgoingResponse:
        # A plus stays one here, since it belongs to Base64.
        text = Secret(unquote(_encoded_value(request.query, "payload") or ""))
        if not text:
            return self._fragment_page() if self._fragments else self._refuse(400, _NO_PAYLOAD)
        state = _encoded_value(request.query, "app_state")
        payload = self._reader.decrypt_unauthenticated(text, app_state=None if state is None else unquote_plus(state))
        cookie = await self._open(payload, request, identify_unauthenticated(text))
        return OutgoingResponse.redirect(self._address(payload), [*self._headers_but_caching(), cookie])

    async def _handle_fragment(self, request: IncomingRequest) -> OutgoingResponse:
        # A page of another site can't send JSON without a preflight request, which nothing here permits.
        if not _is_from_own_page(request):
            raise unreadable_payload()
        fragment = _read_fragment(request.body)
        payload = self._reader.read_unencrypted(fragment)
        cookie = await self._open(payload, request, None)
        body = msgspec.json.encode({"page": self._address(payload)})
        return OutgoingResponse(200, (("Content-Type", "application/json"), *self.page_headers, cookie), body)

    async def _open(
        self, payload: UnverifiedPayload, request: IncomingRequest, payload_hash: str | None
    ) -> tuple[str, str]:
        """Verify the payload, and return the header with the cookie of a new session.

        A fragment has no hash: it is the same at each visit.
        """
        verified = await payload.verify_store(self._ecwid)
        if payload_hash is not None:
            await self._check_unused(verified, payload_hash, request)
        if self._tokens is not None:
            await self._tokens.put(verified.store_id, verified.access_token)
        if self._on_open is not None:
            await self._on_open(verified)
        return format_cookie(self._keys.sign(verified, self._clock()), self._lifetime)

    async def _check_unused(self, payload: VerifiedPayload, payload_hash: str, request: IncomingRequest) -> None:
        if self._used_payloads is None or await self._used_payloads.add(payload_hash):
            return
        session = self.session_of(request)
        if session is None or session.store_id != payload.store_id:
            raise unreadable_payload()

    def _address(self, payload: UnverifiedPayload) -> str:
        if payload.app_state is None:
            return self._page
        mark = "&" if "?" in self._page else "?"
        return f"{self._page}{mark}app_state={quote(payload.app_state, safe='')}"

    def _fragment_page(self) -> OutgoingResponse:
        nonce = secrets.token_urlsafe(16)
        policy = (
            f"default-src 'none'; script-src 'nonce-{nonce}'; connect-src 'self'; base-uri 'none'; "
            f"form-action 'none'; {self._frame_ancestors}"
        )
        others = [header for header in self.page_headers if header[0] != "Content-Security-Policy"]
        headers = (("Content-Type", "text/html; charset=utf-8"), ("Content-Security-Policy", policy), *others)
        return OutgoingResponse(200, headers, render_fragment_page(nonce))

    def _headers_but_caching(self) -> list[tuple[str, str]]:
        return [header for header in self.page_headers if header[0] != "Cache-Control"]

    def _refuse(self, status: int, message: str, *headers: tuple[str, str]) -> OutgoingResponse:
        content_type = ("Content-Type", "text/plain; charset=utf-8")
        return OutgoingResponse(status, (content_type, *self.page_headers, *headers), message.encode())


def _encoded_value(query: str, name: str) -> str | None:
    """The value of a parameter, still encoded. Raises `PayloadError` if there are several, or the query is too long."""
    if len(query) > _MAX_QUERY:
        raise unreadable_payload()
    pairs = (part.partition("=") for part in query.split("&"))
    values = [value for key, _, value in pairs if key == name]
    if len(values) > 1:
        raise unreadable_payload()
    return Secret(values[0]) if values else None


def _is_from_own_page(request: IncomingRequest) -> bool:
    content_types = request.header_values("Content-Type")
    sites = request.header_values("Sec-Fetch-Site")
    is_json = [each.partition(";")[0].strip().lower() for each in content_types] == ["application/json"]
    return is_json and all(site == "same-origin" for site in sites)


def _read_fragment(body: bytes) -> Secret:
    """The fragment in the body of the page's request, or none if it is malformed."""
    if len(body) > 2 * MAX_PAYLOAD_LENGTH:
        return Secret()
    try:
        return Secret(_fragment_bodies.decode(body).fragment)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Secret()
