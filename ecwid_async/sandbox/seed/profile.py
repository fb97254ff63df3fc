"""The profile of a demo store."""

from importlib.resources import files
from typing import Any

import msgspec

__all__ = ["profile"]


def profile(store_id: int) -> dict[str, Any]:
    """The profile of the store with this id, with every documented field."""
    data: dict[str, Any] = msgspec.json.decode((files("ecwid_async.sandbox.seed") / "profile.json").read_bytes())
    data["generalInfo"]["storeId"] = store_id
    return data
