"""Orders."""

from decimal import Decimal

import pytest
from attrs import evolve

from ecwid_async.client import Store
from ecwid_async.errors import NotFound
from ecwid_async.models.base import UNSET
from ecwid_async.models.common import Dimensions
from ecwid_async.models.order_calculation import (
    OrderCalculationCustomSurcharge,
    OrderCalculationDraft,
    OrderCalculationItem,
    OrderCalculationItemTax,
    OrderCalculationShippingOption,
)
from ecwid_async.models.order_discounts import OrderDiscount
from ecwid_async.models.order_shipping import HandlingFee
from ecwid_async.models.orders import OrderDraft
from tests.endpoints.values import BUYER_EMAIL, PETER

TIPS = OrderCalculationCustomSurcharge(
    id="tips",
    value=Decimal(10),
    type="PERCENT",
    description="Tips",
    description_translated="Tips",
    taxes=[OrderCalculationItemTax(name="VAT", value=Decimal(21), total=Decimal("0.52"))],
)


async def test_an_order_is_created_read_changed_and_deleted(store: Store, order: int) -> None:
    orders = store.orders
    read = await orders.get(order)
    assert (read.order_number, read.email, read.items[0].price) == (order, BUYER_EMAIL, Decimal("12.50"))
    assert await orders.last(customer_email=BUYER_EMAIL) == read
    assert (await orders.get(read.id)) == read
    assert (await orders.repeat_url(order)).repeat_order_url.startswith("https://")
    assert (await orders.update(order, OrderDraft(private_admin_notes="by hand"))).update_count == 1
    [found] = await orders.search(email=BUYER_EMAIL).all()
    assert (found.order_number, found.private_admin_notes) == (order, "by hand")
    assert (await orders.delete(order)).delete_count == 1
    with pytest.raises(NotFound):
        await orders.get(order)
    [gone] = await orders.deleted().all()
    assert (gone.id, gone.order_id) == (order, read.id)


async def test_calculating_an_order_stores_nothing(store: Store) -> None:
    before = await store.orders.search().count()
    [product] = (await anext(store.products.search(limit=1).pages())).items
    size = Dimensions(length=Decimal(5), width=Decimal(4), height=Decimal(6))
    draft = OrderCalculationDraft(
        email=BUYER_EMAIL,
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
