"""Endpoints for app storage, called over HTTP."""

import pytest

from ecwid_async.client import Store
from ecwid_async.errors import NotFound


async def test_an_entry_is_added_changed_and_deleted(store: Store) -> None:
    storage = store.storage
    assert (await storage.add("a/ключ", '{"n": 1}')).success
    assert (await storage.get("a/ключ")).value == '{"n": 1}'
    assert (await storage.update("a/ключ", "Größe + M")).success
    assert {one.key: one.value for one in await storage.search()}["a/ключ"] == "Größe + M"
    assert (await storage.delete("a/ключ")).success
    with pytest.raises(NotFound):
        await storage.get("a/ключ")
