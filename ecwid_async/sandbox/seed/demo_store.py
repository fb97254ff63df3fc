"""Demo stores: their sections in the order of generation, and a sandbox with one demo store."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from ecwid_async.sandbox.sandbox import Sandbox
from ecwid_async.sandbox.seed.application import app_client_id, application
from ecwid_async.sandbox.seed.carts import carts as cart_items
from ecwid_async.sandbox.seed.categories import ProductCounts
from ecwid_async.sandbox.seed.categories import categories as category_items
from ecwid_async.sandbox.seed.checkout_extra_fields import checkout_extra_fields
from ecwid_async.sandbox.seed.coupons import coupons
from ecwid_async.sandbox.seed.customer_extra_fields import customer_extra_fields
from ecwid_async.sandbox.seed.customer_groups import customer_groups
from ecwid_async.sandbox.seed.customers import PurchaseTotals
from ecwid_async.sandbox.seed.customers import customers as customer_items
from ecwid_async.sandbox.seed.domains import domains
from ecwid_async.sandbox.seed.orders import orders as order_items
from ecwid_async.sandbox.seed.product_types import product_types
from ecwid_async.sandbox.seed.products import products as product_items
from ecwid_async.sandbox.seed.profile import profile
from ecwid_async.sandbox.seed.promotions import promotions
from ecwid_async.sandbox.seed.redirects import redirects
from ecwid_async.sandbox.seed.reviews import plan_reviews, product_ratings, reviews
from ecwid_async.sandbox.seed.staff import staff
from ecwid_async.sandbox.seed.subscriptions import subscriptions as subscription_items
from ecwid_async.sandbox.seed.support.randomness import LAST_DAY
from ecwid_async.sandbox.seed.support.sales import DemoStore
from ecwid_async.sandbox.state import EncodedItem, Item, Store
from ecwid_async.sandbox.switches import Switches

__all__ = [
    "DEMO_CLIENT_ID",
    "DEMO_CLIENT_SECRET",
    "DEMO_LAST_DAY",
    "DEMO_STORE_ID",
    "DEMO_TOKEN",
    "ProgressCallback",
    "demo_sandbox",
    "fill",
    "sections",
    "seed",
]

DEMO_LAST_DAY: Final = LAST_DAY
"""The last day of a demo store's history, in Unix seconds."""
DEMO_STORE_ID: Final = 1003
DEMO_TOKEN: Final = "secret_demo"  # noqa: S105  valid only for demo stores
DEMO_CLIENT_ID: Final = app_client_id(DEMO_STORE_ID)
DEMO_CLIENT_SECRET: Final = "app_secret_demo_0123"  # noqa: S105  as above

_Items = Iterator[Item | EncodedItem]
ProgressCallback = Callable[[str, int], None]
"""Called with the name of a section and the number of its items generated so far."""


def seed(
    store: Store,
    *,
    products: int = 250,
    orders: int = 400,
    customers: int = 150,
    carts: int = 40,
    categories: int = 24,
    seed: int = 1,
) -> None:
    """Fill an empty store with a profile and this many items of each section, generated from `seed`."""
    fill(
        store,
        sections(
            store.id,
            products=products,
            orders=orders,
            customers=customers,
            carts=carts,
            categories=categories,
            seed=seed,
        ),
    )


def fill(
    store: Store,
    items_by_section: Iterable[tuple[str, Iterable[Item | EncodedItem]]],
    on_progress: ProgressCallback | None = None,
    *,
    storage: Mapping[str, str] | None = None,
    on_use: bool = False,
) -> None:
    """Fill an empty store with a profile and the items of each section, as `sections` yields them.

    With `on_use`, a section is generated when its list is first used, with those before it. `storage` holds the values
    that the app stores with the store, by key; by default there are none.
    """
    store.profile = profile(store.id)
    store.records("storage").update(storage or {})
    store.section_data.update(_records(store.id))
    store.add_app(app_client_id(store.id), DEMO_CLIENT_SECRET)
    if on_progress is not None:
        items_by_section = ((name, _with_progress(name, items, on_progress)) for name, items in items_by_section)
    if on_use:
        store.load_on_use(items_by_section)
        return
    for section, items in items_by_section:
        store.load(section, items)


def _records(store_id: int) -> dict[str, Any]:
    """The data of a store outside its lists, by the names that the endpoints use for it."""
    return {
        "staff": staff(),
        "checkout_extra_fields": checkout_extra_fields(),
        "domains": domains(),
        "redirects": redirects(),
        "application": application(store_id),
    }


def _with_progress(section: str, items: Iterable[Item | EncodedItem], on_progress: ProgressCallback) -> _Items:
    count = 0
    for count, item in enumerate(items, 1):
        yield item
        if not count % 500:
            on_progress(section, count)
    on_progress(section, count)


def sections(
    store_id: int, *, products: int, orders: int, customers: int, carts: int, categories: int, seed: int
) -> Iterator[tuple[str, _Items]]:
    """Yield the name of each section and an iterator of its items.

    Exhaust each iterator before the next one: categories count the products, and customers the orders, that were
    generated before. Items share nested values, so change only copies.
    """
    demo = DemoStore(seed, products, categories, customers, store_id)
    product_counts, purchase_totals = ProductCounts(categories), PurchaseTotals(customers)
    planned = plan_reviews(demo, orders)
    yield (
        "products",
        product_items(
            seed,
            products,
            category_count=categories,
            store_id=store_id,
            product_counts=product_counts,
            ratings=product_ratings(planned),
        ),
    )
    yield "categories", category_items(seed, categories, store_id=store_id, product_counts=product_counts)
    yield "orders", order_items(demo, orders, purchase_totals=purchase_totals)
    yield "carts", cart_items(demo, carts)
    yield "customers", customer_items(seed, customers, product_count=products, purchase_totals=purchase_totals)
    yield "subscriptions", subscription_items(demo, orders)
    yield "customer_groups", iter(customer_groups())
    yield "product_types", iter(product_types())
    yield "customer_extra_fields", iter(customer_extra_fields())
    yield "reviews", reviews(planned, purchase_totals)
    yield "coupons", iter(coupons(products, categories))
    yield "promotions", iter(promotions(products, categories))


def demo_sandbox(
    *,
    products: int = 250,
    orders: int = 400,
    customers: int = 150,
    carts: int = 40,
    categories: int = 24,
    seed: int = 1,
    requests_per_minute: int | None = 600,
    clock: Callable[[], float] | None = None,
    on_progress: ProgressCallback | None = None,
    storage: Mapping[str, str] | None = None,
    switches: Switches | None = None,
    store_id: int = DEMO_STORE_ID,
    on_use: bool = False,
) -> Sandbox:
    """A sandbox with one demo store, with the token `DEMO_TOKEN`.

    A store of 100,000 products takes many seconds to generate; `on_progress` is called with the progress. With
    `on_use`, a section is generated when its list is first used. `storage` holds the values that the app stores with
    the store, by key; by default there are none.
    """
    sandbox = Sandbox(clock=clock, requests_per_minute=requests_per_minute, switches=switches)
    store = sandbox.add_store(store_id, token=DEMO_TOKEN)
    fill(
        store,
        sections(
            store_id,
            products=products,
            orders=orders,
            customers=customers,
            carts=carts,
            categories=categories,
            seed=seed,
        ),
        on_progress,
        storage=storage,
        on_use=on_use,
    )
    return sandbox
