"""The cookie that ties an installation to the browser in which it began."""

import hmac
import re
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable
from typing import Final

import msgspec
from attrs import field

from ecwid_async.apps.http import IncomingRequest
from ecwid_async.apps.oauth.addresses import is_local_path
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.transport import Secret

__all__ = ["Flow", "FlowCookies"]

# Browsers accept this prefix only from the host itself, over https: a neighbouring subdomain can't set the cookie.
_NAME: Final = "__Host-ecwid_install"
_ATTRIBUTES: Final = "Path=/; Secure; HttpOnly; SameSite=Lax"
_PURPOSE: Final = b"ecwid_async install cookie 1"
_MAX_COOKIE: Final = 4096
_MAX_USER: Final = 200


@frozen(kw_only=True)
class Flow:
    """An installation that has begun: its state, who began it, and where they return. `expires` is in Unix seconds."""

    state: Secret = field(repr=False)
    expires: int
    user: str | None = None
    return_to: str | None = None


class FlowCookies:
    """Writes and reads the cookie, signed with HMAC-SHA256. Its content is not encrypted: the browser can read it.

    The first key signs, all of them verify. `lifetime` is in seconds.
    """

    def __init__(
        self, keys: Iterable[str], client_id: str, *, lifetime: float, clock: Callable[[], float] = time.time
    ) -> None:
        # Derived, so that nothing signed for another purpose, such as a webhook, is taken for a cookie.
        self._keys = [Secret(_derive(key, client_id)) for key in keys]
        self._lifetime = int(lifetime)
        self._clock = clock

    def begin(self, user: str | None = None, return_to: str | None = None) -> Flow:
        """A new flow. Raises `ValueError` for an address that is not a path of this site, and for a long user."""
        if return_to is not None and not is_local_path(return_to):
            raise ValueError("return_to must be a path of this site, such as /settings")
        if user is not None and not _is_user(user):
            raise ValueError(f"user must be a text of 1 to {_MAX_USER} characters that identifies the user")
        expires = int(self._clock()) + self._lifetime
        return Flow(state=Secret(secrets.token_urlsafe(24)), expires=expires, user=user, return_to=return_to)

    def header(self, flow: Flow) -> tuple[str, str]:
        """The header that sets the cookie."""
        content = _encode(msgspec.json.encode([str(flow.state), flow.expires, flow.user, flow.return_to]))
        value = f"{content}.{_sign(self._keys[0], content)}"
        return "Set-Cookie", f"{_NAME}={value}; Max-Age={self._lifetime}; {_ATTRIBUTES}"

    def clearing_header(self) -> tuple[str, str]:
        """The header that deletes the cookie."""
        return "Set-Cookie", f"{_NAME}=; Max-Age=0; {_ATTRIBUTES}"

    def read(self, request: IncomingRequest) -> Flow | None:
        """The flow of a request; None if it has no cookie, or one that is not ours, has expired, or occurs twice."""
        values = _cookie_values(request)
        flow = self._verify(values[0]) if len(values) == 1 and len(values[0]) <= _MAX_COOKIE else None
        return flow if flow is not None and self._clock() < flow.expires else None

    def _verify(self, value: Secret) -> Flow | None:
        content, _, signature = value.partition(".")
        given = signature.encode("utf-8", "replace")
        # All keys are tried, so that the time does not depend on which of them fits.
        fits = [hmac.compare_digest(_sign(key, content).encode(), given) for key in self._keys]
        return _decode(content) if any(fits) else None


def _is_user(user: object) -> bool:
    # Half of a surrogate pair can't be encoded.
    return isinstance(user, str) and 0 < len(user) <= _MAX_USER and not re.search("[\ud800-\udfff]", user)


def _derive(key: str, client_id: str) -> str:
    return hmac.digest(key.encode(), b"\0".join((_PURPOSE, client_id.encode())), "sha256").hex()


def _sign(key: str, content: str) -> str:
    return _encode(hmac.digest(key.encode(), content.encode("utf-8", "replace"), "sha256"))


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(content: str) -> Flow | None:
    """The flow in a cookie whose signature fits."""
    try:
        decoded = urlsafe_b64decode(content + "=" * (-len(content) % 4))
        state, expires, user, return_to = msgspec.json.decode(decoded, type=tuple[str, int, str | None, str | None])
    except (ValueError, msgspec.DecodeError):
        return None
    return Flow(state=Secret(state), expires=expires, user=user, return_to=return_to)


def _cookie_values(request: IncomingRequest) -> list[Secret]:
    pairs = [part.strip().partition("=") for header in request.header_values("Cookie") for part in header.split(";")]
    return [Secret(value) for name, _, value in pairs if name == _NAME]
