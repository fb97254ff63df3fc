"""Stores for the tests of endpoints."""

from typing import Any

from ecwid_async.sandbox import Sandbox, Switches
from ecwid_async.sandbox.seed import demo_sandbox
from tests.sandbox.api import Api, Clock

NOW = 1_725_434_411
FILE_OPTION = "Ваш файл / photo + text"


def empty_store(clock: Clock | None = None, **switches: Any) -> Api:
    """An empty store. By default its clock stands still at `NOW`."""
    sandbox = Sandbox(clock=clock or Clock(NOW), requests_per_minute=None, switches=Switches(**switches))
    sandbox.add_store(1003, token="t")
    return Api(sandbox, store_id=1003, token="t")


def demo_store(
    clock: Clock | None = None,
    *,
    products: int = 0,
    orders: int = 0,
    customers: int = 0,
    carts: int = 0,
    categories: int = 0,
) -> Api:
    """A demo store with this many items. By default its clock stands still, after the store's last day."""
    sandbox = demo_sandbox(
        products=products,
        orders=orders,
        customers=customers,
        carts=carts,
        categories=categories,
        requests_per_minute=None,
        clock=clock or Clock(),
    )
    return Api(sandbox)
