"""Stock of a product or a variation: ``quantity``, ``unlimited`` and ``inStock``."""

from collections.abc import Mapping
from typing import Any

from ecwid_async.sandbox.state import Item

__all__ = ["is_in_stock", "set_stock", "share_stock"]


def is_in_stock(item: Item) -> bool:
    """Whether the item or one of its variations has stock, which may be unlimited."""
    if item.get("unlimited") or item.get("quantity", 0) > 0:
        return True
    return any(is_in_stock(variation) for variation in item.get("combinations") or ())


def set_stock(item: Item, change: Mapping[str, Any]) -> None:
    """Make ``quantity`` and ``unlimited`` consistent after a change.

    Setting a quantity ends unlimited stock; unlimited stock has no quantity. A null changes neither, unless it has
    cleared the quantity: then stock is unlimited.
    """
    sent = {name: change[name] for name in ("quantity", "unlimited") if change.get(name) is not None}
    if sent:
        item["unlimited"] = bool(sent.get("unlimited", False))
        item.setdefault("quantity", 0)
    elif "quantity" in change and "quantity" not in item:
        item["unlimited"] = True
    if item.get("unlimited"):
        item.pop("quantity", None)


def share_stock(product: Item) -> None:
    """Copy the product's stock to the variation with the same SKU."""
    for variation in product.get("combinations") or ():
        if product.get("sku") and variation.get("sku") == product["sku"]:
            variation.pop("quantity", None)
            variation |= {name: product[name] for name in ("unlimited", "quantity") if name in product}
            variation["inStock"] = is_in_stock(variation)
