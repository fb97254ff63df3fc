"""`Installs`: sends the user to Ecwid's consent page, receives them when they return, and stores the token."""

import hmac
import time
from collections.abc import Awaitable, Callable, Iterable
from logging import getLogger
from types import TracebackType
from typing import Final, Self
from urllib.parse import parse_qsl, urlsplit
from weakref import WeakValueDictionary

import anyio
from attrs import evolve

from ecwid_async.apps.credentials import read_client_id, read_client_secrets
from ecwid_async.apps.errors import InstallError, InstallFailure
from ecwid_async.apps.http import IncomingRequest, OutgoingResponse
from ecwid_async.apps.oauth.addresses import authorize_url, is_local_path, read_redirect_uri
from ecwid_async.apps.oauth.callback import Callback, read_callback
from ecwid_async.apps.oauth.code_claims import CodeClaims, MemoryCodeClaims, hash_code
from ecwid_async.apps.oauth.flow_cookie import Flow, FlowCookies
from ecwid_async.apps.oauth.grant import Grant, parse_scopes
from ecwid_async.apps.oauth.install_tokens import InstallTokens
from ecwid_async.apps.oauth.installation import Installation, InstallOrigin
from ecwid_async.apps.oauth.pages import error_page, plain_page, success_page
from ecwid_async.apps.oauth.token_endpoint import TokenEndpoint
from ecwid_async.client import Ecwid
from ecwid_async.errors import ConfigError, EcwidError, InvalidToken
from ecwid_async.primitives.shielding import run_shielded
from ecwid_async.tokens import MemoryTokens
from ecwid_async.transport import Secret, check_number
from ecwid_async.wire import Transport

__all__ = ["Installs"]

_KEEP_CLAIMS: Final = 24 * 3600.0
_STORAGE_TIMEOUT: Final = 20.0
_STORAGE_DELAYS: Final = (0.2, 1.0, 3.0)
_CHECK_TIMEOUT: Final = 10.0
_HOOK_TIMEOUT: Final = 60.0
_INVALID_TOKEN: Final = "INVALID_API_TOKEN"  # noqa: S105  the API's error code
_INSTALLED: Final = "installed"
_MAX_EXCHANGES: Final = 50
_MAX_QUERY: Final = 8 * 1024
_MAX_FIELDS: Final = 32
# After these, the code is used or there is none, and the cookie has served its purpose.
_ENDS_FLOW: Final[frozenset[InstallFailure]] = frozenset(
    {"denied", "refused", "outcome_unknown", "wrong_store", "missing_scopes", "not_stored"}
)
_log: Final = getLogger("ecwid_async.apps")

OnInstall = Callable[[Installation], Awaitable[OutgoingResponse | None]]
OnError = Callable[[InstallError], Awaitable[OutgoingResponse | None]]
CurrentUser = Callable[[IncomingRequest], Awaitable[str | None]]


class Installs:
    """Installs the app in stores: `handle` serves the page that starts an installation, and the callback of Ecwid.

    - `tokens`: where the token is stored, before the user is told of success; the same as in ``Ecwid(tokens=tokens)``.
    - `redirect_uri`: the public address of the callback, as registered with Ecwid.
    - `scopes`: what the app asks for. A store that grants less is an `InstallError`, except for `optional_scopes`.
    - `client_id`, `client_secret`: by default ``ECWID_CLIENT_ID`` and ``ECWID_CLIENT_SECRET``.
    - `start_path`: the path at which an installation begins. ``?return_to=/path`` is where the user returns to.
    - `success_path`: where they go otherwise; by default a page that says that the app is installed.
    - `on_install`: called with each `Installation`. It may return its own response, such as a redirect with a session.
    - `on_error`: called with each `InstallError`, to respond with a page of the app's own.
    - `current_user`: returns the id of the user who is logged in with a request, or None: see `Installation.user`. The
      id is in a signed cookie that the browser can read.
    - `claims`: remembers which codes were used. `SQLTokens` does it itself, and `MemoryTokens` needs none.
    - `signing_key`: signs the cookie; by default derived from the client secret.
    - `require_state`: trust only callbacks with the ``state`` of the authorization; others count as "app_market". Set
      it if you see Ecwid return the state, which it does not document.
    - `flow_lifetime`: how long the user may take on Ecwid's pages, in seconds.
    - `oauth_url`, `transport`: the authorization server, by default Ecwid's own: see `TokenEndpoint`.

    Raises `ConfigError` for an invalid setting.
    """

    def __init__(
        self,
        ecwid: Ecwid,
        tokens: InstallTokens,
        *,
        redirect_uri: str,
        scopes: Iterable[str],
        optional_scopes: Iterable[str] = (),
        client_id: str | None = None,
        client_secret: str | Iterable[str] | None = None,
        start_path: str = "/ecwid/install",
        success_path: str | None = None,
        on_install: OnInstall | None = None,
        on_error: OnError | None = None,
        current_user: CurrentUser | None = None,
        claims: CodeClaims | None = None,
        signing_key: str | Iterable[str] | None = None,
        require_state: bool = False,
        flow_lifetime: float = 900.0,
        oauth_url: str | None = None,
        transport: Transport | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
    ) -> None:
        secrets = read_client_secrets(client_secret)
        del client_secret  # some tracebacks show local variables
        self.client_id = read_client_id(client_id)
        self.redirect_uri = read_redirect_uri(redirect_uri)
        self.scopes = _read_scopes(scopes)
        if not self.scopes:
            raise ConfigError("An app asks for at least one scope: pass `scopes`, such as ['read_store_profile'].")
        for name, path in (("start_path", start_path), ("success_path", success_path)):
            if path is not None and not is_local_path(path):
                raise ConfigError(f"{name} must be a path of the app, such as /ecwid/install.")
        optional = _read_scopes(optional_scopes)
        if not optional <= self.scopes:
            raise ConfigError(f"optional_scopes are some of `scopes`: add {', '.join(sorted(optional - self.scopes))}.")
        check_number("flow_lifetime", flow_lifetime, exclusive=True)
        self.required_scopes = self.scopes - optional
        self.start_path = start_path
        self.callback_path = urlsplit(self.redirect_uri).path
        self._ecwid = ecwid
        self._tokens = tokens
        self._claims = _default_claims(tokens) if claims is None else claims
        keys = secrets if signing_key is None else read_client_secrets(signing_key)
        self._cookies = FlowCookies(keys, self.client_id, lifetime=flow_lifetime, clock=clock)
        self._endpoint = TokenEndpoint(self.client_id, secrets[0], oauth_url=oauth_url, transport=transport)
        self._success_path = success_path or f"{self.callback_path}?{_INSTALLED}"
        self._on_install = on_install
        self._on_error = on_error
        self._current_user = current_user
        self._require_state = require_state
        self._sleep = sleep
        self._exchanges = 0
        self._locks: WeakValueDictionary[int, anyio.Lock] = WeakValueDictionary()

    def __repr__(self) -> str:
        return f"<Installs of {self.client_id}>"

    async def handle(self, request: IncomingRequest) -> OutgoingResponse:
        """Respond to a request for `start_path` or for the callback, with or without a slash at its end."""
        path = request.path.rstrip("/")
        if path == self.start_path.rstrip("/"):
            return await self.start(request)
        if path == self.callback_path.rstrip("/"):
            return await self.callback(request)
        text = f"An installation begins at {self.start_path} and returns to {self.callback_path}."
        return plain_page(404, "Not found", text)

    async def start(self, request: IncomingRequest) -> OutgoingResponse:
        """Begin an installation: redirect to Ecwid's consent page, and set the cookie for the way back."""
        if request.method != "GET":
            return _method_not_allowed()
        user = await self._current_user(request) if self._current_user is not None else None
        return_to = _read_return_to(request.query)
        if return_to is not None and not is_local_path(return_to):
            return plain_page(400, "The installation can't start", "return_to must be a path of this site.")
        return self.begin(user=user, return_to=return_to)

    def begin(self, *, user: str | None = None, return_to: str | None = None) -> OutgoingResponse:
        """The redirect to Ecwid's consent page, with the cookie, for pages of your own that start an installation.

        `user` is the id of the user who is logged in. Raises `ValueError` if `return_to` is not a path of this site,
        and if `user` is empty or has more than 200 characters.
        """
        flow = self._cookies.begin(user, return_to)
        url = authorize_url(
            self.client_id, self.redirect_uri, self.scopes, state=flow.state, oauth_url=self._endpoint.oauth_url
        )
        return OutgoingResponse.redirect(url, [self._cookies.header(flow), ("Referrer-Policy", "no-referrer")])

    async def callback(self, request: IncomingRequest) -> OutgoingResponse:
        """Complete an installation, and respond to the user who returns from Ecwid."""
        if request.method != "GET":
            return _method_not_allowed()
        if request.query.removesuffix("=") == _INSTALLED:
            return success_page()
        try:
            installation, response = await self._complete(request, notify=True)
        except InstallError as error:
            return await self._respond_to_error(error)
        if response is None:
            target = installation.return_to or self._success_path
            response = OutgoingResponse.redirect(target, [("Referrer-Policy", "no-referrer")])
        return self._end_flow(response)

    async def complete(self, request: IncomingRequest) -> Installation:
        """Complete an installation for a callback of your own: exchange the code, and store and check the token.

        It runs to its end even if the request is cancelled, because the code can't be used again. `on_install` is not
        called. Add `end_headers` to the response. Raises `InstallError`.
        """
        installation, _ = await self._complete(request, notify=False)
        return installation

    @property
    def end_headers(self) -> tuple[tuple[str, str], ...]:
        """Headers for the response after `complete`: they delete the cookie, which has served its purpose."""
        return (self._cookies.clearing_header(), ("Referrer-Policy", "no-referrer"))

    async def install_as_partner(self, store_id: int) -> Installation:
        """Install the app in a store of the partner's own channel, without its owner. `on_install` is not called.

        Raises `InstallError`. The app must be registered for it.
        """

        async def work() -> Installation:
            await self._check_storage(store_id)
            return await self._accept(await self._endpoint.partner_token(store_id), "partner", None)

        return await run_shielded(work)

    async def aclose(self) -> None:
        """Close the connections to the authorization server."""
        await self._endpoint.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _complete(
        self, request: IncomingRequest, *, notify: bool
    ) -> tuple[Installation, OutgoingResponse | None]:
        callback = read_callback(request)
        flow = await self._find_flow(callback, request)
        code = callback.code
        if code is None:
            raise _denied(callback.error)

        async def work() -> tuple[Installation, OutgoingResponse | None]:
            installation = await self._install(code, callback.store_id, flow)
            if not notify or self._on_install is None:
                return installation, None
            with anyio.fail_after(_HOOK_TIMEOUT):
                return installation, await self._on_install(installation)

        # A browser that goes away must not lose the token.
        return await run_shielded(work)

    async def _find_flow(self, callback: Callback, request: IncomingRequest) -> Flow | None:
        """The flow that began in this browser; None if the installation began elsewhere.

        Raises `InstallError` if it belongs to another browser or user.
        """
        flow = self._cookies.read(request)
        if callback.state is None:
            if self._require_state:
                return None
        elif flow is None or not hmac.compare_digest(flow.state.encode(), callback.state.encode("utf-8", "replace")):
            raise InstallError(
                "This installation began in another browser or tab, or too long ago. Start it again here.",
                reason="other_browser",
            )
        if flow is not None and flow.user is not None and self._current_user is not None:
            user = await self._current_user(request)
            if user != flow.user:
                raise InstallError(
                    "Another user has begun this installation. Log in as that user, or start it again.",
                    reason="other_user",
                )
        return flow

    async def _install(self, code: Secret, store_id: int | None, flow: Flow | None) -> Installation:
        if self._exchanges >= _MAX_EXCHANGES:
            # Anyone can open the callback with a code that they made up.
            raise InstallError(
                "Too many installations are in progress. Reload this page in a minute.",
                reason="unavailable",
                store_id=store_id,
            )
        self._exchanges += 1
        try:
            grant = await self._exchange(code, store_id)
        finally:
            self._exchanges -= 1
        return await self._accept(grant, "app_market" if flow is None else "app", flow)

    async def _exchange(self, code: Secret, store_id: int | None) -> Grant:
        await self._check_storage(store_id)
        if not await self._claim(hash_code(self.client_id, code), store_id):
            raise InstallError(
                "This page was opened before. If the app is not installed yet, start the installation again.",
                reason="already_used",
                store_id=store_id,
            )
        return await self._endpoint.exchange(code, redirect_uri=self.redirect_uri, store_id=store_id)

    async def _accept(self, grant: Grant, origin: InstallOrigin, flow: Flow | None) -> Installation:
        """Store and check a token."""
        store_id = grant.store_id
        earlier = await self._store(grant)
        self._ecwid.reload_token(store_id)
        try:
            await self._ecwid.quarantine().clear(store_id)
        except EcwidError as error:
            # The new token has no quarantine of its own.
            _log.warning("The quarantine of store %s was not lifted: %s", store_id, error)
        checked, permissions = await self._check_token(grant, earlier)
        granted = permissions if grant.scopes is None else grant.scopes
        if granted is not None and (missing := self.required_scopes - granted):
            raise InstallError(
                f"The app is installed, but without the permissions that it needs: {', '.join(sorted(missing))}. "
                "Start the installation again and accept them.",
                reason="missing_scopes",
                store_id=store_id,
                missing_scopes=missing,
            )
        return Installation(
            store_id=store_id,
            origin=origin,
            user=None if flow is None else flow.user,
            return_to=None if flow is None else flow.return_to,
            scopes=granted,
            checked=checked,
            public_token=grant.public_token,
            email=grant.email,
        )

    async def _check_storage(self, store_id: int | None) -> None:
        """Read from the storage before a token is issued that it could not store."""
        if store_id is None:
            return
        try:
            with anyio.fail_after(_STORAGE_TIMEOUT):
                await self._tokens.get(store_id)
            return
        except ConfigError:
            return  # the stored token can't be decrypted; the new one replaces it
        except Exception as error:
            detail = _describe(error)
        raise _storage_unavailable(store_id, detail)

    async def _claim(self, code_hash: str, store_id: int | None) -> bool:
        try:
            with anyio.fail_after(_STORAGE_TIMEOUT):
                return await self._claims.claim_code(code_hash, _KEEP_CLAIMS)
        except Exception as error:
            detail = _describe(error)
        raise _storage_unavailable(store_id, detail)

    async def _store(self, grant: Grant) -> Secret | None:
        """Store a token. Returns the one that it replaces."""
        detail, earlier = "", None
        for delay in (*_STORAGE_DELAYS, None):
            try:
                with anyio.fail_after(_STORAGE_TIMEOUT):
                    async with self._lock_of(grant.store_id):
                        earlier = earlier or await self._read_token(grant.store_id)
                        await self._tokens.put(grant.store_id, grant.access_token)
                return earlier
            except Exception as error:
                detail = _describe(error)
            if delay is not None:
                await self._sleep(delay)
        raise InstallError(
            "The app's token could not be stored and is lost. Start the installation again to get a new one.",
            reason="not_stored",
            store_id=grant.store_id,
            detail=detail,
        )

    def _lock_of(self, store_id: int) -> anyio.Lock:
        """The lock between a read and a write of a token, so that nothing of this process is stored in between."""
        return self._locks.setdefault(store_id, anyio.Lock())

    async def _read_token(self, store_id: int) -> Secret | None:
        try:
            token = await self._tokens.get(store_id)
        except ConfigError:  # it can't be decrypted
            return None
        return None if token is None else Secret(token)

    async def _check_token(self, grant: Grant, earlier: Secret | None) -> tuple[bool, frozenset[str] | None]:
        """Whether a token was seen to work, and its permissions if the API reports them."""
        store = self._ecwid.store(grant.store_id, grant.access_token)
        try:
            token = await store.application.token().with_timeout(_CHECK_TIMEOUT)
            return True, None if token.permissions is None else frozenset(token.permissions)
        except EcwidError as error:
            is_refused = isinstance(error, InvalidToken) and error.code == _INVALID_TOKEN
            status, detail = getattr(error, "status", None), _describe(error)
        if is_refused:
            await self._restore(grant, earlier)
            raise InstallError(
                "Ecwid does not accept the token that it has issued. Start the installation again.",
                reason="refused",
                store_id=grant.store_id,
                response_status=status,
                detail=detail,
            )
        _log.warning("The new token of store %s was not checked: %s", grant.store_id, detail)
        return False, None

    async def _restore(self, grant: Grant, earlier: Secret | None) -> None:
        """Bring an earlier token back in place of a refused one.

        If an owner installs the app twice at once, Ecwid refuses the first token, which may be the last to be stored.
        """
        store_id = grant.store_id
        if earlier is None or earlier == grant.access_token:
            return
        try:
            with anyio.fail_after(_STORAGE_TIMEOUT):
                async with self._lock_of(store_id):
                    if await self._read_token(store_id) == grant.access_token:
                        await self._tokens.put(store_id, earlier)
        except Exception as error:
            _log.warning("The earlier token of store %s was not restored: %s", store_id, _describe(error))
        self._ecwid.reload_token(store_id)

    async def _respond_to_error(self, error: InstallError) -> OutgoingResponse:
        if error.reason not in ("denied", "already_used", "invalid_callback"):
            details = ("reason", error.reason), ("status", error.response_status), ("detail", error.detail)
            shown = ", ".join(f"{name}={value}" for name, value in details if value is not None)
            _log.warning("The app was not installed in store %s: %s", error.store_id, shown)
        response = await self._on_error(error) if self._on_error is not None else None
        response = response or error_page(error, self.start_path)
        return self._end_flow(response) if error.reason in _ENDS_FLOW else response

    def _end_flow(self, response: OutgoingResponse) -> OutgoingResponse:
        return evolve(response, headers=(*response.headers, self._cookies.clearing_header()))


def _read_scopes(scopes: str | Iterable[str]) -> frozenset[str]:
    return parse_scopes(scopes if isinstance(scopes, str) else " ".join(scopes))


def _default_claims(tokens: InstallTokens) -> CodeClaims:
    if isinstance(tokens, MemoryTokens):
        return MemoryCodeClaims()
    if callable(getattr(tokens, "claim_code", None)):
        return tokens  # type: ignore[return-value]
    raise ConfigError(
        "Pass `claims`, which remembers the codes that were used: MemoryCodeClaims() for one process, or your own."
    )


def _method_not_allowed() -> OutgoingResponse:
    response = plain_page(405, "Method not allowed", "Open this page in a browser.")
    return evolve(response, headers=(*response.headers, ("Allow", "GET")))


def _read_return_to(query: str) -> str | None:
    """The parameter ``return_to``. An unreadable query has an invalid one."""
    try:
        pairs = parse_qsl(query[:_MAX_QUERY], keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError:
        return ""
    return dict(pairs).get("return_to")


def _denied(error: str | None) -> InstallError:
    if error == "access_denied":
        message = "The store's owner has not accepted the app, and it was not installed."
    else:
        message = "Ecwid has not accepted the installation, and the app was not installed. Start it again later."
    return InstallError(message, reason="denied", detail=error)


def _storage_unavailable(store_id: int | None, detail: str) -> InstallError:
    return InstallError(
        "The app can't store its token right now, and nothing was installed. Reload this page in a minute.",
        reason="unavailable",
        store_id=store_id,
        detail=detail,
    )


def _describe(error: Exception) -> str:
    # A foreign error may quote anything.
    return str(error) if isinstance(error, EcwidError) else type(error).__name__
