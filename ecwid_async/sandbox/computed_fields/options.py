"""Product options and their choices."""

from collections.abc import Iterable
from typing import Final

from ecwid_async.sandbox.computed_fields.translations import sync_translations
from ecwid_async.sandbox.state import Item

__all__ = ["complete_option", "values_by_option"]

_TYPES_WITH_CHOICES: Final = frozenset({"SELECT", "RADIO", "SIZE", "SWATCHES", "CHECKBOX"})


def complete_option(sent: Item, language: str) -> Item:
    """The option with its defaults and translations."""
    option = dict(sent)
    sync_translations(option, option, ("name",), language)
    if str(option.get("type", "")).upper() in _TYPES_WITH_CHOICES:
        option["choices"] = [_complete_choice(choice, language) for choice in option.get("choices") or ()]
        if option["type"] != "CHECKBOX":
            option.setdefault("defaultChoice", 0)
    option.setdefault("required", False)
    return option


def _complete_choice(sent: Item, language: str) -> Item:
    choice = {"priceModifier": 0, "priceModifierType": "ABSOLUTE", **sent}
    sync_translations(choice, choice, ("text",), language)
    return choice


def values_by_option(options: Iterable[Item]) -> dict[str, set[str]]:
    """The texts of the choices by option name, each name and text in every language."""
    values: dict[str, set[str]] = {}
    for option in options:
        texts = set[str]()
        for choice in option.get("choices") or ():
            texts |= {choice.get("text", ""), *(choice.get("textTranslated") or {}).values()}
        for name in {option.get("name", ""), *(option.get("nameTranslated") or {}).values()}:
            values[name] = texts
    return values
