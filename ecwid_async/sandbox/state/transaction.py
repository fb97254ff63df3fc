"""Transactions: a request that fails leaves its store unchanged.

Tables stage changes of items; they are applied when the request succeeds. All other changes are made at once, and each
is recorded with a function that undoes it. Changes outside a request are not recorded.
"""

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from functools import partial
from typing import Generic, Protocol, TypeVar

__all__ = ["Records", "StagedChange", "Transaction"]

K = TypeVar("K")
V = TypeVar("V")


class StagedChange(Protocol):
    """A change that waits until the request succeeds."""

    def apply(self) -> None:
        """Make the change. It must not fail: check everything before staging it."""

    def drop(self) -> None:
        """Discard the change."""


class Transaction:
    """The changes of the request in progress to a store."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], object]] | None = None
        self._staged: list[StagedChange] = []

    @property
    def active(self) -> bool:
        """Whether a request is in progress."""
        return self._undo is not None

    def on_rollback(self, undo: Callable[[], object]) -> None:
        """Record how to undo the change just made."""
        if self._undo is not None:
            self._undo.append(undo)

    def stage(self, change: StagedChange) -> None:
        """Apply the change when the request succeeds, or at once if no request is in progress."""
        if self._undo is None:
            change.apply()
        else:
            self._staged.append(change)

    @contextmanager
    def begin(self) -> Iterator[None]:
        """Apply the changes of the block, or undo all of them if it raises.

        A nested block, as for a request inside a batch, is a transaction of its own.
        """
        outer = self._undo, self._staged
        self._undo, self._staged = undo, staged = list[Callable[[], object]](), list[StagedChange]()
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
    """Values by key, in order of creation. Replace a value, never change it in place, so that it can be undone."""

    def __init__(self, transaction: Transaction, initial: Mapping[K, V] | None = None) -> None:
        self._transaction = transaction
        self._values: dict[K, V] = dict(initial or {})

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
            self._transaction.on_rollback(partial(self._values.__setitem__, key, self._values[key]))
        else:
            self._transaction.on_rollback(partial(self._values.__delitem__, key))
        self._values[key] = value

    def __delitem__(self, key: K) -> None:
        if self._transaction.active:
            # Inserting the key again would put it last, so the undo restores the whole dict.
            self._transaction.on_rollback(partial(setattr, self, "_values", self._values))
            self._values = dict(self._values)
        del self._values[key]
