"""Redirects of the instant site of a demo store."""

from ecwid_async.sandbox.state import Item

__all__ = ["redirects"]


def redirects() -> dict[str, Item]:
    """Redirects by id."""
    return {
        "5f2b1c0a9d3e4f60718293a4": {
            "id": "5f2b1c0a9d3e4f60718293a4",
            "fromUrl": "/old-shop",
            "toUrl": "/products",
        },
        "5f2b1c0a9d3e4f60718293a5": {
            "id": "5f2b1c0a9d3e4f60718293a5",
            "fromUrl": "/распродажа",
            "toUrl": "/products/sale",
        },
    }
