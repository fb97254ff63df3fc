"""The endpoints: a file per section, a function per endpoint.

A function takes a `Visit` and gives the answer: a dict or list, bytes that already are JSON, a `Page`, or
`Media`. It is declared with its operation:

```python
@route("DELETE /products/{productId}")
def delete_product(request: Visit) -> Answer: ...
```

Only operations of `spec` can be declared: scopes, parameters and bodies are checked from there. Every module
in this package is loaded, so a new section is one new file. What sections have in common is in `shared`.
"""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from ecwid_async.sandbox.engine import Routes, declared

__all__ = ["load"]


@cache
def load() -> Routes:
    """Everything this package declares."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    return declared()
