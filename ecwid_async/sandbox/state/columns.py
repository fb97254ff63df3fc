"""The declaration of a list's searchable values."""

from collections.abc import Callable, Hashable, Iterable, Mapping

from attrs import field, frozen

from ecwid_async.sandbox.state.items import Item

__all__ = ["Columns"]


def _created(item: Item) -> float:
    return item.get("createTimestamp") or 0


def _updated(item: Item) -> float:
    return item.get("updateTimestamp") or 0


@frozen(kw_only=True)
class Columns:
    """The searchable values of a list's items.

    `key` is the field that identifies an item. `numbers` are compared and sorted; `created` and `updated` (Unix
    seconds) are always among them. `texts` are sorted and searched for substrings, ignoring case; those in `lazy` are
    built when a search first needs them. `terms` return the values by which an item is looked up exactly; the values of
    those in `distinct` are shared by few items.
    """

    key: str = "id"
    numbers: Mapping[str, Callable[[Item], float]] = field(factory=dict)
    texts: Mapping[str, Callable[[Item], str]] = field(factory=dict)
    terms: Mapping[str, Callable[[Item], Iterable[Hashable]]] = field(factory=dict)
    distinct: frozenset[str] = frozenset()
    lazy: frozenset[str] = frozenset()
    created: Callable[[Item], float] = _created
    updated: Callable[[Item], float] = _updated
