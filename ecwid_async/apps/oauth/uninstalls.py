"""`Uninstalls`: whether a store has really removed the app, and what to do then."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from logging import getLogger
from typing import TYPE_CHECKING, Any, Final, Literal

import anyio

from ecwid_async.apps.errors import AppError
from ecwid_async.apps.oauth.install_tokens import InstallTokens
from ecwid_async.client import Ecwid
from ecwid_async.errors import EcwidError
from ecwid_async.tokens import check_store_id
from ecwid_async.transport import Auth, Secret, parse_error, with_deadlines
from ecwid_async.wire import Options, Request, to_printable

if TYPE_CHECKING:
    from ecwid_async.apps.webhooks import ReceivedEvent

__all__ = ["UninstallState", "Uninstalls"]

UninstallState = Literal["uninstalled", "installed", "unknown"]
"""What `Uninstalls.confirm` found out; "unknown" means that it has to be called again later."""

_TIMEOUT: Final = 20.0
_INVALID_TOKEN: Final = "INVALID_API_TOKEN"  # noqa: S105  the API's error code
_MISSING_SCOPE: Final = "INSUFFICIENT_APP_SCOPE"
_log: Final = getLogger("ecwid_async.apps")


class Uninstalls:
    """Confirms that a store has removed the app, deletes its token, and calls `on_uninstall` with the store's id.

    The event ``application.uninstalled`` alone proves nothing: its store id is not signed, and it may arrive after the
    app was installed again. `on_uninstall` deletes what the app keeps about the store. It may be called more than once.
    """

    def __init__(
        self, ecwid: Ecwid, tokens: InstallTokens, *, on_uninstall: Callable[[int], Awaitable[object]] | None = None
    ) -> None:
        self._ecwid = ecwid
        self._tokens = tokens
        self._on_uninstall = on_uninstall

    async def confirm(self, store_id: int) -> UninstallState:
        """Find out whether the app is still installed, by a request with the store's current token.

        - "uninstalled": Ecwid has refused the token as invalid, now or earlier, or there is none. The token is deleted,
          and `on_uninstall` was called. What that raises is raised; then call `confirm` again.
        - "installed": Ecwid has accepted the token, or another one was stored meanwhile. Nothing was deleted.
        - "unknown": there was no clear response. Nothing was deleted: call it again later.

        The request is sent in any case, also while the token is in quarantine, and never twice.
        """
        check_store_id(store_id)
        try:
            state = await self._find_state(store_id)
            if state == "uninstalled":
                await self._forget_store(store_id)
        except EcwidError as error:
            _log.warning("It is unknown whether store %s has uninstalled the app: %s", store_id, error)
            return "unknown"
        if state == "uninstalled" and self._on_uninstall is not None:
            await self._on_uninstall(store_id)
        return state

    async def handle_event(self, event: "ReceivedEvent[Any, Any]") -> None:
        """Handle the event by `confirm`: ``webhooks.on("application.uninstalled")(uninstalls.handle_event)``.

        Raises `AppError` if the state is unknown, so that the event is tried again, and what `on_uninstall` raises.
        """
        if await self.confirm(event.store_id) == "unknown":
            raise AppError(
                f"it is unknown whether store {event.store_id} has uninstalled the app: the event is tried again."
            )

    async def _find_state(self, store_id: int) -> UninstallState:
        token = _hide(await self._tokens.get(store_id))
        if token is not None:
            state = await self._ask(store_id, token)
            if state != "uninstalled":
                return state
            # Deleted or marked only if it is still the same.
            await self._tokens.invalidate(store_id, token)
        await self._tokens.delete_invalid(store_id)
        # The app may have been installed again meanwhile.
        current = _hide(await self._tokens.get(store_id))
        return "uninstalled" if current is None or current == token else "installed"

    async def _ask(self, store_id: int, token: Secret) -> UninstallState:
        """Send one request with the token, past the rate limit with its quarantine, and past any cache."""
        auth = Auth.for_store(with_deadlines(self._ecwid.transport), store_id, token)
        request = Request(
            method="GET",
            path="/profile",
            params=(("responseFields", "generalInfo(storeId)"),),
            options=Options(operation="GET /profile", repeatable=True, deadline=anyio.current_time() + _TIMEOUT),
        )
        response = await auth.send(request)
        if response.status == 200:
            return "installed"
        error = parse_error(request, response, auth.secrets)
        # The API uses 403 for a missing scope too, a proxy for anything, and a failing server may quote any code.
        if response.status == HTTPStatus.FORBIDDEN and error.code == _INVALID_TOKEN:
            return "uninstalled"
        if response.status == HTTPStatus.FORBIDDEN and error.code == _MISSING_SCOPE:
            return "installed"
        _log.warning("It is unknown whether store %s has uninstalled the app: %s", store_id, to_printable(str(error)))
        return "unknown"

    async def _forget_store(self, store_id: int) -> None:
        self._ecwid.reload_token(store_id)
        await self._ecwid.quarantine().clear(store_id)
        await self._ecwid.cache.drop(store_id)  # it has personal data


def _hide(token: str | None) -> Secret | None:
    return None if token is None else Secret(token)
