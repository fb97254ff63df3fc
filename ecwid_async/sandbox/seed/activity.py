"""Changes of demo stores while they are served: products and orders are created, changed and deleted."""

from typing import Any, Final

import anyio
import msgspec

from ecwid_async.sandbox.sandbox import Sandbox
from ecwid_async.sandbox.seed.support.randomness import ItemRandom, money
from ecwid_async.sandbox.seed.support.vocabulary import ADJECTIVES, PRODUCT_KINDS
from ecwid_async.sandbox.state import Item, Store, decode_json
from ecwid_async.wire import Headers, Options, Request

__all__ = ["StoreActivity", "simulate_activity"]

_ACTIVITY_KEY: Final = 99
# Accepted only while a change is made.
_TOKEN: Final = "secret_activity"  # noqa: S105  as above
_MAX_PRICE: Final = 1_000_000
_STATUSES: Final = ("PROCESSING", "SHIPPED", "OUT_FOR_DELIVERY", "DELIVERED", "RETURNED")


async def simulate_activity(sandbox: Sandbox, *, changes_per_second: float, seed: int = 1) -> None:
    """Change random stores of a sandbox at this rate, until cancelled. Run it in the event loop of the server."""
    activity = StoreActivity(sandbox, seed=seed)
    while True:
        activity.change()
        await anyio.sleep(1 / changes_per_second)


class StoreActivity:
    """Changes products and orders of random stores, with requests that no rate limit applies to.

    About as many items are created as deleted. Stores that are suspended or fail do not change.
    """

    def __init__(self, sandbox: Sandbox, *, seed: int = 1) -> None:
        self._sandbox = sandbox
        self._random = ItemRandom(seed, _ACTIVITY_KEY, 0)
        self._created = 0

    def change(self) -> None:
        """Make one change, unless no store can be changed."""
        stores = [store for store in self._sandbox.stores.values() if not (store.suspended or store.failing)]
        if not stores:
            return
        store = self._random.pick(stores)
        # A token of its own for each change: each token has its own rate limit.
        store.add_token(_TOKEN)
        try:
            self._change(store)
        finally:
            store.revoke(_TOKEN)

    def _change(self, store: Store) -> None:
        share = self._random.below(100)
        product, order = self._pick(store, "products"), self._pick(store, "orders")
        if product is None or share < 10:
            self._send(store, "POST", "/products", self._new_product())
        elif share < 20:
            self._send(store, "DELETE", f"/products/{product['id']}")
        elif share < 60:
            self._send(store, "PUT", f"/products/{product['id']}", {"price": self._price()})
        elif order is None or share < 70:
            self._send(store, "POST", "/orders", self._new_order(product))
        elif share < 80:
            self._send(store, "DELETE", f"/orders/{order['orderNumber']}")
        else:
            status = self._random.pick(_STATUSES)
            self._send(store, "PUT", f"/orders/{order['orderNumber']}", {"fulfillmentStatus": status})

    def _pick(self, store: Store, section: str) -> Item | None:
        """A random item of a list. None if the list is empty."""
        count = store.count(section)
        offset = str(self._random.below(count))
        found = self._send(store, "GET", f"/{section}", offset=offset, limit="1").get("items") if count else ()
        return found[0] if found else None

    def _price(self) -> float:
        return money(self._random.between(500, 20_000))

    def _new_product(self) -> Item:
        self._created += 1
        kind, adjective = self._random.pick(PRODUCT_KINDS), self._random.pick(ADJECTIVES)
        return {
            "name": f"{adjective[0]} {kind.names[0]}, new {self._created}",
            "price": self._price(),
            "quantity": self._random.between(1, 100),
            "enabled": True,
        }

    def _new_order(self, product: Item) -> Item:
        self._created += 1
        # Products of an export may have only some of their fields, and values of any type.
        price, name, quantity = product.get("price"), product.get("name"), self._random.between(1, 3)
        price = price if isinstance(price, int | float) and 0 <= price < _MAX_PRICE else 0
        name = name if isinstance(name, str) else ""
        total = money(round(price * quantity * 100))
        return {
            "email": f"customer.{self._created}@example.com",
            "paymentStatus": "PAID",
            "fulfillmentStatus": "AWAITING_PROCESSING",
            "subtotal": total,
            "total": total,
            "items": [{"productId": product["id"], "name": name, "price": price, "quantity": quantity}],
        }

    def _send(self, store: Store, method: str, path: str, body: Item | None = None, /, **params: str) -> Any:
        response = self._sandbox.handle(
            Request(
                method=method,
                path=f"/{store.id}{path}",
                params=tuple(params.items()),
                body=None if body is None else msgspec.json.encode(body),
                headers=Headers((("Authorization", f"Bearer {_TOKEN}"), ("Content-Type", "application/json"))),
                options=Options(operation=f"{method} {path}"),
            )
        )
        # It used no quota of a client.
        requests = self._sandbox.requests
        requests[-1] = requests[-1]._replace(counted=False)
        return decode_json(response.body)
