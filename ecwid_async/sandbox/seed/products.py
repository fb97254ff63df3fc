"""Products of a demo store with their variations."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from ecwid_async.sandbox.seed.categories import ProductCounts, category_enabled, category_id, category_names
from ecwid_async.sandbox.seed.product_types import BRAND, CARE, PRICE_PER_UNIT, UPC
from ecwid_async.sandbox.seed.support.product_options import OptionSet, option_set
from ecwid_async.sandbox.seed.support.randomness import LAST_DAY, ItemRandom, creation_time, format_date, money
from ecwid_async.sandbox.seed.support.urls import FILE_HOST, SITE_URL, image_url, slug
from ecwid_async.sandbox.seed.support.vocabulary import (
    ADJECTIVES,
    BRANDS,
    COLORS,
    PRODUCT_KINDS,
    SENTENCES,
    ProductKind,
    translated,
)
from ecwid_async.sandbox.state import Item

__all__ = ["PRODUCT_TAX_ID", "ProductFacts", "product_facts", "product_id", "products"]

PRODUCT_TAX_ID: Final = 947976181
_PRODUCT_KEY: Final = 1
_DETAILS_KEY: Final = 3
_RUSSIAN, _JAPANESE, _ARABIC = 2, 3, 4
_EMPTY_TEXT: Final = translated("", "")
_NO_DIMENSIONS: Final = {"length": 0, "width": 0, "height": 0}


def _format_price(cents: int) -> str:
    """A price in cents in the format of the demo store's profile: ``€1 234,50``."""
    return f"€{cents // 100:,},{cents % 100:02}".replace(",", " ", max(0, (len(str(cents // 100)) - 1) // 3))


class ProductFacts(NamedTuple):
    """The facts about a product that orders and carts need, without the whole product.

    `number` is the product's index, `cents` its price, `image` the id of its main image; `categories` are indexes.
    """

    number: int
    id: int
    kind: ProductKind
    names: tuple[str, ...]
    sku: str
    cents: int
    created: int
    image: int
    categories: tuple[int, ...]
    palette: int
    unlimited: bool
    quantity: int

    @property
    def options(self) -> OptionSet:
        """The options of the product and its variations."""
        return option_set(self.kind.options, self.palette)

    def combination_id(self, index: int) -> int:
        """The id of the variation with this index."""
        return 300_000_000 + self.number * 8 + index


def product_id(index: int) -> int:
    """The id of the product with this index."""
    return 400_000_000 + index * 7


def product_facts(seed: int, index: int, count: int, category_count: int) -> ProductFacts:
    """The facts about the product with this index, out of `count`."""
    rng = ItemRandom(seed, _PRODUCT_KEY, index)
    kind = rng.pick(PRODUCT_KINDS)
    adjective = rng.pick(ADJECTIVES)
    number = index + 1
    names = tuple(
        f"{first}{'' if position == _JAPANESE else ' '}{noun} {number}"
        for position, (first, noun) in enumerate(zip(adjective, kind.names, strict=False))
    )
    style = rng.below(100)
    if style >= 85:
        # Some store owners write only in their own language.
        language = (_RUSSIAN, _JAPANESE, _ARABIC)[style % 3]
        names = (names[language],) if language < len(names) else names[:1]
    elif style >= 10:
        names = names[: 1 + style % 3]
    cents = rng.between(*kind.cents)
    cents -= cents % 10 if style % 2 else 0
    categories: tuple[int, ...] = ()
    if category_count and style % 19:
        categories = tuple(sorted({rng.below(category_count) for _ in range(1 + style % 3)}))
    return ProductFacts(
        number=index,
        id=product_id(index),
        kind=kind,
        names=names,
        sku=f"{kind.names[0][:3].upper().replace(' ', '')}-{number:05}",
        cents=cents,
        created=creation_time(index, count, rng),
        image=4_000_000_000 + index * 16,
        categories=categories,
        palette=rng.below(len(COLORS)),
        unlimited=kind.digital or rng.chance(25),
        quantity=rng.below(140) if rng.chance(90) else 0,
    )


def products(
    seed: int,
    count: int,
    *,
    category_count: int,
    store_id: int,
    product_counts: ProductCounts | None = None,
    ratings: Mapping[int, Item] | None = None,
) -> Iterator[Item]:
    """Yield `count` products, and count each one in `product_counts`.

    `ratings` holds the fields about the reviews of a product, by the product's index. Products share their options, so
    change only copies.
    """
    for index in range(count):
        facts = product_facts(seed, index, count, category_count)
        item = _make_product(seed, facts, count, store_id)
        if ratings and index in ratings:
            item |= {"reviewsCollectingAllowed": True, **ratings[index]}
        if product_counts is not None:
            product_counts.add(facts.categories, enabled=item["enabled"])
        yield item


def _description(rng: ItemRandom, languages: int) -> dict[str, str]:
    """A description in this many languages."""
    first = rng.below(len(SENTENCES))
    lines = [SENTENCES[(first + step) % len(SENTENCES)] for step in range(1 + rng.below(3))]
    texts = []
    for position in range(languages):
        opening, *rest = (line[position] for line in lines)
        list_items = "".join(f"<li>{line}</li>" for line in rest)
        direction = ' dir="rtl"' if position == _ARABIC else ""
        texts.append(f"<p{direction}><b>{opening}</b></p>" + (f"<ul>{list_items}</ul>" if list_items else ""))
    return translated(*texts)


def _image(store_id: int, image_id: int, order: int, name: str) -> Item:
    return {
        "id": str(image_id) if order else "0",
        "isMain": order == 0,
        "orderBy": order,
        "image160pxUrl": image_url(store_id, image_id + 1),
        "image400pxUrl": image_url(store_id, image_id + 2),
        "image800pxUrl": image_url(store_id, image_id + 3),
        "image1500pxUrl": image_url(store_id, image_id + 4),
        "imageOriginalUrl": image_url(store_id, image_id),
        "alt": {"main": name, "translated": {"en": name}} if order == 0 else {"translated": {}},
    }


def _gallery_image(store_id: int, image_id: int, order: int, border: Item) -> Item:
    url = image_url(store_id, image_id)
    return {
        "id": image_id,
        "url": url,
        "thumbnail": image_url(store_id, image_id + 2),
        "originalImageUrl": url,
        "imageUrl": image_url(store_id, image_id + 4),
        "hdThumbnailUrl": image_url(store_id, image_id + 3),
        "thumbnailUrl": image_url(store_id, image_id + 2),
        "smallThumbnailUrl": image_url(store_id, image_id + 1),
        "width": 1500,
        "height": 1200,
        "orderBy": order,
        "borderInfo": border,
    }


def _attributes(facts: ProductFacts, rng: ItemRandom) -> list[Item]:
    brand = BRANDS[(facts.number * 5 + facts.palette) % len(BRANDS)]
    attributes: list[Item] = [
        {
            "id": BRAND,
            "name": "Brand",
            "nameTranslated": translated("Brand", "Marke", "Бренд"),
            "value": brand,
            "valueTranslated": translated(brand),
            "type": "BRAND",
            "show": "DESCR",
        }
    ]
    if rng.chance(60):
        code = f"{400_000_000_000 + facts.number * 97:012}"
        attributes.append({"id": UPC, "name": "UPC", "value": code, "type": "UPC", "show": "NOTSHOW"})
    if rng.chance(30):
        attributes.append(
            {
                "id": CARE,
                "name": "Care / Pflege",
                "value": "30 °C, 100 % gentle",
                "type": "CUSTOM",
                "show": "DESCR",
            }
        )
    if facts.kind.options == "weight":
        unit = "€3,20 / 100 g"
        attributes.append(
            {"id": PRICE_PER_UNIT, "name": "Price per unit", "value": unit, "type": "PRICE_PER_UNIT", "show": "PRICE"}
        )
    return attributes


def _variations(facts: ProductFacts, rng: ItemRandom, size: Item, store_id: int) -> list[Item]:
    items = []
    for number, variation in enumerate(facts.options.variations):
        cents = variation.cents(facts.cents)
        shown = _format_price(cents)
        item: Item = {
            "id": facts.combination_id(number),
            "combinationNumber": number + 1,
            "options": variation.options,
            "inStock": True,
            "unlimited": facts.unlimited,
            "attributes": [],
            "defaultDisplayedPrice": money(cents),
            "defaultDisplayedPriceFormatted": shown,
            "lowestPrice": money(cents),
            "defaultDisplayedLowestPrice": money(cents),
            "defaultDisplayedLowestPriceFormatted": shown,
            "lowestPriceSettings": _LOWEST_PRICE_SETTINGS,
            "minPurchaseQuantity": None,
            "maxPurchaseQuantity": None,
            "dimensions": size,
            "volume": 0,
            "outOfStockVisibilityBehaviour": "SHOW",
        }
        if not facts.unlimited:
            item["quantity"] = quantity = rng.below(30)
            item["inStock"] = quantity > 0
            item["warningLimit"] = 3
        if number % 2 == 0:
            item["sku"] = f"{facts.sku}-{number + 1}"
        if number == 1:
            item["price"] = money(cents)
            item["weight"] = facts.kind.weight
            item["imageUrl"] = image_url(store_id, facts.image + 15)
            item["alt"] = {"main": variation.options[0]["value"], "translated": {}}
        items.append(item)
    return items


_LOWEST_PRICE_SETTINGS: Final = {"lowestPriceEnabled": True}
_GLOBAL_SHIPPING: Final = {
    "type": "GLOBAL_METHODS",
    "methodMarkup": 0,
    "flatRate": 0,
    "disabledMethods": [],
    "enabledMethods": [],
}
_NO_SUBSCRIPTION: Final = {
    "subscriptionAllowed": False,
    "oneTimePurchaseAllowed": True,
    "recurringChargeSettings": [{"recurringInterval": "MONTH", "recurringIntervalCount": 1}],
}


def _compare_to_fields(cents: int, rng: ItemRandom) -> Item:
    """The fields of a reduced price. Percentages are not rounded."""
    before = cents + cents * rng.between(3, 60) // 100 + 1
    shown, off, percent = _format_price(before), before - cents, 100 * (before - cents) / before
    return {
        "compareToPrice": money(before),
        "compareToPriceFormatted": shown,
        "compareToPriceDiscount": money(off),
        "compareToPriceDiscountFormatted": _format_price(off),
        "compareToPriceDiscountPercent": percent,
        "compareToPriceDiscountPercentFormatted": f"{percent:.0f}%",
        "defaultDisplayedCompareToPrice": money(before),
        "defaultDisplayedCompareToPriceFormatted": shown,
        "defaultDisplayedCompareToPriceDiscount": money(off),
        "defaultDisplayedCompareToPriceDiscountFormatted": _format_price(off),
        "defaultDisplayedCompareToPriceDiscountPercent": percent,
        "defaultDisplayedCompareToPriceDiscountPercentFormatted": f"{percent:.0f}%",
    }


def _subscription_settings(cents: int) -> Item:
    return {
        "subscriptionAllowed": True,
        "oneTimePurchaseAllowed": True,
        "oneTimePurchasePrice": money(cents),
        "oneTimePurchasePriceFormatted": _format_price(cents),
        "oneTimePurchaseMarkup": 0,
        "oneTimePurchaseMarkupFormatted": _format_price(0),
        "oneTimePurchaseMarkupPercent": 0,
        "oneTimePurchaseMarkupPercentFormatted": "0%",
        "recurringChargeSettings": [
            {
                "recurringInterval": interval,
                "recurringIntervalCount": times,
                "subscriptionPriceWithSignUpFee": money(cents + 500),
                "subscriptionPriceWithSignUpFeeFormatted": _format_price(cents + 500),
                "signUpFee": 5,
                "signUpFeeFormatted": _format_price(500),
            }
            for interval, times in (("WEEK", 2), ("MONTH", 1))
        ],
    }


def _make_product(seed: int, facts: ProductFacts, count: int, store_id: int) -> Item:
    rng = ItemRandom(seed, _DETAILS_KEY, facts.number)
    kind, cents, name = facts.kind, facts.cents, facts.names[0]
    shown, price = _format_price(cents), money(cents)
    names = translated(*facts.names)
    descriptions = _description(rng, len(facts.names))
    page_slug = f"{slug(kind.names[0])}-{facts.number + 1}"
    updated = min(facts.created + rng.below(40) ** 5, LAST_DAY + 86_400)
    length, width, height = kind.size
    size = _NO_DIMENSIONS if kind.digital else {"length": length, "width": width, "height": height + rng.below(20) / 10}
    url = image_url(store_id, facts.image)
    border = {
        "dominatingColor": {"red": rng.below(256), "green": rng.below(256), "blue": rng.below(256), "alpha": 255},
        "homogeneity": rng.chance(40),
    }
    gallery_size = rng.pick((0, 0, 0, 0, 0, 0, 1, 2))
    gallery = [facts.image + 8 + step for step in range(gallery_size)]
    likes = rng.below(90)
    item: Item = {
        "id": facts.id,
        "sku": facts.sku,
        "thumbnailUrl": image_url(store_id, facts.image + 2),
        "unlimited": facts.unlimited,
        "inStock": facts.unlimited or facts.quantity > 0,
        "name": name,
        "nameTranslated": names,
        "price": price,
        "priceInProductList": price,
        "defaultDisplayedPrice": price,
        "defaultDisplayedPriceFormatted": shown,
        "tax": {
            "taxable": True,
            "defaultLocationIncludedTaxRate": 21,
            "enabledManualTaxes": [PRODUCT_TAX_ID],
            "taxClassCode": "default",
        },
        "lowestPrice": price,
        "defaultDisplayedLowestPrice": price,
        "defaultDisplayedLowestPriceFormatted": shown,
        "lowestPriceSettings": _LOWEST_PRICE_SETTINGS,
        "isShippingRequired": not kind.digital,
        "hasFreeShipping": False,
        "url": f"{SITE_URL}/{page_slug}",
        "autogeneratedSlug": f"{page_slug}-{facts.id}",
        "customSlug": page_slug if rng.chance(20) else "",
        "created": format_date(facts.created),
        "updated": format_date(updated),
        "createTimestamp": facts.created,
        "updateTimestamp": updated,
        "productClassId": 0,
        "enabled": rng.chance(93),
        "options": facts.options.options,
        "warningLimit": rng.below(6),
        "fixedShippingRateOnly": False,
        "fixedShippingRate": 0,
        "shipping": _GLOBAL_SHIPPING,
        "defaultCombinationId": facts.combination_id(0) if facts.options.variations else 0,
        "imageUrl": image_url(store_id, facts.image + 4),
        "smallThumbnailUrl": image_url(store_id, facts.image + 1),
        "hdThumbnailUrl": image_url(store_id, facts.image + 3),
        "originalImageUrl": url,
        "originalImage": {"url": url, "width": 1500, "height": 1000 + rng.below(500)},
        "borderInfo": border,
        "description": descriptions["en"],
        "descriptionTranslated": descriptions,
        "galleryImages": [
            _gallery_image(store_id, image_id, order, border) for order, image_id in enumerate(gallery, 1)
        ],
        "media": {
            "images": [
                _image(store_id, image_id, order, name) for order, image_id in enumerate([facts.image, *gallery])
            ],
            "videos": [],
        },
        "categoryIds": [category_id(index) for index in facts.categories],
        "categories": [
            {"id": category_id(index), "enabled": category_enabled(index), "name": category_names(index)[0]}
            for index in facts.categories
        ],
        "defaultCategoryId": category_id(facts.categories[0]) if facts.categories else 0,
        "seoTitle": name,
        "seoTitleTranslated": names,
        "seoDescription": "",
        "seoDescriptionTranslated": _EMPTY_TEXT,
        "favorites": {"count": likes, "displayedCount": str(likes)},
        "attributes": _attributes(facts, rng),
        "files": [],
        "relatedProducts": {
            "productIds": [product_id(rng.below(count)) for _ in range(rng.below(4))],
            "relatedCategory": {"enabled": False, "categoryId": 0, "productCount": 5},
        },
        "combinations": _variations(facts, rng, size, store_id),
        "dimensions": size,
        "shippingPreparationTime": {},
        "showDeliveryTimeInStorefront": False,
        "volume": rng.below(5) / 4,
        "showOnFrontpage": facts.number % 50,
        "isSampleProduct": False,
        "googleItemCondition": "NEW",
        "isGiftCard": False,
        "discountsAllowed": rng.chance(95),
        "nameYourPriceEnabled": False,
        "subscriptionSettings": _NO_SUBSCRIPTION,
        "googleProductCategory": 412,
        "googleProductCategoryName": "Food, Beverages & Tobacco",
        "productCondition": "NEW",
        "outOfStockVisibilityBehaviour": "SHOW",
        "minPurchaseQuantity": None,
        "maxPurchaseQuantity": None,
    }
    if not facts.unlimited:
        item["quantity"] = facts.quantity
    if kind.digital:
        item["files"] = [_file(store_id, facts, rng)]
    else:
        item["weight"] = kind.weight
    _add_rare_fields(item, facts, rng, count)
    return item


def _file(store_id: int, facts: ProductFacts, rng: ItemRandom) -> Item:
    number = 96_000_000 + facts.number
    return {
        "id": number,
        "name": f"{slug(facts.kind.names[0])}.pdf",
        "description": "",
        "size": rng.between(20_000, 9_000_000),
        "adminUrl": f"https://app.ecwid.com/api/v3/{store_id}/products/{facts.id}/files/{number}",
    }


def _video(facts: ProductFacts, cover: str) -> Item:
    url = f"{FILE_HOST}/video/{facts.number}"
    return {
        "id": 70_000_000 + facts.number,
        "videoCoverId": 71_000_000 + facts.number,
        "url": url,
        "embedHtml": f'<iframe src="{url}" allowfullscreen></iframe>',
        "providerName": "VIMEO",
        "title": facts.names[0],
        "image400pxUrl": cover,
    }


def _add_rare_fields(item: Item, facts: ProductFacts, rng: ItemRandom, count: int) -> None:
    """Add the fields that only some products have."""
    if rng.chance(25):
        item |= _compare_to_fields(facts.cents, rng)
    if rng.chance(30):
        item["reviewsCollectingAllowed"] = True
    if rng.chance(20):
        subtitle = ("Back in stock!", "Wieder da!", "Снова в наличии!", "再入荷！", "متوفر مجددًا!")
        item |= {"subtitle": subtitle[0], "subtitleTranslated": translated(*subtitle)}
    if rng.chance(15):
        prices = [
            {"quantity": pieces, "price": money(facts.cents * (100 - off) // 100)} for pieces, off in ((5, 7), (20, 15))
        ]
        item |= {"wholesalePrices": prices, "costPrice": facts.cents * 0.0042}
    if rng.chance(10):
        item["externalReferenceId"] = f"ERP/{facts.number:07}"
    if rng.chance(8):
        item |= {"minPurchaseQuantity": 2, "maxPurchaseQuantity": 10, "outOfStockVisibilityBehaviour": "ALLOW_PREORDER"}
    if rng.chance(5):
        item["shipping"] = {**_GLOBAL_SHIPPING, "type": "FLAT_RATE", "flatRate": 4.9}
        item |= {"fixedShippingRateOnly": True, "fixedShippingRate": 4.9}
    if rng.chance(4):
        item["media"]["videos"] = [_video(facts, item["imageUrl"])]
    if facts.kind.options == "weight" and rng.chance(50):
        item["subscriptionSettings"] = _subscription_settings(facts.cents)
    if facts.kind.options == "gift" and rng.chance(40):
        parts = [product_id(rng.below(count)) for _ in range(2)]
        item["compositeComponents"] = [{"productId": part, "quantity": 1} for part in parts]
