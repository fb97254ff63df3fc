"""The token endpoint: exchanges the code of an installation for a token, exactly once."""

from types import TracebackType
from typing import Final, Self

import anyio

from ecwid_async.apps.credentials import read_client_id, read_client_secrets
from ecwid_async.apps.errors import InstallError
from ecwid_async.apps.oauth.addresses import read_oauth_url
from ecwid_async.apps.oauth.grant import Grant, GrantProblem, describe_refusal, read_grant
from ecwid_async.errors import EcwidError, NotSent
from ecwid_async.tokens import check_store_id
from ecwid_async.transport import AiohttpTransport, FormAuth, Secret, Settings, check_number, with_deadlines
from ecwid_async.wire import Headers, Options, Request, Response, Transport, to_printable

__all__ = ["TokenEndpoint"]

_MAX_RESPONSE: Final = 1024 * 1024
_MAX_DETAIL: Final = 300
_NOT_EXECUTED: Final = "Nothing was installed: start the installation again in a few minutes."
_START_AGAIN: Final = "Start the installation again: Ecwid then issues a new token, in place of the lost one."


class TokenEndpoint:
    """Requests tokens from Ecwid. Each request is sent once: a second exchange of a code disables the first token.

    - `client_id`, `client_secret`: by default ``ECWID_CLIENT_ID`` and ``ECWID_CLIENT_SECRET``. Of several secrets the
      first is sent.
    - `oauth_url`: the base URL of the authorization server; by default ``ECWID_OAUTH_URL``, or else Ecwid's own.
    - `transport`: replaces the network.
    - `timeout`: the limit of an exchange, in seconds.

    Methods raise `InstallError`. Raises `ConfigError` for an invalid setting.
    """

    def __init__(
        self,
        client_id: str | None = None,
        client_secret: str | None = None,
        *,
        oauth_url: str | None = None,
        transport: Transport | None = None,
        timeout: float = 30.0,
    ) -> None:
        check_number("timeout", timeout, exclusive=True)
        self.client_id = read_client_id(client_id)
        self.oauth_url = read_oauth_url(oauth_url)
        self._client_secret = read_client_secrets(client_secret)[0]
        self._owns_transport = transport is None
        self._transport = (
            AiohttpTransport(self.oauth_url, Settings(largest_response=_MAX_RESPONSE))
            if transport is None
            else transport
        )
        self._timeout = timeout

    def __repr__(self) -> str:
        return f"<TokenEndpoint of {self.client_id} at {self.oauth_url}>"

    async def exchange(self, code: str, *, redirect_uri: str, store_id: int | None = None) -> Grant:
        """Exchange a code for a token. Claim the code first (`CodeClaims`), and never exchange it again.

        `store_id` is the one of the callback. Without it, the endpoint of older versions of Ecwid is used, which has no
        store in its path. `redirect_uri` is the same as in the authorization, byte for byte.

        ``POST /token/{store_id}``, or else ``POST /token``
        """
        secrets = {"code": Secret(code)}
        del code  # some tracebacks show local variables
        return await self._request(store_id, {"redirect_uri": redirect_uri}, secrets)

    async def partner_token(self, store_id: int) -> Grant:
        """Get the token of a store of the partner's own channel, without asking its owner.

        ``POST /token/{store_id}``
        """
        return await self._request(check_store_id(store_id), {}, {})

    async def aclose(self) -> None:
        """Close the connections of the running event loop. A transport that was passed stays open."""
        if self._owns_transport:
            await self._transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _request(self, store_id: int | None, fields: dict[str, str], secrets: dict[str, Secret]) -> Grant:
        response = await self._send(store_id, fields, secrets)
        found = read_grant(response.body)
        shown = (self._client_secret, *secrets.values())
        if isinstance(found, GrantProblem):
            detail = to_printable(found.text, shown, _MAX_DETAIL)
            if found.refused:
                raise _refused(store_id, response.status, detail)
            raise _outcome_unknown(store_id, response.status, detail)
        if store_id is not None and found.store_id != store_id:
            raise InstallError(
                "Ecwid has issued a token for another store than the one of this installation, and it was not stored. "
                "Start the installation again in the store.",
                reason="wrong_store",
                store_id=store_id,
                response_status=response.status,
            )
        return found

    async def _send(self, store_id: int | None, fields: dict[str, str], secrets: dict[str, Secret]) -> Response:
        """The successful response. Errors are raised without their cause, whose frames have the secrets."""
        path = "/token" if store_id is None else f"/token/{store_id}"
        request = Request(
            method="POST",
            path=path,
            headers=Headers((("Accept", "application/json"),)),
            options=Options(
                operation="POST /oauth/token",
                repeatable=False,
                expects="object",
                deadline=anyio.current_time() + self._timeout,
            ),
        )
        auth = FormAuth(
            with_deadlines(self._transport),
            "the token endpoint",
            {"client_id": self.client_id, "grant_type": "authorization_code", **fields},
            {"client_secret": self._client_secret, **secrets},
        )
        response, problem = None, ""
        not_sent = False
        try:
            response = await auth.send(request)
        except EcwidError as error:
            not_sent, problem = isinstance(error, NotSent), str(error)
        if response is None:
            detail = to_printable(problem, auth.secrets, _MAX_DETAIL)
            raise _unavailable(store_id, detail) if not_sent else _outcome_unknown(store_id, None, detail)
        if response.status == 200:
            return response
        detail = to_printable(describe_refusal(response.body), auth.secrets, _MAX_DETAIL)
        # A 408 or a server's error may come from a proxy after Ecwid has issued the token.
        if response.status == 408 or response.status >= 500 or response.status < 300:
            raise _outcome_unknown(store_id, response.status, detail)
        raise _refused(store_id, response.status, detail)


def _unavailable(store_id: int | None, detail: str) -> InstallError:
    message = f"Ecwid could not be reached. {_NOT_EXECUTED}"
    return InstallError(message, reason="unavailable", store_id=store_id, detail=detail)


def _outcome_unknown(store_id: int | None, status: int | None, detail: str) -> InstallError:
    return InstallError(
        f"Ecwid did not confirm the installation, and may have issued a token that was lost. {_START_AGAIN}",
        reason="outcome_unknown",
        store_id=store_id,
        response_status=status,
        detail=detail,
    )


def _refused(store_id: int | None, status: int, detail: str) -> InstallError:
    return InstallError(
        "Ecwid has refused the installation: its link has expired or was used before, or the app's settings do not "
        f"match those at Ecwid. {_NOT_EXECUTED}",
        reason="refused",
        store_id=store_id,
        response_status=status,
        detail=detail,
    )
