"""What the mirror remembers about stores and sections."""

from typing import get_args

import pytest
from attrs import evolve, fields

from ecwid_async.sync.database.lease import take_lease
from ecwid_async.sync.database.state import (
    SectionState,
    StoreState,
    load_section,
    load_sections,
    load_store,
    load_stores,
    register_store,
    save_section,
    save_store,
)
from ecwid_async.sync.errors import StoreMismatch

STORE = 1003
SERVER = "https://app.ecwid.com/api/v3"


async def test_a_section_that_was_never_read_has_an_empty_state(database):
    async with database.read() as connection:
        state = await load_section(connection, database.schema, STORE, "products")
        assert await load_sections(connection, database.schema, STORE) == {}
    assert state == SectionState(store_id=STORE, section="products")


async def test_every_field_of_a_state_is_stored(database, open_database):
    await register_store(database, STORE, SERVER)
    values = {int: (1 << 40) + 1, float: 1_700_000_000.123456, str: 'é "quoted" ☃'}

    def filled(cls):
        chosen = {field.name: values[(get_args(field.type) or [field.type])[0]] for field in fields(cls)}
        return cls(**{**chosen, "store_id": STORE})

    store, section = filled(StoreState), filled(SectionState)
    async with database.write() as connection:
        await save_store(connection, database.schema, store)
        await save_section(connection, database.schema, section)
        await save_section(connection, database.schema, SectionState(store_id=STORE, section="orders"))
    other = await open_database()
    async with other.read() as connection:
        assert await load_store(connection, other.schema, STORE) == store
        assert await load_sections(connection, other.schema, STORE) == {
            section.section: section,
            "orders": SectionState(store_id=STORE, section="orders"),
        }


async def test_a_state_is_replaced_as_a_whole(database):
    first = SectionState(store_id=STORE, section="products", cursor="{}", error="no network", failures=3)
    async with database.write() as connection:
        await save_section(connection, database.schema, first)
        await save_section(connection, database.schema, evolve(first, error=None, failures=0))
        assert await load_section(connection, database.schema, STORE, "products") == SectionState(
            store_id=STORE, section="products", cursor="{}"
        )


async def test_a_store_is_registered_once(database):
    first = await register_store(database, STORE, SERVER)
    async with database.write() as connection:
        await save_store(connection, database.schema, evolve(first, synced_at=5))
    assert await register_store(database, STORE, f"{SERVER}/") == evolve(first, synced_at=5)
    await register_store(database, 7, SERVER)
    async with database.read() as connection:
        assert [store.store_id for store in await load_stores(connection, database.schema)] == [7, STORE]
        assert await load_store(connection, database.schema, 8) is None


@pytest.mark.parametrize(
    ("server", "identity"),
    [("https://other.example/api/v3", None), (SERVER, "demo-1"), (SERVER, "demo-2")],
)
async def test_another_server_or_a_demo_store_that_was_reset_is_refused(database, server, identity):
    await register_store(database, STORE, SERVER, "demo-1" if identity == "demo-2" else None)
    with pytest.raises(StoreMismatch, match=f"the database has store {STORE} of {SERVER}.*drop_store"):
        await register_store(database, STORE, server, identity)


async def test_saving_a_store_leaves_its_lease_alone(database):
    store = await register_store(database, STORE, SERVER)
    lease = await take_lease(database, STORE, "worker")
    async with database.transaction(lease) as connection:
        await save_store(connection, database.schema, evolve(store, error="the token is dead"))
    async with database.transaction(lease) as connection:
        saved = await load_store(connection, database.schema, STORE)
    assert saved == evolve(store, error="the token is dead")
