"""The profile of a demo store."""

from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

__all__ = ["profile"]


def profile(store_id: int) -> dict[str, Any]:
    """The profile of the store with this id, with every documented field.

    The profiles of all stores share nested values: replace them, never change them.
    """
    data = _read_profile()
    return {**data, "generalInfo": {**data["generalInfo"], "storeId": store_id}}


@cache
def _read_profile() -> dict[str, Any]:
    data: dict[str, Any] = msgspec.json.decode((files("ecwid_async.sandbox.seed") / "profile.json").read_bytes())
    return data
