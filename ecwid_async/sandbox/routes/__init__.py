"""The endpoints of the sandbox: one function each, in files that mirror the client's resources.

An endpoint of ``ecwid_async/resources/X.py`` is served by ``routes/X.py`` and tested in
``tests/sandbox/routes/test_X.py``. Every file here declares endpoints; the code that they share is in `support`.

A function takes a `StoreRequest` and returns a `Result`: a dict or list, encoded JSON as bytes, a `Page`, or `Media`.
A decorator declares its operation:

```python
@route("DELETE /products/{productId}")
def delete_product(request: StoreRequest) -> Result: ...
```

Only operations listed in `spec` can be declared; scopes, parameters and bodies are checked against it. `load` imports
every module of this package, so a new section needs only a new file.
"""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from ecwid_async.sandbox.engine import Routes, registered_routes

__all__ = ["load"]


@cache
def load() -> Routes:
    """Import every module of this package and return the endpoints and lists they declare."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    return registered_routes()
