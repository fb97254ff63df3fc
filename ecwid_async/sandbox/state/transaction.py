"""Transactions: a request that fails leaves its store unchanged.

Tables stage changes of items; they are applied when the request succeeds. All other changes are made at once, and each
is recorded with a function that undoes it. Changes outside a request are not recorded.
"""

from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Generic, NamedTuple, Protocol, TypeVar

__all__ = ["Change", "ChangeObserver", "Records", "StagedChange", "Transaction"]

K = TypeVar("K")
V = TypeVar("V")


class Change(NamedTuple):
    """What a request did to one item or value of a store.

    `section` is the name of a list or of records. `before` and `after` are encoded items of lists, or values of
    records; None means that there was none, or is none any more.
    """

    section: str
    key: object
    before: object
    after: object


ChangeObserver = Callable[[Sequence[Change]], object]
"""Receives the changes of a request that succeeded, in order; each item once, however often it was written."""


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
        self._changes: dict[tuple[str, object], Change] | None = None

    @property
    def active(self) -> bool:
        """Whether a request is in progress."""
        return self._undo is not None

    @property
    def observed(self) -> bool:
        """Whether an observer waits for the changes of the request in progress."""
        return self._changes is not None

    def record(self, change: Change) -> None:
        """Keep a change for the observer of the request in progress, if there is one."""
        if self._changes is None:
            return
        identity = change.section, change.key
        first = self._changes.pop(identity, None)
        self._changes[identity] = change if first is None else change._replace(before=first.before)

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
    def begin(self, observer: ChangeObserver | None = None) -> Iterator[None]:
        """Apply the changes of the block, or undo all of them if it raises.

        `observer` is called with the changes once they are applied. A nested block, as for a request inside a batch, is
        a transaction of its own.
        """
        outer = self._undo, self._staged, self._changes
        self._undo, self._staged = undo, staged = list[Callable[[], object]](), list[StagedChange]()
        changes: dict[tuple[str, object], Change] | None = None if observer is None else {}
        self._changes = changes
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
            self._undo, self._staged, self._changes = outer
        if observer is not None and changes:
            observer(tuple(changes.values()))


class Records(MutableMapping[K, V], Generic[K, V]):
    """Values by key, in order of creation. Replace a value, never change it in place, so that it can be undone.

    `name` is the section of the changes that are recorded.
    """

    def __init__(self, transaction: Transaction, initial: Mapping[K, V] | None = None, name: str = "") -> None:
        self._transaction = transaction
        self._name = name
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
        self._transaction.record(Change(self._name, key, self._values.get(key), value))
        if key in self._values:
            self._transaction.on_rollback(partial(self._values.__setitem__, key, self._values[key]))
        else:
            self._transaction.on_rollback(partial(self._values.__delitem__, key))
        self._values[key] = value

    def __delitem__(self, key: K) -> None:
        if self._transaction.active:
            # Inserting the key again would put it last, so the undo restores the whole dict.
            self._transaction.on_rollback(partial(setattr, self, "_values", self._values))
            self._transaction.record(Change(self._name, key, self._values[key], None))
            self._values = dict(self._values)
        del self._values[key]
