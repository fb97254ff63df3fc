"""Filling the stores of a sandbox with the items of an export."""

from collections.abc import Callable, Iterator
from itertools import groupby, starmap
from pathlib import Path
from typing import Final

from ecwid_async.errors import ConfigError
from ecwid_async.sandbox import routes
from ecwid_async.sandbox.exports.files import ExportedSection, ExportedStore, find_stores
from ecwid_async.sandbox.exports.lines import ItemReader
from ecwid_async.sandbox.sandbox import Sandbox
from ecwid_async.sandbox.seed import DEMO_CLIENT_SECRET, DEMO_TOKEN, ProgressCallback, app_client_id, demo_token
from ecwid_async.sandbox.state import EncodedItem, Item, Store
from ecwid_async.sandbox.switches import Switches

__all__ = ["load_export", "sandbox_from_export"]

# The lists of a store whose items are identified by text.
_TEXT_KEYS: Final = frozenset({"carts", "customer_extra_fields"})
# Sections that are not lists of a store, and the fields that identify their items.
_RECORD_KEYS: Final = {
    "brands": "name",
    "checkout_extra_fields": "key",
    "order_statuses": "statusId",
    "redirects": "id",
    "staff": "id",
}
# Sections that are parts of the profile.
_PROFILE_PARTS: Final = {
    "payment_options": ("payment", "paymentOptions"),
    "shipping_options": ("shipping", "shippingOptions"),
}
# Lists without an order to choose, which are exported from the newest item to the oldest.
_NEWEST_FIRST: Final = frozenset({"orders", "carts"})
_PROFILE: Final = "profile"
# The profile is first, since it contains the payment and shipping options.
_OTHER_SECTIONS: Final = (_PROFILE, *_PROFILE_PARTS, *_RECORD_KEYS)
_Pairs = Iterator[tuple[Item, bytes]]
_MAX_ID: Final = 2**63 - 1
_PROGRESS_STEP: Final = 500


def sandbox_from_export(
    path: str | Path,
    *,
    store_id: int | None = None,
    requests_per_minute: int | None = 600,
    clock: Callable[[], float] | None = None,
    switches: Switches | None = None,
    on_progress: ProgressCallback | None = None,
) -> Sandbox:
    """A sandbox with the store that ``ecwid export --out path`` wrote, or with all stores of ``--stores``.

    A single store has the token `DEMO_TOKEN`, each of several ``demo_token(store_id)``. The other arguments are those
    of `load_export` and `Sandbox`. Raises `ConfigError` like `load_export`.
    """
    sandbox = Sandbox(clock=clock, requests_per_minute=requests_per_minute, switches=switches)
    load_export(sandbox, path, store_id=store_id, on_progress=on_progress)
    return sandbox


def load_export(
    sandbox: Sandbox,
    path: str | Path,
    *,
    store_id: int | None = None,
    on_progress: ProgressCallback | None = None,
) -> list[Store]:
    """Add the exported stores to a sandbox, as they were, and return them. Lists that were not exported are empty.

    `path` is a folder that ``ecwid export`` wrote in JSON Lines, compressed or not, or one such file. Its manifest has
    the id of the store; `store_id` is needed only if there is none. `on_progress` is called with the name of a section
    and the number of its items loaded so far.

    Raises `ConfigError`, which names the file and the line, and adds no store, if the export is incomplete, damaged or
    not in JSON Lines, or if a store already exists.
    """
    found = find_stores(Path(path), known=_known_sections(), store_id=store_id)
    for exported in found:
        if exported.id in sandbox.stores:
            raise ConfigError(f"the sandbox already has a store {exported.id}: load its export into another sandbox")
    try:
        return [_add_store(sandbox, exported, single=len(found) == 1, on_progress=on_progress) for exported in found]
    except BaseException:
        for exported in found:
            sandbox.stores.pop(exported.id, None)
        raise


def _known_sections() -> tuple[str, ...]:
    return (*_OTHER_SECTIONS, *routes.load().listings)


def _add_store(
    sandbox: Sandbox, exported: ExportedStore, *, single: bool, on_progress: ProgressCallback | None
) -> Store:
    store = sandbox.add_store(exported.id, token=DEMO_TOKEN if single else demo_token(exported.id))
    store.add_app(app_client_id(store.id), DEMO_CLIENT_SECRET)
    store.is_exported = True
    order = _known_sections()
    for section in sorted(exported.sections, key=lambda section: order.index(section.name)):
        _load_section(store, section, on_progress)
    return store


def _load_section(store: Store, section: ExportedSection, on_progress: ProgressCallback | None) -> None:
    reader = ItemReader(section.path, store_id=store.id)
    items = iter(reader) if on_progress is None else _with_progress(reader, section.name, on_progress)
    if section.name == _PROFILE:
        for item, _ in items:
            if store.profile:
                raise reader.error("a store has one profile: remove the other lines")
            store.profile = item
    elif section.name in _PROFILE_PARTS:
        outer, name = _PROFILE_PARTS[section.name]
        part = store.profile.get(outer)
        store.profile[outer] = {**(part if isinstance(part, dict) else {}), name: [item for item, _ in items]}
    elif section.name in _RECORD_KEYS:
        store.section_data[section.name] = _read_records(reader, items, _RECORD_KEYS[section.name])
    else:
        checked = _checked(store, section.name, reader, items)
        if section.name in _NEWEST_FIRST:
            checked = _with_ties_oldest_first(checked)
        store.load(section.name, starmap(EncodedItem, checked))
    if section.item_count not in (None, reader.item_count):
        raise ConfigError(
            f"{section.path} has {reader.item_count:,} items, and its manifest says {section.item_count:,}: export "
            "again, or delete the manifest to load the files as they are"
        )


def _with_progress(reader: ItemReader, name: str, on_progress: ProgressCallback) -> _Pairs:
    for pair in reader:
        yield pair
        if not reader.item_count % _PROGRESS_STEP:
            on_progress(name, reader.item_count)
    on_progress(name, reader.item_count)


def _read_records(reader: ItemReader, items: _Pairs, key_name: str) -> dict[str, Item]:
    records: dict[str, Item] = {}
    for item, _ in items:
        key = item.get(key_name)
        if not isinstance(key, str) or not key:
            raise _unidentified(reader, key_name, "a text")
        if key in records:
            raise _doubled(reader, key_name)
        records[key] = item
    return records


def _unidentified(reader: ItemReader, name: str, wanted: str) -> ConfigError:
    return reader.error(f"the item needs {wanted} as {name!r}, which identifies it: export this field, too")


def _doubled(reader: ItemReader, name: str) -> ConfigError:
    return reader.error(f"there is another item with the same {name!r}: remove one of them, or export again")


def _checked(store: Store, section: str, reader: ItemReader, items: _Pairs) -> _Pairs:
    """Yield the items of a list. Raises `ConfigError` for one that can't be identified."""
    name = store.table(section).columns.key
    seen: set[int | str] = set()
    for item, encoded in items:
        key = item.get(name)
        if section in _TEXT_KEYS:
            if not isinstance(key, str) or not key:
                raise _unidentified(reader, name, "a text")
        elif type(key) is not int or not 0 <= key <= _MAX_ID:
            raise _unidentified(reader, name, "a whole number below 2**63")
        if key in seen:
            raise _doubled(reader, name)
        seen.add(key)
        if section == "products":
            _reserve_ids(store, item)
        yield item, encoded


def _with_ties_oldest_first(items: _Pairs) -> _Pairs:
    """Yield the items with those of one creation time from the last to the first, so that they are listed as before."""
    for _, ties in groupby(items, key=lambda pair: pair[0].get("createTimestamp")):
        yield from reversed(list(ties))


def _reserve_ids(store: Store, product: Item) -> None:
    """Make sure that new variations, attributes and files get ids of their own."""
    store.table("products").reserve_id(_largest_id(product.get("combinations")))
    for counter, elements in (("attribute_number", "attributes"), ("product_files", "files")):
        if largest := _largest_id(product.get(elements)):
            store.section_data[counter] = max(largest + 1, store.section_data.get(counter, 0))


def _largest_id(elements: object) -> int:
    found = elements if isinstance(elements, list) else []
    ids = (each.get("id") for each in found if isinstance(each, dict))
    return max((number for number in ids if type(number) is int and number <= _MAX_ID), default=0)
