"""What Ecwid sends to an app other than webhooks: the visit of its page, and the requests of the checkout."""

from typing import TYPE_CHECKING

from ecwid_async.primitives.lazy import lazy_exports

if TYPE_CHECKING:
    from ecwid_async.sandbox.app_requests.encryption import Fault as Fault
    from ecwid_async.sandbox.app_requests.iframe import IframeMode as IframeMode
    from ecwid_async.sandbox.app_requests.iframe import build_iframe_url as build_iframe_url
    from ecwid_async.sandbox.app_requests.iframe import build_payload as build_payload
    from ecwid_async.sandbox.app_requests.iframe import render_control_panel as render_control_panel

if not TYPE_CHECKING:  # or type checkers accept any name
    # Lazy: encryption needs an extra.
    __getattr__, __dir__, __all__ = lazy_exports(
        __name__,
        {
            "encryption": ("Fault",),
            "iframe": ("IframeMode", "build_iframe_url", "build_payload", "render_control_panel"),
        },
    )
