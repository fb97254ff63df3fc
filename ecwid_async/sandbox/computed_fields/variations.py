"""Variations of a product (``combinations``), which are identified by the options that they combine."""

from collections.abc import Iterable, Iterator
from copy import deepcopy
from typing import Final

from ecwid_async.sandbox.computed_fields.images import MAIN_IMAGE_FIELDS
from ecwid_async.sandbox.computed_fields.options import values_by_option
from ecwid_async.sandbox.computed_fields.prices import check_amounts, displayed_prices
from ecwid_async.sandbox.computed_fields.product_types import complete_attribute
from ecwid_async.sandbox.computed_fields.stock import is_in_stock, set_stock
from ecwid_async.sandbox.computed_fields.translations import sync_translations
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.state import Item, Store, merge, sum_amounts

__all__ = ["check_variations", "complete_variations", "matching_variations", "merge_variation", "new_variation"]

_NO_SIZE: Final = {"length": 0, "width": 0, "height": 0}
_DEFAULTS: Final[Item] = {
    "attributes": [],
    "volume": 0,
    "outOfStockVisibilityBehaviour": "SHOW",
    "lowestPriceSettings": {"lowestPriceEnabled": True},
    "alt": {"translated": {}},
}
# Listed among the request fields in the documentation, but set by the server.
_READ_ONLY: Final = frozenset({"inStock", *MAIN_IMAGE_FIELDS})


def new_variation(sent: Item) -> Item:
    """A variation to append to a product's variations; `complete_product` adds the computed fields."""
    return {name: value for name, value in sent.items() if name not in _READ_ONLY and value is not None}


def merge_variation(stored: Item, change: Item, *, null_clears: bool) -> Item:
    """The variation after a partial change; `complete_product` updates the computed fields."""
    sent = {name: value for name, value in change.items() if name not in _READ_ONLY}
    clearable = ("minPurchaseQuantity", "maxPurchaseQuantity")
    variation = merge(stored, sent, clearable=clearable, null_clears=null_clears)
    set_stock(variation, sent)
    return variation


def complete_variations(store: Store, product: Item, language: str) -> list[Item]:
    """All variations of a product with their computed fields."""
    return [_complete_variation(store, product, variation, language) for variation in _with_ids(store, product)]


def _with_ids(store: Store, product: Item) -> Iterator[Item]:
    """The variations; new ones get an id, a number and defaults."""
    stored = product.get("combinations") or []
    number = max((variation.get("combinationNumber", 0) for variation in stored), default=0)
    for variation in stored:
        if "id" in variation:
            yield variation
            continue
        number += 1
        new = {"options": [], "unlimited": "quantity" not in variation, **deepcopy(_DEFAULTS), **variation}
        new.setdefault("dimensions", dict(product.get("dimensions") or _NO_SIZE))
        if new["unlimited"]:
            new.pop("quantity", None)
        yield {"id": store.table("products").new_id(), "combinationNumber": number, **new}


def _complete_variation(store: Store, product: Item, variation: Item, language: str) -> Item:
    selected = [(value, *_find_choice(product, value)) for value in variation.get("options") or ()]
    own_price: float | None = variation.get("price")
    if own_price is None:
        price = _add_modifiers(product.get("price") or 0, (choice for _, _, choice in selected))
    else:
        price = own_price
    check_amounts(variation, price)
    settings: Item = variation.get("lowestPriceSettings") or {}
    lowest: float = settings.get("manualLowestPrice") or price
    attributes = variation.get("attributes") or ()
    return variation | {
        "options": [_translate_value(value, option, choice, language) for value, option, choice in selected],
        "inStock": is_in_stock(variation),
        **displayed_prices(store, price, lowest),
        "attributes": [complete_attribute(store, attribute, language) for attribute in attributes],
    }


def _find_choice(product: Item, value: Item) -> tuple[Item, Item]:
    """The product's option and choice for an option value of a variation; empty if the product has none."""
    options: list[Item] = product.get("options") or []
    option = next((one for one in options if one.get("name") == value.get("name")), {})
    choices: list[Item] = option.get("choices") or []
    return option, next((one for one in choices if one.get("text") == value.get("value")), {})


def _add_modifiers(price: float, choices: Iterable[Item]) -> float:
    """The product's price plus the price modifiers of these choices."""
    extra: float = 0
    for choice in choices:
        modifier: float = choice.get("priceModifier") or 0
        extra += price * modifier / 100 if choice.get("priceModifierType") == "PERCENT" else modifier
    return sum_amounts((price, extra))


def _translate_value(value: Item, option: Item, choice: Item, language: str) -> Item:
    """An option value of a variation with the translations of the product's option."""
    texts = {"nameTranslated": option.get("nameTranslated"), "valueTranslated": choice.get("textTranslated")}
    translated = value | {name: text for name, text in texts.items() if text}
    sync_translations(translated, value, ("name", "value"), language)
    return translated


def check_variations(product: Item) -> None:
    """Raise `ErrorResponse` if a variation contradicts the options, another variation or the product itself."""
    available = values_by_option(product.get("options") or ())
    seen: set[frozenset[tuple[str, str]]] = set()
    for variation in product.get("combinations") or ():
        selected = [(value.get("name", ""), value.get("value", "")) for value in variation.get("options") or ()]
        for name, value in selected:
            if name not in available:
                code = "COMBINATION_CONTAINS_REMOVED_OPTION"
                raise ErrorResponse(409, code, f"A variation uses option {name!r}, which the product does not have")
            if value not in available[name]:
                code = "COMBINATION_CONTAINS_REMOVED_OPTION_VALUE"
                raise ErrorResponse(409, code, f"A variation uses {value!r}, which option {name!r} does not offer")
        if selected and frozenset(selected) in seen:
            raise ErrorResponse(409, "COMBINATION_DUPLICATED", "Another variation already has these options")
        seen.add(frozenset(selected))
        if product.get("sku") and variation.get("sku") == product["sku"]:
            _check_same_as_product(product, variation)


def _check_same_as_product(product: Item, variation: Item) -> None:
    """A variation with the SKU of its product is that product: stock and size must be the same."""
    if _stock_of(variation) != _stock_of(product):
        code = "DIFFERENT_COMBINATION_STOCK"
        raise ErrorResponse(
            400, code, f"The variation with the product's own SKU {product['sku']!r} must have the same stock"
        )
    own = {name: variation.get(name) for name in ("dimensions", "weight")}
    if any(value is not None and value != product.get(name) for name, value in own.items()):
        code = "DIFFERENT_COMBINATION_DIMENSIONS"
        raise ErrorResponse(
            400, code, f"The variation with the product's own SKU {product['sku']!r} must have the same dimensions"
        )


def _stock_of(item: Item) -> tuple[bool, float]:
    return bool(item.get("unlimited")), item.get("quantity", 0)


def matching_variations(product: Item, options: Iterable[Item]) -> list[Item]:
    """The variations whose options and values are all among `options`."""
    available = values_by_option(options)
    return [
        variation
        for variation in product.get("combinations") or ()
        if all(one.get("value") in available.get(one.get("name", ""), ()) for one in variation.get("options") or ())
    ]
