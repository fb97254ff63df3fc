"""Demo stores of any size: the same `seed` always gives the same store.

Products have options, variations, translations and images. Orders have items of these products, discounts, taxes,
refunds and shipments, and their amounts add up. Customers have the statistics of their orders. Items are generated one
by one, or a few at once: a store of a million products is never in memory as a whole. No item depends on the clock, so
a demo store is the same every day.

Each file generates the demo data of the section it is named after; `support` holds the code that sections share.
"""

from ecwid_async.sandbox.seed.activity import StoreActivity, simulate_activity
from ecwid_async.sandbox.seed.application import app_client_id
from ecwid_async.sandbox.seed.demo_app import add_demo_app
from ecwid_async.sandbox.seed.demo_store import (
    DEMO_CLIENT_ID,
    DEMO_CLIENT_SECRET,
    DEMO_LAST_DAY,
    DEMO_STORE_ID,
    DEMO_TOKEN,
    ProgressCallback,
    demo_sandbox,
    fill,
    sections,
    seed,
)
from ecwid_async.sandbox.seed.many_stores import DemoStores, StoreProblem, demo_stores, demo_token
from ecwid_async.sandbox.seed.profile import profile

__all__ = [
    "DEMO_CLIENT_ID",
    "DEMO_CLIENT_SECRET",
    "DEMO_LAST_DAY",
    "DEMO_STORE_ID",
    "DEMO_TOKEN",
    "DemoStores",
    "ProgressCallback",
    "StoreActivity",
    "StoreProblem",
    "add_demo_app",
    "app_client_id",
    "demo_sandbox",
    "demo_stores",
    "demo_token",
    "fill",
    "profile",
    "sections",
    "seed",
    "simulate_activity",
]
