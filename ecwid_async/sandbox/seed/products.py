"""Products of a demo store with their variations."""

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Final, NamedTuple

from ecwid_async.sandbox.seed.categories import ProductCounts, category_enabled, category_id, category_names
from ecwid_async.sandbox.seed.product_types import BRAND, CARE, PRICE_PER_UNIT, UPC
from ecwid_async.sandbox.seed.support.product_options import OptionSet, option_set
from ecwid_async.sandbox.seed.support.randomness import LAST_DAY, ItemRandom, creation_time, format_date, money
from ecwid_async.sandbox.seed.support.urls import FILE_HOST, SITE_URL, ImageUrls, image_url, image_urls, slug
from ecwid_async.sandbox.seed.support.vocabulary import (
    ADJECTIVES,
    BRANDS,
    COLORS,
    PRODUCT_KINDS,
    SENTENCES,
    ProductKind,
    translated,
)
from ecwid_async.sandbox.state import EncodedItem, Item, encode_json

__all__ = ["PRODUCT_TAX_ID", "ProductFacts", "product_facts", "product_id", "products"]

PRODUCT_TAX_ID: Final = 947976181
_PRODUCT_KEY: Final = 1
_DETAILS_KEY: Final = 3
_BATCH: Final = 16
_RUSSIAN, _JAPANESE, _ARABIC = 2, 3, 4
_EMPTY_TEXT: Final = translated("", "")
_NO_DIMENSIONS: Final = {"length": 0, "width": 0, "height": 0}


def _format_price(cents: int) -> str:
    """A price in cents in the format of the demo store's profile: ``€1 234,50``."""
    euros = f"{cents // 100:,}".replace(",", " ") if cents >= 100_000 else cents // 100
    return f"€{euros},{cents % 100:02}"


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


@cache
def _unnumbered_names(kind: int, adjective: int) -> tuple[str, ...]:
    """The names of products of this kind with this adjective, up to the number at their end."""
    return tuple(
        f"{first}{'' if language == _JAPANESE else ' '}{noun} "
        for language, (first, noun) in enumerate(zip(ADJECTIVES[adjective], PRODUCT_KINDS[kind].names, strict=False))
    )


@cache
def _sku_start(name: str) -> str:
    return f"{name[:3].upper().replace(' ', '')}-"


def product_facts(seed: int, index: int, count: int, category_count: int) -> ProductFacts:
    """The facts about the product with this index, out of `count`."""
    return _draw_facts(ItemRandom(seed, _PRODUCT_KEY, index), index, count, category_count)


def _draw_facts(rng: ItemRandom, index: int, count: int, category_count: int) -> ProductFacts:
    random = rng.random
    position = int(random() * len(PRODUCT_KINDS))
    kind = PRODUCT_KINDS[position]
    names = _unnumbered_names(position, int(random() * len(ADJECTIVES)))
    number = index + 1
    style = int(random() * 100)
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
        categories = tuple(sorted({int(random() * category_count) for _ in range(1 + style % 3)}))
    return ProductFacts(
        number=index,
        id=product_id(index),
        kind=kind,
        names=tuple([f"{name}{number}" for name in names]),
        sku=f"{_sku_start(kind.names[0])}{number:05}",
        cents=cents,
        created=creation_time(index, count, rng),
        image=4_000_000_000 + index * 16,
        categories=categories,
        palette=int(random() * len(COLORS)),
        unlimited=kind.digital or random() * 100 < 25,
        quantity=int(random() * 140) if random() * 100 < 90 else 0,
    )


def products(
    seed: int,
    count: int,
    *,
    category_count: int,
    store_id: int,
    product_counts: ProductCounts | None = None,
    ratings: Mapping[int, Item] | None = None,
) -> Iterator[EncodedItem]:
    """Yield `count` products, and count each one in `product_counts`.

    `ratings` holds the fields about the reviews of a product, by the product's index. Products share their options, so
    change only copies.
    """
    facts_random, details_random = ItemRandom(seed, _PRODUCT_KEY), ItemRandom(seed, _DETAILS_KEY)
    samples: dict[object, Item] = {}
    # Each step for a batch at once: its code and data stay in the caches of the processor.
    for start in range(0, count, _BATCH):
        indexes = range(start, min(start + _BATCH, count))
        batch = [_draw_facts(facts_random.restart(index), index, count, category_count) for index in indexes]
        items = [_make_product(details_random.restart(facts.number), facts, count, store_id) for facts in batch]
        for facts, item in zip(batch, items, strict=True):
            if ratings and facts.number in ratings:
                item |= {"reviewsCollectingAllowed": True, **ratings[facts.number]}
            if product_counts is not None:
                product_counts.add(facts.categories, enabled=item["enabled"])
        encoded = [encode_json(item) for item in items]
        for facts, item, raw in zip(batch, items, encoded, strict=True):
            # What the search terms depend on that many products share.
            state = item["inStock"], item["enabled"], item["discountsAllowed"], "compareToPrice" in item
            sample = samples.setdefault((facts.kind.options, facts.palette, state), item)
            yield EncodedItem(item, raw, sample)


@cache
def _description(first: int, line_count: int, languages: int) -> dict[str, str]:
    """A description in this many languages: this many of `SENTENCES`, from the first one on."""
    lines = [SENTENCES[(first + step) % len(SENTENCES)] for step in range(line_count)]
    texts = []
    for position in range(languages):
        opening, *rest = (line[position] for line in lines)
        list_items = "".join(f"<li>{line}</li>" for line in rest)
        direction = ' dir="rtl"' if position == _ARABIC else ""
        texts.append(f"<p{direction}><b>{opening}</b></p>" + (f"<ul>{list_items}</ul>" if list_items else ""))
    return translated(*texts)


def _image(image_id: int, urls: ImageUrls, order: int, name: str) -> Item:
    return {
        "id": str(image_id) if order else "0",
        "isMain": order == 0,
        "orderBy": order,
        "image160pxUrl": urls.small,
        "image400pxUrl": urls.medium,
        "image800pxUrl": urls.large,
        "image1500pxUrl": urls.largest,
        "imageOriginalUrl": urls.original,
        "alt": {"main": name, "translated": {"en": name}} if order == 0 else {"translated": {}},
    }


def _gallery_image(image_id: int, urls: ImageUrls, order: int, border: Item) -> Item:
    return {
        "id": image_id,
        "url": urls.original,
        "thumbnail": urls.medium,
        "originalImageUrl": urls.original,
        "imageUrl": urls.largest,
        "hdThumbnailUrl": urls.large,
        "thumbnailUrl": urls.medium,
        "smallThumbnailUrl": urls.small,
        "width": 1500,
        "height": 1200,
        "orderBy": order,
        "borderInfo": border,
    }


@cache
def _brand_attribute(brand: str) -> Item:
    return {
        "id": BRAND,
        "name": "Brand",
        "nameTranslated": translated("Brand", "Marke", "Бренд"),
        "value": brand,
        "valueTranslated": translated(brand),
        "type": "BRAND",
        "show": "DESCR",
    }


_CARE_ATTRIBUTE: Final = {
    "id": CARE,
    "name": "Care / Pflege",
    "value": "30 °C, 100 % gentle",
    "type": "CUSTOM",
    "show": "DESCR",
}
_PRICE_PER_UNIT_ATTRIBUTE: Final = {
    "id": PRICE_PER_UNIT,
    "name": "Price per unit",
    "value": "€3,20 / 100 g",
    "type": "PRICE_PER_UNIT",
    "show": "PRICE",
}


def _attributes(facts: ProductFacts, rng: ItemRandom) -> list[Item]:
    attributes = [_brand_attribute(BRANDS[(facts.number * 5 + facts.palette) % len(BRANDS)])]
    if rng.chance(60):
        code = f"{400_000_000_000 + facts.number * 97:012}"
        attributes.append({"id": UPC, "name": "UPC", "value": code, "type": "UPC", "show": "NOTSHOW"})
    if rng.chance(30):
        attributes.append(_CARE_ATTRIBUTE)
    if facts.kind.options == "weight":
        attributes.append(_PRICE_PER_UNIT_ATTRIBUTE)
    return attributes


def _variations(facts: ProductFacts, rng: ItemRandom, size: Item, store_id: int) -> list[Item]:
    random, items = rng.random, []
    for number, variation in enumerate(facts.options.variations):
        cents = variation.cents(facts.cents)
        price, shown = money(cents), _format_price(cents)
        item: Item = {
            "id": facts.combination_id(number),
            "combinationNumber": number + 1,
            "options": variation.options,
            "inStock": True,
            "unlimited": facts.unlimited,
            "attributes": [],
            "defaultDisplayedPrice": price,
            "defaultDisplayedPriceFormatted": shown,
            "lowestPrice": price,
            "defaultDisplayedLowestPrice": price,
            "defaultDisplayedLowestPriceFormatted": shown,
            "lowestPriceSettings": _LOWEST_PRICE_SETTINGS,
            "minPurchaseQuantity": None,
            "maxPurchaseQuantity": None,
            "dimensions": size,
            "volume": 0,
            "outOfStockVisibilityBehaviour": "SHOW",
        }
        if not facts.unlimited:
            item["quantity"] = quantity = int(random() * 30)
            item["inStock"] = quantity > 0
            item["warningLimit"] = 3
        if number % 2 == 0:
            item["sku"] = f"{facts.sku}-{number + 1}"
        if number == 1:
            item["price"] = price
            item["weight"] = facts.kind.weight
            item["imageUrl"] = image_url(store_id, facts.image + 15)
            item["alt"] = {"main": variation.options[0]["value"], "translated": {}}
        items.append(item)
    return items


_TAX: Final = {
    "taxable": True,
    "defaultLocationIncludedTaxRate": 21,
    "enabledManualTaxes": [PRODUCT_TAX_ID],
    "taxClassCode": "default",
}
_LOWEST_PRICE_SETTINGS: Final = {"lowestPriceEnabled": True}
_GLOBAL_SHIPPING: Final = {
    "type": "GLOBAL_METHODS",
    "methodMarkup": 0,
    "flatRate": 0,
    "disabledMethods": [],
    "enabledMethods": [],
}
_FLAT_RATE_SHIPPING: Final = {**_GLOBAL_SHIPPING, "type": "FLAT_RATE", "flatRate": 4.9}
_SUBTITLES: Final = translated("Back in stock!", "Wieder da!", "Снова в наличии!", "再入荷！", "متوفر مجددًا!")
_NO_SUBSCRIPTION: Final = {
    "subscriptionAllowed": False,
    "oneTimePurchaseAllowed": True,
    "recurringChargeSettings": [{"recurringInterval": "MONTH", "recurringIntervalCount": 1}],
}


def _compare_to_fields(cents: int, rng: ItemRandom) -> Item:
    """The fields of a reduced price. Percentages are not rounded."""
    before = cents + cents * rng.between(3, 60) // 100 + 1
    off = before - cents
    price, discount, percent = money(before), money(off), 100 * off / before
    shown, shown_discount, shown_percent = _format_price(before), _format_price(off), f"{percent:.0f}%"
    return {
        "compareToPrice": price,
        "compareToPriceFormatted": shown,
        "compareToPriceDiscount": discount,
        "compareToPriceDiscountFormatted": shown_discount,
        "compareToPriceDiscountPercent": percent,
        "compareToPriceDiscountPercentFormatted": shown_percent,
        "defaultDisplayedCompareToPrice": price,
        "defaultDisplayedCompareToPriceFormatted": shown,
        "defaultDisplayedCompareToPriceDiscount": discount,
        "defaultDisplayedCompareToPriceDiscountFormatted": shown_discount,
        "defaultDisplayedCompareToPriceDiscountPercent": percent,
        "defaultDisplayedCompareToPriceDiscountPercentFormatted": shown_percent,
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


@lru_cache(1000)
def _category(index: int) -> Item:
    return {"id": category_id(index), "enabled": category_enabled(index), "name": category_names(index)[0]}


def _make_product(rng: ItemRandom, facts: ProductFacts, count: int, store_id: int) -> Item:
    # Calls of `rng.below` and `rng.chance` would take a tenth of the time.
    random = rng.random
    kind, options, cents, name = facts.kind, facts.options, facts.cents, facts.names[0]
    shown, price = _format_price(cents), money(cents)
    names = translated(*facts.names)
    descriptions = _description(int(random() * len(SENTENCES)), 1 + int(random() * 3), len(facts.names))
    page_slug = f"{slug(kind.names[0])}-{facts.number + 1}"
    updated = min(facts.created + int(random() * 40) ** 5, LAST_DAY + 86_400)
    length, width, height = kind.size
    size: Item = _NO_DIMENSIONS
    if not kind.digital:
        size = {"length": length, "width": width, "height": height + int(random() * 20) / 10}
    main_image = image_urls(store_id, facts.image)
    red, green, blue = int(random() * 256), int(random() * 256), int(random() * 256)
    color = {"red": red, "green": green, "blue": blue, "alpha": 255}
    border = {"dominatingColor": color, "homogeneity": random() * 100 < 40}
    gallery_size = rng.pick((0, 0, 0, 0, 0, 0, 1, 2))
    gallery = [
        (order, image_id, image_urls(store_id, image_id))
        for order, image_id in enumerate(range(facts.image + 8, facts.image + 8 + gallery_size), 1)
    ]
    likes = int(random() * 90)
    item: Item = {
        "id": facts.id,
        "sku": facts.sku,
        "thumbnailUrl": main_image.medium,
        "unlimited": facts.unlimited,
        "inStock": facts.unlimited or facts.quantity > 0,
        "name": name,
        "nameTranslated": names,
        "price": price,
        "priceInProductList": price,
        "defaultDisplayedPrice": price,
        "defaultDisplayedPriceFormatted": shown,
        "tax": _TAX,
        "lowestPrice": price,
        "defaultDisplayedLowestPrice": price,
        "defaultDisplayedLowestPriceFormatted": shown,
        "lowestPriceSettings": _LOWEST_PRICE_SETTINGS,
        "isShippingRequired": not kind.digital,
        "hasFreeShipping": False,
        "url": f"{SITE_URL}/{page_slug}",
        "autogeneratedSlug": f"{page_slug}-{facts.id}",
        "customSlug": page_slug if random() * 100 < 20 else "",
        "created": format_date(facts.created),
        "updated": format_date(updated),
        "createTimestamp": facts.created,
        "updateTimestamp": updated,
        "productClassId": 0,
        "enabled": random() * 100 < 93,
        "options": options.options,
        "warningLimit": int(random() * 6),
        "fixedShippingRateOnly": False,
        "fixedShippingRate": 0,
        "shipping": _GLOBAL_SHIPPING,
        "defaultCombinationId": facts.combination_id(0) if options.variations else 0,
        "imageUrl": main_image.largest,
        "smallThumbnailUrl": main_image.small,
        "hdThumbnailUrl": main_image.large,
        "originalImageUrl": main_image.original,
        "originalImage": {"url": main_image.original, "width": 1500, "height": 1000 + int(random() * 500)},
        "borderInfo": border,
        "description": descriptions["en"],
        "descriptionTranslated": descriptions,
        "galleryImages": [_gallery_image(image_id, urls, order, border) for order, image_id, urls in gallery],
        "media": {
            "images": [
                _image(facts.image, main_image, 0, name),
                *[_image(image_id, urls, order, name) for order, image_id, urls in gallery],
            ],
            "videos": [],
        },
        "categoryIds": [category_id(index) for index in facts.categories],
        "categories": [_category(index) for index in facts.categories],
        "defaultCategoryId": category_id(facts.categories[0]) if facts.categories else 0,
        "seoTitle": name,
        "seoTitleTranslated": names,
        "seoDescription": "",
        "seoDescriptionTranslated": _EMPTY_TEXT,
        "favorites": {"count": likes, "displayedCount": str(likes)},
        "attributes": _attributes(facts, rng),
        "files": [],
        "relatedProducts": {
            "productIds": [product_id(int(random() * count)) for _ in range(int(random() * 4))],
            "relatedCategory": {"enabled": False, "categoryId": 0, "productCount": 5},
        },
        "combinations": _variations(facts, rng, size, store_id) if options.variations else [],
        "dimensions": size,
        "shippingPreparationTime": {},
        "showDeliveryTimeInStorefront": False,
        "volume": int(random() * 5) / 4,
        "showOnFrontpage": facts.number % 50,
        "isSampleProduct": False,
        "googleItemCondition": "NEW",
        "isGiftCard": False,
        "discountsAllowed": random() * 100 < 95,
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
    random = rng.random
    if random() * 100 < 25:
        item |= _compare_to_fields(facts.cents, rng)
    if random() * 100 < 30:
        item["reviewsCollectingAllowed"] = True
    if random() * 100 < 20:
        item |= {"subtitle": _SUBTITLES["en"], "subtitleTranslated": _SUBTITLES}
    if random() * 100 < 15:
        prices = [
            {"quantity": pieces, "price": money(facts.cents * (100 - off) // 100)} for pieces, off in ((5, 7), (20, 15))
        ]
        item |= {"wholesalePrices": prices, "costPrice": facts.cents * 0.0042}
    if random() * 100 < 10:
        item["externalReferenceId"] = f"ERP/{facts.number:07}"
    if random() * 100 < 8:
        item |= {"minPurchaseQuantity": 2, "maxPurchaseQuantity": 10, "outOfStockVisibilityBehaviour": "ALLOW_PREORDER"}
    if random() * 100 < 5:
        item |= {"shipping": _FLAT_RATE_SHIPPING, "fixedShippingRateOnly": True, "fixedShippingRate": 4.9}
    if random() * 100 < 4:
        item["media"]["videos"] = [_video(facts, item["imageUrl"])]
    if facts.kind.options == "weight" and random() * 100 < 50:
        item["subscriptionSettings"] = _subscription_settings(facts.cents)
    if facts.kind.options == "gift" and random() * 100 < 40:
        parts = [product_id(int(random() * count)) for _ in range(2)]
        item["compositeComponents"] = [{"productId": part, "quantity": 1} for part in parts]
