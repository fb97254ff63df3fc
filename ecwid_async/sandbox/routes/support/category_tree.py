"""The tree of categories."""

from collections.abc import Iterable

from ecwid_async.sandbox.state import Store

__all__ = ["category_subtree"]


def category_subtree(store: Store, roots: Iterable[int]) -> set[int]:
    """The ids of these categories and of all their descendants."""
    table = store.table("categories")
    found: set[int] = set()
    pending = list(roots)
    while pending:
        number = pending.pop()
        if number not in found:
            found.add(number)
            pending += [key for key in table.find("parent", number) if isinstance(key, int)]
    return found
