"""Methods send drafts as bodies, or arguments for bodies of one or two values."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, get_args

import pytest

from ecwid_async.calls import Call
from ecwid_async.client import Store
from ecwid_async.codec import loads
from ecwid_async.models.base import Draft
from ecwid_async.models.carts import CartDraft
from ecwid_async.models.categories import CategoryDraft
from ecwid_async.models.common import Dimensions
from ecwid_async.models.customer_contacts import ContactType, CustomerContactDraft
from ecwid_async.models.customer_extra_fields import CustomerExtraFieldDraft
from ecwid_async.models.customer_groups import CustomerGroupDraft
from ecwid_async.models.customers import CustomerBillingPersonDraft, CustomerDraft
from ecwid_async.models.images import AsyncImageAltDraft, AsyncImageDraft
from ecwid_async.models.order_calculation import OrderCalculationDraft
from ecwid_async.models.order_extra_fields import OrderExtraFieldDraft
from ecwid_async.models.order_items import OrderItemDraft
from ecwid_async.models.order_shipping import OrderShippingOptionDraft
from ecwid_async.models.order_statuses import OrderStatusDraft
from ecwid_async.models.order_taxes import OrderTaxesOnShipping
from ecwid_async.models.orders import FulfillmentStatus, OrderDraft, PaymentStatus
from ecwid_async.models.persons import BillingPerson, ShippingPerson
from ecwid_async.models.product_files import ProductFileDraft
from ecwid_async.models.product_media import ProductMainMediaDraft, ProductMediaDraft
from ecwid_async.models.products import ProductDraft
from ecwid_async.models.profile import ProfileDraft
from ecwid_async.models.profile_settings import ProfileSettingsDraft
from ecwid_async.models.promotions import PromotionDraft, PromotionTargets, PromotionTriggers
from ecwid_async.models.redirects import InstantSiteRedirectDraft
from ecwid_async.models.reviews import ReviewDraft, ReviewMassUpdateDraft
from ecwid_async.models.subscriptions import SubscriptionDraft
from tests.resources.conftest import Method

# Bodies of one or two values, given as arguments.
ARGUMENTS: dict[str, tuple[Callable[[Store], Call[Any]], Any]] = {
    "adjust_product_stock": (lambda store: store.products.inventory.adjust(7, -21), {"quantityDelta": -21}),
    "assign_products_to_category": (
        lambda store: store.categories.assign_products(7, [51611766, 90991285]),
        {"productIds": [51611766, 90991285]},
    ),
    "unassign_products_from_category": (
        lambda store: store.categories.unassign_products(7, (51611766,)),
        {"productIds": [51611766]},
    ),
    "update_category_order": (
        lambda store: store.categories.sort_order.update([9, 7], parent_category=0),
        {"sortedIds": [9, 7]},
    ),
    "adjust_variation_stock": (
        lambda store: store.products.variations.inventory.adjust(7, 9, -21),
        {"quantityDelta": -21},
    ),
    "create_batch": (
        lambda store: store.batches.create([store.products.inventory.adjust(7, -1), {"method": "GET", "path": "x"}]),
        [
            {"method": "PUT", "path": "products/7/inventory", "body": {"quantityDelta": -1}},
            {"method": "GET", "path": "x"},
        ],
    ),
    "get_image_main_colors": (
        lambda store: store.images.main_colors(["https://example.com/apple.png"]),
        {"imageUrls": ["https://example.com/apple.png"], "colorsCount": 5},
    ),
    "resend_staff_invite": (
        lambda store: store.staff.resend_invite("helper@example.com"),
        {"email": "helper@example.com"},
    ),
    "cancel_staff_invite": (
        lambda store: store.staff.cancel_invite("helper@example.com"),
        {"email": "helper@example.com"},
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

# Bodies of text, unlike in the documentation: see `Storage`.
PLAIN_TEXT = {"add_storage_value", "update_storage_value"}

# The bodies in `tests/samples`, written as drafts.
SAMPLES: dict[str, Callable[[Store], Call[Any]]] = {
    "adjust_product_stock": ARGUMENTS["adjust_product_stock"][0],
    "assign_products_to_category": ARGUMENTS["assign_products_to_category"][0],
    "get_product_filters": lambda store: store.products.filters(
        ["price", "inventory", "attribute_Material", "option_Color"],
        enabled=True,
        filter_facet_limit=150,
        include_products_from_subcategories=True,
        lang="en",
    ),
    "update_category_order": lambda store: store.categories.sort_order.update(
        [647576814, 165411849], parent_category=0
    ),
    "add_order_extra_field": lambda store: store.orders.extra_fields.add(
        "EG4H2",
        OrderExtraFieldDraft(
            id="quiet_gate",
            value="#993-6214-6",
            customer_input_type="TEXT",
            title="Wool scarf 7",
            order_details_display_section="billing_info",
            show_in_notifications=False,
            show_in_invoice=False,
        ),
    ),
    "adjust_variation_stock": ARGUMENTS["adjust_variation_stock"][0],
    "create_customer_extra_field": lambda store: store.customers.extra_fields.create(
        CustomerExtraFieldDraft(title="Cork board 33", type="TEXT", shown_on_order_details=False)
    ),
    "create_customer_group": lambda store: store.customer_groups.create(CustomerGroupDraft(name="Clay teapot 5")),
    "create_promotion": lambda store: store.promotions.create(
        PromotionDraft(
            name="Every third lamp for less",
            discount_base="ITEM",
            discount_type="PERCENT",
            amount=40,
            enabled=True,
            triggers=PromotionTriggers(min_product_quantity_in_cart=3, categories=[942445964]),
            targets=PromotionTargets(max_discounted_product_quantity=8, categories=[388951415]),
        )
    ),
    "mass_update_reviews": lambda store: store.reviews.mass_update(
        ReviewMassUpdateDraft(select_mode="ALL", delete=False, new_status="published")
    ),
    "update_order_extra_field": lambda store: store.orders.extra_fields.update(
        "EG4H2",
        "tax",
        OrderExtraFieldDraft(value="2%", show_in_invoice=True, show_in_notifications=False),
    ),
    "update_order_status": lambda store: store.orders.statuses.update(
        "CUSTOM_PAYMENT_STATUS_1",
        OrderStatusDraft(name="Waiting for a deposit", enabled=True, send_notification_when_status_is_assigned=True),
    ),
    "update_review": lambda store: store.reviews.update(7, ReviewDraft(status="moderated")),
    "update_subscription": lambda store: store.subscriptions.update(
        7, SubscriptionDraft(next_charge=datetime(2023, 6, 27, 21, 46, 9, tzinfo=UTC))
    ),
    "create_category": lambda store: store.categories.create(
        CategoryDraft(name="Glass vase", enabled=True, order_by=10, parent_id=7513196)
    ),
    "update_category": lambda store: store.categories.update(
        9691094, CategoryDraft(description="Felt slippers 86", enabled=False)
    ),
    "create_customer": lambda store: store.customers.create(
        CustomerDraft(
            name="Linen shirt 61",
            email="pedro33@example.com",
            customer_group_id=0,
            customer_group_name="Regulars",
            billing_person=CustomerBillingPersonDraft(name="Pedro Sousa"),
            tax_exempt=False,
        )
    ),
    "update_customer": lambda store: store.customers.update(
        177737165, CustomerDraft(name="Copper kettle 38", customer_group_id=3767181, customer_group_name="VIP")
    ),
    "create_customer_contact": lambda store: store.customers.contacts.create(
        177737165,
        CustomerContactDraft(contact="jonas63@example.com", type=ContactType.EMAIL, default=False, order_by=1),
    ),
    "update_cart": lambda store: store.carts.update(
        "6626E60A-A6F9-4CD5-8230-43D5F162E0CD",
        CartDraft(
            hidden=True,
            taxes_on_shipping=[OrderTaxesOnShipping(name="Felt slippers 23", value=Decimal(19), total=Decimal("5.13"))],
        ),
    ),
    "update_order": lambda store: store.orders.update(
        "EG4H2",
        OrderDraft(
            payment_status=PaymentStatus.CUSTOM_PAYMENT_STATUS_1,
            fulfillment_status=FulfillmentStatus.PROCESSING,
            shipping_person=ShippingPerson(
                name="Mara Lindqvist",
                company_name="Tanabe Ceramics",
                street="77 Orchard Road",
                city="Kanazawa",
                country_code="US",
                postal_code="17439",
                state_or_province_code="CA",
                phone="494350210",
            ),
            shipping_option=OrderShippingOptionDraft(
                shipping_method_name="Glass vase 75", shipping_rate=Decimal(84), fulfilment_type="DELIVERY"
            ),
        ),
    ),
}


def test_a_body_is_the_draft_of_its_schema(method: Any, spec: Any) -> None:
    request = method.row["request"]
    # The body of an upload is the file.
    if request["schema"] is None or method.row["id"] in {*ARGUMENTS, *PLAIN_TEXT} or method.uploads:
        return
    hints = [get_args(hint)[0] if request.get("list") and get_args(hint) else hint for hint in method.hints.values()]
    drafts = [cls for cls in hints if isinstance(cls, type) and issubclass(cls, Draft)]
    assert drafts == [spec.class_of(request["schema"])]


@pytest.mark.parametrize("name", ARGUMENTS)
def test_small_bodies_are_built_from_arguments(store: Store, name: str) -> None:
    build, expected = ARGUMENTS[name]
    assert loads(build(store).request.body) == expected


@pytest.mark.parametrize("name", SAMPLES)
def test_the_samples_are_sent_unchanged(store: Store, sample: Any, name: str) -> None:
    assert loads(SAMPLES[name](store).request.body) == loads(sample(f"{name}.request"))


def test_an_update_sends_only_the_fields_that_are_set(store: Store) -> None:
    request = store.products.update(7, ProductDraft(price=Decimal("12.50"), google_product_category=None)).request
    assert request.body == b'{"price":12.50,"googleProductCategory":null}'


def test_app_storage_sends_text_unchanged(store: Store) -> None:
    assert store.storage.add("public", '{"width": 9}').request.body == b'{"width": 9}'
    assert store.storage.update("note", "Größe").request.body == "Größe".encode()
    assert store.storage.update("note", "").request.body == b""


def test_several_redirects_are_created_at_once(store: Store) -> None:
    drafts = [InstantSiteRedirectDraft(from_url="/a", to_url="/b"), InstantSiteRedirectDraft(from_url="/c")]
    request = store.redirects.create(drafts).request
    assert loads(request.body) == [{"fromUrl": "/a", "toUrl": "/b"}, {"fromUrl": "/c"}]


def test_an_order_is_created_with_its_items(store: Store) -> None:
    item = OrderItemDraft(name="Apple", price=Decimal("4.22"), quantity=2, dimensions=Dimensions(length=Decimal(9)))
    request = store.orders.create(OrderDraft(email="buyer@example.com", items=[item])).request
    assert loads(request.body) == {
        "email": "buyer@example.com",
        "items": [{"name": "Apple", "price": Decimal("4.22"), "quantity": 2, "dimensions": {"length": 9}}],
    }


def test_a_calculation_sends_persons_and_items(store: Store) -> None:
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
        store.products.variations.images.upload_async(7, 9, draft),
        store.products.gallery.upload_async(7, draft),
        store.categories.images.upload_async(7, draft),
    ]
    assert [loads(call.request.body) for call in calls] == [expected] * 4


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


def test_a_dict_instead_of_a_draft_is_refused_with_the_name_of_the_draft(method: Method) -> None:
    for name in ("draft", "drafts"):
        if name in method.hints and name in method.required():
            declared = method.hints[name]
            (cls,) = [declared] if name == "draft" else get_args(declared)
            value = {"name": "Mug"} if name == "draft" else [{"name": "Mug"}]
            with pytest.raises(TypeError, match=rf"the draft is a dict: pass {cls.__name__}\(…\)"):
                method.request(**{name: value})
