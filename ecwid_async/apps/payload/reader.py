"""Reading payloads: encrypted ones in the query of the page's address, and plain ones in its fragment.

Documentation: https://docs.ecwid.com/build-apps/native-and-external-apps/access-store-data-from-the-app
"""

import re
from binascii import Error as HexError
from binascii import unhexlify
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import unquote

from ecwid_async.apps.encryption import PayloadCipher, unreadable_payload
from ecwid_async.apps.payload.payload import UnverifiedPayload, to_view_mode
from ecwid_async.primitives.safe_json import NotJSON, decode_json, exact_decoder
from ecwid_async.transport import Secret

__all__ = ["MAX_PAYLOAD_LENGTH", "PayloadReader"]

MAX_PAYLOAD_LENGTH: Final = 8192
"""The maximum length of a payload in characters. Ecwid's have a few hundred."""

_MAX_TOKEN_LENGTH: Final = 1024
_MAX_STATE_LENGTH: Final = 4096
_MAX_ID_DIGITS: Final = 18
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")
_VIEW_MODE: Final = re.compile(r"[A-Za-z_]{1,32}")


class PayloadReader:
    """Reads payloads with the client secrets of an app, by default those in ``ECWID_CLIENT_SECRET``.

    All that it returns is unverified. Whatever is wrong with a payload, the `PayloadError` is the same. A `domain` in
    it, which is undocumented and would send the token to another server, is ignored.

    Raises `ConfigError` if a secret is missing or too short.
    """

    def __init__(self, client_secret: str | Iterable[str] | None = None) -> None:
        self._cipher = PayloadCipher(client_secret)

    def decrypt_unauthenticated(self, payload: str, *, app_state: str | None = None) -> UnverifiedPayload:
        """Read the ``payload`` of the page's address, which is secret, but not authenticated.

        `app_state` is the query parameter of that name, decoded once as query parameters are. Raises `PayloadError`.
        """
        payload = Secret(payload)  # in this frame too: some tracebacks show local variables
        found = _to_payload(self._cipher.decrypt_unauthenticated(payload, max_length=MAX_PAYLOAD_LENGTH), app_state)
        if found is None:
            raise unreadable_payload()
        return found

    def read_unencrypted(self, fragment: str) -> UnverifiedPayload:
        """Read the fragment of the page's address, which is neither secret nor authenticated. Raises `PayloadError`.

        Browsers keep the fragment from the server, so the page has to send it: see `PageSessions`.
        """
        fragment = Secret(fragment)
        found = _read_hex(fragment) if len(fragment) <= MAX_PAYLOAD_LENGTH else None
        if found is None:
            raise unreadable_payload()
        return found


def _read_hex(fragment: Secret) -> UnverifiedPayload | None:
    try:
        data: object = decode_json(unhexlify(fragment.removeprefix("#").encode()), exact_decoder)
    except (HexError, UnicodeEncodeError, NotJSON):
        return None
    return _to_payload(data, data.get("app_state")) if isinstance(data, dict) else None


def _to_payload(data: Mapping[str, object], app_state: object) -> UnverifiedPayload | None:
    """The payload, or None if a field is missing or has a wrong type."""
    store_id = _to_store_id(data.get("store_id"))
    access_token = _to_token(data.get("access_token"))
    public_token, language, view_mode = (data.get(name) for name in ("public_token", "lang", "view_mode"))
    texts = (public_token, language, view_mode, app_state)
    if store_id is None or access_token is None or not all(each is None or isinstance(each, str) for each in texts):
        return None
    if isinstance(app_state, str) and len(app_state) > _MAX_STATE_LENGTH:
        return None
    return UnverifiedPayload(
        store_id=store_id,
        access_token=access_token,
        public_token=_to_token(public_token),
        language=language if isinstance(language, str) and _LANGUAGE.fullmatch(language) else None,
        view_mode=to_view_mode(view_mode) if isinstance(view_mode, str) and _VIEW_MODE.fullmatch(view_mode) else None,
        # Encoded once more than the rest of the query or of the JSON.
        app_state=unquote(app_state) if isinstance(app_state, str) else None,
    )


def _to_store_id(value: object) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _MAX_ID_DIGITS:
        value = int(value)
    is_valid = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**_MAX_ID_DIGITS
    return value if isinstance(value, int) and is_valid else None


def _to_token(value: object) -> Secret | None:
    """The token, or None unless it fits into a header. Its form is not documented: older tokens have no prefix."""
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_TOKEN_LENGTH:
        return None
    return Secret(value) if value.isascii() and value.isprintable() and " " not in value else None
