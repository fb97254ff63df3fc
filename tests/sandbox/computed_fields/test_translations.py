"""Texts and their translations."""

from ecwid_async.sandbox.computed_fields import localize, sync_translations
from ecwid_async.sandbox.state import Item


def synced(item: Item, change: Item) -> Item:
    item = {**item, **change}
    sync_translations(item, change, ("name",), "en")
    return item


def test_a_text_sets_its_translation_into_the_main_language() -> None:
    stored = {"name": "Tea", "nameTranslated": {"en": "Tea", "de": "Tee"}}
    assert synced(stored, {"name": "Mug"}) == {"name": "Mug", "nameTranslated": {"en": "Mug", "de": "Tee"}}


def test_a_translation_into_the_main_language_sets_the_text() -> None:
    change = {"nameTranslated": {"en": "Mug"}}
    assert synced({"name": "Tea"}, change) == {"name": "Mug", **change}


def test_a_text_and_a_translation_sent_together_both_stay() -> None:
    change = {"name": "Mug", "nameTranslated": {"en": "Cup"}}
    assert synced({"name": "Tea"}, change) == change


def test_localizing_replaces_each_text_that_has_a_translation() -> None:
    item = {
        "name": "Tea",
        "nameTranslated": {"en": "Tea", "de": "Tee"},
        "subtitle": "Hot",
        "options": [{"name": "Size", "nameTranslated": {"de": "Größe"}}],
    }
    shown = localize(item, "de")
    assert (shown["name"], shown["subtitle"], shown["options"][0]["name"]) == ("Tee", "Hot", "Größe")
    assert localize(item, "fr") == item
