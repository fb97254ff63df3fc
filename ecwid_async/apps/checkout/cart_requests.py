"""`ShippingRequests` and `DiscountRequests`: respond at the URLs that the checkout asks about a cart."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Final, Generic, NamedTuple, Protocol, TypeVar

import anyio

from ecwid_async.apps.checkout.cart import CheckoutCart
from ecwid_async.apps.checkout.discounts import CartDiscount, DiscountRequest
from ecwid_async.apps.checkout.fields import read_language, read_settings, read_store_id
from ecwid_async.apps.checkout.shipping import ShippingRate, ShippingRequest
from ecwid_async.apps.http import IncomingRequest, OutgoingResponse
from ecwid_async.codec import Codec, dumps
from ecwid_async.errors import DecodeError
from ecwid_async.primitives.safe_json import NotJSON, decode_json, exact_decoder
from ecwid_async.transport import check_number

__all__ = ["DISCOUNT_SECONDS", "SHIPPING_SECONDS", "DiscountRequests", "ShippingRequests"]

SHIPPING_SECONDS: Final = 10.0
"""How long the checkout waits for shipping rates, according to the documentation."""
DISCOUNT_SECONDS: Final = 5.0
"""How long it waits for discounts."""

_RESERVE_SECONDS: Final = 0.5
_MAX_BODY: Final = 4 * 1024 * 1024
_MAX_RESULTS: Final = 100
# Objects and elements of lists. Anyone can send a cart, and objects of our classes take long to make.
_MAX_ELEMENTS: Final = 50_000

Q = TypeVar("Q")


class _Result(Protocol):
    def to_dict(self) -> dict[str, object]: ...


R = TypeVar("R", bound=_Result)


class _Kind(NamedTuple):
    name: str
    key: str


class _CartRequests(Generic[Q, R]):
    """Reads requests about a cart, and writes what the handler returns."""

    def __init__(
        self,
        handler: Callable[[Q], Awaitable[Sequence[R]]],
        timeout: float,
        kind: _Kind,
        request_class: Callable[..., Q],
    ) -> None:
        check_number("timeout", timeout, exclusive=True)
        self._handler = handler
        self._kind = kind
        self._request_class = request_class
        self._timeout = timeout
        self._codec = Codec()

    def __repr__(self) -> str:
        handler = getattr(self._handler, "__qualname__", type(self._handler).__name__)
        return f"<{type(self).__name__} for {handler}>"

    async def handle(self, request: IncomingRequest) -> OutgoingResponse:
        """Respond to a request of the checkout. Raises whatever the handler raises.

        A malformed request gets a 400, and one whose handler takes longer than `timeout` a 503: an empty list would
        be an answer, which Ecwid may keep until the cart changes.
        """
        if request.method != "POST":
            return _refuse(405, f"A {self._kind.name} request is sent with POST.", ("Allow", "POST"))
        if len(request.body) > _MAX_BODY:
            return _refuse(413, f"A {self._kind.name} request has at most {_MAX_BODY:,} bytes.")
        cart_request = self._read(request.body)
        if cart_request is None:
            needs = f"a storeId and a cart in JSON, of at most {_MAX_ELEMENTS:,} elements"
            return _refuse(400, f"This is no {self._kind.name} request: it needs {needs}.")
        results: Sequence[R] = ()
        with anyio.move_on_after(self._timeout) as limit:
            results = await self._handler(cart_request)
        if limit.cancelled_caught:
            return _refuse(503, f"The {self._kind.name} request took longer than {self._timeout:g} seconds.")
        if not isinstance(results, Sequence):
            raise TypeError(f"the handler returned {type(results).__name__}: return a list, which may be empty")
        if len(results) > _MAX_RESULTS:
            raise ValueError(f"the handler returned {len(results):,} results: at most {_MAX_RESULTS} are possible")
        body = dumps({self._kind.key: [result.to_dict() for result in results]})
        return OutgoingResponse(200, (("Content-Type", "application/json"), ("Cache-Control", "no-store")), body)

    def _read(self, body: bytes) -> Q | None:
        try:
            data: object = decode_json(body, exact_decoder)
        except NotJSON:
            return None
        if not isinstance(data, dict) or not isinstance(data.get("cart"), dict):
            return None
        store_id = read_store_id(data)
        if store_id is None or not _is_small(data["cart"]):
            return None
        try:
            cart = self._codec.structure(data["cart"], CheckoutCart, f"{self._kind.name} request", "cart")
        except DecodeError:
            return None
        return self._request_class(
            store_id=store_id, language=read_language(data), cart=cart, settings=read_settings(data)
        )


class ShippingRequests(_CartRequests[ShippingRequest, ShippingRate]):
    """Responds at the app's shipping URL: `handler` returns the rates for a cart, or none.

    Ecwid waits 10 seconds, and may keep the rates until the cart changes. The handler is cancelled after `timeout`
    seconds. Ecwid shows no rates of the app if there is no response.
    """

    def __init__(
        self,
        handler: Callable[[ShippingRequest], Awaitable[Sequence[ShippingRate]]],
        *,
        timeout: float = SHIPPING_SECONDS - _RESERVE_SECONDS,
    ) -> None:
        super().__init__(handler, timeout, _Kind("shipping", "shippingOptions"), ShippingRequest)


class DiscountRequests(_CartRequests[DiscountRequest, CartDiscount]):
    """Responds at the app's discount URL: `handler` returns the discounts for a cart, or none.

    Ecwid waits 5 seconds each time that a cart changes, and may keep the discounts until it changes again. The handler
    is cancelled after `timeout` seconds. Without a response the customer pays without a discount.
    """

    def __init__(
        self,
        handler: Callable[[DiscountRequest], Awaitable[Sequence[CartDiscount]]],
        *,
        timeout: float = DISCOUNT_SECONDS - _RESERVE_SECONDS,
    ) -> None:
        super().__init__(handler, timeout, _Kind("discount", "discounts"), DiscountRequest)


def _is_small(cart: dict[str, object]) -> bool:
    count = 0
    waiting: list[Collection[object]] = [cart.values()]
    while waiting and count + len(waiting) <= _MAX_ELEMENTS:
        values = waiting.pop()
        count += len(values) if isinstance(values, list) else 1
        waiting += (
            each.values() if isinstance(each, dict) else each for each in values if isinstance(each, dict | list)
        )
    return count + len(waiting) <= _MAX_ELEMENTS


def _refuse(status: int, message: str, *headers: tuple[str, str]) -> OutgoingResponse:
    content_type = ("Content-Type", "text/plain; charset=utf-8")
    return OutgoingResponse(status, (content_type, ("Cache-Control", "no-store"), *headers), message.encode())
