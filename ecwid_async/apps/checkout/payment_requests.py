"""`PaymentRequests`: responds at the app's payment URL, to which the checkout sends customers."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Final
from urllib.parse import parse_qsl

from ecwid_async.apps.checkout.payment_request import PaymentRequest, to_payment_request
from ecwid_async.apps.checkout.unauthenticated import UnauthenticatedPayments
from ecwid_async.apps.encryption import PayloadCipher, unreadable_payload
from ecwid_async.apps.errors import PayloadError
from ecwid_async.apps.http import IncomingRequest, OutgoingResponse
from ecwid_async.codec import Codec
from ecwid_async.transport import Secret

__all__ = ["PaymentHandler", "PaymentRequests"]

PaymentHandler = Callable[[PaymentRequest], Awaitable[OutgoingResponse]]
"""Starts a payment: responds with a redirect to the payment provider, or with a page of its own."""

_MAX_BODY: Final = 4 * 1024 * 1024
_MAX_FIELDS: Final = 32
_FORM: Final = "application/x-www-form-urlencoded"
_HEADERS: Final = (
    ("Content-Type", "text/plain; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
)


class PaymentRequests:
    """Reads payment requests, and lets `handler` respond to each.

    The form field ``enc_data`` is encrypted and authenticated with the client secret of the app (AES-128-GCM), so its
    contents come from Ecwid. The field ``data`` of older apps is encrypted only, and can be changed by the customer
    who sends it: it is refused, unless `unauthenticated` says how to check it.

    `client_secret` is one or several, by default those in ``ECWID_CLIENT_SECRET``. Raises `ConfigError` if one is
    missing or too short.
    """

    def __init__(
        self,
        handler: PaymentHandler,
        *,
        client_secret: str | Iterable[str] | None = None,
        unauthenticated: UnauthenticatedPayments | None = None,
    ) -> None:
        self._handler = handler
        self._cipher = PayloadCipher(client_secret)
        self._unauthenticated = unauthenticated
        self._codec = Codec()

    def __repr__(self) -> str:
        return f"<PaymentRequests for {getattr(self._handler, '__qualname__', type(self._handler).__name__)}>"

    async def handle(self, request: IncomingRequest) -> OutgoingResponse:
        """Respond at the app's payment URL. Raises whatever the handler raises."""
        if request.method != "POST":
            return _refuse(405, "The checkout sends payment requests with POST.", ("Allow", "POST"))
        try:
            payment_request = await self.read(request)
        except PayloadError as error:
            return _refuse(error.status, str(error))
        return await self._handler(payment_request)

    async def read(self, request: IncomingRequest) -> PaymentRequest:
        """Read a payment request. Raises `PayloadError`, always the same, if it can't be accepted.

        Sends requests to the API only for the field ``data`` of older apps, whose errors it raises, too.
        """
        found = await self._read(request)
        if found is None:
            raise unreadable_payload()
        return found

    async def _read(self, request: IncomingRequest) -> PaymentRequest | None:
        fields = _read_form(request)
        text = fields.get("enc_data")
        if text is not None:
            return to_payment_request(self._cipher.decrypt_authenticated(text, max_length=_MAX_BODY), self._codec)
        text = fields.get("data")
        if text is None or self._unauthenticated is None:
            return None
        found = to_payment_request(self._cipher.decrypt_unauthenticated(text, max_length=_MAX_BODY), self._codec)
        return None if found is None else await self._unauthenticated.check(found)


def _read_form(request: IncomingRequest) -> dict[str, Secret]:
    """The fields of a form. None of a form that is malformed, too large, or repeats a field."""
    types = [value.partition(";")[0].strip().lower() for value in request.header_values("Content-Type")]
    if types != [_FORM] or len(request.body) > _MAX_BODY:
        return {}
    try:
        pairs = parse_qsl(request.body.decode("ascii"), max_num_fields=_MAX_FIELDS)
    except ValueError:  # not ASCII, or too many fields
        return {}
    fields = {name: Secret(value) for name, value in pairs}
    return fields if len(fields) == len(pairs) else {}


def _refuse(status: int, message: str, *headers: tuple[str, str]) -> OutgoingResponse:
    return OutgoingResponse(status, (*_HEADERS, *headers), message.encode())
