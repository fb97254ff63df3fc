"""The checkout of a store: it sends customers to an app to pay, and asks apps for shipping rates and discounts."""

from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import quote, urlencode

from ecwid_async.sandbox.app_request import AppRequest
from ecwid_async.sandbox.state import App, Item, Store, encode_json

if TYPE_CHECKING:
    from ecwid_async.sandbox.app_requests.encryption import Fault
    from ecwid_async.sandbox.sandbox import Sandbox

__all__ = ["Checkout", "PaymentField"]

PaymentField = Literal["enc_data", "data", "both"]
"""The form fields of a payment request: authenticated, as for older apps, or both of them."""

_ORIGIN: Final = "https://app.ecwid.com"
_FORM: Final = (("Content-Type", "application/x-www-form-urlencoded"),)
_JSON: Final = (("Content-Type", "application/json"),)
_SAME_FIELDS: Final = (
    "orderNumber",
    "vendorOrderNumber",
    "subtotal",
    "ipAddress",
    "couponDiscount",
    "paymentStatus",
    "fulfillmentStatus",
    "refererUrl",
    "orderComments",
    "volumeDiscount",
    "membershipBasedDiscount",
    "totalAndMembershipBasedDiscount",
    "discount",
    "customerGroupId",
    "customerGroup",
    "customerId",
    "discountCoupon",
    "discountInfo",
    "handlingFee",
    "hidden",
    "paymentMethod",
    "extraFields",
)
_ADDRESS_FIELDS: Final = (
    "street",
    "city",
    "countryCode",
    "postalCode",
    "stateOrProvinceCode",
    "stateOrProvinceName",
)
_ITEM_FIELDS: Final = (
    "weight",
    "price",
    "productId",
    "combinationId",
    "name",
    "categoryId",
    "sku",
    "selectedOptions",
    "dimensions",
    "productPrice",
    "isShippingRequired",
    "fixedShippingRateOnly",
    "fixedShippingRate",
)


class Checkout:
    """Builds the requests for orders of the sandbox, which are usually INCOMPLETE. The app must be installed.

    Nothing is sent: pass a request to the app itself, or to `send_app_request`. All methods raise `ValueError` if the
    app is not installed or has no such URL, and `LookupError` if there is no such order.
    """

    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox

    def payment_request(
        self,
        client_id: str,
        store_id: int,
        order_id: str | int,
        *,
        lang: str = "en",
        fields: PaymentField = "enc_data",
        origin: str = _ORIGIN,
        fault: "Fault | None" = None,
    ) -> AppRequest:
        """The form that the browser of a customer sends to the app (extra ``apps``). `fault` damages it.

        The order gets a transaction, with which the app reports the result. The customer returns to `origin`, where
        the server of the sandbox shows what became of the order, if it is its own.
        """
        from ecwid_async.sandbox.app_requests.encryption import encrypt_cbc, encrypt_gcm

        app, store = self._sandbox.apps[client_id], self._sandbox.stores[store_id]
        url = _require(app, app.payment_url, "payment_url")
        token = _require_token(app, store)
        order = self._begin_payment(store, order_id, client_id)
        query = urlencode({"orderId": order["orderNumber"], "clientId": client_id})
        data = {
            "storeId": store_id,
            "returnUrl": f"{origin}/custompaymentapps/{store_id}?{query}",
            "merchantAppSettings": dict(store.records("storage")),
            "cart": {"currency": _currency(store), "order": order},
            "token": token,
            "lang": lang,
        }
        plain = encode_json(data)
        form = {}
        if fields != "data":
            form["enc_data"] = encrypt_gcm(app.client_secret, plain, fault)
        if fields != "enc_data":
            form["data"] = encrypt_cbc(app.client_secret, plain, fault)
        return AppRequest(url=url, headers=_FORM, body=urlencode(form, quote_via=quote).encode())

    def shipping_request(self, client_id: str, store_id: int, order_id: str | int, *, lang: str = "en") -> AppRequest:
        """The request for the shipping rates of an order."""
        app = self._sandbox.apps[client_id]
        return self._cart_request(app, _require(app, app.shipping_url, "shipping_url"), store_id, order_id, lang)

    def discount_request(self, client_id: str, store_id: int, order_id: str | int, *, lang: str = "en") -> AppRequest:
        """The request for the discounts on an order."""
        app = self._sandbox.apps[client_id]
        return self._cart_request(app, _require(app, app.discount_url, "discount_url"), store_id, order_id, lang)

    def _begin_payment(self, store: Store, order_id: str | int, client_id: str) -> Item:
        path = f"/orders/{quote(str(order_id), safe='')}"
        order = self._sandbox.request_as_ecwid(store, "GET", path)
        if not order.get("referenceTransactionId"):
            change = {"referenceTransactionId": f"transaction_{order['orderNumber']}"}
            self._sandbox.request_as_ecwid(store, "PUT", path, change)
            order = order | change
        return order | {"paymentModule": f"CUSTOM_PAYMENT_APP-{client_id}"}

    def _cart_request(self, app: App, url: str, store_id: int, order_id: str | int, lang: str) -> AppRequest:
        store = self._sandbox.stores[store_id]
        _require_token(app, store)
        order = self._sandbox.request_as_ecwid(store, "GET", f"/orders/{quote(str(order_id), safe='')}")
        data = {
            "storeId": store_id,
            "merchantAppSettings": dict(store.records("storage")),
            "cart": _to_cart(store, order),
            "lang": lang,
        }
        return AppRequest(url=url, headers=_JSON, body=encode_json(data))


def _require(app: App, url: str | None, name: str) -> str:
    if url is None:
        raise ValueError(f"the app {app.client_id!r} has no {name}")
    return url


def _require_token(app: App, store: Store) -> str:
    install = store.installs.get(app.client_id)
    if install is None:
        raise ValueError(f"the app {app.client_id!r} is not installed in store {store.id}: call Sandbox.install")
    return install.token


def _currency(store: Store) -> str:
    return (store.profile.get("formatsAndUnits") or {}).get("currency") or "USD"


def _to_cart(store: Store, order: Item) -> Item:
    """The order with the names of these requests, which differ from those of orders. Missing fields are null."""
    units, company = store.profile.get("formatsAndUnits") or {}, store.profile.get("company") or {}
    items = [
        {**{name: item.get(name) for name in _ITEM_FIELDS}, "amount": item.get("quantity"), "quantity": None}
        for item in order.get("items") or ()
    ]
    person = order.get("shippingPerson")
    return {
        "id": order.get("id"),
        **{name: order.get(name) for name in _SAME_FIELDS},
        "customerEmail": order.get("email") or None,
        "items": items,
        "shippingAddress": None if person is None else {name: person.get(name) for name in _ADDRESS_FIELDS},
        "originAddress": {name: company.get(name) for name in _ADDRESS_FIELDS[:-1]},
        "weight": sum((item["weight"] or 0) * (item["amount"] or 0) for item in items),
        "weightUnit": units.get("weightUnit"),
        "dimensionUnit": units.get("dimensionsUnit"),
        "currency": _currency(store),
        "predictedPackages": order.get("predictedPackage") or None,
    }
