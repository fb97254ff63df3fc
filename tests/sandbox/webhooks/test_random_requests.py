"""Random requests: each changed item has its event, and each event is valid."""

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from ecwid_async.models import StoreEvent
from ecwid_async.sandbox import App, Install, Switches
from ecwid_async.sandbox.seed import DEMO_TOKEN
from ecwid_async.sandbox.state import Key, Store
from tests.sandbox.fuzz import make_request
from tests.sandbox.test_fuzz import SEEDS, SWITCHES, small_store
from tests.sandbox.webhooks.apps import CLIENT_ID, CLIENT_SECRET, URL

FAMILIES = {
    "products": "product",
    "categories": "category",
    "product_types": "product_class",
    "customers": "customer",
    "customer_groups": "customer_group",
    "coupons": "discount_coupon",
    "promotions": "promotion",
    "reviews": "review",
    "orders": "order",
}


def items(store: Store) -> dict[tuple[str, Key], bytes | None]:
    tables = {section: store.table(section) for section in FAMILIES}
    return {(FAMILIES[section], key): table.raw(key) for section, table in tables.items() for key in table}


@pytest.mark.chaos
@given(seeds=SEEDS, switches=SWITCHES | st.just(Switches(order_effects=True)))
def test_each_changed_item_has_its_event(seeds: list[int], switches: Switches) -> None:
    sandbox, clock = small_store(switches)
    store = sandbox.stores[7]
    sandbox.add_app(App(client_id=CLIENT_ID, client_secret=CLIENT_SECRET, webhook_url=URL))
    store.installs[CLIENT_ID] = Install()
    before = items(store)
    for seed in filter(None, seeds):
        request = make_request(seed, store, DEMO_TOKEN)
        note(f"{request.method} {request.path[:200]} {request.body!r:.2000}")
        sandbox.handle(request)
        after = items(store)
        expected = {
            (family, key, "updated" if (family, key) in before else "created")
            for (family, key), raw in after.items()
            if before.get((family, key)) != raw
        } | {(family, key, "deleted") for family, key in before.keys() - after.keys()}
        events = [StoreEvent.from_dict(each.event.to_dict(), strict=True) for each in sandbox.deliveries]
        assert all(event.extra == {} and event.store_id == 7 for event in events)
        emitted = {(family, event.entity_id, action) for event in events for family, action in [read_type(event)]}
        # An order that is paid or unpaid is not deleted, and its products have events without a change.
        unpaid = {("order", key) for family, key, action in expected if (family, action) == ("order", "deleted")}
        missing = expected - emitted
        assert all((family, key) in unpaid and (family, key, "updated") in emitted for family, key, _ in missing)
        additional = {each for each in emitted - expected if each[0] in FAMILIES.values()}
        assert all(action == "updated" for _, _, action in additional)
        before = after
        sandbox.deliveries.clear()
        clock.now += 0.5


def read_type(event: StoreEvent) -> tuple[str, str]:
    family, _, action = str(event.event_type).partition(".")
    return family, action
