"""The endpoint for order calculation, called over HTTP."""

from decimal import Decimal

from attrs import evolve

from ecwid_async.client import Store
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
from tests.endpoints.values import BUYER_EMAIL, PETER

TIPS = OrderCalculationCustomSurcharge(
    id="tips",
    value=Decimal(10),
    type="PERCENT",
    description="Tips",
    description_translated="Tips",
    taxes=[OrderCalculationItemTax(name="VAT", value=Decimal(21), total=Decimal("0.52"))],
)


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
    chosen = await store.orders.calculate(draft)
    assert chosen.shipping_option == draft.shipping_option
    result = await store.orders.calculate(evolve(draft, shipping_option=UNSET))
    assert result.shipping_option.shipping_method_id == result.available_shipping_options[0].shipping_method_id
    assert result.subtotal == 30
    assert [one.total for one in result.custom_surcharges] == [3]
    assert result.shipping_person.state_or_province_name == "California"
    assert await store.orders.search().count() == before
