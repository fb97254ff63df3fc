"""The table of a store's sections, by name: how to read each as a whole, and how to get one item."""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from importlib import import_module
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import msgspec

from ecwid_async.calls import Call
from ecwid_async.client import Store
from ecwid_async.errors import ConfigError, DecodeError
from ecwid_async.models.base import Model
from ecwid_async.pages import Pages
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.primitives.safe_json import DECODE_ERRORS, MaskedJSON

__all__ = ["ALL_SECTIONS", "DEFAULT_SECTIONS", "SECTIONS", "Item", "Items", "ReadMethod", "Section", "find_sections"]

ReadMethod = Callable[..., "Pages[Any] | Call[Any]"]
"""A resource method that reads a section: a search with pages, or one call."""

Item: TypeAlias = bytes | msgspec.Raw
"""A JSON object, as the server sent it."""

Items: TypeAlias = Sequence[Item]


@frozen(kw_only=True)
class Section:
    """A section of a store. `model_path` is the module and class of its items in `ecwid_async.models`.

    `read_method` returns the method that reads the section: a search with pages, or one call. The response to that call
    is a list, an object with the list under `items_key`, or, if `is_document`, a single object. `get` builds the call
    that reads one item. It takes the id as text and raises `ConfigError` if it is not a valid id. It is None if the API
    has no such call.
    """

    name: str
    model_path: str
    read_method: Callable[[Store], ReadMethod]
    get: Callable[[Store, str], Call[Any]] | None = None
    items_key: str | None = None
    is_document: bool = False

    def model(self) -> type[Model]:
        """Import and return the class of the section's items. Importing the models of all sections takes long."""
        module, _, name = self.model_path.partition(".")
        model: type[Model] = getattr(import_module(f"ecwid_async.models.{module}"), name)
        return model

    def filters(self, store: Store) -> Mapping[str, Any]:
        """Return the arguments of the section's search that filter items, with their declared types."""
        return _filters(getattr(self.read_method(store), "__func__", None))

    def split_response(self, body: bytes, operation: str) -> Items:
        """Split the only response of a section without pages into items.

        Raises `DecodeError` if the response has another shape.
        """
        try:
            items = self._split(body)
        except DECODE_ERRORS:
            masked = MaskedJSON(body)
            try:
                items = [masked.restore(item) for item in self._split(masked.json)]
            except DECODE_ERRORS:
                items = [b""]
        if not all(bytes(memoryview(item)[:1]) == b"{" for item in items):
            expected = "an object" if self.is_document else "a list of objects"
            raise DecodeError(operation=operation, path=self.items_key or "", expected=expected, found="something else")
        return items

    def _split(self, body: bytes) -> Items:
        if self.is_document:
            return [msgspec.json.decode(body, type=msgspec.Raw)]
        if self.items_key is None:
            return msgspec.json.decode(body, type=list[msgspec.Raw])
        items = msgspec.json.decode(body, type=dict[str, msgspec.Raw]).get(self.items_key, b"")
        return msgspec.json.decode(items, type=list[msgspec.Raw])


# Arguments that readers of whole sections set themselves.
_OWN_ARGUMENTS: Final = frozenset({"into", "limit", "offset", "response_fields", "self", "sort_by"})


@lru_cache
def _filters(method: Any) -> Mapping[str, Any]:
    parameters = inspect.signature(method, eval_str=True).parameters.values()
    return MappingProxyType(
        {parameter.name: parameter.annotation for parameter in parameters if parameter.name not in _OWN_ARGUMENTS}
    )


def _numeric_id(text: str) -> int:
    if text.isascii() and text.isdigit():
        return int(text)
    raise ConfigError(f"{text!r} is not a valid id in this section: pass a whole number, such as 439710255")


SECTIONS: Final[Mapping[str, Section]] = {
    section.name: section
    for section in (
        Section(
            name="profile",
            model_path="profile.Profile",
            read_method=lambda store: store.profile.get,
            get=lambda store, _id: store.profile.get(),
            is_document=True,
        ),
        Section(
            name="orders",
            model_path="orders.Order",
            read_method=lambda store: store.orders.search,
            get=lambda store, id_: store.orders.get(id_),
        ),
        Section(
            name="carts",
            model_path="carts.Cart",
            read_method=lambda store: store.carts.search,
            get=lambda store, id_: store.carts.get(id_),
        ),
        Section(
            name="products",
            model_path="products.Product",
            read_method=lambda store: store.products.search,
            get=lambda store, id_: store.products.get(_numeric_id(id_)),
        ),
        Section(
            name="categories",
            model_path="categories.Category",
            read_method=lambda store: store.categories.search,
            get=lambda store, id_: store.categories.get(_numeric_id(id_)),
        ),
        Section(
            name="customers",
            model_path="customers.Customer",
            read_method=lambda store: store.customers.search,
            get=lambda store, id_: store.customers.get(_numeric_id(id_)),
        ),
        Section(
            name="customer_groups",
            model_path="customer_groups.CustomerGroup",
            read_method=lambda store: store.customer_groups.search,
            get=lambda store, id_: store.customer_groups.get(_numeric_id(id_)),
        ),
        Section(
            name="customer_extra_fields",
            model_path="customer_extra_fields.CustomerExtraField",
            read_method=lambda store: store.customers.extra_fields.search,
            get=lambda store, id_: store.customers.extra_fields.get(id_),
            items_key="items",
        ),
        Section(
            name="coupons",
            model_path="coupons.DiscountCoupon",
            read_method=lambda store: store.coupons.search,
            get=lambda store, id_: store.coupons.get(id_),
        ),
        Section(
            name="promotions", model_path="promotions.Promotion", read_method=lambda store: store.promotions.search
        ),
        Section(
            name="reviews",
            model_path="reviews.Review",
            read_method=lambda store: store.reviews.search,
            get=lambda store, id_: store.reviews.get(_numeric_id(id_)),
        ),
        Section(
            name="subscriptions",
            model_path="subscriptions.Subscription",
            read_method=lambda store: store.subscriptions.search,
            get=lambda store, id_: store.subscriptions.get(_numeric_id(id_)),
        ),
        Section(name="brands", model_path="brands.Brand", read_method=lambda store: store.brands.search),
        Section(
            name="product_types",
            model_path="product_types.ProductType",
            read_method=lambda store: store.product_types.search,
            get=lambda store, id_: store.product_types.get(_numeric_id(id_)),
        ),
        Section(
            name="order_statuses",
            model_path="order_statuses.OrderStatus",
            read_method=lambda store: store.orders.statuses.search,
            get=lambda store, id_: store.orders.statuses.get(id_),
            items_key="items",
        ),
        Section(
            name="checkout_extra_fields",
            model_path="checkout_extra_fields.CheckoutExtraField",
            read_method=lambda store: store.checkout_extra_fields.search,
            get=lambda store, id_: store.checkout_extra_fields.get(id_),
            items_key="items",
        ),
        Section(
            name="payment_options",
            model_path="payment_options.PaymentOption",
            read_method=lambda store: store.payment_options.search,
            get=lambda store, id_: store.payment_options.get(id_),
        ),
        Section(
            name="shipping_options",
            model_path="shipping_options.ShippingOption",
            read_method=lambda store: store.shipping_options.search,
        ),
        Section(
            name="redirects",
            model_path="redirects.InstantSiteRedirect",
            read_method=lambda store: store.redirects.search,
            get=lambda store, id_: store.redirects.get(id_),
        ),
        Section(
            name="staff",
            model_path="staff.StaffAccount",
            read_method=lambda store: store.staff.search,
            get=lambda store, id_: store.staff.get(id_),
            items_key="staffList",
        ),
    )
}

ALL_SECTIONS: Final = tuple(SECTIONS)
# The sections that every store has, whatever its plan and the scopes of its apps.
DEFAULT_SECTIONS: Final = ("profile", "orders", "carts", "products", "categories", "customers")


def find_sections(names: Iterable[str]) -> list[Section]:
    """Return the sections with these names, each once; the default sections if there are no names.

    Raises `ConfigError` for an unknown name, with the most similar name as a suggestion.
    """
    wanted = dict.fromkeys(names) or DEFAULT_SECTIONS
    for name in wanted:
        if name not in SECTIONS:
            near = get_close_matches(name.lower(), SECTIONS, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(SECTIONS)}."
            raise ConfigError(f"there is no section {name!r}. {hint}")
    return [SECTIONS[name] for name in wanted]
