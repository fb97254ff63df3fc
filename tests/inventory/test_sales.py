"""Orders, carts, subscriptions and what makes them cheaper, over the wire."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from attrs import evolve

from ecwid_async.client import Store
from ecwid_async.errors import NotFound
from ecwid_async.models.base import UNSET
from ecwid_async.models.carts import CartDraft
from ecwid_async.models.common import Dimensions
from ecwid_async.models.coupons import CouponStatus, DiscountCouponDraft
from ecwid_async.models.order_calculation import (
    OrderCalculationCustomSurcharge,
    OrderCalculationDraft,
    OrderCalculationItem,
    OrderCalculationItemTax,
    OrderCalculationShippingOption,
)
from ecwid_async.models.order_discounts import OrderDiscount
from ecwid_async.models.order_extra_fields import CartExtraFields, OrderExtraFieldDraft
from ecwid_async.models.order_items import OrderCalculationItemSelectedOption, OrderItemDraft
from ecwid_async.models.order_shipping import HandlingFee
from ecwid_async.models.order_statuses import OrderStatusDraft, OrderStatusId
from ecwid_async.models.order_taxes import OrderTaxesOnShipping
from ecwid_async.models.orders import OrderDraft
from ecwid_async.models.persons import ShippingPerson
from ecwid_async.models.promotions import PromotionDraft
from ecwid_async.models.reviews import ReviewDraft, ReviewMassUpdateDraft, ReviewStatus
from ecwid_async.models.subscriptions import SubscriptionDraft
from tests.inventory.pictures import ADDRESS, PNG

EMAIL = "zoe@example.com"
OPTION = "Ваш файл / photo + text"
PETER = ShippingPerson(
    name="Peter Doe",
    company_name="Doe Ltd",
    street="My Street 1",
    city="San Diego",
    country_code="US",
    postal_code="90002",
    state_or_province_code="CA",
    phone="123141321",
)
TAXES = [OrderTaxesOnShipping(name="VAT", value=Decimal(20), total=Decimal("2.86"))]
TIPS = OrderCalculationCustomSurcharge(
    id="tips",
    value=Decimal(10),
    type="PERCENT",
    description="Tips",
    description_translated="Tips",
    taxes=[OrderCalculationItemTax(name="VAT", value=Decimal(21), total=Decimal("0.52"))],
)


@pytest.fixture
async def order(store: Store) -> int:
    option = OrderCalculationItemSelectedOption(name=OPTION, type="FILES")
    item = OrderItemDraft(name="Mug", price=Decimal("12.50"), quantity=2, selected_options=[option])
    draft = OrderDraft(email=EMAIL, items=[item], payment_status="PAID", total=25, billing_person=PETER)
    made = await store.orders.create(evolve(draft, taxes_on_shipping=TAXES))
    assert made.id is not None
    return made.id


async def test_orders(store: Store, order: int) -> None:
    orders = store.orders
    read = await orders.get(order)
    assert (read.order_number, read.email, read.items[0].price) == (order, EMAIL, Decimal("12.50"))
    assert await orders.last(customer_email=EMAIL) == read
    assert (await orders.get(read.id)) == read
    assert (await orders.repeat_url(order)).repeat_order_url.startswith("https://")
    assert (await orders.update(order, OrderDraft(private_admin_notes="by hand"))).update_count == 1
    [found] = await orders.search(email=EMAIL).all()
    assert (found.order_number, found.private_admin_notes) == (order, "by hand")
    assert (await orders.delete(order)).delete_count == 1
    with pytest.raises(NotFound):
        await orders.get(order)
    [gone] = await orders.deleted().all()
    assert (gone.id, gone.order_id) == (order, read.id)


async def test_an_order_is_calculated_and_not_kept(store: Store) -> None:
    before = await store.orders.search().count()
    [product] = (await anext(store.products.search(limit=1).pages())).items
    size = Dimensions(length=Decimal(5), width=Decimal(4), height=Decimal(6))
    draft = OrderCalculationDraft(
        email=EMAIL,
        items=[OrderCalculationItem(product_id=product.id, name="Mug", price=Decimal(10), quantity=3, dimensions=size)],
        billing_person=PETER,
        shipping_person=PETER,
        custom_surcharges=[TIPS],
        shipping_option=OrderCalculationShippingOption(shipping_carrier_name="Owl post", shipping_rate=Decimal(3)),
        discount_info=[OrderDiscount(value=Decimal(15), type="ABS", base="ON_TOTAL", order_total=Decimal(1))],
        handling_fee=HandlingFee(name="Wrapping", value=Decimal(2), description="Silk paper"),
        gift_card_code="MYGIFTCARD",
    )
    own = await store.orders.calculate(draft)
    assert own.shipping_option == draft.shipping_option
    result = await store.orders.calculate(evolve(draft, shipping_option=UNSET))
    assert result.shipping_option.shipping_method_id == result.available_shipping_options[0].shipping_method_id
    assert result.subtotal == 30
    assert [one.total for one in result.custom_surcharges] == [3]
    assert result.shipping_person.state_or_province_name == "California"
    assert await store.orders.search().count() == before


async def test_extra_fields(store: Store, order: int) -> None:
    fields = store.orders.extra_fields
    draft = OrderExtraFieldDraft(id="ref/1", title="Reference", value="#334", show_in_invoice=False)
    assert (await fields.add(order, draft)).create_count == 1
    assert [(one.id, one.value) for one in await fields.search(order)] == [("ref/1", "#334")]
    assert (await fields.update(order, "ref/1", OrderExtraFieldDraft(value="4%"))).update_count == 1
    assert [one.value for one in (await store.orders.get(order)).order_extra_fields] == ["4%"]
    assert (await fields.delete(order, "ref/1")).delete_count == 1
    assert await fields.search(order) == []


async def test_the_merchants_own_extra_fields_are_written_read_and_selected_by_name(store: Store, order: int) -> None:
    sent = CartExtraFields(custom={"gift_note": "Happy birthday", "door": "4"})
    assert (await store.orders.update(order, OrderDraft(extra_fields=sent))).update_count == 1
    assert (await store.orders.get(order)).extra_fields.custom == sent.custom
    selected = await store.orders.get(order, response_fields="extraFields(door)")
    assert selected.extra_fields.custom == {"door": "4"}


async def test_invoices(store: Store, order: int, tmp_path: Path) -> None:
    invoices = store.orders.invoices
    made = (await invoices.create(order)).id
    assert [one.internal_id for one in await invoices.search(order)] == [made]
    assert "Mug" in await invoices.html(order)
    draft = OrderDraft(email=EMAIL, items=[OrderItemDraft(name="Ähre", price=1, quantity=1)])
    assert "Ähre" in await invoices.preview(draft)
    content = await invoices.pdf(order).read()
    assert content.startswith(b"%PDF-")
    path = tmp_path / "invoice.pdf"
    assert await invoices.pdf(order).save(path) == len(content)
    assert path.read_bytes() == content


async def test_statuses(store: Store) -> None:
    statuses, own = store.orders.statuses, OrderStatusId.CUSTOM_PAYMENT_STATUS_1
    assert (await statuses.update(own, OrderStatusDraft(name="On hold", enabled=True))).update_count == 1
    assert (await statuses.get(own)).name == "On hold"
    assert {one.status_id: one.enabled for one in await statuses.search()}[own] is True


async def test_files_of_options(store: Store, order: int, tmp_path: Path) -> None:
    files = store.orders.option_files
    item = (await store.orders.get(order)).items[0].id
    path = tmp_path / "photo.png"
    path.write_bytes(PNG)
    first = await files.upload(order, item, OPTION, PNG, file_name="me & you.png")
    await files.upload(order, item, OPTION, path, file_name="photo.png")
    await files.upload(order, item, OPTION, external_url=ADDRESS, file_name="apple.png")

    async def shown() -> list[tuple[int | None, str | None, int | None]]:
        [option] = (await store.orders.get(order)).items[0].selected_options
        return [(one.id, one.name, one.size) for one in option.files or []]

    assert (await shown())[0] == (first.id, "me & you.png", len(PNG))
    assert [name for _, name, _ in await shown()] == ["me & you.png", "photo.png", "apple.png"]
    assert (await files.delete(order, item, OPTION, first.id)).delete_count == 1
    assert (await files.delete_all(order, item, OPTION, confirm=True)).delete_count == 2
    assert await shown() == []


async def test_carts(store: Store) -> None:
    carts = store.carts
    shown, total = await carts.search(show_hidden=False).count(), await carts.search().count()
    cart = await carts.search().first()
    assert (await carts.get(cart.cart_id)).items == cart.items
    assert (await carts.update(cart.cart_id, CartDraft(taxes_on_shipping=TAXES))).update_count == 1
    assert (await carts.get(cart.cart_id)).taxes_on_shipping == TAXES
    assert TAXES in [one.taxes_on_shipping for one in await carts.search().all()]
    assert (await carts.update(cart.cart_id, CartDraft(hidden=True))).update_count == 1
    assert await carts.search(show_hidden=False).count() == shown - 1
    assert await carts.search().count() == await carts.search(show_hidden=True).count() == total
    placed = await carts.place(cart.cart_id)
    assert placed.cart_id == cart.cart_id
    assert (await store.orders.get(placed.id)).total == cart.total


async def test_subscriptions(store: Store) -> None:
    subscriptions = store.subscriptions
    one = await subscriptions.search(status="ACTIVE").first()
    assert await subscriptions.get(one.subscription_id) == one
    moment = datetime(2031, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert (await subscriptions.update(one.subscription_id, SubscriptionDraft(next_charge=moment))).update_count == 1
    found = await subscriptions.search(next_charge_from=moment).all()
    assert [(one.subscription_id, one.next_charge) for one in found] == [(one.subscription_id, moment)]
    assert await subscriptions.search().count() > 1


async def test_coupons(store: Store) -> None:
    coupons = store.coupons
    launch = datetime(2026, 1, 1, tzinfo=UTC)
    draft = DiscountCouponDraft(
        name="Tea time", code="TEA5", discount_type="ABS", discount=5, status="ACTIVE", launch_date=launch
    )
    made = await coupons.create(draft)
    read = await coupons.get(made.code)
    assert (read.code, read.discount, read.launch_date) == ("TEA5", 5, launch)
    assert (await coupons.update(made.code, DiscountCouponDraft(discount=Decimal("7.50")))).update_count == 1
    [found] = await coupons.search(code="TEA5").all()
    assert found.discount == Decimal("7.50")
    assert await coupons.search().count() > 1
    states = {one.status for one in await coupons.search(availability=[CouponStatus.ACTIVE, "EXPIRED"]).all()}
    assert states == {"ACTIVE", "EXPIRED"}
    assert (await coupons.delete(made.code)).delete_count == 1
    with pytest.raises(NotFound):
        await coupons.get(made.code)
    assert [one.id for one in await coupons.deleted().all()] == [made.id]


async def test_promotions(store: Store) -> None:
    promotions = store.promotions
    draft = PromotionDraft(name="Free tea", discount_base="SUBTOTAL", discount_type="PERCENT", amount=5, enabled=True)
    made = (await promotions.create(draft)).id
    assert (await promotions.update(made, PromotionDraft(amount=10))).update_count == 1
    amounts = {one.id: one.amount for one in await promotions.search().all()}
    assert amounts[made] == 10
    assert (await promotions.delete(made)).delete_count == 1
    assert made not in [one.id for one in await promotions.search().all()]


async def test_reviews(store: Store) -> None:
    reviews = store.reviews
    one, other, *_ = await reviews.search().all()
    assert await reviews.get(one.id) == one
    counts = await reviews.filters_data()
    assert counts.all_count == await reviews.search().count()
    assert (await reviews.update(one.id, ReviewDraft(status="moderated"))).update_count == 1
    assert (await reviews.get(one.id)).status == "moderated"
    draft = ReviewMassUpdateDraft(select_mode="SELECTED", review_ids=[one.id, other.id], new_status="published")
    assert (await reviews.mass_update(draft)).update_count
    assert (await reviews.get(one.id)).status == "published"
    assert (await reviews.filters_data()).published_count == await reviews.search(status=ReviewStatus.PUBLISHED).count()
    assert (await reviews.delete(one.id)).delete_count == 1
    with pytest.raises(NotFound):
        await reviews.get(one.id)
    assert [gone.id for gone in await reviews.deleted().all()] == [one.id]
