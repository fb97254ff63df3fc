"""Texts and their translations: ``name`` and ``nameTranslated`` hold the same text in the store's main language."""

from collections.abc import Iterable, Mapping
from typing import Any

from ecwid_async.sandbox.state import Item, Store

__all__ = ["fill_missing_texts", "localize", "main_language", "sync_translations"]


def main_language(store: Store) -> str:
    """The code of the store's main language."""
    languages = store.profile.get("languages") or {}
    return str(languages.get("defaultLanguage") or "en")


def sync_translations(item: Item, change: Mapping[str, Any], names: Iterable[str], language: str) -> None:
    """Keep each text equal to its translation into the main language, `language`.

    The one in the change sets the other; if both are in the change, each keeps its own value.
    """
    for name in names:
        translated = f"{name}Translated"
        texts = item.get(translated) or {}
        if (change.get(translated) or {}).get(language) is not None:
            item[name] = texts[language] if change.get(name) is None else item[name]
        elif name in item:
            item[translated] = {**texts, language: item[name]}


def fill_missing_texts(sent: Item, names: Iterable[str], language: str) -> Item:
    """The fields of a new item. A missing text is its translation into the main language, if that was sent."""
    found = {name: (sent.get(f"{name}Translated") or {}).get(language) for name in names if sent.get(name) is None}
    return sent | {name: text for name, text in found.items() if text is not None}


def localize(value: Any, language: str) -> Any:
    """A copy of the item with each text replaced by its translation into `language`, if it has one."""
    if isinstance(value, list):
        return [localize(element, language) for element in value]
    if not isinstance(value, dict):
        return value
    texts = {
        name.removesuffix("Translated"): translations[language]
        for name, translations in value.items()
        if name.endswith("Translated") and isinstance(translations, dict) and translations.get(language)
    }
    return {name: texts.get(name) or localize(inner, language) for name, inner in value.items()}
