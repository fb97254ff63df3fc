"""The tree of categories."""

from collections.abc import Iterable

from ecwid_async.sandbox.state import Store

__all__ = ["category_subtree"]


def category_subtree(store: Store, roots: Iterable[int]) -> set[int]:
    """These categories and everything below them."""
    table = store.table("categories")
    found: set[int] = set()
    waiting = list(roots)
    while waiting:
        number = waiting.pop()
        if number not in found:
            found.add(number)
            waiting += [key for key in table.find("parent", number) if isinstance(key, int)]
    return found
