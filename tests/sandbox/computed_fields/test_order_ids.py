"""Order numbers and text ids."""

from ecwid_async.sandbox.computed_fields import FIRST_ORDER_NUMBER, order_id


def test_an_order_id_has_five_letters_or_digits_and_seven_beyond_33_million_orders() -> None:
    last = FIRST_ORDER_NUMBER + 32**5 - 1
    assert {len(order_id(number)) for number in (FIRST_ORDER_NUMBER, FIRST_ORDER_NUMBER + 1, last)} == {5}
    assert {len(order_id(number)) for number in (last + 1, 1)} == {7}
    assert order_id(FIRST_ORDER_NUMBER).isalnum()
