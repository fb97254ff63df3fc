"""The signature of webhooks: HMAC-SHA256 with the app's client secret, in Base64, over ``{eventCreated}.{eventId}``.

It covers the time and the id of the event, and nothing else of the body.

API reference: https://docs.ecwid.com/develop-apps/app-settings/webhooks
"""

import hmac
import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from typing import Final

from ecwid_async.apps.errors import WebhookRejected
from ecwid_async.apps.http import IncomingRequest
from ecwid_async.transport import Secret

__all__ = ["SIGNATURE_HEADER", "decode_leniently", "matches", "read_signature", "sign"]

SIGNATURE_HEADER: Final = "X-Ecwid-Webhook-Signature"
_DIGEST_SIZE: Final = 32


def sign(secret: str, signed_text: str) -> bytes:
    """The signature of a text, as bytes."""
    return hmac.digest(secret.encode(), signed_text.encode(), "sha256")


def matches(signature: bytes, signed_text: str, secrets: Sequence[Secret]) -> bool:
    """Whether the signature was made with one of the secrets. Takes the same time for each result."""
    found = False
    for secret in secrets:
        found |= hmac.compare_digest(sign(secret, signed_text), signature)
    return found


def read_signature(request: IncomingRequest) -> bytes:
    """The only signature in the headers of a request, as bytes.

    Raises `WebhookRejected` if there is none, more than one, or one that is not the Base64 of 32 bytes.
    """
    # A proxy may have joined two headers.
    values = [part.strip() for value in request.header_values(SIGNATURE_HEADER) for part in value.split(",")]
    if not any(values):
        raise WebhookRejected(
            f"the header {SIGNATURE_HEADER} is missing or empty: the request does not come from Ecwid, or a proxy "
            "removed the header.",
            reason="missing_signature",
        )
    if len(values) > 1:
        raise WebhookRejected(
            f"the request has {len(values)} values of {SIGNATURE_HEADER}, and it is unknown which one is Ecwid's: if a "
            "custom header of the app has this name, ask Ecwid to remove it.",
            reason="several_signatures",
        )
    signature = _decode(values[0])
    if signature is None:
        raise WebhookRejected(
            f"the value of {SIGNATURE_HEADER} is not the Base64 of 32 bytes{_describe_encoding(values[0])}.",
            reason="malformed_signature",
        )
    return signature


def _decode(text: str) -> bytes | None:
    """Decode standard Base64 with its padding. Anything else has a second form, which Ecwid does not send."""
    try:
        signature = b64decode(text, validate=True)
    except (Base64Error, ValueError):  # the latter for text that is not ASCII
        return None
    is_canonical = len(signature) == _DIGEST_SIZE and b64encode(signature).decode() == text
    return signature if is_canonical else None


def decode_leniently(text: str) -> tuple[bytes | None, str]:
    """Decode a signature in Base64 or in another usual encoding, which is described: for explanations only."""
    if (signature := _decode(text)) is not None:
        return signature, ""
    if re.fullmatch(r"[0-9a-fA-F]{64}", text):
        return bytes.fromhex(text), "it is hexadecimal"
    for changed, encoding in (
        (text.strip(), "it has white space around it"),
        (text.replace("-", "+").replace("_", "/"), "it has the alphabet of URLs, - and _ in place of + and /"),
        (text + "=", "its last character, =, was cut off"),
    ):
        if (signature := _decode(changed)) is not None:
            return signature, encoding
    return None, ""


def _describe_encoding(text: str) -> str:
    _, encoding = decode_leniently(text)
    return f": {encoding}" if encoding else ""
