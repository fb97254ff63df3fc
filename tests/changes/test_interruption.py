"""Reads of changes and look-ups can be cancelled at any await, and run under trio."""

import asyncio
import gc
from collections.abc import Iterator

import pytest
import trio

from ecwid_async.sandbox import Switches
from tests.cancelling import KINDS, Kind, cancel_at_every_await
from tests.changes.copies import Copy
from tests.changes.servers import Server, products


@pytest.fixture(scope="module", autouse=True)
def _collect_garbage() -> Iterator[None]:
    yield
    # An object that was never awaited or closed warns when it is collected, and the warning fails the test.
    gc.collect()


def check_no_task_is_left() -> None:
    assert asyncio.all_tasks() == {asyncio.current_task()}


def changed_server() -> Server:
    server = Server(switches=Switches(delete_lag=200))
    server.load("products", products(range(1, 8)))
    return server


def change(server: Server) -> None:
    """Let a read need each kind of request."""
    table = server.store.table("products")
    server.delete("products", 1)
    server.delete("products", 2)
    (restored,) = products([2], updated=int(server.now))
    table.put(restored)
    server.now += 5
    for item_id in (3, 4):
        table.remove(item_id)
    (edited,) = products([5], updated=int(server.now))
    table.put(edited)
    server.now += 250


@pytest.mark.parametrize("kind", KINDS)
async def test_a_read_that_is_cancelled_at_any_await_leaves_nothing_open_and_loses_nothing(kind: Kind):
    server = changed_server()
    copy = Copy(server)
    await copy.poll()
    cursor, items = copy.cursor, dict(copy.items)
    change(server)
    copies: list[Copy] = []

    async def read() -> None:
        copies.append(Copy(server, items=dict(items), cursor=cursor))
        await copies[-1].reconcile()

    assert await cancel_at_every_await(read, kind, check_no_task_is_left) > 10
    for interrupted in copies:
        await interrupted.reconcile()
        assert set(interrupted.items) == {2, 5, 6, 7}
        assert interrupted.items[5]["updateTimestamp"] > items[5]["updateTimestamp"]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_look_up_that_is_cancelled_at_any_await_leaves_nothing_open(kind: Kind):
    server = changed_server()

    async def look_up() -> None:
        async for _ in server.connect().products.look_up(range(5, 12), concurrency=2):
            pass

    assert await cancel_at_every_await(look_up, kind, check_no_task_is_left) > 5


def test_changes_and_look_ups_run_under_trio():
    async def read() -> None:
        server = changed_server()
        copy = Copy(server)
        await copy.poll()
        change(server)
        await copy.reconcile()
        assert set(copy.items) == {2, 5, 6, 7}
        batches = [batch async for batch in server.connect().products.look_up([1, 2])]
        assert [deletion.id for batch in batches for deletion in batch.deletions] == [1]

    trio.run(read)
