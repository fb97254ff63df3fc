"""What the methods send: drafts where the body is an entity, arguments where it is a value or two."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from ecwid_async.calls import Call
from ecwid_async.client import Store
from ecwid_async.codec import loads
from ecwid_async.data import Draft
from ecwid_async.models.carts import CartDraft
from ecwid_async.models.categories import CategoryDraft
from ecwid_async.models.common import AsyncImageAltDraft, AsyncImageDraft, BillingPerson, Dimensions, ShippingPerson
from ecwid_async.models.customers import (
    ContactType,
    CustomerBillingPersonDraft,
    CustomerContactDraft,
    CustomerDraft,
)
from ecwid_async.models.orders import (
    FulfillmentStatus,
    OrderCalculationDraft,
    OrderDraft,
    OrderItemDraft,
    OrderShippingOptionDraft,
    OrderTaxesOnShipping,
    PaymentStatus,
)
from ecwid_async.models.products import (
    ProductDraft,
    ProductFileDraft,
    ProductMainMediaDraft,
    ProductMediaDraft,
)
from ecwid_async.models.profile import ProfileDraft, ProfileSettingsDraft

DRAFTS = {"AsyncImageUpload": "AsyncImageDraft", "OrderCalculateRequest": "OrderCalculationDraft"}

# Bodies of a value or two are arguments: what is sent for what.
ARGUMENTS: dict[str, tuple[Callable[[Store], Call[Any]], Any]] = {
    "adjust_product_stock": (lambda store: store.products.inventory.adjust(7, -10), {"quantityDelta": -10}),
    "assign_products_to_category": (
        lambda store: store.categories.assign_products(7, [37208339, 37208345]),
        {"productIds": [37208339, 37208345]},
    ),
    "unassign_products_from_category": (
        lambda store: store.categories.unassign_products(7, (37208339,)),
        {"productIds": [37208339]},
    ),
    "update_category_order": (
        lambda store: store.categories.sort_order.update([9, 7], parent_category=0),
        {"sortedIds": [9, 7]},
    ),
    "update_product_order": (
        lambda store: store.products.sort_order.update([9, 7], parent_category=0),
        {"sortedIds": [9, 7]},
    ),
    "upload_product_video": (
        lambda store: store.products.videos.upload(7, "https://video.example/1"),
        {"url": "https://video.example/1"},
    ),
    "upload_product_gallery_video": (
        lambda store: store.products.gallery.videos.upload(7, "https://video.example/1"),
        {"url": "https://video.example/1"},
    ),
    "get_product_filters": (
        lambda store: store.products.filters(["price"], enabled=False, filter_facet_limit=20),
        {"params": {"filterFields": "price", "enabled": "false", "filterFacetLimit": "20"}},
    ),
}

# The documentation's own examples, as a caller would write them.
SAMPLES: dict[str, Callable[[Store], Call[Any]]] = {
    "adjust_product_stock": ARGUMENTS["adjust_product_stock"][0],
    "assign_products_to_category": ARGUMENTS["assign_products_to_category"][0],
    "get_product_filters": lambda store: store.products.filters(
        ["price", "inventory", "onsale", "categories", "attribute_Brand", "option_Size"],
        enabled=True,
        filter_facet_limit=200,
        include_products_from_subcategories=True,
        lang="en",
    ),
    "update_category_order": lambda store: store.categories.sort_order.update(
        [172966754, 172786255], parent_category=0
    ),
    "create_category": lambda store: store.categories.create(
        CategoryDraft(name="Lemons", enabled=True, order_by=10, parent_id=9691094)
    ),
    "update_category": lambda store: store.categories.update(
        9691094, CategoryDraft(description="Temporary hidden", enabled=False)
    ),
    "create_customer": lambda store: store.customers.create(
        CustomerDraft(
            name="Example customer",
            email="example_customer@example.com",
            customer_group_id=0,
            customer_group_name="General",
            billing_person=CustomerBillingPersonDraft(name="Support team"),
            tax_exempt=False,
        )
    ),
    "update_customer": lambda store: store.customers.update(
        177737165, CustomerDraft(name="Support team (VIP)", customer_group_id=9367001, customer_group_name="VIP")
    ),
    "create_customer_contact": lambda store: store.customers.contacts.create(
        177737165,
        CustomerContactDraft(contact="additional_email@example.com", type=ContactType.EMAIL, default=False, order_by=1),
    ),
    "update_cart": lambda store: store.carts.update(
        "6626E60A-A6F9-4CD5-8230-43D5F162E0CD",
        CartDraft(
            hidden=True,
            taxes_on_shipping=[OrderTaxesOnShipping(name="Tax X", value=Decimal(20), total=Decimal("2.86"))],
        ),
    ),
    "update_order": lambda store: store.orders.update(
        "EG4H2",
        OrderDraft(
            payment_status=PaymentStatus.CUSTOM_PAYMENT_STATUS_1,
            fulfillment_status=FulfillmentStatus.PROCESSING,
            shipping_person=ShippingPerson(
                name="Eugene K",
                company_name="Hedgehog and Bucket",
                street="My Street",
                city="San Diego",
                country_code="US",
                postal_code="90002",
                state_or_province_code="CA",
                phone="123141321",
            ),
            shipping_option=OrderShippingOptionDraft(
                shipping_method_name="Fast Delivery", shipping_rate=Decimal(10), fulfilment_type="DELIVERY"
            ),
        ),
    ),
}


def test_a_body_is_a_draft_of_the_documented_schema(method: Any) -> None:
    schema = method.row["request"]["schema"]
    if schema is None or method.row["id"] in ARGUMENTS:
        return
    drafts = [cls for cls in method.hints.values() if isinstance(cls, type) and issubclass(cls, Draft)]
    assert [cls.__name__ for cls in drafts] == [DRAFTS.get(schema) or re.sub("(Create|Update)$", "Draft", schema)]


@pytest.mark.parametrize("name", ARGUMENTS)
def test_small_bodies_are_made_of_arguments(store: Store, name: str) -> None:
    build, expected = ARGUMENTS[name]
    assert loads(build(store).request.body) == expected


@pytest.mark.parametrize("name", SAMPLES)
def test_documented_examples_go_out_as_they_are(store: Store, sample: Any, name: str) -> None:
    assert loads(SAMPLES[name](store).request.body) == loads(sample(f"{name}.request"))


def test_an_update_sends_only_what_is_set(store: Store) -> None:
    request = store.products.update(7, ProductDraft(price=Decimal("12.50"), google_product_category=None)).request
    assert request.body == b'{"price":12.50,"googleProductCategory":null}'


def test_an_order_is_created_with_its_items(store: Store) -> None:
    item = OrderItemDraft(name="Apple", price=Decimal("4.22"), quantity=2, dimensions=Dimensions(length=Decimal(9)))
    request = store.orders.create(OrderDraft(email="buyer@example.com", items=[item])).request
    assert loads(request.body) == {
        "email": "buyer@example.com",
        "items": [{"name": "Apple", "price": Decimal("4.22"), "quantity": 2, "dimensions": {"length": 9}}],
    }


def test_a_calculation_sends_people_and_items(store: Store) -> None:
    draft = OrderCalculationDraft(gift_card_code="MYGIFTCARD", billing_person=BillingPerson(name="Peter Doe"))
    request = store.orders.calculate(draft).request
    assert loads(request.body) == {"giftCardCode": "MYGIFTCARD", "billingPerson": {"name": "Peter Doe"}}


def test_the_profile_is_changed_at_any_depth(store: Store) -> None:
    request = store.profile.update(ProfileDraft(settings=ProfileSettingsDraft(closed=True))).request
    assert loads(request.body) == {"settings": {"closed": True}}


def test_images_are_fetched_from_a_url(store: Store) -> None:
    alt = AsyncImageAltDraft(main="An apple", translated={"de": "Ein Apfel"})
    draft = AsyncImageDraft(url="https://example.com/apple.png", width="200", height="100", alt=alt)
    expected = {
        "url": "https://example.com/apple.png",
        "width": "200",
        "height": "100",
        "alt": {"main": "An apple", "translated": {"de": "Ein Apfel"}},
    }
    calls = [
        store.products.images.upload_async(7, draft),
        store.products.gallery.upload_async(7, draft),
        store.categories.images.upload_async(7, draft),
    ]
    assert [loads(call.request.body) for call in calls] == [expected] * 3


def test_media_and_files_are_described_by_drafts(store: Store) -> None:
    media = ProductMediaDraft(
        main_media=ProductMainMediaDraft(image_url="https://example.com/apple.png"),
        gallery_media=[ProductMainMediaDraft(video_url="https://video.example/1")],
    )
    assert loads(store.products.media.update(7, media).request.body) == {
        "mainMedia": {"imageUrl": "https://example.com/apple.png"},
        "galleryMedia": [{"videoUrl": "https://video.example/1"}],
    }
    file = store.products.files.update(7, 9, ProductFileDraft(description="Manual"))
    assert loads(file.request.body) == {"description": "Manual"}
