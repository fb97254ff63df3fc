"""Test support for users of the library: events, payloads, requests to an app in process, and a pytest plugin.

- `events` builds and signs the events of webhooks.
- `app_requests` builds what else Ecwid sends to an app: the payload of its page, and the requests of the checkout.
- `asgi_client` passes requests to an ASGI app in this process, and runs its lifespan.
- `installed_app` is an app in a store of a sandbox, whose webhooks reach an ASGI app.
- `request_assertions` compares the requests that a sandbox received with those expected.
- `plugin` has the pytest fixtures.
"""

from typing import TYPE_CHECKING

from ecwid_async.primitives.lazy import lazy_exports

if TYPE_CHECKING:
    from ecwid_async.testing.app_requests import make_discount_request as make_discount_request
    from ecwid_async.testing.app_requests import make_page_url as make_page_url
    from ecwid_async.testing.app_requests import make_payment_request as make_payment_request
    from ecwid_async.testing.app_requests import make_shipping_request as make_shipping_request
    from ecwid_async.testing.asgi_client import deliver as deliver
    from ecwid_async.testing.asgi_client import lifespan as lifespan
    from ecwid_async.testing.asgi_client import make_request as make_request
    from ecwid_async.testing.asgi_client import request_app as request_app
    from ecwid_async.testing.events import make_event as make_event
    from ecwid_async.testing.events import make_webhook as make_webhook
    from ecwid_async.testing.events import sign as sign
    from ecwid_async.testing.installed_app import InstalledApp as InstalledApp
    from ecwid_async.testing.request_assertions import assert_requests as assert_requests

if not TYPE_CHECKING:  # or type checkers accept any name
    # Lazy, because the pytest plugin loads this package in every test run.
    __getattr__, __dir__, __all__ = lazy_exports(
        __name__,
        {
            "app_requests": (
                "make_discount_request",
                "make_page_url",
                "make_payment_request",
                "make_shipping_request",
            ),
            "asgi_client": ("deliver", "lifespan", "make_request", "request_app"),
            "events": ("make_event", "make_webhook", "sign"),
            "installed_app": ("InstalledApp",),
            "request_assertions": ("assert_requests",),
        },
    )
