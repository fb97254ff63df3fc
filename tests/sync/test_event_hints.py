"""Events of webhooks mark the items that they are about."""

import pytest

from ecwid_async.models.events import EventType, StoreEvent
from ecwid_async.sync.event_hints import SECTIONS_BY_FAMILY, item_of_event
from ecwid_async.sync.rows import MIRROR_SECTIONS
from tests.sync.shop import MINUTE, STORE, Shop


@pytest.fixture
def shop():
    return Shop()


def make_event(event_type: str, entity_id: object = 7, **data: object) -> StoreEvent:
    return StoreEvent.from_dict({"eventType": event_type, "storeId": STORE, "entityId": entity_id, "data": data})


@pytest.mark.parametrize(
    ("event", "item"),
    [
        (make_event("product.updated"), ("products", 7)),
        (make_event("category.deleted"), ("categories", 7)),
        (make_event("product_class.created"), ("product_types", 7)),
        (make_event("customer.personal_data_export_request"), ("customers", 7)),
        (make_event("customer_group.updated"), ("customer_groups", 7)),
        (make_event("discount_coupon.updated", "7"), ("coupons", 7)),
        (make_event("review.updated", productId=1, orderId=2), ("reviews", 7)),
        (make_event("order.updated", orderId="XJ12H"), ("orders", "XJ12H")),
        (make_event("invoice.created", orderId="XJ12H"), ("orders", "XJ12H")),
        (make_event("unfinished_order.updated", orderId="XJ12H", cartId="6626E60A"), ("carts", "6626E60A")),
        (make_event("profile.updated", STORE), ("profile", "profile")),
        (make_event("order.updated"), None),
        (make_event("unfinished_order.updated", -1), None),
        (make_event("product.updated", None), None),
        (make_event("promotion.updated"), None),
        (make_event("size_chart.updated"), None),
        (make_event("application.installed", "1003"), None),
        (make_event("newsletter.sent"), None),
        (StoreEvent(), None),
    ],
)
def test_the_item_of_an_event(event, item):
    assert item_of_event(event) == item


def test_each_family_has_a_section_whose_items_can_be_read_by_their_id_or_none():
    families = {each.value.partition(".")[0] for each in EventType}
    assert families - set(SECTIONS_BY_FAMILY) == {"application", "promotion", "size_chart"}
    sections = {section.name: section for section in MIRROR_SECTIONS.values()}
    assert all(sections[name].has_get for name in SECTIONS_BY_FAMILY.values())


async def test_the_next_round_reads_the_item_of_an_event(shop, sqlite_url):
    (product,) = shop.add_products(1)
    async with shop.mirror(sqlite_url) as mirror:
        await shop.settle(mirror, only=["products"])
        shop.wait(MINUTE)
        assert await mirror.mark_event(make_event("product.updated", product))
        report = await mirror.sync(shop.store(), only=["products"])
        assert report.sections["products"].steps == ["lookups"]


@pytest.mark.parametrize(
    "event",
    [
        make_event("promotion.updated"),
        make_event("order.updated", orderId=".."),
        make_event("product.updated", 2**70),
        StoreEvent.from_dict({"eventType": "product.updated", "entityId": 7}),
    ],
)
async def test_an_event_without_an_item_marks_nothing(shop, sqlite_url, event):
    async with shop.mirror(sqlite_url) as mirror:
        assert not await mirror.mark_event(event)
