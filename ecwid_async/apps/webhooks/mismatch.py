"""Why a signature does not match: tries the mistakes that are usual in receivers and in test requests."""

import hmac
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from ecwid_async.apps.webhooks.body import EventBody
from ecwid_async.apps.webhooks.signature import sign
from ecwid_async.transport import Secret

__all__ = ["explain_mismatch"]

# A larger body is not hashed again for an explanation.
_MAX_BODY: Final = 65_536
_TOKEN_PREFIXES: Final = ("secret_", "public_", "secure_")
_LINE_ENDS: Final = ("\n", "\r\n", " ")


def explain_mismatch(
    signature: bytes, read: EventBody, body: bytes, secrets: Sequence[Secret], *, token: Secret | None = None
) -> str:
    """Say in a sentence with which mistake the signature was made, or what to check if none of the known ones fits.

    `token` is an access token that may have been used in place of the client secret. The sentence has no secret.
    """
    for mistake, attempt in _attempts(read, body, secrets, token):
        if hmac.compare_digest(attempt(), signature):
            return mistake
    if any(secret.startswith(_TOKEN_PREFIXES) for secret in secrets):
        return (
            "the client secret begins like an access token (secret_… or public_…): check that it is the client secret "
            "from the app's page, not the token of a store."
        )
    return (
        "it was made with another secret, or over another `eventCreated` or `eventId`: check that the client secret "
        "belongs to this app, and that nothing re-formats the body on its way."
    )


def _attempts(
    read: EventBody, body: bytes, secrets: Sequence[Secret], token: Secret | None
) -> Iterator[tuple[str, Callable[[], bytes]]]:
    event_id = read.event_id
    created = read.signed_text.removesuffix(f".{event_id}")
    bodies = (body, body.rstrip(b"\r\n")) if len(body) <= _MAX_BODY else ()
    for secret in secrets:
        swapped = f"{event_id}.{created}"
        yield "it was made over `eventId` and `eventCreated` in the wrong order.", _over(secret, swapped)
        yield "it was made without the dot between `eventCreated` and `eventId`.", _over(secret, created + event_id)
        yield "it was made over `eventId` alone.", _over(secret, event_id)
        yield (
            "it was made over `eventCreated` in milliseconds; Ecwid's is in seconds.",
            _over(secret, f"{created}000.{event_id}"),
        )
        for end in _LINE_ENDS:
            yield "it was made with a line break or space after the signed text.", _over(secret, read.signed_text + end)
            yield (
                "it was made with a line break or space after the client secret.",
                _over(secret + end, read.signed_text),
            )
        for text in bodies:
            yield (
                "it was made over the whole body; Ecwid's is over `eventCreated`, a dot and `eventId`.",
                _over_bytes(secret, text),
            )
    if token is not None:
        yield (
            "it was made with the access token; Ecwid's is made with the client secret.",
            _over(token, read.signed_text),
        )
        for text in bodies:
            yield (
                "it was made over the whole body with the access token; Ecwid's is over `eventCreated`, a dot and "
                "`eventId`, with the client secret.",
                _over_bytes(token, text),
            )


def _over(secret: str, text: str) -> Callable[[], bytes]:
    return lambda: sign(secret, text)


def _over_bytes(secret: str, body: bytes) -> Callable[[], bytes]:
    return lambda: hmac.digest(secret.encode(), body, "sha256")
