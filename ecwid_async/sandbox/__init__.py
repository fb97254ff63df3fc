"""A whole Ecwid store on this machine, for demos and for tests.

```python
sandbox = Sandbox()
store = sandbox.add_store(1003, token="secret_demo")
```

`Sandbox` is a transport: hand it to a client in place of the network, or serve it over HTTP. Inside, a
request goes from `engine` (address, token, rate limit, scope) to one function of `routes`; these read and
change the `store`, whose lists are `table`s that `query` filters, sorts and cuts to the asked fields. `spec`
holds what the API takes.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ecwid_async.sandbox.sandbox import Exchange, Sandbox
    from ecwid_async.sandbox.state import Store
    from ecwid_async.sandbox.switches import Switches

__all__ = ["Exchange", "Sandbox", "Store", "Switches"]

_HOMES = {"Exchange": "sandbox", "Sandbox": "sandbox", "Store": "state", "Switches": "switches"}


def __getattr__(name: str) -> Any:
    # Lazy (PEP 562): pytest loads this package for every test run, with or without a sandbox in it.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
