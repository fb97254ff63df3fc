"""`diagnose_signature`: whether a recorded webhook is signed for the app, and if not, why."""

from collections.abc import Iterable

from ecwid_async.apps.credentials import read_client_secrets
from ecwid_async.apps.webhooks.body import parse_body
from ecwid_async.apps.webhooks.mismatch import explain_mismatch
from ecwid_async.apps.webhooks.signature import decode_leniently, matches
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.transport import Secret

__all__ = ["SignatureDiagnosis", "diagnose_signature"]


@frozen(kw_only=True)
class SignatureDiagnosis:
    """Whether a signature `matches`, and a sentence that says why or why not, without any secret.

    `event_created` is the time of the event in Unix seconds.
    """

    matches: bool
    explanation: str
    event_type: str
    event_id: str
    store_id: int
    event_created: float


def diagnose_signature(
    body: bytes, signature: str, *, client_secret: str | Iterable[str] | None = None, token: str | None = None
) -> SignatureDiagnosis:
    """Compare the body and the signature of a webhook, at any age. Tries the usual mistakes if they do not match.

    `signature` is the value of ``X-Ecwid-Webhook-Signature``. `client_secret` is the app's client secret, by default
    that in ``ECWID_CLIENT_SECRET``. `token` is an access token that may have been used in its place.

    Raises `ConfigError` if there is no secret, and `WebhookRejected` for a body that is not an event.
    """
    secrets = read_client_secrets(client_secret)
    read = parse_body(body)
    decoded, encoding = decode_leniently(signature)
    is_right = decoded is not None and matches(decoded, read.signed_text, secrets)
    if decoded is None:
        explanation = "the signature is not the Base64 of 32 bytes: was it cut, or is it of another service?"
    elif is_right and encoding:
        explanation = f"the signature is right, but {encoding}. Ecwid sends Base64."
    elif is_right:
        explanation = "the signature matches."
    else:
        why = explain_mismatch(decoded, read, body, secrets, token=None if token is None else Secret(token))
        explanation = f"the signature does not match: {f'{encoding}, and ' if encoding else ''}{why}"
    return SignatureDiagnosis(
        matches=is_right and not encoding,
        explanation=explanation,
        event_type=read.event_type,
        event_id=read.event_id,
        store_id=read.store_id,
        event_created=read.event_created,
    )
