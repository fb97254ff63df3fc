"""Products with their variations."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from ecwid_async.sandbox.seed.categories import CategoryTally, category_enabled, category_id, category_names
from ecwid_async.sandbox.seed.options import OptionSet, option_set
from ecwid_async.sandbox.seed.product_types import BRAND, CARE, PRICE_PER_UNIT, UPC
from ecwid_async.sandbox.seed.randomness import LAST_DAY, Dice, date_text, moment, money
from ecwid_async.sandbox.seed.site import FILES, SITE, image_url, slug
from ecwid_async.sandbox.seed.vocabulary import ADJECTIVES, BRANDS, COLORS, GOODS, SENTENCES, Good, translated

__all__ = ["PRODUCT_TAX_ID", "ProductFacts", "product_facts", "product_id", "products"]

Item = dict[str, Any]

PRODUCT_TAX_ID: Final = 947976181
_PRODUCT, _DETAILS = 1, 3
_RUSSIAN, _JAPANESE, _ARABIC = 2, 3, 4
_NO_TEXT: Final = translated("", "")
_NO_SIZE: Final = {"length": 0, "width": 0, "height": 0}


def shown_price(cents: int) -> str:
    """A price as the demo store's profile formats it: ``€1 234,50``."""
    return f"€{cents // 100:,},{cents % 100:02}".replace(",", " ", max(0, (len(str(cents // 100)) - 1) // 3))


class ProductFacts(NamedTuple):
    """What orders and carts have to know of a product, found without building it."""

    number: int
    id: int
    good: Good
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
        """The options it is sold with, and the combinations of them that are variations."""
        return option_set(self.good.options, self.palette)

    def combination_id(self, number: int) -> int:
        """The id of one of its variations."""
        return 300_000_000 + self.number * 8 + number


def product_id(index: int) -> int:
    """The id of the product of that index."""
    return 400_000_000 + index * 7


def product_facts(seed: int, index: int, count: int, category_count: int) -> ProductFacts:
    """The facts of one product of `count`."""
    dice = Dice(seed, _PRODUCT, index)
    good = dice.pick(GOODS)
    adjective = dice.pick(ADJECTIVES)
    number = index + 1
    names = tuple(
        f"{first}{'' if at == _JAPANESE else ' '}{noun} {number}"
        for at, (first, noun) in enumerate(zip(adjective, good.names, strict=False))
    )
    style = dice.below(100)
    if style >= 85:
        # Some owners write in their own language and leave the rest for later.
        own = (_RUSSIAN, _JAPANESE, _ARABIC)[style % 3]
        names = (names[own],) if own < len(names) else names[:1]
    elif style >= 10:
        names = names[: 1 + style % 3]
    cents = dice.between(*good.cents)
    cents -= cents % 10 if style % 2 else 0
    picked: tuple[int, ...] = ()
    if category_count and style % 19:
        picked = tuple(sorted({dice.below(category_count) for _ in range(1 + style % 3)}))
    return ProductFacts(
        number=index,
        id=product_id(index),
        good=good,
        names=names,
        sku=f"{good.names[0][:3].upper().replace(' ', '')}-{number:05}",
        cents=cents,
        created=moment(index, count, dice),
        image=4_000_000_000 + index * 16,
        categories=picked,
        palette=dice.below(len(COLORS)),
        unlimited=good.digital or dice.chance(25),
        quantity=dice.below(140) if dice.chance(90) else 0,
    )


def products(
    seed: int,
    count: int,
    *,
    category_count: int,
    store_id: int,
    tally: CategoryTally | None = None,
    ratings: Mapping[int, Item] | None = None,
) -> Iterator[Item]:
    """Yield `count` products, one at a time; `tally` is told which categories each belongs to.

    `ratings` has the fields that tell of a product's reviews, by its number.
    Products share parts of their options: read them, encode them, and change copies only.
    """
    for index in range(count):
        facts = product_facts(seed, index, count, category_count)
        item = _product(seed, facts, count, store_id)
        if ratings and index in ratings:
            item |= {"reviewsCollectingAllowed": True, **ratings[index]}
        if tally is not None:
            tally.add(facts.categories, enabled=item["enabled"])
        yield item


def _text(dice: Dice, languages: int) -> dict[str, str]:
    """A description in as many languages as the product's name."""
    first = dice.below(len(SENTENCES))
    lines = [SENTENCES[(first + step) % len(SENTENCES)] for step in range(1 + dice.below(3))]
    texts = []
    for at in range(languages):
        opening, *rest = (line[at] for line in lines)
        more = "".join(f"<li>{line}</li>" for line in rest)
        direction = ' dir="rtl"' if at == _ARABIC else ""
        texts.append(f"<p{direction}><b>{opening}</b></p>" + (f"<ul>{more}</ul>" if more else ""))
    return translated(*texts)


def _picture(store_id: int, number: int, order: int, name: str) -> Item:
    return {
        "id": str(number) if order else "0",
        "isMain": order == 0,
        "orderBy": order,
        "image160pxUrl": image_url(store_id, number + 1),
        "image400pxUrl": image_url(store_id, number + 2),
        "image800pxUrl": image_url(store_id, number + 3),
        "image1500pxUrl": image_url(store_id, number + 4),
        "imageOriginalUrl": image_url(store_id, number),
        "alt": {"main": name, "translated": {"en": name}} if order == 0 else {"translated": {}},
    }


def _gallery_image(store_id: int, number: int, order: int, border: Item) -> Item:
    url = image_url(store_id, number)
    return {
        "id": number,
        "url": url,
        "thumbnail": image_url(store_id, number + 2),
        "originalImageUrl": url,
        "imageUrl": image_url(store_id, number + 4),
        "hdThumbnailUrl": image_url(store_id, number + 3),
        "thumbnailUrl": image_url(store_id, number + 2),
        "smallThumbnailUrl": image_url(store_id, number + 1),
        "width": 1500,
        "height": 1200,
        "orderBy": order,
        "borderInfo": border,
    }


def _attributes(facts: ProductFacts, dice: Dice) -> list[Item]:
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
    if dice.chance(60):
        code = f"{400_000_000_000 + facts.number * 97:012}"
        attributes.append({"id": UPC, "name": "UPC", "value": code, "type": "UPC", "show": "NOTSHOW"})
    if dice.chance(30):
        attributes.append(
            {
                "id": CARE,
                "name": "Care / Pflege",
                "value": "30 °C, 100 % gentle",
                "type": "CUSTOM",
                "show": "DESCR",
            }
        )
    if facts.good.options == "weight":
        unit = "€3,20 / 100 g"
        attributes.append(
            {"id": PRICE_PER_UNIT, "name": "Price per unit", "value": unit, "type": "PRICE_PER_UNIT", "show": "PRICE"}
        )
    return attributes


def _variations(facts: ProductFacts, dice: Dice, size: Item, store_id: int) -> list[Item]:
    items = []
    for number, choice in enumerate(facts.options.choices):
        cents = choice.cents(facts.cents)
        shown = shown_price(cents)
        item: Item = {
            "id": facts.combination_id(number),
            "combinationNumber": number + 1,
            "options": choice.options,
            "inStock": True,
            "unlimited": facts.unlimited,
            "attributes": [],
            "defaultDisplayedPrice": money(cents),
            "defaultDisplayedPriceFormatted": shown,
            "lowestPrice": money(cents),
            "defaultDisplayedLowestPrice": money(cents),
            "defaultDisplayedLowestPriceFormatted": shown,
            "lowestPriceSettings": _LOWEST_ON,
            "minPurchaseQuantity": None,
            "maxPurchaseQuantity": None,
            "dimensions": size,
            "volume": 0,
            "outOfStockVisibilityBehaviour": "SHOW",
        }
        if not facts.unlimited:
            item["quantity"] = quantity = dice.below(30)
            item["inStock"] = quantity > 0
            item["warningLimit"] = 3
        if number % 2 == 0:
            item["sku"] = f"{facts.sku}-{number + 1}"
        if number == 1:
            item["price"] = money(cents)
            item["weight"] = facts.good.weight
            item["imageUrl"] = image_url(store_id, facts.image + 15)
            item["alt"] = {"main": choice.options[0]["value"], "translated": {}}
        items.append(item)
    return items


_LOWEST_ON: Final = {"lowestPriceEnabled": True}
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


def _sale(cents: int, dice: Dice) -> Item:
    """The fields of a price that was higher: percentages have as many digits as a double has."""
    before = cents + cents * dice.between(3, 60) // 100 + 1
    shown, off, percent = shown_price(before), before - cents, 100 * (before - cents) / before
    return {
        "compareToPrice": money(before),
        "compareToPriceFormatted": shown,
        "compareToPriceDiscount": money(off),
        "compareToPriceDiscountFormatted": shown_price(off),
        "compareToPriceDiscountPercent": percent,
        "compareToPriceDiscountPercentFormatted": f"{percent:.0f}%",
        "defaultDisplayedCompareToPrice": money(before),
        "defaultDisplayedCompareToPriceFormatted": shown,
        "defaultDisplayedCompareToPriceDiscount": money(off),
        "defaultDisplayedCompareToPriceDiscountFormatted": shown_price(off),
        "defaultDisplayedCompareToPriceDiscountPercent": percent,
        "defaultDisplayedCompareToPriceDiscountPercentFormatted": f"{percent:.0f}%",
    }


def _subscription(cents: int) -> Item:
    return {
        "subscriptionAllowed": True,
        "oneTimePurchaseAllowed": True,
        "oneTimePurchasePrice": money(cents),
        "oneTimePurchasePriceFormatted": shown_price(cents),
        "oneTimePurchaseMarkup": 0,
        "oneTimePurchaseMarkupFormatted": shown_price(0),
        "oneTimePurchaseMarkupPercent": 0,
        "oneTimePurchaseMarkupPercentFormatted": "0%",
        "recurringChargeSettings": [
            {
                "recurringInterval": interval,
                "recurringIntervalCount": times,
                "subscriptionPriceWithSignUpFee": money(cents + 500),
                "subscriptionPriceWithSignUpFeeFormatted": shown_price(cents + 500),
                "signUpFee": 5,
                "signUpFeeFormatted": shown_price(500),
            }
            for interval, times in (("WEEK", 2), ("MONTH", 1))
        ],
    }


def _product(seed: int, facts: ProductFacts, count: int, store_id: int) -> Item:
    dice = Dice(seed, _DETAILS, facts.number)
    good, cents, name = facts.good, facts.cents, facts.names[0]
    shown, price = shown_price(cents), money(cents)
    names = translated(*facts.names)
    descriptions = _text(dice, len(facts.names))
    address = f"{slug(good.names[0])}-{facts.number + 1}"
    updated = min(facts.created + dice.below(40) ** 5, LAST_DAY + 86_400)
    length, width, height = good.size
    size = _NO_SIZE if good.digital else {"length": length, "width": width, "height": height + dice.below(20) / 10}
    url = image_url(store_id, facts.image)
    border = {
        "dominatingColor": {"red": dice.below(256), "green": dice.below(256), "blue": dice.below(256), "alpha": 255},
        "homogeneity": dice.chance(40),
    }
    gallery = (0, 0, 0, 0, 0, 0, 1, 2)[dice.below(8)]
    pictures = [facts.image + 8 + step for step in range(gallery)]
    likes = dice.below(90)
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
        "lowestPriceSettings": _LOWEST_ON,
        "isShippingRequired": not good.digital,
        "hasFreeShipping": False,
        "url": f"{SITE}/{address}",
        "autogeneratedSlug": f"{address}-{facts.id}",
        "customSlug": address if dice.chance(20) else "",
        "created": date_text(facts.created),
        "updated": date_text(updated),
        "createTimestamp": facts.created,
        "updateTimestamp": updated,
        "productClassId": 0,
        "enabled": dice.chance(93),
        "options": facts.options.options,
        "warningLimit": dice.below(6),
        "fixedShippingRateOnly": False,
        "fixedShippingRate": 0,
        "shipping": _GLOBAL_SHIPPING,
        "defaultCombinationId": facts.combination_id(0) if facts.options.choices else 0,
        "imageUrl": image_url(store_id, facts.image + 4),
        "smallThumbnailUrl": image_url(store_id, facts.image + 1),
        "hdThumbnailUrl": image_url(store_id, facts.image + 3),
        "originalImageUrl": url,
        "originalImage": {"url": url, "width": 1500, "height": 1000 + dice.below(500)},
        "borderInfo": border,
        "description": descriptions["en"],
        "descriptionTranslated": descriptions,
        "galleryImages": [_gallery_image(store_id, number, order, border) for order, number in enumerate(pictures, 1)],
        "media": {
            "images": [
                _picture(store_id, number, order, name) for order, number in enumerate([facts.image, *pictures])
            ],
            "videos": [],
        },
        "categoryIds": [category_id(at) for at in facts.categories],
        "categories": [
            {"id": category_id(at), "enabled": category_enabled(at), "name": category_names(at)[0]}
            for at in facts.categories
        ],
        "defaultCategoryId": category_id(facts.categories[0]) if facts.categories else 0,
        "seoTitle": name,
        "seoTitleTranslated": names,
        "seoDescription": "",
        "seoDescriptionTranslated": _NO_TEXT,
        "favorites": {"count": likes, "displayedCount": str(likes)},
        "attributes": _attributes(facts, dice),
        "files": [],
        "relatedProducts": {
            "productIds": [product_id(dice.below(count)) for _ in range(dice.below(4))],
            "relatedCategory": {"enabled": False, "categoryId": 0, "productCount": 5},
        },
        "combinations": _variations(facts, dice, size, store_id),
        "dimensions": size,
        "shippingPreparationTime": {},
        "showDeliveryTimeInStorefront": False,
        "volume": dice.below(5) / 4,
        "showOnFrontpage": facts.number % 50,
        "isSampleProduct": False,
        "googleItemCondition": "NEW",
        "isGiftCard": False,
        "discountsAllowed": dice.chance(95),
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
    if good.digital:
        item["files"] = [_file(store_id, facts, dice)]
    else:
        item["weight"] = good.weight
    _seldom(item, facts, dice, count)
    return item


def _file(store_id: int, facts: ProductFacts, dice: Dice) -> Item:
    number = 96_000_000 + facts.number
    return {
        "id": number,
        "name": f"{slug(facts.good.names[0])}.pdf",
        "description": "",
        "size": dice.between(20_000, 9_000_000),
        "adminUrl": f"https://app.ecwid.com/api/v3/{store_id}/products/{facts.id}/files/{number}",
    }


def _video(facts: ProductFacts, cover: str) -> Item:
    url = f"{FILES}/video/{facts.number}"
    return {
        "id": 70_000_000 + facts.number,
        "videoCoverId": 71_000_000 + facts.number,
        "url": url,
        "embedHtml": f'<iframe src="{url}" allowfullscreen></iframe>',
        "providerName": "VIMEO",
        "title": facts.names[0],
        "image400pxUrl": cover,
    }


def _seldom(item: Item, facts: ProductFacts, dice: Dice, count: int) -> None:
    """What only some products have."""
    if dice.chance(25):
        item |= _sale(facts.cents, dice)
    if dice.chance(30):
        item["reviewsCollectingAllowed"] = True
    if dice.chance(20):
        subtitle = ("Back in stock!", "Wieder da!", "Снова в наличии!", "再入荷！", "متوفر مجددًا!")
        item |= {"subtitle": subtitle[0], "subtitleTranslated": translated(*subtitle)}
    if dice.chance(15):
        prices = [
            {"quantity": pieces, "price": money(facts.cents * (100 - off) // 100)} for pieces, off in ((5, 7), (20, 15))
        ]
        item |= {"wholesalePrices": prices, "costPrice": facts.cents * 0.0042}
    if dice.chance(10):
        item["externalReferenceId"] = f"ERP/{facts.number:07}"
    if dice.chance(8):
        item |= {"minPurchaseQuantity": 2, "maxPurchaseQuantity": 10, "outOfStockVisibilityBehaviour": "ALLOW_PREORDER"}
    if dice.chance(5):
        item["shipping"] = {**_GLOBAL_SHIPPING, "type": "FLAT_RATE", "flatRate": 4.9}
        item |= {"fixedShippingRateOnly": True, "fixedShippingRate": 4.9}
    if dice.chance(4):
        item["media"]["videos"] = [_video(facts, item["imageUrl"])]
    if facts.good.options == "weight" and dice.chance(50):
        item["subscriptionSettings"] = _subscription(facts.cents)
    if facts.good.options == "gift" and dice.chance(40):
        parts = [product_id(dice.below(count)) for _ in range(2)]
        item["compositeComponents"] = [{"productId": part, "quantity": 1} for part in parts]
