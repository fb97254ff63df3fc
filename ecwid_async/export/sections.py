"""What an export reads: the sections of a store, by the names that `Store` has for them."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from functools import lru_cache
from importlib import import_module
from types import MappingProxyType
from typing import Any, Final

from attrs import frozen

from ecwid_async.calls import Call
from ecwid_async.client import Store
from ecwid_async.errors import ConfigError
from ecwid_async.models.base import Model
from ecwid_async.pages import Pages

__all__ = ["ALL", "DEFAULT", "SECTIONS", "Reader", "Section", "sections_named"]

Reader = Callable[..., "Pages[Any] | Call[Any]"]
"""The method of a resource that reads a section: a search with pages, or one call."""


@frozen(kw_only=True)
class Section:
    """One part of a store, of `items` that are a class of `ecwid_async.models`.

    `reader` gives the method that reads all of it: a list with pages, else one answer, whose items stand in its member
    `inside` where that is given; a `single` one is a document and no list. `get` takes the id as text and raises
    `ConfigError` where it can't be one; it is None where items can't be read one by one.
    """

    name: str
    items: str
    reader: Callable[[Store], Reader]
    get: Callable[[Store, str], Call[Any]] | None = None
    inside: str | None = None
    single: bool = False

    def model(self) -> type[Model]:
        """The class of its items. Imported only now: there are many."""
        module, _, name = self.items.partition(".")
        model: type[Model] = getattr(import_module(f"ecwid_async.models.{module}"), name)
        return model

    def filters(self, store: Store) -> Mapping[str, Any]:
        """What it can be searched by: names of arguments, and their declared types."""
        return _filters(getattr(self.reader(store), "__func__", None))


# How a search is read is up to the export, and what of each item is up to its fields.
_OURS: Final = frozenset({"into", "limit", "offset", "response_fields", "self", "sort_by"})


@lru_cache
def _filters(reader: Any) -> Mapping[str, Any]:
    parameters = inspect.signature(reader, eval_str=True).parameters.values()
    return MappingProxyType({each.name: each.annotation for each in parameters if each.name not in _OURS})


def _number(text: str) -> int:
    if text.isascii() and text.isdigit():
        return int(text)
    raise ConfigError(f"{text!r} is not an id of this section: pass a whole number, such as 439710255")


SECTIONS: Final[Mapping[str, Section]] = {
    section.name: section
    for section in (
        Section(
            name="profile",
            items="profile.Profile",
            reader=lambda store: store.profile.get,
            get=lambda store, _id: store.profile.get(),
            single=True,
        ),
        Section(
            name="orders",
            items="orders.Order",
            reader=lambda store: store.orders.search,
            get=lambda store, id_: store.orders.get(id_),
        ),
        Section(
            name="carts",
            items="carts.Cart",
            reader=lambda store: store.carts.search,
            get=lambda store, id_: store.carts.get(id_),
        ),
        Section(
            name="products",
            items="products.Product",
            reader=lambda store: store.products.search,
            get=lambda store, id_: store.products.get(_number(id_)),
        ),
        Section(
            name="categories",
            items="categories.Category",
            reader=lambda store: store.categories.search,
            get=lambda store, id_: store.categories.get(_number(id_)),
        ),
        Section(
            name="customers",
            items="customers.Customer",
            reader=lambda store: store.customers.search,
            get=lambda store, id_: store.customers.get(_number(id_)),
        ),
        Section(
            name="customer_groups",
            items="customer_groups.CustomerGroup",
            reader=lambda store: store.customer_groups.search,
            get=lambda store, id_: store.customer_groups.get(_number(id_)),
        ),
        Section(
            name="customer_extra_fields",
            items="customer_extra_fields.CustomerExtraField",
            reader=lambda store: store.customers.extra_fields.search,
            get=lambda store, id_: store.customers.extra_fields.get(id_),
            inside="items",
        ),
        Section(
            name="coupons",
            items="coupons.DiscountCoupon",
            reader=lambda store: store.coupons.search,
            get=lambda store, id_: store.coupons.get(id_),
        ),
        Section(name="promotions", items="promotions.Promotion", reader=lambda store: store.promotions.search),
        Section(
            name="reviews",
            items="reviews.Review",
            reader=lambda store: store.reviews.search,
            get=lambda store, id_: store.reviews.get(_number(id_)),
        ),
        Section(
            name="subscriptions",
            items="subscriptions.Subscription",
            reader=lambda store: store.subscriptions.search,
            get=lambda store, id_: store.subscriptions.get(_number(id_)),
        ),
        Section(name="brands", items="brands.Brand", reader=lambda store: store.brands.search),
        Section(
            name="product_types",
            items="product_types.ProductType",
            reader=lambda store: store.product_types.search,
            get=lambda store, id_: store.product_types.get(_number(id_)),
        ),
        Section(
            name="order_statuses",
            items="order_statuses.OrderStatus",
            reader=lambda store: store.orders.statuses.search,
            get=lambda store, id_: store.orders.statuses.get(id_),
            inside="items",
        ),
        Section(
            name="checkout_extra_fields",
            items="checkout_extra_fields.CheckoutExtraField",
            reader=lambda store: store.checkout_extra_fields.search,
            get=lambda store, id_: store.checkout_extra_fields.get(id_),
            inside="items",
        ),
        Section(
            name="payment_options",
            items="payment_options.PaymentOption",
            reader=lambda store: store.payment_options.search,
            get=lambda store, id_: store.payment_options.get(id_),
        ),
        Section(
            name="shipping_options",
            items="shipping_options.ShippingOption",
            reader=lambda store: store.shipping_options.search,
        ),
        Section(
            name="redirects",
            items="redirects.InstantSiteRedirect",
            reader=lambda store: store.redirects.search,
            get=lambda store, id_: store.redirects.get(id_),
        ),
        Section(
            name="staff",
            items="staff.StaffAccount",
            reader=lambda store: store.staff.search,
            get=lambda store, id_: store.staff.get(id_),
            inside="staffList",
        ),
    )
}

ALL: Final = tuple(SECTIONS)
# What every store has, whatever its plan is and whichever apps look at it.
DEFAULT: Final = ("profile", "orders", "carts", "products", "categories", "customers")


def sections_named(names: Iterable[str]) -> list[Section]:
    """The sections of these names, each once, or those that every store has for no names.

    Raises `ConfigError` for a name that is none, naming the nearest.
    """
    wanted = dict.fromkeys(names) or DEFAULT
    for name in wanted:
        if name not in SECTIONS:
            near = get_close_matches(name.lower(), SECTIONS, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(SECTIONS)}."
            raise ConfigError(f"there is no section {name!r}. {hint}")
    return [SECTIONS[name] for name in wanted]
