"""The payment of an order: its result is reported to Ecwid, and the customer returns to the store."""

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

from attrs import Attribute, field, frozen

from ecwid_async.apps.http import OutgoingResponse
from ecwid_async.models.orders import OrderDraft, PaymentStatus
from ecwid_async.transport import Secret

if TYPE_CHECKING:
    from ecwid_async.client import Ecwid

__all__ = ["Payment", "is_return_url"]

_MAX_URL_LENGTH: Final = 4096
_MAX_MESSAGE_LENGTH: Final = 500
_URL: Final = re.compile(r"https?://[!-~]+")
_TRANSACTION_ID: Final = re.compile(r"[!-~]{1,256}")
_SECRET: Final = re.compile(r"[!-~]{1,1024}")
_HEADERS: Final = (("Referrer-Policy", "no-referrer"),)


def is_return_url(url: str) -> bool:
    """Whether a customer may be sent to this address: encrypted, or on this machine, and without tricks."""
    if len(url) > _MAX_URL_LENGTH or not _URL.fullmatch(url) or "\\" in url:
        return False
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or "@" in parts.netloc:
        return False
    return parts.scheme == "https" or _is_loopback(host)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check_return_url(_: object, __: "Attribute[str]", value: str) -> None:
    if not isinstance(value, str) or not is_return_url(value):
        raise ValueError("return_url is not the https address of a store")


def _check_transaction_id(_: object, __: "Attribute[str]", value: str) -> None:
    if not isinstance(value, str) or not _TRANSACTION_ID.fullmatch(value):
        raise ValueError("transaction_id is not the referenceTransactionId of an order")


def _check_token(_: object, __: "Attribute[Secret | None]", value: str | None) -> None:
    if value is not None and not _SECRET.fullmatch(value):
        raise ValueError("token is not an access token")


def _to_secret(value: str | None) -> Secret | None:
    return Secret(value) if isinstance(value, str) else None


@frozen(kw_only=True)
class Payment:
    """What is needed to report the result of a payment, possibly in another process and hours later.

    Keep it in your database while the customer pays, and make it again from there. `token` is the app's token of the
    store; without one, that of the client's `tokens` is used, so that it need not be stored twice. The constructor
    raises `ValueError` for an invalid value.

    Documentation: https://docs.ecwid.com/build-apps/payment-methods/online-payments/process-online-payment-requests
    """

    store_id: int
    transaction_id: str = field(validator=_check_transaction_id)
    return_url: str = field(validator=_check_return_url, repr=False)
    token: Secret | None = field(default=None, converter=_to_secret, validator=_check_token, repr=False)

    async def report_paid(self, ecwid: "Ecwid", *, external_transaction_id: str | None = None) -> OutgoingResponse:
        """Set the payment status of the order to PAID, and return a redirect to the store, which thanks the customer.

        `external_transaction_id` is the id of the payment at your payment provider, for the merchant.

        Raises the error of the API if the order could not be changed. Then the customer must not return yet: report it
        again, which is safe, since it only repeats the same status.

        ``PUT /orders/{orderId}``
        """
        draft = OrderDraft(payment_status=PaymentStatus.PAID)
        if external_transaction_id is not None:
            draft.external_transaction_id = external_transaction_id
        await self._update_order(ecwid, draft)
        return OutgoingResponse.redirect(self.return_url, _HEADERS)

    async def report_incomplete(self, ecwid: "Ecwid", message: str | None = None) -> OutgoingResponse:
        """Set the payment status of the order to INCOMPLETE, and return a redirect to the cart of the customer.

        The store shows `message`, at most 500 characters, in the language of the customer. Raises like `report_paid`.

        ``PUT /orders/{orderId}``
        """
        await self._update_order(ecwid, OrderDraft(payment_status=PaymentStatus.INCOMPLETE))
        url = self.return_url if not message else _with_error_message(self.return_url, message[:_MAX_MESSAGE_LENGTH])
        return OutgoingResponse.redirect(url, _HEADERS)

    async def _update_order(self, ecwid: "Ecwid", draft: OrderDraft) -> None:
        await ecwid.store(self.store_id, self.token).orders.update(self.transaction_id, draft)


def _with_error_message(url: str, message: str) -> str:
    address, mark, fragment = url.partition("#")
    separator = "&" if "?" in address else "?"
    return f"{address}{separator}errorMsg={quote(message, safe='', errors='replace')}{mark}{fragment}"
