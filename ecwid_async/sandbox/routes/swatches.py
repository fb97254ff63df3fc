"""Colors of product options: ``/swatches``, and the most recently used ones."""

from collections.abc import Iterator
from typing import Final

from ecwid_async.sandbox.engine import Result, StoreRequest, route
from ecwid_async.sandbox.state import Item, Table, decode_json

__all__: list[str] = []

_MAX_RECENT: Final = 10


@route("GET /swatches")
def get_swatches(request: StoreRequest) -> Result:
    """The colors of the choices of product options."""
    table = request.store.table("products")
    table.show_due_writes()
    return {"colors": [_swatch(table, str(value)) for value, _ in table.index.value_counts("swatch")]}


@route("GET /swatches/recent-colors")
def get_recent_colors(request: StoreRequest) -> Result:
    """Up to ten different colors of the most recently changed products."""
    table = request.store.table("products")
    table.show_due_writes()
    colors: dict[tuple[str, str], Item] = {}
    for slot in reversed(table.index.sorted_slots("updated").slots):
        for color in _colors(decode_json(table.index.rows((slot,))[0])):
            colors.setdefault((color["hexCode"], color["name"]), color)
        if len(colors) >= _MAX_RECENT:
            break
    return {"colors": list(colors.values())[:_MAX_RECENT]}


def _swatch(table: Table, value: str) -> Item:
    """The color with this value of the search term ``swatch``, read from a product that has it."""
    item = decode_json(table.index.rows(table.index.slots_with("swatch", value)[:1])[0])
    return next(color for color in _colors(item) if f"{color['hexCode']}={color['name']}" == value)


def _colors(item: Item) -> Iterator[Item]:
    for option in item.get("options") or ():
        for choice in option.get("choices") or ():
            for code in choice.get("hexCodes") or ():
                translations = choice.get("textTranslated") or {}
                yield {"name": choice.get("text") or "", "hexCode": code, "translations": translations}
