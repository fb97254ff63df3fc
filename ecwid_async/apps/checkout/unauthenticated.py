"""Payment requests of older apps, which are encrypted without authentication: what the API has to confirm."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from attrs import evolve

from ecwid_async.apps.checkout.payment_request import PaymentRequest
from ecwid_async.errors import ConfigError, InvalidToken, NotFound
from ecwid_async.models.orders import Order

if TYPE_CHECKING:
    from ecwid_async.client import Ecwid

__all__ = ["UnauthenticatedPayments"]

_HOST: Final = re.compile(r"[a-z0-9.-]+")


class UnauthenticatedPayments:
    """Accepts the form field ``data`` (AES-128-CBC), and trusts nothing in it that the API does not confirm.

    A customer who knows the text around a block can change the block, such as the total. So the order is read from the
    API with the token of the request: it must have the transaction of the request, and its total and the currency of
    the store replace those of the request. A customer is sent back only to one of the `return_hosts`, such as
    ``app.ecwid.com``. The `settings` of such a request are empty: read the app's storage.

    Ask Ecwid to send ``enc_data`` instead. Raises `ConfigError` if there is no host.
    """

    def __init__(self, ecwid: "Ecwid", *, return_hosts: Iterable[str]) -> None:
        self._ecwid = ecwid
        hosts = [return_hosts] if isinstance(return_hosts, str) else return_hosts
        self._hosts = frozenset(host.lower() for host in hosts)
        if not self._hosts or not all(map(_HOST.fullmatch, self._hosts)):
            raise ConfigError("return_hosts are the hosts of the stores, such as app.ecwid.com.")

    async def check(self, request: PaymentRequest) -> PaymentRequest | None:
        """The request with the order of the API, or None if the API does not confirm it."""
        order_id = request.order.id or request.order.order_number
        if order_id is None or urlsplit(request.payment.return_url).hostname not in self._hosts:
            return None
        store = self._ecwid.store(request.store_id, request.payment.token)
        try:
            order = await store.orders.get(order_id).without_cache()
            profile = await store.profile.get(response_fields="formatsAndUnits(currency)").without_cache()
        except (InvalidToken, NotFound):
            return None
        currency = None if profile.formats_and_units is None else profile.formats_and_units.currency
        if not _is_same(order, request) or order.total is None or currency is None:
            return None
        return evolve(request, order=order, total=order.total, currency=currency, settings={})


def _is_same(order: Order, request: PaymentRequest) -> bool:
    return order.reference_transaction_id == request.payment.transaction_id
