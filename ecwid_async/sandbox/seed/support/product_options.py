"""The options of products, and the variations that combine their choices."""

from functools import cache
from typing import Final, NamedTuple

from ecwid_async.sandbox.seed.support.urls import FILE_HOST
from ecwid_async.sandbox.seed.support.vocabulary import COLORS, translated
from ecwid_async.sandbox.state import Item

__all__ = ["OptionSet", "option_set"]


class Variation(NamedTuple):
    """One variation of an option set, and its surcharge.

    `options` is the choice in the form used in products, `selected` in the form used in orders. `extra` is in cents,
    `percent` is relative to the base price.
    """

    options: list[Item]
    selected: list[Item]
    extra: int
    percent: int

    def cents(self, base: int) -> int:
        """The price of this variation of a product that costs `base` cents."""
        return base + self.extra + base * self.percent // 100


class OptionSet(NamedTuple):
    """The options of a product, its variations, and example values for options without variations."""

    options: list[Item]
    variations: tuple[Variation, ...]
    entered: list[Item]


def _option_choice(texts: tuple[str, ...], modifier: float, kind: str = "ABSOLUTE", color: str | None = None) -> Item:
    item: Item = {
        "text": texts[0],
        "textTranslated": translated(*texts[:3]),
        "priceModifier": modifier,
        "priceModifierType": kind,
    }
    if color is not None:
        item["hexCodes"] = [color]
    return item


def _option(kind: str, names: tuple[str, ...], choices: list[Item] | None = None, *, required: bool = False) -> Item:
    option: Item = {"type": kind, "name": names[0], "nameTranslated": translated(*names[:2])}
    if choices is not None:
        option["choices"] = choices
        if kind != "CHECKBOX":
            option["defaultChoice"] = 0
    if kind == "SWATCHES":
        option["useImageAsSwatchSelector"] = False
    return option | {"required": required}


def _color_choices(palette: int, count: int) -> list[Item]:
    choices = []
    for position in range(count):
        name, color, *others = COLORS[(palette + position) % len(COLORS)]
        choices.append(_option_choice((name, *others), 0, color=color))
    return choices


_SIZE: Final = ("Size", "Größe", "Размер", "サイズ", "المقاس")
_COLOR: Final = ("Color", "Farbe", "Цвет", "色", "اللون")


def _clothing_options(palette: int) -> tuple[list[Item], list[Item]]:
    sizes = [_option_choice((size,), 0) for size in ("S", "M")] + [_option_choice(("XL / 2XL",), 3.5)]
    return [_option("SIZE", _SIZE, sizes), _option("SWATCHES", _COLOR, _color_choices(palette, 2))], []


def _color_options(palette: int) -> tuple[list[Item], list[Item]]:
    return [_option("SWATCHES", _COLOR, _color_choices(palette, 2), required=True)], []


def _size_options(palette: int) -> tuple[list[Item], list[Item]]:
    sizes = [
        _option_choice(("Small ⌀24", "Klein ⌀24", "Малый ⌀24", "小 ⌀24"), 0),
        _option_choice(("Medium ⌀28", "Mittel ⌀28", "Средний ⌀28", "中 ⌀28"), 2 + palette),
        _option_choice(("Large ⌀32", "Groß ⌀32", "Большой ⌀32", "大 ⌀32"), 4.5 + palette),
    ]
    return [_option("RADIO", _SIZE, sizes, required=True)], []


def _weight_options(palette: int) -> tuple[list[Item], list[Item]]:
    weights = [
        _option_choice(("250 g", "250 g", "250 г", "250 g"), 0),
        _option_choice(("500 g", "500 g", "500 г", "500 g"), 80 + palette, "PERCENT"),
        _option_choice(("1 kg", "1 kg", "1 кг", "1 kg"), 210 + palette, "PERCENT"),
    ]
    return [_option("RADIO", ("Weight", "Gewicht", "Вес", "重さ", "الوزن"), weights, required=True)], []


def _engraving_options(palette: int) -> tuple[list[Item], list[Item]]:
    finishes = [
        _option_choice(("Matte / brushed", "Matt / gebürstet", "Матовая"), 0),
        _option_choice(("Polished +", "Poliert +", "Полированная +"), 10 + palette, "PERCENT"),
    ]
    finish = _option("SELECT", ("Finish / surface", "Oberfläche", "Отделка"), finishes)
    engraving = _option("TEXTFIELD", ("Engraving", "Gravur", "Гравировка", "刻印"))
    entered = [{"name": "Engraving", "value": "К 25-летию ❤", "type": "TEXT"}]
    return [finish, engraving], entered


def _gift_options(palette: int) -> tuple[list[Item], list[Item]]:
    extras = [
        _option_choice(("Ribbon 🎀", "Schleife 🎀", "Лента 🎀"), 1.5),
        _option_choice(("Card", "Karte", "Открытка"), 2 + palette),
    ]
    options = [
        _option("CHECKBOX", ("Extras", "Extras", "Дополнительно"), extras),
        _option("TEXTAREA", ("Gift message", "Grußtext", "Текст поздравления", "メッセージ")),
        _option("DATE", ("Deliver on", "Lieferdatum", "Дата доставки"), required=True),
    ]
    entered: list[Item] = [
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
    return options, entered


def _language_options(palette: int) -> tuple[list[Item], list[Item]]:
    languages = [
        _option_choice((text,), 0) for text in ("English", "Deutsch", "Русский", "日本語", "العربية")[: 3 + palette % 3]
    ]
    return [_option("SELECT", ("Language", "Sprache", "Язык", "言語", "اللغة"), languages)], []


def _artwork_options(palette: int) -> tuple[list[Item], list[Item]]:
    papers = [
        _option_choice(("Matte", "Matt", "Матовая", "マット"), 0),
        _option_choice(("Glossy", "Glanz", "Глянцевая", "光沢"), palette),
    ]
    options = [
        _option("RADIO", ("Paper", "Papier", "Бумага", "用紙"), papers, required=True),
        _option("FILES", ("Your artwork", "Ihr Motiv", "Ваше изображение"), required=True),
    ]
    file: Item = {
        "id": 5973037,
        "name": "sunset é.png",
        "size": 54492,
        "url": f"{FILE_HOST}/orderfile/5973037/sunset.png",
    }
    return options, [{"name": "Your artwork", "type": "FILES", "files": [file]}]


_BUILDERS: Final = {
    "color": _color_options,
    "clothing": _clothing_options,
    "size": _size_options,
    "weight": _weight_options,
    "engraving": _engraving_options,
    "gift": _gift_options,
    "language": _language_options,
    "artwork": _artwork_options,
}
_KINDS_WITH_VARIATIONS: Final = frozenset({"color", "clothing", "size", "weight"})
_MAX_VARIATIONS: Final = 3


@cache
def option_set(kind: str, palette: int) -> OptionSet:
    """The options of one kind (`ProductKind.options`); `palette` varies colors and prices. Each set is built once."""
    if kind == "none":
        return OptionSet([], (), [])
    options, entered = _BUILDERS[kind](palette)
    if kind not in _KINDS_WITH_VARIATIONS:
        return OptionSet(options, (), entered)
    combinations: list[tuple[Item, ...]] = [()]
    for option in options:
        combinations = [(*others, choice) for choice in option["choices"] for others in combinations]
    return OptionSet(
        options, tuple(_variation(options, combination) for combination in combinations[:_MAX_VARIATIONS]), entered
    )


def _variation(options: list[Item], combination: tuple[Item, ...]) -> Variation:
    assigned, selected = [], []
    extra = percent = 0
    for option, choice in zip(options, combination, strict=True):
        assigned.append(
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
    return Variation(assigned, selected, extra, percent)
