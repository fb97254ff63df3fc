"""All or nothing: a request that is refused leaves its store as it was.

Items are staged by their tables and applied once the request has succeeded. Whatever else a request changes is
changed at once, together with a note of how to undo it. Outside a request there is nothing to undo.
"""

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from functools import partial
from typing import Generic, Protocol, TypeVar

__all__ = ["Records", "Staged", "Transaction"]

K = TypeVar("K")
V = TypeVar("V")


class Staged(Protocol):
    """A change that is kept apart until the request has succeeded."""

    def apply(self) -> None:
        """Make the change. Must not fail: whatever can go wrong has been checked before it was staged."""

    def drop(self) -> None:
        """Forget the change."""


class Transaction:
    """What the request in progress has done to a store so far."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], object]] | None = None
        self._staged: list[Staged] = []

    @property
    def active(self) -> bool:
        """Is a request in progress."""
        return self._undo is not None

    def note(self, undo: Callable[[], object]) -> None:
        """Say how to undo what was just changed."""
        if self._undo is not None:
            self._undo.append(undo)

    def stage(self, change: Staged) -> None:
        """Keep a change until the request has succeeded; apply it at once where there is none."""
        if self._undo is None:
            change.apply()
        else:
            self._staged.append(change)

    @contextmanager
    def begin(self) -> Iterator[None]:
        """Apply what the block changes, or undo all of it where the block raises.

        A block inside another one, as of a request inside a batch, stands by itself.
        """
        outer = self._undo, self._staged
        self._undo, self._staged = undo, staged = list[Callable[[], object]](), list[Staged]()
        try:
            yield
        except BaseException:
            for change in reversed(staged):
                change.drop()
            for step in reversed(undo):
                step()
            raise
        else:
            for change in staged:
                change.apply()
        finally:
            self._undo, self._staged = outer


class Records(MutableMapping[K, V], Generic[K, V]):
    """Values by key, in order of creation. Replace a value, never change it in place: only that can be undone."""

    def __init__(self, transaction: Transaction, given: Mapping[K, V] | None = None) -> None:
        self._transaction = transaction
        self._values: dict[K, V] = dict(given or {})

    def __repr__(self) -> str:
        return f"<Records {self._values!r}>"

    def __getitem__(self, key: K) -> V:
        return self._values[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, key: object) -> bool:
        return key in self._values

    def __setitem__(self, key: K, value: V) -> None:
        if key in self._values:
            self._transaction.note(partial(self._values.__setitem__, key, self._values[key]))
        else:
            self._transaction.note(partial(self._values.__delitem__, key))
        self._values[key] = value

    def __delitem__(self, key: K) -> None:
        if self._transaction.active:
            # Putting one key back would put it last.
            self._transaction.note(partial(setattr, self, "_values", self._values))
            self._values = dict(self._values)
        del self._values[key]
