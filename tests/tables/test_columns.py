"""The columns of a model."""

import pytest
from attrs import frozen

from ecwid_async.errors import ConfigError
from ecwid_async.models.carts import Cart
from ecwid_async.models.orders import Order
from ecwid_async.models.products import Product
from ecwid_async.tables import (
    RowReader,
    ScalarColumn,
    StructColumn,
    build_columns,
    flatten,
)


@pytest.mark.parametrize(("wrong", "near"), [("prize", "price"), ("media(imagez)", "images"), ("qqqq", "id, sku")])
def test_an_unknown_field_is_refused_with_the_closest_match(wrong: str, near: str) -> None:
    with pytest.raises(ConfigError, match=near):
        build_columns(Product, (wrong,))


def test_flat_columns_are_three_levels_deep() -> None:
    columns = flatten(build_columns(Product))
    border = columns.fields["borderInfo"]
    assert isinstance(border, StructColumn)
    assert isinstance(border.fields["dominatingColor"], StructColumn)
    assert all(isinstance(column, ScalarColumn) for column in border.fields["dominatingColor"].fields.values())
    assert all(isinstance(column, ScalarColumn) for column in flatten(build_columns(Order), levels=1).fields.values())


@frozen
class Leaf:
    """A class that contains itself."""

    name: str | None = None
    leaves: "list[Leaf] | None" = None


def test_a_model_that_contains_itself_is_json() -> None:
    columns = build_columns(Leaf)
    assert columns.fields["leaves"].element.kind == "json"  # type: ignore[union-attr]
    assert isinstance(RowReader(columns), RowReader)


def test_carts_have_their_own_key() -> None:
    assert "cartId" in build_columns(Cart).fields
