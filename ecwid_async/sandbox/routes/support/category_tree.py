"""The tree of categories."""

from collections.abc import Iterable

from ecwid_async.sandbox.state import Store

__all__ = ["category_subtree"]


def category_subtree(store: Store, roots: Iterable[int]) -> set[int]:
    """The ids of the categories in `roots` and of all their descendants."""
    table = store.table("categories")
    found: set[int] = set()
    pending = list(roots)
    while pending:
        category_id = pending.pop()
        if category_id not in found:
            found.add(category_id)
            pending += [key for key in table.find("parent", category_id) if isinstance(key, int)]
    return found
