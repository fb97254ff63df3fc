"""A whole Ecwid store on this machine, for demos and tests.

```python
sandbox = Sandbox()
store = sandbox.add_store(1003, token="secret_demo")
```

`Sandbox` is a transport: pass it to a client instead of the network, or serve it over HTTP with `server`.

- `sandbox` authenticates a request, checks its rate limit and scopes, and calls one endpoint.
- `engine` finds the endpoint and parses the request; it also has the lists and pages that endpoints share.
- `routes` are the endpoints, a file for each section of the API.
- `computed_fields` are the fields that the server derives from others, such as prices, URLs and translations.
- `state` is what a store contains, and the search of its lists.
- `seed` creates demo stores.
- `spec` has the tables of the API: endpoints, parameters and body schemas.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ecwid_async.sandbox.sandbox import Exchange, Sandbox
    from ecwid_async.sandbox.state import Store
    from ecwid_async.sandbox.switches import Switches

__all__ = ["Exchange", "Sandbox", "Store", "Switches"]

_HOMES = {"Exchange": "sandbox", "Sandbox": "sandbox", "Store": "state", "Switches": "switches"}


def __getattr__(name: str) -> Any:
    # Lazy (PEP 562): the pytest plugin is loaded in every test run, even if it uses no sandbox.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
