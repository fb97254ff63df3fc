"""Snapshots of a store, to compare it before and after a request."""

from typing import Any

from ecwid_async.sandbox.state import Records, Store, Table, Uploads, encode_json

__all__ = ["find_inconsistency", "snapshot"]


def snapshot(store: Store) -> dict[str, Any]:
    """All lists with their search indexes, deletions, the profile, other data and tokens."""
    return {
        "tables": {section: _table(store.table(section)) for section in store.sections},
        "histories": {section: store.history(section).between(0, 2**40, 0) for section in store.sections},
        "profile": encode_json(store.profile),
        "section_data": {
            name: content
            for name, value in store.section_data.items()
            if name != "batches" and (content := _comparable(value))
        },
        "tokens": list(store._access),
    }


def find_inconsistency(table: Table) -> str:
    """A description of how the search index of a list contradicts its items, or an empty string."""
    keys = list(table)
    if len(keys) != len(table):
        return f"{len(table)} items, {len(keys)} keys"
    for name, sorted_slots in table.index._sorted.items():
        if sorted(table.index.keys(sorted_slots.slots)) != sorted(keys):
            return f"the slots sorted by {name!r} have other items"
        found = [sorted_slots.key(slot) for slot in sorted_slots.slots]
        if found != sorted(found):
            return f"the slots sorted by {name!r} are not sorted"
    for key in keys:
        item = table.get(key)
        slot = table.index.slot(key)
        if item is None or slot is None or item[table.columns.key] != key:
            return f"{key} can't be read"
        for term, extract in table.columns.terms.items():
            if not all(key in table.find(term, value) for value in extract(item)):
                return f"{key} is not found by its {term}"
    return ""


def _table(table: Table) -> Any:
    items = [(key, table.raw(key)) for key in table]
    visible = list(table.index.sorted_slots("").slots)
    terms = {term: dict(table.index.value_counts(term)) for term in table.columns.terms}
    return len(table), items, visible, terms, table._next_id


def _comparable(value: Any) -> Any:
    if isinstance(value, dict | Records):
        return [(key, repr(inner)) for key, inner in value.items()]
    if isinstance(value, Uploads):
        return value.size, dict(value._files)
    return repr(value)
