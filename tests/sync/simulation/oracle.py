"""What a mirror of a simulated store must contain.

`check_equal` is for the end, when the store has been quiet for long enough. `check_cursors` holds at any time, even
after a crash: whatever a cursor has passed is in the mirror.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from attrs import frozen

from tests.sync.simulation.world import MirrorWorld, Version

__all__ = ["SHOWN", "Contents", "Stored", "check_cursors", "check_equal", "differences"]


@frozen
class Stored:
    """An item in a mirror. `document` is None if the item was deleted and its document removed."""

    document: dict[str, Any] | None
    deleted: bool = False


Contents = Mapping[str, Mapping[int, Stored]]
"""What a mirror contains, by section and number of the row."""

# The number of edits that an item shows, in the lists that show it.
SHOWN: Final = {
    "products": lambda document: int(document["name"].split()[-1]),
    "orders": lambda document: int(document["orderComments"]),
    "coupons": lambda document: int(document["name"]),
    "reviews": lambda document: int(document["review"]),
    "categories": lambda document: int(document["name"]),
    "promotions": lambda document: int(document["name"]),
    "customer_groups": lambda document: int(document["name"]),
    "product_types": lambda document: int(document["name"]),
    "checkout_extra_fields": lambda document: int(document["title"]),
    "redirects": lambda document: int(document["toUrl"].strip("/")),
}


def differences(world: MirrorWorld, contents: Contents) -> list[str]:
    """Return how a mirror differs from the store as it is now."""
    found = []
    for name in world.sections:
        mirrored = contents.get(name, {})
        items = world.items(name)
        for number in sorted(items.keys() | mirrored.keys()):
            stored = mirrored.get(number)
            if number not in items:
                if stored is not None and not stored.deleted:
                    found.append(f"{name} {number} was deleted, and the mirror has it")
            elif stored is None:
                found.append(f"{name} {number} is missing")
            elif stored.deleted:
                found.append(f"{name} {number} counts as deleted, and exists")
            elif not _equal(stored.document, items[number]) and not _equal(stored.document, _get(world, name, number)):
                found.append(f"{name} {number} is {stored.document}, and should be {items[number]}")
    return found


def _get(world: MirrorWorld, name: str, number: int) -> Any:
    """Return the item as a GET by id shows it: with other fields than a search, in some lists."""
    listed = world.lists[name]
    row = world.existing[name].get(number)
    if row is None or not listed.has_get:
        return None
    return world.api.get(f"{listed.path}/{world.item_id(name, row)}")


def _equal(document: Any, item: Any) -> bool:
    return json.dumps(document, sort_keys=True) == json.dumps(item, sort_keys=True)


def check_equal(world: MirrorWorld, contents: Contents) -> None:
    """Check that a mirror equals the store."""
    found = differences(world, contents)
    assert not found, "\n".join(found[:20]) + _histories(world, found[:5])


def check_cursors(world: MirrorWorld, contents: Contents, since: Mapping[str, int | None], *, lag: float) -> None:
    """Check that a mirror contains each item whose last change lies before the cursor of its list.

    `since` are the cursors; None if the list was never read completely. `lag` is what the mirror allows for. Changes
    that searches showed later than that are not its fault, nor are those that do not change the update time.
    """
    found = []
    for (name, number), versions in world.history.items():
        cursor, stored = since.get(name), contents.get(name, {}).get(number)
        if cursor is None:
            continue
        shown = [version for version in versions if not version.silent]
        if not shown or any(version.row is None for version in versions):
            continue
        last = shown[-1]
        if last.row is None or last.row.updated >= cursor or any(_is_late(version, lag) for version in versions):
            continue
        if stored is None or stored.deleted or stored.document is None:
            found.append(f"{name} {number} is missing, and the cursor is {cursor}")
        elif name in SHOWN and SHOWN[name](stored.document) < last.row.edits:
            found.append(f"{name} {number} is {stored.document}, not {last.row}, and the cursor is {cursor}")
    assert not found, "\n".join(found[:20]) + _histories(world, found[:5])


def _is_late(version: Version, lag: float) -> bool:
    return version.visible - version.at > lag


def _histories(world: MirrorWorld, found: list[str]) -> str:
    """Return the histories of the items of these messages."""
    lines = []
    for message in found:
        name, number = message.split()[:2]
        lines += [f"  {name} {number}: {version}" for version in world.history[name, int(number)]]
    return "\n" + "\n".join(lines)
