"""The options that products are sold with, and the variations that come of them."""

from functools import cache
from typing import Any, Final, NamedTuple

from ecwid_async.sandbox.seed.site import FILES
from ecwid_async.sandbox.seed.vocabulary import COLORS, translated

__all__ = ["OptionSet", "option_set"]

Item = dict[str, Any]


class Choice(NamedTuple):
    """One variation of an option set: its options, as a product and as an order write them, and what it costs more.

    `extra` is in cents, `percent` of the base price.
    """

    options: list[Item]
    selected: list[Item]
    extra: int
    percent: int

    def cents(self, base: int) -> int:
        """The price of this variation of a product that costs `base` cents."""
        return base + self.extra + base * self.percent // 100


class OptionSet(NamedTuple):
    """The options of a product, its variations, and what a buyer types or picks besides."""

    options: list[Item]
    choices: tuple[Choice, ...]
    typed: list[Item]


def _choice(texts: tuple[str, ...], modifier: float, kind: str = "ABSOLUTE", color: str | None = None) -> Item:
    item: Item = {
        "text": texts[0],
        "textTranslated": translated(*texts[:3]),
        "priceModifier": modifier,
        "priceModifierType": kind,
    }
    if color is not None:
        item["hexCodes"] = [color]
    return item


def _option(kind: str, names: tuple[str, ...], items: list[Item] | None = None, *, required: bool = False) -> Item:
    option: Item = {"type": kind, "name": names[0], "nameTranslated": translated(*names[:2])}
    if items is not None:
        option["choices"] = items
        if kind != "CHECKBOX":
            option["defaultChoice"] = 0
    if kind == "SWATCHES":
        option["useImageAsSwatchSelector"] = False
    return option | {"required": required}


def _colors(palette: int, count: int) -> list[Item]:
    items = []
    for at in range(count):
        name, color, *others = COLORS[(palette + at) % len(COLORS)]
        items.append(_choice((name, *others), 0, color=color))
    return items


_SIZE: Final = ("Size", "Größe", "Размер", "サイズ", "المقاس")
_COLOR: Final = ("Color", "Farbe", "Цвет", "色", "اللون")


def _clothing(palette: int) -> tuple[list[Item], list[Item]]:
    sizes = [_choice((size,), 0) for size in ("S", "M")] + [_choice(("XL / 2XL",), 3.5)]
    return [_option("SIZE", _SIZE, sizes), _option("SWATCHES", _COLOR, _colors(palette, 2))], []


def _color(palette: int) -> tuple[list[Item], list[Item]]:
    return [_option("SWATCHES", _COLOR, _colors(palette, 2), required=True)], []


def _size(palette: int) -> tuple[list[Item], list[Item]]:
    sizes = [
        _choice(("Small ⌀24", "Klein ⌀24", "Малый ⌀24", "小 ⌀24"), 0),
        _choice(("Medium ⌀28", "Mittel ⌀28", "Средний ⌀28", "中 ⌀28"), 2 + palette),
        _choice(("Large ⌀32", "Groß ⌀32", "Большой ⌀32", "大 ⌀32"), 4.5 + palette),
    ]
    return [_option("RADIO", _SIZE, sizes, required=True)], []


def _weight(palette: int) -> tuple[list[Item], list[Item]]:
    weights = [
        _choice(("250 g", "250 g", "250 г", "250 g"), 0),
        _choice(("500 g", "500 g", "500 г", "500 g"), 80 + palette, "PERCENT"),
        _choice(("1 kg", "1 kg", "1 кг", "1 kg"), 210 + palette, "PERCENT"),
    ]
    return [_option("RADIO", ("Weight", "Gewicht", "Вес", "重さ", "الوزن"), weights, required=True)], []


def _engraving(palette: int) -> tuple[list[Item], list[Item]]:
    finishes = [
        _choice(("Matte / brushed", "Matt / gebürstet", "Матовая"), 0),
        _choice(("Polished +", "Poliert +", "Полированная +"), 10 + palette, "PERCENT"),
    ]
    finish = _option("SELECT", ("Finish / surface", "Oberfläche", "Отделка"), finishes)
    engraving = _option("TEXTFIELD", ("Engraving", "Gravur", "Гравировка", "刻印"))
    typed = [{"name": "Engraving", "value": "К 25-летию ❤", "type": "TEXT"}]
    return [finish, engraving], typed


def _gift(palette: int) -> tuple[list[Item], list[Item]]:
    extras = [
        _choice(("Ribbon 🎀", "Schleife 🎀", "Лента 🎀"), 1.5),
        _choice(("Card", "Karte", "Открытка"), 2 + palette),
    ]
    options = [
        _option("CHECKBOX", ("Extras", "Extras", "Дополнительно"), extras),
        _option("TEXTAREA", ("Gift message", "Grußtext", "Текст поздравления", "メッセージ")),
        _option("DATE", ("Deliver on", "Lieferdatum", "Дата доставки"), required=True),
    ]
    typed: list[Item] = [
        {
            "name": "Extras",
            "type": "CHOICES",
            "valuesArray": ["Ribbon 🎀"],
            "selections": [
                {"selectionTitle": "Ribbon 🎀", "selectionModifier": 0, "selectionModifierType": "ABSOLUTE"}
            ],
        },
        {"name": "Gift message", "value": "Alles Gute zum Geburtstag!\n— おばあちゃん", "type": "TEXT"},
        {"name": "Deliver on", "value": "2024-12-24", "type": "DATE"},
    ]
    return options, typed


def _language(palette: int) -> tuple[list[Item], list[Item]]:
    languages = [
        _choice((text,), 0) for text in ("English", "Deutsch", "Русский", "日本語", "العربية")[: 3 + palette % 3]
    ]
    return [_option("SELECT", ("Language", "Sprache", "Язык", "言語", "اللغة"), languages)], []


def _artwork(palette: int) -> tuple[list[Item], list[Item]]:
    papers = [
        _choice(("Matte", "Matt", "Матовая", "マット"), 0),
        _choice(("Glossy", "Glanz", "Глянцевая", "光沢"), palette),
    ]
    options = [
        _option("RADIO", ("Paper", "Papier", "Бумага", "用紙"), papers, required=True),
        _option("FILES", ("Your artwork", "Ihr Motiv", "Ваше изображение"), required=True),
    ]
    file: Item = {
        "id": 5973037,
        "name": "sunset é.png",
        "size": 54492,
        "url": f"{FILES}/orderfile/5973037/sunset.png",
    }
    return options, [{"name": "Your artwork", "type": "FILES", "files": [file]}]


_OPTIONS: Final = {
    "color": _color,
    "clothing": _clothing,
    "size": _size,
    "weight": _weight,
    "engraving": _engraving,
    "gift": _gift,
    "language": _language,
    "artwork": _artwork,
}
_VARIED: Final = frozenset({"color", "clothing", "size", "weight"})
_MOST_VARIATIONS: Final = 3


@cache
def option_set(kind: str, palette: int) -> OptionSet:
    """The options of one kind; `palette` varies colours and prices. Each is made once."""
    if kind == "none":
        return OptionSet([], (), [])
    options, typed = _OPTIONS[kind](palette)
    if kind not in _VARIED:
        return OptionSet(options, (), typed)
    combos: list[tuple[Item, ...]] = [()]
    for option in options:
        combos = [(*combo, choice) for choice in option["choices"] for combo in combos]
    return OptionSet(options, tuple(_variation_choice(options, combo) for combo in combos[:_MOST_VARIATIONS]), typed)


def _variation_choice(options: list[Item], combo: tuple[Item, ...]) -> Choice:
    picked, selected = [], []
    extra = percent = 0
    for option, choice in zip(options, combo, strict=True):
        picked.append(
            {
                "name": option["name"],
                "nameTranslated": option["nameTranslated"],
                "value": choice["text"],
                "valueTranslated": choice["textTranslated"],
            }
        )
        chosen: Item = {
            "name": option["name"],
            "value": choice["text"],
            "valuesArray": [choice["text"]],
            "selections": [
                {
                    "selectionTitle": choice["text"],
                    "selectionModifier": choice["priceModifier"],
                    "selectionModifierType": choice["priceModifierType"],
                }
            ],
            "type": "CHOICE",
        }
        selected.append(chosen)
        if choice["priceModifierType"] == "PERCENT":
            percent += choice["priceModifier"]
        else:
            extra += round(choice["priceModifier"] * 100)
    return Choice(picked, selected, extra, percent)
