"""The response of the token endpoint."""

import re
from decimal import Decimal
from typing import Final

import msgspec
from attrs import field

from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.primitives.safe_json import NotJSON, decode_json
from ecwid_async.transport import Secret

__all__ = ["Grant", "GrantProblem", "describe_refusal", "parse_scopes", "read_grant"]

_MAX_BODY: Final = 64 * 1024
_EXCERPTED: Final = 2_000
_MAX_TOKEN: Final = 4096
_MAX_ID_DIGITS: Final = 18
# Few repetitions, so that any text is searched in linear time.
_EMAIL: Final = re.compile(r"[^\s@]{1,64}@[^\s@]{1,255}")
_SEPARATOR: Final = re.compile(r"[,\s]+")


@frozen(kw_only=True)
class Grant:
    """An access token that Ecwid has issued. `repr` shows neither the tokens nor the e-mail address.

    - `scopes`: what the token opens; None if the response does not tell.
    - `public_token`: for pages in a browser; only with the scope ``public_storefront``.
    - `email`: of the store's owner. It is missing from most responses.
    """

    store_id: int
    access_token: Secret = field(repr=False)
    scopes: frozenset[str] | None = None
    public_token: Secret | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)


@frozen
class GrantProblem:
    """Why a response is not a `Grant`. `refused` says that Ecwid has issued no token. `text` is not masked."""

    text: str = field(repr=False)
    refused: bool = False


class _Answer(msgspec.Struct):
    access_token: object = None
    token_type: object = None
    scope: object = None
    store_id: object = None
    public_token: object = None
    email: object = None
    error: object = None


class _Refusal(msgspec.Struct):
    error: object = None
    error_description: object = None
    errorCode: object = None  # noqa: N815  the API's own names
    errorMessage: object = None  # noqa: N815


_decoder: Final = msgspec.json.Decoder(_Answer, float_hook=Decimal)
_refusal_decoder: Final = msgspec.json.Decoder(_Refusal, float_hook=Decimal)


def read_grant(body: bytes) -> Grant | GrantProblem:
    """Read the body of a successful response. Returns the problem, since the frames here have the token."""
    try:
        answer = decode_json(body, _decoder) if len(body) <= _MAX_BODY else None
    except NotJSON:
        answer = None
    if answer is None:
        return GrantProblem("the response is not the expected JSON")
    if answer.error is not None:
        text = answer.error[:_EXCERPTED] if isinstance(answer.error, str) else "an error"
        return GrantProblem(_without_email(text), refused=True)
    # Ecwid's own plugin insists on "Bearer", the documentation shows "bearer".
    token_type = answer.token_type
    if token_type is not None and (not isinstance(token_type, str) or token_type.lower() != "bearer"):
        return GrantProblem("the token_type of the response is not Bearer")
    token, store_id = _as_token(answer.access_token), _as_store_id(answer.store_id)
    if token is None:
        return GrantProblem("the response has no valid access_token")
    if store_id is None:
        return GrantProblem("the response has no valid store_id")
    return Grant(
        store_id=store_id,
        access_token=token,
        scopes=parse_scopes(answer.scope) if isinstance(answer.scope, str) else None,
        public_token=_as_token(answer.public_token),
        email=answer.email if isinstance(answer.email, str) else None,
    )


def describe_refusal(body: bytes) -> str:
    """The error in the body of an unsuccessful response, which is not masked.

    Only known fields of JSON are used, since any other may be a token; of other text its beginning is.
    """
    if len(body) > _MAX_BODY:
        return "a large body"
    try:
        found = decode_json(body, _refusal_decoder)
    except NotJSON:
        if b"_token" in body:
            return "a body with a token"
        return _without_email(body[:_EXCERPTED].decode("utf-8", "replace"))
    texts = found.error, found.error_description, found.errorCode, found.errorMessage
    return _without_email(": ".join([text for text in texts if isinstance(text, str)]))


def _without_email(text: str) -> str:
    return _EMAIL.sub("***", text)


def parse_scopes(text: str) -> frozenset[str]:
    """The scopes in a text, in which they are separated by spaces (older ones: by commas)."""
    return frozenset(filter(None, _SEPARATOR.split(text)))


def _as_token(value: object) -> Secret | None:
    # Tokens have had several forms: ``secret_…``, ``secure_…`` and none at all.
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_TOKEN:
        return None
    return Secret(value) if value.isascii() and value.isprintable() and " " not in value else None


def _as_store_id(value: object) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _MAX_ID_DIGITS:
        value = int(value)
    is_id = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**_MAX_ID_DIGITS
    return value if isinstance(value, int) and is_id else None
