"""Products: defaults, checks and computed fields."""

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from typing import Any, Final

from ecwid_async.sandbox.computed_fields.images import complete_media, new_file_id, set_image_fields
from ecwid_async.sandbox.computed_fields.options import complete_option
from ecwid_async.sandbox.computed_fields.prices import check_amounts, set_price_fields
from ecwid_async.sandbox.computed_fields.product_types import complete_attribute
from ecwid_async.sandbox.computed_fields.stock import is_in_stock, set_stock, share_stock
from ecwid_async.sandbox.computed_fields.translations import fill_missing_texts, main_language, sync_translations
from ecwid_async.sandbox.computed_fields.urls import make_slug, storefront_url
from ecwid_async.sandbox.computed_fields.variations import check_variations, complete_variations
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.state import Item, Store, merge

__all__ = ["complete_product", "new_product"]

_TEXTS: Final = ("name", "description", "subtitle", "seoTitle", "seoDescription")
_DEFAULTS: Final[Item] = {
    "price": 0,
    "tax": {
        "taxable": True,
        "defaultLocationIncludedTaxRate": 0,
        "enabledManualTaxes": [],
        "taxClassCode": "default",
    },
    "lowestPriceSettings": {"lowestPriceEnabled": True},
    "isShippingRequired": True,
    "weight": 0,
    "customSlug": "",
    "productClassId": 0,
    "enabled": True,
    "options": [],
    "warningLimit": 0,
    "fixedShippingRateOnly": False,
    "fixedShippingRate": 0,
    "shipping": {
        "type": "GLOBAL_METHODS",
        "methodMarkup": 0,
        "flatRate": 0,
        "disabledMethods": [],
        "enabledMethods": [],
    },
    "defaultCombinationId": 0,
    "description": "",
    "galleryImages": [],
    "media": {"images": [], "videos": []},
    "categoryIds": [],
    "defaultCategoryId": 0,
    "seoTitle": "",
    "seoDescription": "",
    "favorites": {"count": 0, "displayedCount": "0"},
    "attributes": [],
    "files": [],
    "relatedProducts": {
        "productIds": [],
        "relatedCategory": {"enabled": False, "categoryId": 0, "productCount": 0},
    },
    "combinations": [],
    "dimensions": {"length": 0, "width": 0, "height": 0},
    "shippingPreparationTime": {},
    "showDeliveryTimeInStorefront": False,
    "volume": 0,
    "showOnFrontpage": 0,
    "isSampleProduct": False,
    "isGiftCard": False,
    "discountsAllowed": True,
    "nameYourPriceEnabled": False,
    "subscriptionSettings": {"subscriptionAllowed": False, "oneTimePurchaseAllowed": True},
    "googleItemCondition": "NEW",
    "productCondition": "NEW",
    "outOfStockVisibilityBehaviour": "SHOW",
}


def new_product(store: Store, sent: Item) -> Item:
    """A new product: the sent fields, an id, defaults and computed fields."""
    number = store.table("products").new_id()
    sent = fill_missing_texts(sent, _TEXTS, main_language(store))
    item = merge(deepcopy(_DEFAULTS), {"id": number, "sku": _unused_sku(store), **sent})
    item.setdefault("unlimited", "quantity" not in item)
    return complete_product(store, item, item)


def complete_product(store: Store, item: Item, change: Mapping[str, Any]) -> Item:
    """Compute the fields of a product that depend on the fields in `change`.

    `item` already contains the change; it is updated and returned. Raises `ErrorResponse` if the API rejects it.
    """
    _check_product(store, item, change)
    language = main_language(store)
    sync_translations(item, change, _TEXTS, language)
    if "options" in change:
        item["options"] = [complete_option(option, language) for option in item["options"]]
    if "attributes" in change:
        item["attributes"] = [complete_attribute(store, attribute, language) for attribute in item["attributes"]]
    set_stock(item, change)
    if {"combinations", "price"} & change.keys():
        item["combinations"] = complete_variations(store, item, language)
    if {"combinations", "options"} & change.keys():
        check_variations(item)
    if {"quantity", "unlimited"} & change.keys():
        share_stock(item)
    if {"price", "compareToPrice", "lowestPriceSettings"} & change.keys():
        set_price_fields(store, item)
    if {"quantity", "unlimited", "combinations"} & change.keys():
        item["inStock"] = is_in_stock(item)
    if "categoryIds" in change:
        item["categories"] = list(_category_summaries(store, item["categoryIds"]))
        if item.get("defaultCategoryId") not in item["categoryIds"]:
            item["defaultCategoryId"] = next(iter(item["categoryIds"]), 0)
    if "relatedProducts" in change:
        skus = item["relatedProducts"].pop("productSkus", None) or ()
        found = [number for sku in skus for number in store.table("products").find("sku", sku)]
        item["relatedProducts"]["productIds"] = [*item["relatedProducts"].get("productIds", ()), *found]
    if "shipping" in change:
        item["hasFreeShipping"] = item["shipping"].get("type") == "FREE_SHIPPING"
    if {"name", "customSlug"} & change.keys():
        item["autogeneratedSlug"] = f"{make_slug(item['name'])}-{item['id']}"
        item["url"] = storefront_url(store, "p", item)
    for file in item["files"] if change.get("files") else ():
        file["id"] = new_file_id(store) if file.get("id") is None else file["id"]
    if change.get("media"):
        complete_media(store, item)
        set_image_fields(item)
    return item


def _unused_sku(store: Store) -> str:
    table = store.table("products")
    number = len(table) + 1
    while table.find("sku", f"{number:05}"):
        number += 1
    return f"{number:05}"


def _check_product(store: Store, item: Item, change: Mapping[str, Any]) -> None:
    if not (item.get("name") or "").strip():
        raise ErrorResponse.wrong_parameter("A product needs a name")
    check_amounts(change, item.get("price", 0))
    if len(change.get("combinations") or ()) > 200:
        raise ErrorResponse(
            400, "COMBINATION_LIMIT_PER_REQUEST_EXCEEDED", "A request may contain at most 200 variations"
        )
    if len(change.get("categoryIds") or ()) > 100:
        code = "MAX_CATEGORIES_FOR_API_REQUEST_LIMIT_EXCEEDED"
        raise ErrorResponse(402, code, "A request may contain at most 100 categories")
    unknown = [number for number in change.get("categoryIds") or () if number not in store.table("categories")]
    if unknown:
        raise ErrorResponse(404, "CATEGORIES_NOT_FOUND", f"Category #{unknown[0]} not found")
    _check_unique(store, item)


def _check_unique(store: Store, item: Item) -> None:
    table = store.table("products")
    # A variation may have the SKU of its own product.
    skus = [variation["sku"] for variation in item.get("combinations") or () if variation.get("sku")]
    for sku in {*skus, item.get("sku") or ""} - {""}:
        if skus.count(sku) > 1 or any(key != item["id"] for key in table.find("sku", sku)):
            raise ErrorResponse(409, "SKU_ALREADY_EXISTS", f"SKU {sku!r} is already used")
    reference = item.get("externalReferenceId")
    if reference and any(key != item["id"] for key in table.find("externalReferenceId", reference)):
        raise ErrorResponse(409, "EXTERNAL_ID_ALREADY_USED", f"External id {reference!r} is already used")


def _category_summaries(store: Store, numbers: Iterable[int]) -> Iterator[Item]:
    table = store.table("categories")
    for number in numbers:
        category = table.get(number)
        if category is not None:
            summary: Item = {name: category[name] for name in ("id", "name", "enabled") if name in category}
            # A string here, unlike every other translated field.
            yield summary | {"nameTranslated": category.get("name") or ""}
