"""Classes that users pass as ``into``."""

import dataclasses
from decimal import Decimal
from typing import Annotated, Any, NewType

import attrs
import pytest

from ecwid_async.codec import get_projection
from ecwid_async.models.products import Product


def test_frozen_attrs_classes_are_filled_without_their_init() -> None:
    for slots in (True, False):

        @attrs.frozen(slots=slots)
        class Row:
            id: int
            price: Decimal | None = None

        builder = get_projection(Row, (Product,)).builder
        assert builder is not None
        assert issubclass(builder, Row)


@attrs.define
class Mutable:
    id: int


@attrs.frozen
class WithValidator:
    id: int = attrs.field(validator=attrs.validators.instance_of(int))


@attrs.frozen
class WithPostInit:
    id: int

    def __attrs_post_init__(self) -> None:
        pass


@attrs.frozen(cache_hash=True)
class WithCachedHash:
    id: int


@dataclasses.dataclass(frozen=True)
class Data:
    id: int


@pytest.mark.parametrize("into", [Mutable, WithValidator, WithPostInit, WithCachedHash, Data])
def test_any_other_class_is_instantiated(into: type[Any]) -> None:
    assert get_projection(into, (Product,)).builder is None


def test_annotations_are_described_as_written() -> None:
    def message(declared: Any) -> str:
        into = attrs.make_class("Row", {"name": attrs.field(type=declared)})
        with pytest.raises(TypeError) as caught:
            get_projection(into, (Product,))
        return str(caught.value)

    number = NewType("number", int)
    assert message(number | None).startswith("Row.name: int | None can't hold Product.name")
    assert message(Annotated[list[dict[str, int]], "x"]).startswith("Row.name: list[dict[str, int]] can't hold")
