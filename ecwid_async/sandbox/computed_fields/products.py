"""What the server makes of a product or a category that it is given: defaults, and the fields it computes itself."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from typing import Any, Final

from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.state import Item, Records, Store, Table, as_number, host_of, merge, total_of

__all__ = [
    "GENERAL_TYPE",
    "MOST_DECIMALS",
    "address",
    "changed_variation",
    "check_amounts",
    "check_url",
    "complete_category",
    "complete_product",
    "display",
    "fitting_variations",
    "in_stock",
    "language",
    "localised",
    "new_category",
    "new_file_number",
    "new_product",
    "new_variation",
    "picture",
    "product_types",
    "show_images",
    "slug",
    "translate",
]

MOST_DECIMALS: Final = 8
"""The most decimal places that amounts of money can have."""

_IMAGES: Final = "https://images.demo-store.example/images"
_SIZE: Final = {"width": 1200, "height": 1200}

_PRODUCT_DEFAULTS: Final[Item] = {
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
_CATEGORY_DEFAULTS: Final[Item] = {"description": "", "enabled": True, "customSlug": "", "isSampleCategory": False}
_ATTRIBUTE_NAMES: Final = {
    "BRAND": "Brand",
    "UPC": "UPC",
    "PRICE_PER_UNIT": "Price per unit",
    "UNITS_IN_PRODUCT": "Units in product",
}
_MAIN_IMAGE_FIELDS: Final = {
    "thumbnailUrl": "image400pxUrl",
    "imageUrl": "image1500pxUrl",
    "smallThumbnailUrl": "image160pxUrl",
    "hdThumbnailUrl": "image800pxUrl",
    "originalImageUrl": "imageOriginalUrl",
}
_FIRST_ATTRIBUTE: Final = 201_437_971
_SMALLEST_AMOUNT: Final = 0.005
_FIRST_FILE: Final = 97_000_001
_PRODUCT_TEXTS: Final = ("name", "description", "subtitle", "seoTitle", "seoDescription")
_CATEGORY_TEXTS: Final = ("name", "description")
_COMPARED: Final = ("compareToPrice", "defaultDisplayedCompareToPrice")
_CHOICE_TYPES: Final = frozenset({"SELECT", "RADIO", "SIZE", "SWATCHES", "CHECKBOX"})


# Texts.


def language(store: Store) -> str:
    """The store's main language."""
    languages = store.profile.get("languages") or {}
    return str(languages.get("defaultLanguage") or "en")


def translate(item: Item, change: Mapping[str, Any], names: Iterable[str], lang: str) -> None:
    """Keep each text and its translation into the main language the same, as the change says."""
    for name in names:
        translated = f"{name}Translated"
        texts = item.get(translated) or {}
        if (change.get(translated) or {}).get(lang) is not None:
            # Where both were sent, each stays what it is.
            item[name] = texts[lang] if change.get(name) is None else item[name]
        elif name in item:
            item[translated] = {**texts, lang: item[name]}


def _both(given: Item, names: Iterable[str], lang: str) -> Item:
    """What is given for a new item, with the texts that only have a translation into the main language."""
    found = {name: (given.get(f"{name}Translated") or {}).get(lang) for name in names if given.get(name) is None}
    return given | {name: text for name, text in found.items() if text is not None}


def localised(value: Any, lang: str) -> Any:
    """The item with every text in that language, where it is translated."""
    if isinstance(value, list):
        return [localised(element, lang) for element in value]
    if not isinstance(value, dict):
        return value
    texts = {
        name.removesuffix("Translated"): translations[lang]
        for name, translations in value.items()
        if name.endswith("Translated") and isinstance(translations, dict) and translations.get(lang)
    }
    return {name: texts.get(name) or localised(inner, lang) for name, inner in value.items()}


def slug(name: str) -> str:
    """The name as it stands in an address."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-") or "item"


def address(
    store: Store, kind: str, item: Item, *, base: str | None = None, clean: bool = True, with_id: bool = True
) -> str:
    """Where the storefront shows a product (kind ``p``) or a category (``c``); `base` stands in for its own site."""
    general = store.profile.get("generalInfo") or {}
    site = base or general.get("storeUrl") or f"https://store{store.id}.company.site/products"
    text = item.get("customSlug") or slug(item.get("name") or "")
    if not clean:
        return f"{site}#!/{text}/{kind}/{item['id']}"
    return f"{site.rstrip('/')}/{text}-{kind}{item['id']}" if with_id else f"{site.rstrip('/')}/{text}"


def display(store: Store, amount: float) -> str:
    """An amount of money in the store's format."""
    formats = store.profile.get("formatsAndUnits") or {}
    group = formats.get("currencyGroupSeparator", ",")
    decimal = formats.get("currencyDecimalSeparator", ".")
    precision = min(max(0, int(formats.get("currencyPrecision", 2))), MOST_DECIMALS)
    text = f"{amount:,.{precision}f}"
    text = text.replace(",", "\0").replace(".", decimal).replace("\0", group)
    return f"{formats.get('currencyPrefix', '$')}{text}{formats.get('currencySuffix', '')}"


# Pictures.


def check_url(url: object) -> str:
    """The address of something to fetch. Raises `Refusal` where it is none."""
    if not host_of(url) or not str(url).lower().startswith(("http://", "https://")):
        raise Refusal(422, "WRONG_URL", f"{str(url)[:200]!r} is not an address of http or https")
    return str(url)


def picture(store: Store, number: int, original: str | None = None, *, ending: str = "jpg") -> dict[str, str]:
    """The addresses of a picture in all its sizes; `original` is where it came from."""
    base = f"{_IMAGES}/{store.id}/{number}"
    sizes = {f"image{size}pxUrl": f"{base}-{size}.{ending}" for size in (160, 400, 800, 1500)}
    return {**sizes, "imageOriginalUrl": original or f"{base}.{ending}"}


def new_file_number(store: Store) -> int:
    """A number for a new file of a product; one counter for the whole store."""
    return store.next_number("product_files", _FIRST_FILE)


def complete_media(store: Store, item: Item) -> None:
    """Give ids and the addresses of every size to pictures and videos that came by their own address alone."""
    media = item["media"]
    for kind, own in (("images", "imageOriginalUrl"), ("videos", "url")):
        known = [one for one in media.get(kind) or () if one.get(own)]
        numbers = [as_number(str(one.get("id"))) for one in known]
        unused = max((number for number in numbers if number is not None), default=item["id"]) + 1
        for at, (one, number) in enumerate(zip(known, numbers, strict=True)):
            if number is None or number in numbers[:at]:
                number, unused = unused, unused + 1
            one["id"] = str(number) if kind == "images" else number
            urls = picture(store, number or item["id"], one.get("imageOriginalUrl"))
            one |= {name: url for name, url in urls.items() if not one.get(name)}
        media[kind] = known


def show_images(item: Item, sizes: Mapping[str, Mapping[str, int]] | None = None) -> None:
    """Let everything that shows a product's pictures follow from ``media.images``.

    They stand in their order. The main one has the id ``0`` and is the first: where another was put before it, that one
    becomes the main image, and the former one gets an id of its own. `sizes` has the width and height of new pictures
    by address.
    """
    shown = (item.get("originalImage"), *(item.get("galleryImages") or ()))
    known = {old["url"]: {name: old.get(name, _SIZE[name]) for name in _SIZE} for old in shown if old and "url" in old}
    known |= {url: {name: size[name] for name in _SIZE} for url, size in (sizes or {}).items()}
    images = sorted(item["media"].get("images") or (), key=lambda image: image.get("orderBy") or 0)
    former = next((image for image in images if image["id"] == "0"), None)
    if former is not None and former is not images[0]:
        former["id"] = str(max(item["id"], *(int(image["id"]) for image in images)) + 1)
        images[0]["id"] = "0"
    for order, image in enumerate(images):
        image |= {"orderBy": order, "isMain": image["id"] == "0"}
    item["media"]["images"] = images
    for name in (*_MAIN_IMAGE_FIELDS, "originalImage"):
        item.pop(name, None)
    if former is not None:
        item |= {name: images[0][source] for name, source in _MAIN_IMAGE_FIELDS.items()}
        item["originalImage"] = {"url": item["originalImageUrl"], **known.get(item["originalImageUrl"], _SIZE)}
    gallery = (image for image in images if image["id"] != "0")
    item["galleryImages"] = [_gallery_image(image, known.get(image["imageOriginalUrl"], _SIZE)) for image in gallery]


def _gallery_image(image: Item, size: Mapping[str, int]) -> Item:
    return {
        "id": int(image["id"]),
        "url": image["imageOriginalUrl"],
        "thumbnail": image["image400pxUrl"],
        **{name: image[source] for name, source in _MAIN_IMAGE_FIELDS.items()},
        **size,
        "orderBy": image["orderBy"],
    }


# Products.


def in_stock(item: Item) -> bool:
    """Can it be bought: unlimited, or some left, of the product or of one of its variations."""
    if item.get("unlimited") or item.get("quantity", 0) > 0:
        return True
    return any(in_stock(variation) for variation in item.get("combinations") or ())


def new_product(store: Store, given: Item) -> Item:
    """A product as the server would give it after it was created from that."""
    number = store.table("products").new_id()
    given = _both(given, _PRODUCT_TEXTS, language(store))
    item = merge(deepcopy(_PRODUCT_DEFAULTS), {"id": number, "sku": _free_sku(store), **given})
    item.setdefault("unlimited", "quantity" not in item)
    return complete_product(store, item, item)


def complete_product(store: Store, item: Item, change: Mapping[str, Any]) -> Item:
    """The product after this change, with everything the server computes from what was changed."""
    _check_product(store, item, change)
    lang = language(store)
    translate(item, change, _PRODUCT_TEXTS, lang)
    if "options" in change:
        item["options"] = [_option(option, lang) for option in item["options"]]
    if "attributes" in change:
        item["attributes"] = [_attribute(store, attribute, lang) for attribute in item["attributes"]]
    _set_stock(item, change)
    if {"combinations", "price"} & change.keys():
        item["combinations"] = [_variation(store, item, one, lang) for one in _numbered(store, item)]
    if {"combinations", "options"} & change.keys():
        _check_variations(item)
    if {"quantity", "unlimited"} & change.keys():
        _share_stock(item)
    if {"price", "compareToPrice", "lowestPriceSettings"} & change.keys():
        _show_prices(store, item)
    if {"quantity", "unlimited", "combinations"} & change.keys():
        item["inStock"] = in_stock(item)
    if "categoryIds" in change:
        item["categories"] = list(_categories(store, item["categoryIds"]))
        if item.get("defaultCategoryId") not in item["categoryIds"]:
            item["defaultCategoryId"] = next(iter(item["categoryIds"]), 0)
    if "relatedProducts" in change:
        skus = item["relatedProducts"].pop("productSkus", None) or ()
        found = [number for sku in skus for number in store.table("products").find("sku", sku)]
        item["relatedProducts"]["productIds"] = [*item["relatedProducts"].get("productIds", ()), *found]
    if "shipping" in change:
        item["hasFreeShipping"] = item["shipping"].get("type") == "FREE_SHIPPING"
    if {"name", "customSlug"} & change.keys():
        item["autogeneratedSlug"] = f"{slug(item['name'])}-{item['id']}"
        item["url"] = address(store, "p", item)
    for file in item["files"] if change.get("files") else ():
        file["id"] = new_file_number(store) if file.get("id") is None else file["id"]
    if change.get("media"):
        complete_media(store, item)
        show_images(item)
    return item


def _free_sku(store: Store) -> str:
    table = store.table("products")
    number = len(table) + 1
    while table.find("sku", f"{number:05}"):
        number += 1
    return f"{number:05}"


def _check_product(store: Store, item: Item, change: Mapping[str, Any]) -> None:
    if not (item.get("name") or "").strip():
        raise Refusal.wrong("A product needs a name")
    check_amounts(change, item.get("price", 0))
    if len(change.get("combinations") or ()) > 200:
        raise Refusal(400, "COMBINATION_LIMIT_PER_REQUEST_EXCEEDED", "At most 200 variations fit a request")
    if len(change.get("categoryIds") or ()) > 100:
        code = "MAX_CATEGORIES_FOR_API_REQUEST_LIMIT_EXCEEDED"
        raise Refusal(402, code, "At most 100 categories fit a request")
    unknown = [number for number in change.get("categoryIds") or () if number not in store.table("categories")]
    if unknown:
        raise Refusal(404, "CATEGORIES_NOT_FOUND", f"Category #{unknown[0]} not found")
    _check_unique(store, item)


def check_amounts(change: Mapping[str, Any], price: float) -> None:
    """Raise `Refusal` for amounts, of a product or a variation that costs `price`, which the API has an error for."""
    for name in ("price", "compareToPrice", "weight", "volume"):
        if (change.get(name) or 0) < 0:
            raise Refusal.wrong(f"Field {name!r} can't be negative")
    if (change.get("costPrice") or 0) < 0:
        raise Refusal(400, "COST_PRICE_CANT_BE_NEGATIVE", "The cost price can't be negative")
    for tier in change.get("wholesalePrices") or ():
        if not tier.get("price") or tier.get("quantity") is None:
            raise Refusal(
                400, "WHOLESALE_PRICES_CANT_BE_NULL", "A wholesale price needs a quantity and a price above 0"
            )
        if tier["price"] < 0:
            raise Refusal(400, "WHOLESALE_PRICES_CANT_BE_NEGATIVE", "A wholesale price can't be negative")
        if tier["quantity"] < 2:
            raise Refusal(400, "WHOLESALE_PRICES_QUANTITY_TOO_SMALL", "A wholesale price starts at a quantity of 2")
        if tier["price"] > price:
            raise Refusal(400, "WHOLESALE_PRICES_TOO_BIG", f"A wholesale price can't be above the price of {price}")
    if change.get("locationInventory"):
        raise Refusal(409, "NOT_ALLOWED_TO_UPDATE_PARAMETER", "This store keeps no stock by location")


def _check_unique(store: Store, item: Item) -> None:
    table = store.table("products")
    # A variation may have the SKU of its own product.
    skus = [variation["sku"] for variation in item.get("combinations") or () if variation.get("sku")]
    for sku in {*skus, item.get("sku") or ""} - {""}:
        if skus.count(sku) > 1 or any(key != item["id"] for key in table.find("sku", sku)):
            raise Refusal(409, "SKU_ALREADY_EXISTS", f"SKU {sku!r} is already used")
    reference = item.get("externalReferenceId")
    if reference and any(key != item["id"] for key in table.find("externalReferenceId", reference)):
        raise Refusal(409, "EXTERNAL_ID_ALREADY_USED", f"External id {reference!r} is already used")


def _option(option: Item, lang: str) -> Item:
    option = dict(option)
    translate(option, option, ("name",), lang)
    if str(option.get("type", "")).upper() in _CHOICE_TYPES:
        option["choices"] = [_choice(choice, lang) for choice in option.get("choices") or ()]
        if option["type"] != "CHECKBOX":
            option.setdefault("defaultChoice", 0)
    option.setdefault("required", False)
    return option


def _choice(choice: Item, lang: str) -> Item:
    choice = {"priceModifier": 0, "priceModifierType": "ABSOLUTE", **choice}
    translate(choice, choice, ("text",), lang)
    return choice


def _attributes(store: Store) -> tuple[Records[int, tuple[str, str]], Records[str, int]]:
    """Names and types of the attributes that products have had, by id, and their ids by name."""
    if "attributes" in store.odds:
        return store.records("attributes"), store.records("attribute_ids")
    general: Item = product_types(store).get(GENERAL_TYPE) or {}
    known = {one["id"]: (one["name"], one["type"]) for one in general.get("attributes") or ()}
    numbers = {name.casefold(): number for number, (name, _) in known.items()}
    return store.records("attributes", known), store.records("attribute_ids", numbers)


def _attribute(store: Store, given: Item, lang: str) -> Item:
    """The attribute with its id, name and type, by whichever of them it was written."""
    known, numbers = _attributes(store)
    number, alias = given.get("id", 0), given.get("alias") or given.get("type") or ""
    name, kind = known.get(number, (_ATTRIBUTE_NAMES.get(alias, ""), alias))
    name = given.get("name") or name
    if not name:
        raise Refusal.wrong("An attribute needs an id, a name or an alias")
    standard = {shown.casefold(): kind for kind, shown in _ATTRIBUTE_NAMES.items()}
    kind = alias or kind or standard.get(name.casefold(), "CUSTOM")
    if not number:
        number = numbers.get(name.casefold()) or store.next_number("attribute_number", _FIRST_ATTRIBUTE)
    if number not in known:
        known[number] = name, kind
        numbers.setdefault(name.casefold(), number)
    attribute = {"show": "DESCR", **given, "id": number, "name": name, "type": kind}
    attribute.pop("alias", None)
    translate(attribute, given, ("value",), lang)
    return attribute


def _set_stock(item: Item, change: Mapping[str, Any]) -> None:
    """A quantity ends unlimited stock, and unlimited stock has none; a null changes neither, unless it clears."""
    given = {name: change[name] for name in ("quantity", "unlimited") if change.get(name) is not None}
    if given:
        item["unlimited"] = bool(given.get("unlimited", False))
        item.setdefault("quantity", 0)
    elif "quantity" in change and "quantity" not in item:
        item["unlimited"] = True
    if item.get("unlimited"):
        item.pop("quantity", None)


def _stock(holder: Item) -> tuple[bool, float]:
    return bool(holder.get("unlimited")), holder.get("quantity", 0)


# Variations.

_NO_SIZE: Final = {"length": 0, "width": 0, "height": 0}
_VARIATION_DEFAULTS: Final[Item] = {
    "attributes": [],
    "volume": 0,
    "outOfStockVisibilityBehaviour": "SHOW",
    "lowestPriceSettings": {"lowestPriceEnabled": True},
    "alt": {"translated": {}},
}
# What the documentation lists among the fields of a request, and the server makes.
_VARIATION_SERVED: Final = frozenset({"inStock", *_MAIN_IMAGE_FIELDS})


def new_variation(given: Item) -> Item:
    """A variation as it is put behind the others of a product; `complete_product` gives it the rest."""
    return {name: value for name, value in given.items() if name not in _VARIATION_SERVED and value is not None}


def changed_variation(stored: Item, change: Item, *, null_clears: bool) -> Item:
    """The variation after a partial change; `complete_product` gives it the rest."""
    sent = {name: value for name, value in change.items() if name not in _VARIATION_SERVED}
    clearable = ("minPurchaseQuantity", "maxPurchaseQuantity")
    variation = merge(stored, sent, clearable=clearable, null_clears=null_clears)
    _set_stock(variation, sent)
    return variation


def _numbered(store: Store, item: Item) -> Iterator[Item]:
    """The variations with an id and a number, which new ones get."""
    stored = item.get("combinations") or []
    number = max((variation.get("combinationNumber", 0) for variation in stored), default=0)
    for variation in stored:
        if "id" in variation:
            yield variation
            continue
        number += 1
        given = {"options": [], "unlimited": "quantity" not in variation, **deepcopy(_VARIATION_DEFAULTS), **variation}
        given.setdefault("dimensions", dict(item.get("dimensions") or _NO_SIZE))
        if given["unlimited"]:
            given.pop("quantity", None)
        yield {"id": store.table("products").new_id(), "combinationNumber": number, **given}


def _variation(store: Store, item: Item, variation: Item, lang: str) -> Item:
    """The variation with everything the server computes."""
    picks = [(option, *_chosen(item, option)) for option in variation.get("options") or ()]
    own: float | None = variation.get("price")
    price = _with_modifiers(item.get("price") or 0, (choice for _, _, choice in picks)) if own is None else own
    check_amounts(variation, price)
    settings: Item = variation.get("lowestPriceSettings") or {}
    lowest: float = settings.get("manualLowestPrice") or price
    attributes = variation.get("attributes") or ()
    return variation | {
        "options": [_picked(picked, option, choice, lang) for picked, option, choice in picks],
        "inStock": in_stock(variation),
        "defaultDisplayedPrice": price,
        "defaultDisplayedPriceFormatted": display(store, price),
        "lowestPrice": lowest,
        "defaultDisplayedLowestPrice": lowest,
        "defaultDisplayedLowestPriceFormatted": display(store, lowest),
        "attributes": [_attribute(store, attribute, lang) for attribute in attributes],
    }


def _chosen(item: Item, picked: Item) -> tuple[Item, Item]:
    """The product's option and its choice that a variation has; empty where the product has none such."""
    options: list[Item] = item.get("options") or []
    option = next((one for one in options if one.get("name") == picked.get("name")), {})
    choices: list[Item] = option.get("choices") or []
    return option, next((one for one in choices if one.get("text") == picked.get("value")), {})


def _with_modifiers(price: float, choices: Iterable[Item]) -> float:
    """The product's price with what these choices add."""
    extra: float = 0
    for choice in choices:
        modifier: float = choice.get("priceModifier") or 0
        extra += price * modifier / 100 if choice.get("priceModifierType") == "PERCENT" else modifier
    return total_of((price, extra))


def _picked(picked: Item, option: Item, choice: Item, lang: str) -> Item:
    """An option's value of a variation, with the translations that the product's option has."""
    texts = {"nameTranslated": option.get("nameTranslated"), "valueTranslated": choice.get("textTranslated")}
    shown = picked | {name: value for name, value in texts.items() if value}
    translate(shown, picked, ("name", "value"), lang)
    return shown


def _check_variations(item: Item) -> None:
    """Raise `Refusal` where variations do not go with the product's options, with one another or with the product."""
    offered = {name: choices for option in item.get("options") or () for name, choices in _offered(option)}
    seen: set[frozenset[tuple[str, str]]] = set()
    for variation in item.get("combinations") or ():
        picked = [(option.get("name", ""), option.get("value", "")) for option in variation.get("options") or ()]
        for name, value in picked:
            if name not in offered:
                code = "COMBINATION_CONTAINS_REMOVED_OPTION"
                raise Refusal(409, code, f"The product has no option {name!r}, which a variation is made of")
            if value not in offered[name]:
                code = "COMBINATION_CONTAINS_REMOVED_OPTION_VALUE"
                raise Refusal(409, code, f"Option {name!r} of the product has no {value!r}, as a variation has it")
        if picked and frozenset(picked) in seen:
            raise Refusal(409, "COMBINATION_DUPLICATED", "There is a variation with these options already")
        seen.add(frozenset(picked))
        if item.get("sku") and variation.get("sku") == item["sku"]:
            _check_same(item, variation)


def _offered(option: Item) -> Iterator[tuple[str, set[str]]]:
    texts = set[str]()
    for choice in option.get("choices") or ():
        texts |= {choice.get("text", ""), *(choice.get("textTranslated") or {}).values()}
    for name in {option.get("name", ""), *(option.get("nameTranslated") or {}).values()}:
        yield name, texts


def _check_same(item: Item, variation: Item) -> None:
    """A variation with the SKU of its product is that product."""
    if _stock(variation) != _stock(item):
        code = "DIFFERENT_COMBINATION_STOCK"
        raise Refusal(400, code, f"The variation with the product's own SKU {item['sku']!r} must have the same stock")
    sizes = variation.get("dimensions"), variation.get("weight")
    if any(
        own is not None and own != item.get(name) for own, name in zip(sizes, ("dimensions", "weight"), strict=True)
    ):
        code = "DIFFERENT_COMBINATION_DIMENSIONS"
        raise Refusal(
            400, code, f"The variation with the product's own SKU {item['sku']!r} must have the same dimensions"
        )


def _share_stock(item: Item) -> None:
    """Let the variation with the product's own SKU have the product's stock."""
    for variation in item.get("combinations") or ():
        if item.get("sku") and variation.get("sku") == item["sku"]:
            variation.pop("quantity", None)
            variation |= {name: item[name] for name in ("unlimited", "quantity") if name in item}
            variation["inStock"] = in_stock(variation)


def fitting_variations(item: Item, options: Iterable[Item]) -> list[Item]:
    """The variations whose options and values are all among these."""
    offered = {name: choices for option in options for name, choices in _offered(option)}
    return [
        variation
        for variation in item.get("combinations") or ()
        if all(one.get("value") in offered.get(one.get("name", ""), ()) for one in variation.get("options") or ())
    ]


def _show_prices(store: Store, item: Item) -> None:
    price: float = item.get("price", 0)
    before: float = item.get("compareToPrice", 0)
    lowest: float = (item.get("lowestPriceSettings") or {}).get("manualLowestPrice", price)
    item |= {
        "priceInProductList": price,
        "defaultDisplayedPrice": price,
        "defaultDisplayedPriceFormatted": display(store, price),
        "lowestPrice": lowest,
        "defaultDisplayedLowestPrice": lowest,
        "defaultDisplayedLowestPriceFormatted": display(store, lowest),
    }
    for name in [name for name in item if name.startswith(_COMPARED)]:
        del item[name]
    if before < _SMALLEST_AMOUNT:
        return
    saved = round(before - price, 2)
    percent = round(100 * saved / before)
    for prefix in _COMPARED:
        item |= {
            prefix: before,
            f"{prefix}Formatted": display(store, before),
            f"{prefix}Discount": saved,
            f"{prefix}DiscountFormatted": display(store, saved),
            f"{prefix}DiscountPercent": percent,
            f"{prefix}DiscountPercentFormatted": f"{percent}%" if percent > 0 else "",
        }


def _categories(store: Store, numbers: Iterable[int]) -> Iterator[Item]:
    table = store.table("categories")
    for number in numbers:
        category = table.get(number)
        if category is not None:
            shown: Item = {name: category[name] for name in ("id", "name", "enabled") if name in category}
            # Text here, unlike any other translated field.
            yield shown | {"nameTranslated": category["name"]}


# Product types.

GENERAL_TYPE: Final = 0
"""The type of all products that have no other; it is always there."""

_GENERAL_ATTRIBUTES: Final = (
    (139_165_261, "Units in product", "UNITS_IN_PRODUCT", "DESCR"),
    (82_991_001, "Price per unit", "PRICE_PER_UNIT", "PRICE"),
    (201_437_969, "UPC", "UPC", "DESCR"),
    (201_437_970, "Brand", "BRAND", "DESCR"),
)


def product_types(store: Store) -> Table:
    """The product types of a store."""
    table = store.table("product_types")
    if GENERAL_TYPE not in table:
        names = ("id", "name", "type", "show")
        attributes = [dict(zip(names, values, strict=True)) for values in _GENERAL_ATTRIBUTES]
        table.load([{"id": GENERAL_TYPE, "name": "General", "attributes": attributes}])
    return table


# Categories.


def new_category(store: Store, given: Item) -> Item:
    """A category as the server would give it after it was created from that."""
    number = store.table("categories").new_id()
    given = _both(given, _CATEGORY_TEXTS, language(store))
    item = {"id": number, **_CATEGORY_DEFAULTS, "orderBy": 10 * len(store.table("categories")) + 10, **given}
    return complete_category(store, item, item)


def complete_category(store: Store, item: Item, change: Mapping[str, Any]) -> Item:
    """The category after this change, with everything the server computes from what was changed."""
    if not (item.get("name") or "").strip():
        raise Refusal.wrong("A category needs a name")
    translate(item, change, _CATEGORY_TEXTS, language(store))
    if not item.get("parentId"):
        item.pop("parentId", None)
    if {"name", "customSlug"} & change.keys():
        item["autogeneratedSlug"] = f"{slug(item['name'])}-{item['id']}"
        item["url"] = address(store, "c", item)
    return item
