"""Decryption of what Ecwid encrypts for an app (extra ``apps``): AES-128 under the start of the client secret."""

import hmac
import re
from base64 import b64decode
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Final, cast

from ecwid_async.apps.credentials import read_client_secrets
from ecwid_async.apps.errors import PayloadError
from ecwid_async.errors import ConfigError
from ecwid_async.primitives.safe_json import NotJSON, decode_json, exact_decoder
from ecwid_async.transport import Secret

try:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.ciphers.algorithms import AES128
    from cryptography.hazmat.primitives.ciphers.modes import CBC
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(f"{error}: payloads need pip install 'ecwid-async[apps]'") from None

__all__ = ["UNREADABLE", "PayloadCipher", "identify_unauthenticated", "unreadable_payload"]

UNREADABLE: Final = (
    "The payload can't be accepted: it was encrypted for another app, cut, changed or is out of date. Open the page "
    "from Ecwid once more. If that fails too, compare the client secret with the app's settings."
)
"""The only message about a payload. What exactly is wrong with it would help nobody but an attacker."""

_KEY_BYTES: Final = 16
_BLOCK_BYTES: Final = 16
_NONCE_BYTES: Final = 16
_TAG_BYTES: Final = 16
_BASE64: Final = re.compile(r"[A-Za-z0-9+/]+")
# Both alphabets occur. A plus that was not encoded in a query or form has become a space.
_TO_STANDARD_ALPHABET: Final = str.maketrans("-_ ", "+/+")

Decrypt = Callable[[bytes, bytes], dict[str, object] | None]


def unreadable_payload() -> PayloadError:
    """The one error about payloads."""
    return PayloadError(UNREADABLE)


class PayloadCipher:
    """Decrypts JSON objects with the client secrets of an app.

    The key is the first 16 bytes of a client secret. All secrets are tried for each payload, and each failure raises
    the same `PayloadError` after the same work, so that neither its text nor its time says what failed.

    Raises `ConfigError` if a secret is missing or shorter than a key.
    """

    def __init__(self, client_secret: str | Iterable[str] | None = None) -> None:
        secrets = read_client_secrets(client_secret)
        del client_secret  # some tracebacks show local variables
        if any(len(secret) < _KEY_BYTES for secret in secrets):
            raise ConfigError(
                f"The client secret is shorter than {_KEY_BYTES} characters: copy the whole client_secret from the "
                "app's settings."
            )
        self._secrets = secrets

    def __repr__(self) -> str:
        return f"<PayloadCipher with {len(self._secrets)} secrets>"

    def decrypt_unauthenticated(self, text: str, *, max_length: int) -> dict[str, object]:
        """Decrypt Base64 of an IV and AES-128-CBC. Raises `PayloadError`.

        Nobody without the secret can read it, but it can be changed without the secret: it proves nothing by itself.
        """
        return self._decrypt(Secret(text), max_length, _decrypt_cbc)

    def decrypt_authenticated(self, text: str, *, max_length: int) -> dict[str, object]:
        """Decrypt Base64 of a nonce, AES-128-GCM and its tag. Raises `PayloadError`.

        It comes from someone who has the secret, which is Ecwid, but it may be an old one that is sent again.
        """
        return self._decrypt(Secret(text), max_length, _decrypt_gcm)

    def _decrypt(self, text: Secret, max_length: int, decrypt: Decrypt) -> dict[str, object]:
        data = self._try_all_secrets(text, decrypt) if len(text) <= max_length else None
        if data is None:
            raise unreadable_payload()
        return data

    def _try_all_secrets(self, text: Secret, decrypt: Decrypt) -> dict[str, object] | None:
        sealed = _decode_base64(text)
        results = [decrypt(secret.encode()[:_KEY_BYTES], sealed) for secret in self._secrets]
        return next((data for data in results if data is not None), None)


def identify_unauthenticated(text: str) -> str:
    """A hash that identifies a payload which `PayloadCipher.decrypt_unauthenticated` has decrypted.

    It is that of the last block. Without the secret, other blocks, the IV and the unused bits of Base64 can be changed
    so that the payload is still valid; a changed last block gives text and padding that nobody can choose.
    """
    return sha256(_decode_base64(Secret(text))[-_BLOCK_BYTES:]).hexdigest()


def _decode_base64(text: Secret) -> bytes:
    """The bytes, or none if it is not Base64. Padding may be missing."""
    standard = Secret(text.translate(_TO_STANDARD_ALPHABET).rstrip("="))
    if _BASE64.fullmatch(standard) is None or len(standard) % 4 == 1:
        return b""
    return b64decode(standard + "=" * (-len(standard) % 4))


def _decrypt_cbc(key: bytes, sealed: bytes) -> dict[str, object] | None:
    iv, blocks = sealed[:_BLOCK_BYTES], sealed[_BLOCK_BYTES:]
    if not blocks or len(blocks) % _BLOCK_BYTES:
        return None
    decryptor = Cipher(AES128(key), CBC(iv)).decryptor()
    padded = decryptor.update(blocks) + decryptor.finalize()
    count = padded[-1] if 1 <= padded[-1] <= _BLOCK_BYTES else _BLOCK_BYTES
    is_padded = hmac.compare_digest(padded[-count:], bytes([count]) * count)
    # Decoded even if the padding is wrong: both failures take the same time.
    data = _decode_object(padded[:-count])
    return data if is_padded else None


def _decrypt_gcm(key: bytes, sealed: bytes) -> dict[str, object] | None:
    if len(sealed) < _NONCE_BYTES + _TAG_BYTES:
        return None
    try:
        return _decode_object(AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None))
    except InvalidTag:
        return None


def _decode_object(text: bytes) -> dict[str, object] | None:
    try:
        data: object = decode_json(text, exact_decoder)
    except NotJSON:
        return None
    return cast(dict[str, object], data) if isinstance(data, dict) else None
