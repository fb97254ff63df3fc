"""What Ecwid sends to an app other than webhooks: the visit of its page, and the requests of the checkout.

- `iframe` opens the app's page from the control panel.
- `checkout` builds the requests for payments, shipping rates and discounts; `responses` checks what the app responds.
- `pages` shows the frame of the control panel, and the store to which a customer returns.
- `http` sends them to an app on this machine.
- `encryption` encrypts payloads and payment requests (extra ``apps``).
"""

from typing import TYPE_CHECKING

from ecwid_async.primitives.lazy import lazy_exports

if TYPE_CHECKING:
    from ecwid_async.sandbox.app_requests.checkout import Checkout as Checkout
    from ecwid_async.sandbox.app_requests.checkout import PaymentField as PaymentField
    from ecwid_async.sandbox.app_requests.encryption import Fault as Fault
    from ecwid_async.sandbox.app_requests.http import send_app_request as send_app_request
    from ecwid_async.sandbox.app_requests.iframe import IframeMode as IframeMode
    from ecwid_async.sandbox.app_requests.iframe import build_iframe_url as build_iframe_url
    from ecwid_async.sandbox.app_requests.iframe import build_payload as build_payload
    from ecwid_async.sandbox.app_requests.pages import PAGE_PATHS as PAGE_PATHS
    from ecwid_async.sandbox.app_requests.pages import render_page as render_page
    from ecwid_async.sandbox.app_requests.responses import InvalidAppResponse as InvalidAppResponse
    from ecwid_async.sandbox.app_requests.responses import read_discounts as read_discounts
    from ecwid_async.sandbox.app_requests.responses import read_shipping_options as read_shipping_options

if not TYPE_CHECKING:  # or type checkers accept any name
    # Lazy: encryption needs an extra.
    __getattr__, __dir__, __all__ = lazy_exports(
        __name__,
        {
            "checkout": ("Checkout", "PaymentField"),
            "encryption": ("Fault",),
            "http": ("send_app_request",),
            "iframe": ("IframeMode", "build_iframe_url", "build_payload"),
            "pages": ("PAGE_PATHS", "render_page"),
            "responses": ("InvalidAppResponse", "read_discounts", "read_shipping_options"),
        },
    )
