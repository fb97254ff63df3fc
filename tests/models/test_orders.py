"""What orders, carts and reviews hold in either of two forms."""

import pytest

from ecwid_async.codec import Codec
from ecwid_async.models.carts import Cart
from ecwid_async.models.orders import Order, OrderDraft, OrderUtmData
from ecwid_async.models.reviews import Review
from ecwid_async.rows import record_of


@pytest.mark.parametrize("cls", [Order, Cart])
def test_a_campaign_is_read_from_a_list_and_from_an_object(cls: type[Order] | type[Cart]) -> None:
    codec = Codec(strict=True)
    for body, campaign in (
        (b'{"utmData": {"source": "mail"}}', OrderUtmData(source="mail")),
        (b'{"utmData": [{"source": "mail"}]}', [OrderUtmData(source="mail")]),
        (b'{"utmData": []}', []),
    ):
        assert codec.decode(body, cls, "GET").utm_data == campaign
    assert "utmData" in record_of(cls).fields


def test_a_campaign_is_written_in_either_form() -> None:
    campaign = OrderUtmData(source="mail")
    assert OrderDraft(utm_data=campaign).utm_data == campaign
    assert OrderDraft(utm_data=[campaign]).utm_data == [campaign]


@pytest.mark.parametrize(
    ("body", "order"), [(b'{"orderId": 500000044}', 500000044), (b'{"orderId": "2D31G"}', "2D31G")]
)
def test_a_review_names_its_order_by_number_or_text(body: bytes, order: int | str) -> None:
    assert Codec(strict=True).decode(body, Review, "GET").order_id == order
