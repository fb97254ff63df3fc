"""The session of a visit to the app's page: what it contains, and how it is signed and read."""

import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from typing import Final, cast

from attrs import field

from ecwid_async.apps.credentials import read_client_secrets
from ecwid_async.apps.payload.payload import VerifiedPayload, ViewMode, to_view_mode
from ecwid_async.errors import ConfigError
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.transport import Secret

__all__ = ["PageSession", "SessionKeys"]

_PURPOSE: Final = b"ecwid_async page session 1"
_CSRF_PURPOSE: Final = b"csrf."
_SHORTEST_KEY: Final = 16
_MAX_LENGTH: Final = 1024
# How far the clocks of several servers may be apart.
_MAX_SKEW: Final = 300.0


@frozen(kw_only=True)
class PageSession:
    """A visit to the app's page from the control panel of a store. It has no token.

    It proves that a payload of this store was verified at `opened_at` (Unix seconds), but not who the user is, and not
    that the app is still installed: the app's token source knows that.

    `csrf_token` belongs into each form of the page, since browsers send the session's cookie with requests from other
    sites too: see `is_csrf_token`.
    """

    store_id: int
    language: str | None = None
    view_mode: ViewMode | str | None = None
    opened_at: float
    expires_at: float
    csrf_token: str = field(repr=False)

    def is_csrf_token(self, value: str | None) -> bool:
        """Whether a form or header has the `csrf_token` of this session. Compared in constant time."""
        return value is not None and hmac.compare_digest(value.encode(errors="replace"), self.csrf_token.encode())


class SessionKeys:
    """Signs sessions with the first key, and reads those that any of the keys has signed.

    The keys are derived from `keys`, by default the client secrets of the app. Raises `ConfigError` for a short key.
    """

    def __init__(self, keys: str | Iterable[str] | None = None, *, lifetime: float) -> None:
        roots = read_client_secrets(keys)
        del keys  # some tracebacks show local variables
        if any(len(root) < _SHORTEST_KEY for root in roots):
            raise ConfigError(
                f"A key of sessions is shorter than {_SHORTEST_KEY} characters: use `secrets.token_urlsafe()`."
            )
        self._keys = tuple(hmac.digest(root.encode(), _PURPOSE, "sha256") for root in roots)
        self._lifetime = lifetime

    def __repr__(self) -> str:
        return f"<SessionKeys with {len(self._keys)} keys>"

    def sign(self, payload: VerifiedPayload, now: float) -> str:
        """Text for a cookie that `read` reads until the session expires."""
        content = {
            "store": payload.store_id,
            "lang": payload.language,
            "view": payload.view_mode,
            "opened": int(now),
            "nonce": secrets.token_hex(8),
        }
        text = _encode(json.dumps(content, separators=(",", ":")).encode())
        return f"{text}.{_encode(_mac(self._keys[0], text))}"

    def read(self, cookie: str, now: float) -> PageSession | None:
        """The session, or None if it has expired or none of the keys has signed it."""
        text, _, mac = cookie.partition(".")
        if len(cookie) > _MAX_LENGTH or not cookie.isascii():
            return None
        given = mac.encode()
        matches = [hmac.compare_digest(_encode(_mac(key, text)).encode(), given) for key in self._keys]
        if not any(matches):
            return None
        # Only signed by us from here on.
        content = cast(dict[str, object], json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4))))
        opened, view_mode = cast(int, content["opened"]), cast(str | None, content["view"])
        if not opened - _MAX_SKEW <= now < opened + self._lifetime:
            return None
        return PageSession(
            store_id=cast(int, content["store"]),
            language=cast(str | None, content["lang"]),
            view_mode=view_mode if view_mode is None else to_view_mode(view_mode),
            opened_at=float(opened),
            expires_at=opened + self._lifetime,
            csrf_token=Secret(_encode(_mac(self._keys[matches.index(True)], text, _CSRF_PURPOSE))),
        )


def _mac(key: bytes, text: str, purpose: bytes = b"session.") -> bytes:
    return hmac.digest(key, purpose + text.encode(), "sha256")


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")
