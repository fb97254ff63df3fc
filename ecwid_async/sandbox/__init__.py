"""A whole Ecwid store on this machine, for demos and tests.

```python
sandbox = Sandbox()
store = sandbox.add_store(1003, token="secret_demo")
```

`Sandbox` is a transport: pass it to a client instead of the network, or serve it over HTTP with `server`.

- `sandbox` authenticates a request, checks its rate limit and scopes, and calls one endpoint.
- `faults` let requests fail, `request_log` has those received, `clock` is the time, `snapshot` copies the state.
- `control` lets programs in other languages do this over HTTP, and `page` a browser.
- `authorization` installs apps in stores, after a consent page.
- `engine` finds the endpoint, parses the request, and builds lists and pages for all endpoints.
- `routes` contains the endpoints, a file for each section of the API.
- `webhooks` derives events from changes and sends them to apps.
- `computed_fields` computes the fields that the server derives from others, such as prices, URLs and translations.
- `state` holds the contents of a store and searches its lists.
- `seed` creates demo stores, and `exports` loads stores from the files of an export.
- `spec` contains the tables of the API: endpoints, parameters and body schemas.
"""

from typing import TYPE_CHECKING

from ecwid_async.primitives.lazy import lazy_exports

if TYPE_CHECKING:
    from ecwid_async.sandbox.app_request import AppRequest as AppRequest
    from ecwid_async.sandbox.app_request import AppResponse as AppResponse
    from ecwid_async.sandbox.clock import SandboxClock as SandboxClock
    from ecwid_async.sandbox.faults import Fault as Fault
    from ecwid_async.sandbox.faults import Faults as Faults
    from ecwid_async.sandbox.request_log import Exchange as Exchange
    from ecwid_async.sandbox.request_log import RequestLog as RequestLog
    from ecwid_async.sandbox.sandbox import Sandbox as Sandbox
    from ecwid_async.sandbox.snapshot import Snapshot as Snapshot
    from ecwid_async.sandbox.state import App as App
    from ecwid_async.sandbox.state import Install as Install
    from ecwid_async.sandbox.state import Store as Store
    from ecwid_async.sandbox.switches import Switches as Switches
    from ecwid_async.sandbox.webhooks import Deliveries as Deliveries
    from ecwid_async.sandbox.webhooks import Delivery as Delivery
    from ecwid_async.sandbox.webhooks import WebhookEvent as WebhookEvent
    from ecwid_async.sandbox.webhooks import WebhookFaults as WebhookFaults
    from ecwid_async.sandbox.webhooks import sample_event as sample_event

if not TYPE_CHECKING:  # or type checkers accept any name
    # Lazy, because the pytest plugin loads this package in every test run, even if it uses no sandbox.
    __getattr__, __dir__, __all__ = lazy_exports(
        __name__,
        {
            "app_request": ("AppRequest", "AppResponse"),
            "clock": ("SandboxClock",),
            "faults": ("Fault", "Faults"),
            "request_log": ("Exchange", "RequestLog"),
            "sandbox": ("Sandbox",),
            "snapshot": ("Snapshot",),
            "state": ("App", "Install", "Store"),
            "switches": ("Switches",),
            "webhooks": ("Deliveries", "Delivery", "WebhookEvent", "WebhookFaults", "sample_event"),
        },
    )
