"""Users' classes: only their fields are requested, and types that can't hold the values are refused."""

import asyncio
import dataclasses
import gc
import pickle
import weakref
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, NewType, get_args, get_origin

import attrs
import msgspec
import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic.alias_generators import to_camel

from ecwid_async import Call, DecodeError, DecodeProblem, Ecwid, Store
from ecwid_async.calls import Channel
from ecwid_async.codec import Codec, dumps, format_selection, parse_selection
from ecwid_async.models.base import PREFIX, Model, is_model, union_members, wire_name
from ecwid_async.models.order_items import OrderItem
from ecwid_async.models.orders import Order, PaymentStatus
from ecwid_async.models.product_options import ProductOption
from ecwid_async.models.product_options import ProductOptionChoice as Choice
from ecwid_async.models.products import Product, ProductCategory, ProductDraft
from ecwid_async.pages import Pages
from ecwid_async.sandbox import Sandbox
from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN
from ecwid_async.transport.memory import MemoryTransport, make_response
from tests.codec import postponed
from tests.resources.conftest import METHODS, Method

CENT = Decimal("12.50")
MOMENTS = ("created", "createTimestamp", "updated", "updateTimestamp")


def store_with_responses(*responses: object, strict: bool = False) -> tuple[Store, Codec]:
    """A store that returns these responses, and its codec."""
    codec = Codec(strict=strict)
    transport = MemoryTransport([make_response(dumps(one)) for one in responses])
    return Store(1003, Channel(transport, codec)), codec


async def read(into: type[Any], data: object, *, section: str = "products", strict: bool = False) -> Any:
    """Read one item of a section as a class."""
    store, _ = store_with_responses(data, strict=strict)
    return await getattr(store, section).get(7, into=into)


def selected_fields(made: Call[Any] | Pages[Any]) -> str:
    return dict(made.request.params)["responseFields"]


@pytest.fixture
def store() -> Store:
    return store_with_responses()[0]


@attrs.frozen
class Row:
    """The class that most tests use."""

    id: int
    name: str
    price: Decimal | None = None


@attrs.frozen
class Line:
    name: str
    quantity: int


@attrs.frozen
class Basket:
    id: str
    items: list[Line] = attrs.field(factory=list)


# Requests


def test_a_list_request_selects_the_fields_of_the_class_and_of_paging(store: Store) -> None:
    pages = store.products.search(enabled=True, into=Row)
    assert selected_fields(pages) == "total,count,offset,limit,items(id,name,price)"
    assert dict(pages.request.params)["enabled"] == "true"


def test_an_item_request_selects_the_fields_of_the_class(store: Store) -> None:
    assert selected_fields(store.products.get(7, into=Row)) == "id,name,price"


def test_nested_classes_select_only_their_fields(store: Store) -> None:
    assert selected_fields(store.orders.get(7, into=Basket)) == "id,items(name,quantity)"


def test_models_and_plain_data_are_selected_whole(store: Store) -> None:
    @attrs.frozen
    class Whole:
        media: object
        tax: dict[str, object]
        shipping: dict
        categories: list[ProductCategory]
        gallery_images: list[dict[str, Any]]
        name_translated: Mapping[str, str]

    assert (
        selected_fields(store.products.get(7, into=Whole))
        == "media,tax,shipping,categories,galleryImages,nameTranslated"
    )


def test_wire_names_of_the_model_are_selected(store: Store) -> None:
    @attrs.frozen
    class Tracking:
        tracking_number: str | None
        number: str | None

    @attrs.frozen
    class Shipment:
        tracking: Tracking

    @attrs.frozen
    class Parcels:
        b2b_b2c: str
        shipments: list[Shipment]

    wanted = "b2b_b2c,shipments(tracking(tracking_number,trackingNumber))"
    assert selected_fields(store.orders.get(7, into=Parcels)) == wanted


def test_the_model_itself_selects_nothing(store: Store) -> None:
    assert "responseFields" not in dict(store.products.get(7, into=Product).request.params)


@pytest.mark.parametrize("method", [m for m in METHODS if "into" in m.hints], ids=lambda m: m.name)
def test_every_method_selects_the_fields_of_its_model(method: Method) -> None:
    returns = method.result_type
    model = get_args(returns)[0] if get_origin(returns) is list else returns
    fields = [field for field in attrs.fields(model) if field.name != "extra" and PREFIX not in field.metadata][:3]
    into = attrs.make_class("Some", {field.name: attrs.field(type=field.type) for field in fields})
    made = method.build(into=into)
    selection = ",".join(wire_name(field) for field in fields)
    if isinstance(made, Pages):
        assert selected_fields(made) == f"total,count,offset,limit,items({selection})"
    elif (wrapped := made._unwrap) is not None:
        assert selected_fields(made) == f"{wrapped}({selection})"
    else:
        assert selected_fields(made) == selection


def test_every_method_with_response_fields_takes_a_class() -> None:
    selecting = {method.name for method in METHODS if "response_fields" in method.hints}
    taking = {method.name for method in METHODS if "into" in method.hints}
    # Ids only, and the result of an update.
    assert selecting - taking == {"customers.ids", "products.update"}
    assert taking <= selecting


def test_a_class_together_with_a_selection_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="give one of them"):
        store.products.search(into=Row, response_fields="items(id)")
    with pytest.raises(ValueError, match="give one of them"):
        store.products.get(7, into=Row, response_fields="id")
    with pytest.raises(ValueError, match="give one of them"):
        store.products.search(into=Row).scan(into=Row)


# Results


async def test_pages_contain_instances_of_the_class() -> None:
    page = {"total": 2, "items": [{"id": 1, "name": "Toy", "price": CENT}, {"id": 2, "name": "Ball", "weight": 3}]}
    store, _ = store_with_responses(page, page, {"total": 2, "items": page["items"][:1]})
    toy, ball = Row(1, "Toy", CENT), Row(2, "Ball")
    pages = store.products.search(into=Row)
    assert await pages.all() == [toy, ball]
    assert [page.items async for page in pages.pages()] == [[toy, ball]]
    assert await pages.first() == toy


async def test_unpaged_lists_contain_instances_of_the_class() -> None:
    @attrs.frozen
    class Account:
        email: str

    store, _ = store_with_responses({"staffList": [{"email": "a@example.com"}]}, [{"key": "a", "value": "1"}])
    assert await store.staff.search(into=Account) == [Account("a@example.com")]

    @attrs.frozen
    class Entry:
        key: str

    assert await store.storage.search(into=Entry) == [Entry("a")]


async def test_a_scan_yields_instances_of_the_class(ecwid_store: Store, ecwid_sandbox: Sandbox) -> None:
    wanted = {Row(one.id, one.name, one.price) async for one in ecwid_store.products.search()}
    ecwid_sandbox.requests.clear()
    async with ecwid_store.products.scan(into=Row) as scan:
        assert {row async for row in scan} == wanted
    async with ecwid_store.products.search(into=Row).scan() as scan:
        assert {row async for row in scan} == wanted
    async with ecwid_store.products.search().scan(into=Row) as scan:
        assert {frozenset(item) async for item in scan.dicts()} == {frozenset({"id", "name", "price"})}
    for exchange in ecwid_sandbox.requests:
        selected = parse_selection(exchange.params["responseFields"])["items"]
        # A scan also needs times.
        assert {"id", "name", "price"} <= selected.keys() <= {"id", "name", "price", *MOMENTS}


async def test_responses_contain_only_selected_fields(ecwid_store: Store, ecwid_sandbox: Sandbox) -> None:
    items = [item async for item in ecwid_store.orders.search(into=Basket, limit=25).dicts()]
    assert len(items) == 60
    assert {frozenset(item) for item in items} == {frozenset({"id", "items"})}
    assert {frozenset(line) for item in items for line in item["items"]} == {frozenset({"name", "quantity"})}
    assert [exchange.params["responseFields"] for exchange in ecwid_sandbox.requests] == [
        "total,count,offset,limit,items(id,items(name,quantity))"
    ] * 3


def _define(**settings: bool) -> Callable[[type], type]:
    return attrs.define(**settings)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"frozen": True},
        {"slots": False},
        {"slots": False, "frozen": True},
        {"kw_only": True},
        {"kw_only": True, "frozen": True},
        {"eq": False, "unsafe_hash": False},
        {"weakref_slot": False, "frozen": True},
    ],
    ids=str,
)
async def test_any_kind_of_attrs_class_works(settings: dict[str, bool]) -> None:
    class Some:
        id: int
        _sku: str
        name: str = "nameless"
        tags: list[str] = attrs.field(factory=list, init=False)
        category_ids: list[int] = attrs.field(factory=list)

    into = _define(**settings)(Some)
    row = await read(into, {"id": 7, "sku": "A-7", "categoryIds": [3], "weight": 1})
    assert attrs.asdict(row) == {"id": 7, "_sku": "A-7", "name": "nameless", "tags": [], "category_ids": [3]}
    assert type(row) is into


async def test_classes_may_inherit() -> None:
    @attrs.frozen
    class Priced(Row):
        weight: Decimal = Decimal(1)

    class Named(Priced):
        def title(self) -> str:
            return f"{self.name} ({self.id})"

    assert await read(Priced, {"id": 7, "name": "Toy", "weight": 2}) == Priced(7, "Toy", None, Decimal(2))
    assert (await read(Named, {"id": 7, "name": "Toy"})).title() == "Toy (7)"


async def test_converters_validators_and_post_init_run() -> None:
    """They get the received values; fields that ``__init__`` does not take are left to the class."""

    @attrs.define
    class Made:
        name: str = attrs.field(converter=str.upper)
        price: float = attrs.field(converter=float, validator=attrs.validators.gt(0))
        category_ids: tuple[int, ...] = attrs.field(converter=tuple)
        title: str = attrs.field(init=False)

        def __attrs_post_init__(self) -> None:
            self.title = f"{self.name} for {self.price}"

    made = await read(Made, {"name": "toy", "price": CENT, "categoryIds": [3, 4]})
    assert (made.title, made.category_ids) == ("TOY for 12.5", (3, 4))
    # The validator's own message.
    with pytest.raises(ValueError, match="must be > 0"):
        await read(Made, {"name": "toy", "price": 0, "categoryIds": []})


async def test_a_frozen_class_behaves_as_usual() -> None:
    seen = []

    class RecordsSubclasses:
        def __init_subclass__(cls) -> None:
            seen.append(cls.__name__)

    @attrs.frozen
    class RecordedSubclass(RecordsSubclasses):
        id: int

    @attrs.frozen(cache_hash=True)
    class Hashed:
        id: int

    @attrs.frozen
    class Titled:
        id: int
        title: str = attrs.field(init=False)

        def __attrs_post_init__(self) -> None:
            object.__setattr__(self, "title", f"No. {self.id}")

    @attrs.frozen
    class Counted:
        id: int

        def __attrs_post_init__(self) -> None:
            seen.append("instantiated")

    @attrs.frozen
    class Listed:
        id: int
        category_ids: list[int] = attrs.field(factory=list)

    @attrs.frozen
    class Converted:
        id: int = attrs.field(converter=str)

    classes: list[type[Any]] = [Row, RecordedSubclass, Hashed, Titled, Counted, Listed, Converted]
    for into in classes:
        again = Row(7, "Toy") if into is Row else into(7)
        before = list(seen)
        row = await read(into, {"id": 7, "name": "Toy"})
        assert seen == [*before, "instantiated"] if into is Counted else seen == before
        assert type(row) is into
        assert row == again
        assert into is Listed or hash(row) == hash(again)
        assert repr(row) == repr(again)
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            row.id = 8


async def test_a_custom_setattr_is_used() -> None:
    @attrs.define
    class Loud:
        name: str

        def __setattr__(self, name: str, value: str) -> None:
            object.__setattr__(self, name, value.upper())

    assert (await read(Loud, {"name": "Toy"})).name == "TOY"


async def test_a_custom_init_gets_its_parameters(store: Store) -> None:
    @attrs.define
    class Custom:
        id: int
        name: str
        sku: str

        def __init__(self, name: str, seen: bool = False, id: int = 3, **others: str) -> None:  # noqa: A002
            self.__attrs_init__(id, name, others["sku"] + str(seen))

    @attrs.frozen
    class Partly:
        id: int
        name: str

        def __init__(self, id: int) -> None:  # noqa: A002
            self.__attrs_init__(id, "partly")

    assert await read(Custom, {"name": "Toy", "sku": "A"}) == Custom("Toy", id=3, sku="A")
    assert await read(Partly, {"id": 7, "name": "Toy"}) == Partly(7)
    assert selected_fields(store.products.get(7, into=Partly)) == "id"


async def test_annotations_may_be_postponed() -> None:
    order = {"id": "A", "total": 3, "items": [{"name": "Toy", "quantity": 2}]}
    basket = await read(postponed.Basket, order, section="orders")
    assert basket == postponed.Basket("A", Decimal(3), [postponed.Line("Toy", 2)])
    with pytest.raises(TypeError, match=r"annotations of Whole name Part, .* attrs.resolve_types\(Whole, localns="):
        await read(postponed.unresolvable_class(), order, section="orders")
    assert (await read(postponed.resolved_class(), order, section="orders")).items[0].name == "Toy"


async def test_one_class_can_hold_a_tagged_union() -> None:
    @attrs.frozen
    class Option:
        name: str
        type: str
        choices: list["Text"] = attrs.field(factory=list)

    @attrs.frozen
    class Text:
        text: str

    @attrs.frozen
    class Optional:
        options: list[Option]

    attrs.resolve_types(Option, localns=locals())
    options = [
        {"type": "SELECT", "name": "Size", "choices": [{"text": "S"}]},
        {"type": "TEXTFIELD", "name": "Engraving"},
    ]
    row = await read(Optional, {"options": options})
    assert row == Optional([Option("Size", "SELECT", [Text("S")]), Option("Engraving", "TEXTFIELD")])


async def test_json_inside_text_is_read() -> None:
    @attrs.frozen
    class Hours:
        mon: list[list[str]] | None = None

    @attrs.frozen
    class Shipping:
        title: str
        business_hours: Hours | None

    sent = [{"title": "Courier", "businessHours": '{"MON": [["08:00", "18:00"]], "TUE": []}'}]
    store, _ = store_with_responses(sent)
    call = store.shipping_options.search(into=Shipping)
    assert selected_fields(call) == "title,businessHours"
    assert await call == [Shipping("Courier", Hours([["08:00", "18:00"]]))]

    strict, _ = store_with_responses([{"title": "Courier", "businessHours": '{"TUE": []}'}])
    with pytest.raises(DecodeError, match="at MON, found nothing"):
        await strict.shipping_options.search(
            into=class_with_fields(business_hours=class_with_fields(mon=list[list[str]]))
        )


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"name": "Toy", "sku": "A", "seoTitle": "T"}, ("Toy", "A", "T")),
        ({"name": "Toy"}, ("Toy", None, "none")),
        ({"name": "Toy", "sku": None, "seoTitle": None}, ("Toy", None, "none")),
    ],
)
async def test_a_missing_value_is_the_default_or_none(data: object, expected: object) -> None:
    @attrs.frozen
    class Some:
        name: str
        sku: str | None
        seo_title: str = "none"

    assert attrs.astuple(await read(Some, data)) == expected


async def test_null_is_none_even_with_a_default_if_none_is_allowed() -> None:
    @attrs.frozen
    class Some:
        name: str | None = "nameless"
        price: Decimal | None = attrs.field(factory=Decimal)

    assert await read(Some, {"name": None, "price": None}) == Some(None, None)
    assert await read(Some, {}) == Some("nameless", Decimal(0))


@attrs.define
class Guest:
    id: int
    total_order_count: int = attrs.field(factory=lambda: -1)


async def test_values_are_converted_if_nothing_is_lost() -> None:
    @attrs.frozen
    class Some:
        id: int
        price: Decimal
        enabled: bool
        created: datetime
        quantity: Decimal

    sent = {"id": "12", "price": "12.50", "enabled": "true", "created": "2024-09-04 07:20:11 +0000", "quantity": 3}
    moment = datetime.fromisoformat("2024-09-04T07:20:11+00:00")
    assert await read(Some, sent) == Some(12, CENT, True, moment, Decimal(3))
    with pytest.raises(DecodeError, match="expected int at id, found text"):
        await read(Some, sent, strict=True)


# Values of unexpected types


@pytest.mark.parametrize(
    ("data", "path", "expected", "found", "advice"),
    [
        ({"name": "Toy"}, "id", "int", "nothing", "Give Row.id a default"),
        ({"id": None, "name": "Toy"}, "id", "int", "null", "Give Row.id a default"),
        ({"id": "secret", "name": "Toy"}, "id", "int", "text", "Let Row.id be None"),
        ({"id": 7, "name": ["secret"]}, "name", "str", "a list", "Let Row.name be None"),
    ],
)
@pytest.mark.parametrize("strict", [False, True])
async def test_a_missing_required_value_is_an_error(
    data: object, path: str, expected: str, found: str, advice: str, strict: bool
) -> None:
    with pytest.raises(DecodeError) as caught:
        await read(Row, data, strict=strict)
    error = caught.value
    assert (error.operation, error.path) == ("GET /products/{productId}", path)
    assert (error.expected, error.found) == (expected, found)
    assert advice in str(error)
    assert "secret" not in str(error)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


async def test_an_error_names_the_path_in_the_response() -> None:
    items = [{"id": "A", "items": []}, {"id": "B", "items": [{"name": "Toy", "quantity": 1}, {"name": "Ball"}]}]
    store, _ = store_with_responses({"total": 2, "items": items})
    with pytest.raises(DecodeError, match=r"items\[1\]\.items\[1\]\.quantity, found nothing. Give Line.quantity"):
        await store.orders.search(into=Basket).all()
    with pytest.raises(DecodeError, match="expected Row, found a list"):
        await read(Row, [])
    with pytest.raises(DecodeError, match=r"expected int at categoryIds\[1\], found text"):
        await read(class_with_fields(category_ids=list[int]), {"categoryIds": [1, "secret"]})


async def test_an_optional_field_of_an_unexpected_type_is_none_and_reported() -> None:
    store, codec = store_with_responses({"id": 7, "name": "Toy", "price": [1]})
    assert await store.products.get(7, into=Row) == Row(7, "Toy", None)
    assert list(codec.problems) == [
        DecodeProblem("GET /products/{productId}", path="price", expected="Decimal", found="a list")
    ]
    with pytest.raises(DecodeError, match="expected Decimal at price, found a list"):
        await read(Row, {"id": 7, "name": "Toy", "price": [1]}, strict=True)


async def test_a_required_value_missing_inside_an_optional_one_is_an_error() -> None:
    """Otherwise one element would make a whole list None."""

    @attrs.frozen
    class WithOptionalItems:
        items: list[Line] | None

    store, _ = store_with_responses({"items": [{"name": "Toy", "quantity": 1}, {"name": "Ball"}]})
    with pytest.raises(DecodeError, match=r"items\[1\]\.quantity"):
        await store.orders.get(7, into=WithOptionalItems)


async def test_reporting_a_problem_does_not_instantiate_the_class_again() -> None:
    made = []

    @attrs.define
    class Counted:
        name: str
        weight: Decimal | None

        def __attrs_post_init__(self) -> None:
            made.append(self.name)

    @attrs.frozen
    class CountedItems:
        items: list[Counted]

    store, codec = store_with_responses({"items": [{"name": "Toy", "weight": "heavy"}, {"name": "Ball"}]})
    await store.orders.get(7, into=CountedItems)
    assert made == ["Toy", "Ball"]
    assert [problem.path for problem in codec.problems] == ["items[].weight"]


async def test_an_error_raised_by_the_class_does_not_affect_the_next_call() -> None:
    @attrs.frozen
    class Validated:
        price: Decimal | None
        name: str = attrs.field(validator=attrs.validators.in_(["Toy"]))

    store, codec = store_with_responses({"price": [], "name": "Ball"}, {"id": 7, "name": "Ball"})
    with pytest.raises(ValueError, match="must be in"):
        await store.products.get(7, into=Validated)
    await store.products.get(7, into=Row)
    assert not codec.problems


# Classes of other libraries


@dataclasses.dataclass(frozen=True, slots=True)
class DataLine:
    name: str
    quantity: int = 7


@dataclasses.dataclass
class DataBasket:
    id: str
    items: list[DataLine]
    coupon_discount: Decimal | None
    payment_status: PaymentStatus | str = "NONE"
    external_fulfillment: bool | None = True
    tags: list[str] = dataclasses.field(default_factory=list, init=False)
    ip_address: str = dataclasses.field(default="", kw_only=True)


class StructLine(msgspec.Struct, frozen=True):
    name: str
    quantity: int = 7


class StructBasket(msgspec.Struct, kw_only=True, rename="camel"):
    id: str
    items: list[StructLine]
    coupon_discount: Decimal | None
    payment_status: PaymentStatus | str = "NONE"
    external_fulfillment: bool | None = True
    ip_address: str = ""


class ModelLine(pydantic.BaseModel):
    name: str
    quantity: Annotated[int, pydantic.Field(ge=0)] = 7


class ModelBasket(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(frozen=True, alias_generator=to_camel)

    id: str
    items: list[ModelLine]
    coupon_discount: Decimal | None
    payment_status: "PaymentStatus | str" = "NONE"
    external_fulfillment: bool | None = pydantic.Field(default_factory=lambda: True)
    ip_address: str = pydantic.Field("", alias="the address of")


@pytest.mark.parametrize(
    ("into", "line"), [(DataBasket, DataLine), (StructBasket, StructLine), (ModelBasket, ModelLine)]
)
async def test_classes_of_other_libraries_work_like_attrs_classes(into: Any, line: Any) -> None:
    store, codec = store_with_responses(
        {"id": "A", "items": [{"name": "Toy"}, {"name": "Ball", "quantity": 2}], "couponDiscount": "1.50"},
        {"id": "B", "items": [], "paymentStatus": "PAID", "externalFulfillment": None, "ipAddress": "::1"},
        {"id": "C", "items": [{"quantity": 1}]},
    )
    call = store.orders.get(7, into=into)
    assert selected_fields(call) == (
        "id,items(name,quantity),couponDiscount,paymentStatus,externalFulfillment,ipAddress"
    )
    basket = await call
    assert type(basket) is into
    assert [(type(one), one.name, one.quantity) for one in basket.items] == [(line, "Toy", 7), (line, "Ball", 2)]
    assert (basket.coupon_discount, basket.payment_status, basket.external_fulfillment) == (CENT * 3 / 25, "NONE", True)
    other = await store.orders.get(8, into=into)
    assert (other.coupon_discount, other.payment_status, other.external_fulfillment) == (None, PaymentStatus.PAID, None)
    assert (basket.ip_address, other.ip_address) == ("", "::1")
    assert {problem.path for problem in codec.problems} == {"couponDiscount"}
    with pytest.raises(DecodeError, match=rf"expected str at items\[0\].name.* Give {line.__name__}.name a default"):
        await store.orders.get(9, into=into)


@pytest.mark.parametrize("base", ["dataclass", "struct", "pydantic"])
def test_wrong_names_and_types_in_classes_of_other_libraries_are_refused(store: Store, base: str) -> None:
    def made(**fields: Any) -> type[Any]:
        if base == "dataclass":
            return dataclasses.make_dataclass("Some", fields.items())
        if base == "struct":
            return msgspec.defstruct("Some", list(fields.items()))
        return pydantic.create_model("Some", **{name: (declared, ...) for name, declared in fields.items()})

    with pytest.raises(TypeError, match=r"Some\.prise: Product has no field prise: did you mean price"):
        store.products.get(7, into=made(prise=Decimal))
    with pytest.raises(TypeError, match=r"Some\.price: float can't hold Product\.price: declare it as Decimal"):
        store.products.get(7, into=made(price=float))
    with pytest.raises(TypeError, match=r"Some\.options: str can't hold Product\.options"):
        store.products.get(7, into=made(options=str))
    with pytest.raises(TypeError, match="Some has no fields to request"):
        store.products.get(7, into=made())


async def test_dataclasses_with_postponed_annotations_are_read() -> None:
    assert await read(postponed.DataRow, {"id": 7, "options": [{"type": "SELECT"}]}) == postponed.DataRow(
        7, [postponed.DataOption("SELECT")]
    )


@pytest.mark.parametrize("kind", ["attrs", "dataclass", "struct", "pydantic", "enum"])
async def test_a_class_without_references_is_freed(kind: str) -> None:
    async def use() -> "weakref.ref[type]":
        class Plain:
            id: int
            name: str | None = None

        class Struct(msgspec.Struct):
            id: int
            name: str | None = None

        class Base(pydantic.BaseModel):
            id: int
            name: str | None = None

        class Status(StrEnum):
            PAID = "PAID"

        @attrs.frozen
        class WithEnum:
            id: str
            payment_status: Status | str

        into: Any = {
            "attrs": lambda: attrs.define(Plain),
            "dataclass": lambda: dataclasses.dataclass(Plain),
            "struct": lambda: Struct,
            "pydantic": lambda: Base,
            "enum": lambda: WithEnum,
        }[kind]()
        if kind == "enum":
            data = {"id": "A", "paymentStatus": "PAID"}
            assert (await read(into, data, section="orders")).payment_status is Status.PAID
            return weakref.ref(Status)
        store, _ = store_with_responses({"id": 7}, {"items": [{"id": 7}], "total": 1})
        assert (await store.products.get(7, into=into)).id == 7
        assert [row.id async for row in store.products.search(into=into)] == [7]
        return weakref.ref(into)

    held = await use()
    gc.collect()
    assert held() is None


# Refused classes


def class_with_fields(**fields: Any) -> type:
    return attrs.make_class("Some", {name: attrs.field(type=declared) for name, declared in fields.items()})


class Colour(StrEnum):
    RED = "RED"


ProductId = NewType("ProductId", int)


@pytest.mark.parametrize(
    ("section", "field", "declared"),
    [
        ("products", "id", ProductId),
        ("products", "id", Annotated[int, "of the product"]),
        ("products", "id", int | str),
        ("products", "id", Decimal),
        ("products", "id", object),
        ("products", "id", Any),
        ("products", "price", Decimal | None),
        ("products", "created", datetime),
        ("products", "created", str),
        ("products", "category_ids", list[int]),
        ("products", "category_ids", Sequence[int | None]),
        ("products", "category_ids", list),
        ("products", "categories", list[ProductCategory | None]),
        ("products", "categories", list[object]),
        ("products", "options", list[ProductOption]),
        ("products", "name_translated", dict[str, str]),
        ("products", "name_translated", dict[str, object]),
        ("products", "media", dict),
        ("orders", "payment_status", PaymentStatus | str),
        ("orders", "payment_status", str),
        ("orders", "items", list[OrderItem]),
    ],
    ids=str,
)
def test_a_type_that_holds_every_value_is_accepted(store: Store, section: str, field: str, declared: Any) -> None:
    assert selected_fields(getattr(store, section).get(7, into=class_with_fields(**{field: declared})))


@pytest.mark.parametrize(
    ("section", "field", "declared", "message"),
    [
        ("products", "id", str, r"^Some\.id: str can't hold Product\.id: declare it as int$"),
        ("products", "id", float, "float can't hold Product.id: declare it as int, which is exact"),
        ("products", "id", bool, "bool can't hold"),
        (
            "products",
            "price",
            float,
            r"declare it as Decimal, which is exact, or convert it with attrs.field\(converter=float\)$",
        ),
        ("products", "price", float | None, r"float \| None can't hold Product.price: .*which is exact"),
        ("products", "price", int, "int can't hold Product.price: declare it as Decimal"),
        ("products", "name", type(None), "None can't hold"),
        ("products", "name", bytes, "bytes can't hold Product.name: declare it as str"),
        ("products", "name", Row, "Row can't hold Product.name"),
        ("products", "category_ids", int, r"int can't hold Product.category_ids: declare it as list\[int\]"),
        ("products", "category_ids", list[str], r"list\[str\] can't hold"),
        ("products", "category_ids", tuple[int, ...], "can't hold"),
        ("products", "name_translated", dict[int, str], "can't hold"),
        ("products", "name_translated", dict[str, int], "can't hold"),
        ("products", "media", str, "declare it as ProductMedia, or as a class with some of its fields"),
        ("products", "media", dict[str, str], "can't hold"),
        ("products", "categories", list[Choice], "list.ProductOptionChoice. can't hold"),
        ("orders", "payment_status", PaymentStatus, r"PaymentStatus can't hold .*PaymentStatus \| str"),
        ("orders", "payment_status", Colour, "Colour can't hold"),
        ("orders", "items", list[Basket], "Basket.id: str can't hold OrderItem.id: declare it as int"),
    ],
    ids=str,
)
def test_a_type_that_cannot_hold_every_value_is_refused(
    store: Store, section: str, field: str, declared: Any, message: str
) -> None:
    with pytest.raises(TypeError, match=message):
        getattr(store, section).get(7, into=class_with_fields(**{field: declared}))
    with pytest.raises(TypeError, match=message):
        getattr(store, section).search(into=class_with_fields(**{field: declared}))
    with pytest.raises(TypeError, match=message):
        getattr(store, section).scan(into=class_with_fields(**{field: declared}))


async def test_a_users_enum_may_be_open() -> None:
    @attrs.frozen
    class Some:
        name: Colour | str

    assert (await read(Some, {"name": "RED"})).name is Colour.RED
    assert (await read(Some, {"name": "BLUE"})).name == "BLUE"


async def test_a_union_keeps_the_type_of_the_value() -> None:
    @attrs.frozen
    class Some:
        created: datetime | str
        sku: int | str

    row = await read(Some, {"created": "2024-09-04 07:20:11 +0000", "sku": "12"})
    assert (type(row.created), row.sku) == (datetime, "12")


def test_a_list_with_nulls_must_be_declared_with_them(store: Store) -> None:
    def shipping(element: Any) -> type:
        times = class_with_fields(fulfillment_time_in_days=list[element])
        return class_with_fields(estimated_shipping_time_at_checkout_settings=times)

    selection = "estimatedShippingTimeAtCheckoutSettings(fulfillmentTimeInDays)"
    assert selected_fields(store.shipping_options.search(into=shipping(int | None))) == selection
    with pytest.raises(TypeError, match=r"list\[int\] can't hold .* list\[int \| None\]"):
        store.shipping_options.search(into=shipping(int))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("prcie", "Some.prcie: Product has no field prcie: did you mean price?"),
        ("updateTimestamp", "did you mean update_timestamp?"),
        ("zzz", r"Product has no field zzz: use a field of the model, or keep it out of __init__ \(init=False\)"),
        ("extra", "Product has no field extra"),
    ],
)
def test_an_unknown_name_is_refused_with_the_closest_match(store: Store, name: str, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        store.products.search(into=class_with_fields(**{name: object}))


def test_unsupported_classes_are_refused(store: Store) -> None:
    class Undecorated(Row):
        sku: str

    @attrs.define
    class WithRequiredArgument:
        id: int

        def __init__(self, id: int, colour: str) -> None:  # noqa: A002
            self.__attrs_init__(id)

    @attrs.define
    class Untyped:
        name = attrs.field()

    refused: list[tuple[Any, str]] = [
        (dict, "a pydantic model, not <class 'dict'>: define one with @attrs.frozen or @dataclass"),
        (Row(1, "Toy"), "into takes an attrs class"),
        (attrs.make_class("Empty", []), "Empty has no fields to request: add some of id, sku, quantity, …"),
        (Order, "Order is not the model of this response, Product: omit into="),
        (ProductDraft, "ProductDraft is not the model of this response"),
        (Undecorated, "Undecorated inherits from an attrs class but is not decorated"),
        (WithRequiredArgument, "WithRequiredArgument.__init__ requires colour, which is not a field"),
        (Untyped, "Untyped.name has no type: declare it as str"),
    ]
    for into, message in refused:
        with pytest.raises(TypeError, match=message.replace("(", r"\(").replace(".", r"\.")):
            store.products.search(into=into)


# Pickling and batches


def test_a_call_can_be_pickled_with_its_class() -> None:
    store, _ = store_with_responses()
    call = pickle.loads(pickle.dumps(store.customers.get(7, into=Guest)))
    other, _ = store_with_responses({"id": 7})

    assert asyncio.run(other.send(call)) == Guest(7, -1)
    assert selected_fields(call) == "id,totalOrderCount"


async def test_a_batch_returns_instances_of_the_class(ecwid_store: Store) -> None:
    ids = [product.id async for product in ecwid_store.products.search(limit=3)][:3]
    rows = await ecwid_store.batch(ecwid_store.products.get(number, into=Row) for number in ids if number)
    assert [row.id for row in rows] == ids
    assert {type(row) for row in rows} == {Row}


# Subsets of fields


@st.composite
def subsets(draw: st.DrawFn, models: Sequence[type[Model]], depth: int = 2) -> type:
    """A class with some fields of a model; nested fields are models or classes of this kind."""
    fields: dict[str, Any] = {}
    known = {field.name: field for model in models for field in attrs.fields(model)}
    names = [name for name, field in known.items() if name != "extra" and PREFIX not in field.metadata]
    for name in draw(st.lists(st.sampled_from(names), min_size=1, max_size=6, unique=True)):
        declared = known[name].type
        (first, *others) = union_members(declared)
        inside = get_args(first)[0] if get_origin(first) is list else first
        shapes = union_members(inside) if not others else tuple(union_members(declared))
        if depth and all(map(is_model, shapes)) and draw(st.booleans()):
            nested: Any = draw(subsets(shapes, depth - 1))
            declared = (list[nested] if get_origin(first) is list else nested) | None
        elif len(models) > 1:
            declared = object
        fields[name] = attrs.field(type=declared)
    return attrs.make_class("Subset", fields, frozen=draw(st.booleans()), slots=draw(st.booleans()))


def equals_model(subset: Any, whole: Any) -> bool:
    """Whether the values of a subset equal those of the model."""
    if isinstance(subset, list) and isinstance(whole, list):
        return len(subset) == len(whole) and all(map(equals_model, subset, whole))
    if type(subset).__name__ == "Subset":
        return all(
            equals_model(getattr(subset, one.name), getattr(whole, one.name, None))
            for one in attrs.fields(type(subset))
        )
    if isinstance(subset, dict) and isinstance(whole, Model):
        return True  # plain data was requested
    return bool(subset == whole)


@pytest.mark.parametrize(("section", "model"), [("products", Product), ("orders", Order)])
def test_any_subset_of_fields_equals_those_of_the_model(
    ecwid_sandbox: Sandbox, section: str, model: type[Model]
) -> None:
    attrs.resolve_types(model)

    async def fetch_items(into: type[Any] | None) -> list[Any]:
        async with Ecwid(transport=ecwid_sandbox, quota=None, strict=True) as ecwid:
            pages = getattr(ecwid.store(DEMO_STORE_ID, DEMO_TOKEN), section).search(into=into, limit=12)
            return (await anext(pages.pages())).items

    whole = asyncio.run(fetch_items(None))

    @settings(max_examples=25)
    @given(subsets([model]))
    def check(into: type[Any]) -> None:
        rows = asyncio.run(fetch_items(into))
        assert len(rows) == len(whole)
        assert all(map(equals_model, rows, whole))
        sent = ecwid_sandbox.requests[-1].params["responseFields"]
        assert format_selection(parse_selection(sent)) == sent

    check()


@attrs.frozen
class WithExtraFields:
    id: str
    extra_fields: dict[str, str] | None


async def test_extra_fields_of_an_order_are_a_dict_of_text() -> None:
    sent = {"id": "EG4H2", "extraFields": {"ecwid_order_delivery_time_display_format": "DATE", "gift_note": "Hi"}}
    store, _ = store_with_responses(sent, {"id": "EG4H3"}, strict=True)
    call = store.orders.get("EG4H2", into=WithExtraFields)
    assert dict(call.request.params) == {"responseFields": "id,extraFields"}
    assert await call == WithExtraFields("EG4H2", sent["extraFields"])
    assert await store.orders.get("EG4H3", into=WithExtraFields) == WithExtraFields("EG4H3", None)
