"""Prices: their display format, the fields derived from them, and the checks of amounts."""

from collections.abc import Mapping
from typing import Any, Final

from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.state import Item, Store

__all__ = ["MAX_DECIMALS", "check_amounts", "displayed_prices", "format_price", "set_price_fields"]

MAX_DECIMALS: Final = 8
"""The maximum number of decimal places in a displayed amount."""

_SMALLEST_PRICE: Final = 0.005
_COMPARED_PREFIXES: Final = ("compareToPrice", "defaultDisplayedCompareToPrice")


def format_price(store: Store, amount: float) -> str:
    """The amount in the store's price format."""
    formats = store.profile.get("formatsAndUnits") or {}
    group = formats.get("currencyGroupSeparator", ",")
    decimal = formats.get("currencyDecimalSeparator", ".")
    precision = min(max(0, int(formats.get("currencyPrecision", 2))), MAX_DECIMALS)
    text = f"{amount:,.{precision}f}"
    text = text.replace(",", "\0").replace(".", decimal).replace("\0", group)
    return f"{formats.get('currencyPrefix', '$')}{text}{formats.get('currencySuffix', '')}"


def set_price_fields(store: Store, item: Item) -> None:
    """Set all fields of a product that follow from its price, compare-to price and lowest price."""
    price: float = item.get("price", 0)
    compared: float = item.get("compareToPrice", 0)
    lowest: float = (item.get("lowestPriceSettings") or {}).get("manualLowestPrice", price)
    item |= {"priceInProductList": price, **displayed_prices(store, price, lowest)}
    for name in [name for name in item if name.startswith(_COMPARED_PREFIXES)]:
        del item[name]
    if compared < _SMALLEST_PRICE:
        return
    discount = round(compared - price, 2)
    percent = round(100 * discount / compared)
    for prefix in _COMPARED_PREFIXES:
        item |= {
            prefix: compared,
            f"{prefix}Formatted": format_price(store, compared),
            f"{prefix}Discount": discount,
            f"{prefix}DiscountFormatted": format_price(store, discount),
            f"{prefix}DiscountPercent": percent,
            f"{prefix}DiscountPercentFormatted": f"{percent}%" if percent > 0 else "",
        }


def displayed_prices(store: Store, price: float, lowest: float) -> Item:
    """The price fields that a product and a variation share."""
    return {
        "defaultDisplayedPrice": price,
        "defaultDisplayedPriceFormatted": format_price(store, price),
        "lowestPrice": lowest,
        "defaultDisplayedLowestPrice": lowest,
        "defaultDisplayedLowestPriceFormatted": format_price(store, lowest),
    }


def check_amounts(change: Mapping[str, Any], price: float) -> None:
    """Raise `ErrorResponse` for amounts that the API rejects; `price` is the price of the product or variation."""
    for name in ("price", "compareToPrice", "weight", "volume"):
        if (change.get(name) or 0) < 0:
            raise ErrorResponse.wrong_parameter(f"Field {name!r} can't be negative")
    if (change.get("costPrice") or 0) < 0:
        raise ErrorResponse(400, "COST_PRICE_CANT_BE_NEGATIVE", "The cost price can't be negative")
    for tier in change.get("wholesalePrices") or ():
        if not tier.get("price") or tier.get("quantity") is None:
            raise ErrorResponse(
                400, "WHOLESALE_PRICES_CANT_BE_NULL", "A wholesale price needs a quantity and a price above 0"
            )
        if tier["price"] < 0:
            raise ErrorResponse(400, "WHOLESALE_PRICES_CANT_BE_NEGATIVE", "A wholesale price can't be negative")
        if tier["quantity"] < 2:
            raise ErrorResponse(
                400, "WHOLESALE_PRICES_QUANTITY_TOO_SMALL", "A wholesale price starts at a quantity of 2"
            )
        if tier["price"] > price:
            raise ErrorResponse(
                400, "WHOLESALE_PRICES_TOO_BIG", f"A wholesale price can't be above the price of {price}"
            )
    if change.get("locationInventory"):
        raise ErrorResponse(409, "NOT_ALLOWED_TO_UPDATE_PARAMETER", "This store does not track stock by location")
