"""What Ecwid sends to an app other than webhooks, without a sandbox of your own (extra ``apps``)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from ecwid_async.sandbox import App, AppRequest, Install, Sandbox
from ecwid_async.sandbox.app_requests import IframeMode, PaymentField, build_iframe_url

if TYPE_CHECKING:
    from ecwid_async.sandbox.app_requests import Fault

__all__ = ["make_discount_request", "make_page_url", "make_payment_request", "make_shipping_request"]

_STORE_ID: Final = 1003
_TOKEN: Final = "secret_demo"  # noqa: S105  valid only for demo stores
_CLIENT_ID: Final = "my-app"
_URL: Final = "http://127.0.0.1:8000"
_ORDER: Final[Mapping[str, Any]] = {
    "email": "customer@example.com",
    "paymentStatus": "INCOMPLETE",
    "total": 12.5,
    "subtotal": 12.5,
    "items": [{"name": "Mug", "price": 12.5, "quantity": 1}],
}


def make_page_url(
    client_secret: str,
    *,
    store_id: int = _STORE_ID,
    token: str = _TOKEN,
    page: str = f"{_URL}/page",
    mode: IframeMode = "encrypted",
    lang: str = "en",
    view_mode: str = "PAGE",
    app_state: str | None = None,
    public_token: str | None = None,
    fault: "Fault | None" = None,
) -> str:
    """The address with which the control panel opens the page of an app.

    `mode` is "encrypted" for a payload in the query, which `fault` damages ("cut", "tampered", "wrong_key" or
    "wrong_padding"), or "fragment" for one that only scripts see.
    """
    payload = {"store_id": store_id, "lang": lang, "access_token": token, "view_mode": view_mode}
    if public_token is not None:
        payload["public_token"] = public_token
    app = App(client_id=_CLIENT_ID, client_secret=client_secret, iframe_url=page)
    return build_iframe_url(app, payload, mode=mode, app_state=app_state, fault=fault)


def make_payment_request(
    client_secret: str,
    *,
    order: Mapping[str, Any] | None = None,
    store_id: int = _STORE_ID,
    token: str = _TOKEN,
    url: str = f"{_URL}/payment",
    fields: PaymentField = "enc_data",
    fault: "Fault | None" = None,
) -> AppRequest:
    """The form that the browser of a customer sends to an app, to pay `order`: fields of an order, as in JSON.

    `fields` is "enc_data", "data" for that of older apps, or "both"; `fault` damages them.
    """
    sandbox, number = _with_order(client_secret, order, store_id, token, url)
    return sandbox.checkout.payment_request(_CLIENT_ID, store_id, number, fields=fields, fault=fault)


def make_shipping_request(
    *, order: Mapping[str, Any] | None = None, store_id: int = _STORE_ID, url: str = f"{_URL}/shipping"
) -> AppRequest:
    """The request for the shipping rates of `order`: fields of an order, as in JSON. It proves nothing."""
    sandbox, number = _with_order("", order, store_id, _TOKEN, url)
    return sandbox.checkout.shipping_request(_CLIENT_ID, store_id, number)


def make_discount_request(
    *, order: Mapping[str, Any] | None = None, store_id: int = _STORE_ID, url: str = f"{_URL}/discounts"
) -> AppRequest:
    """The request for the discounts on `order`: fields of an order, as in JSON. It proves nothing."""
    sandbox, number = _with_order("", order, store_id, _TOKEN, url)
    return sandbox.checkout.discount_request(_CLIENT_ID, store_id, number)


def _with_order(
    client_secret: str, order: Mapping[str, Any] | None, store_id: int, token: str, url: str
) -> tuple[Sandbox, int]:
    """A sandbox with nothing but this order, and the order's number."""
    sandbox = Sandbox()
    store = sandbox.add_store(store_id, token=token)
    app = App(client_id=_CLIENT_ID, client_secret=client_secret, payment_url=url, shipping_url=url, discount_url=url)
    sandbox.add_app(app)
    store.installs[app.client_id] = Install(token=token)
    created = sandbox.request_as_ecwid(store, "POST", "/orders", {**_ORDER, **(order or {})})
    return sandbox, int(created["id"])
