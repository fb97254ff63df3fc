"""Copies of state, to put it back later."""

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

__all__ = ["StateCopy"]


class StateCopy:
    """A copy of attributes of an object, which `restore` puts back, any number of times.

    The `owner` and the objects in `shared`, such as clocks and tables of functions, are not copied.
    """

    def __init__(self, owner: object, names: Iterable[str], *, shared: Iterable[object] = ()) -> None:
        self._owner = owner
        self._shared = tuple(shared)
        self._values = self._copy({name: getattr(owner, name) for name in names})

    def restore(self) -> None:
        """Put all of it back."""
        for name, value in self._copy(self._values).items():
            setattr(self._owner, name, value)

    def _copy(self, values: dict[str, Any]) -> dict[str, Any]:
        return deepcopy(values, {id(each): each for each in (self._owner, *self._shared)})
