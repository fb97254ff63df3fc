"""Random writes and deletions while events are read: an app that reads the item of each event knows every item."""

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecwid_async.sandbox import Switches
from ecwid_async.wire import Request
from tests.changes.event_feeds import Feed
from tests.changes.servers import Server, products

# `nox -s chaos` sets more examples than Hypothesis's default.
EXAMPLES = settings().max_examples if settings().max_examples > 100 else 6
DAY = 86_400


def switches(random: Random) -> Switches:
    lags = [0.0, 30.0, 200.0]
    return Switches(
        upsert_lag=random.choice(lags),
        delete_lag=random.choice(lags),
        history_lag=random.choice(lags),
        inclusive_bounds=random.random() < 0.5,
        stats_show_deletions=random.random() < 0.5,
        page_size=random.choice([None, 2, 3]),
        ties=random.choice(["created", "newest", "unstable"]),
        millisecond_sections=frozenset(random.choice([(), ("products",)])),
    )


@pytest.mark.chaos
@settings(max_examples=EXAMPLES)
@given(seed=st.integers(0, 1 << 32))
async def test_no_change_is_lost_to_an_app_that_reads_the_item_of_each_event(seed: int) -> None:
    random = Random(seed)
    server = Server(switches=switches(random))
    table = server.store.table("products")
    server.load("products", products(range(5)))
    server.now += DAY
    known: dict[Any, Any] = {item_id: table.get(item_id) for item_id in range(5)}
    feed = Feed(server, {"sections": ["products"], "start": random.choice(["now", "beginning"])})
    happens_during_reads = False

    def act() -> None:
        item_id = random.randrange(8)
        before = table.get(item_id)
        if before is not None and random.random() < 0.3:
            server.delete("products", item_id)
        else:
            (item,) = products([item_id], updated=int(server.now))
            created = (before or item)["createTimestamp"]
            table.put({**item, "createTimestamp": created, "enabled": random.random() < 0.8})
        server.now += random.choice([0.0, 0.0, 0.3, 1.0, 20.0])

    def happen(request: Request) -> None:
        if happens_during_reads and random.random() < 0.4:
            act()

    async def poll(*, batches: int | None = None) -> None:
        for event in await feed.poll(batches=batches):
            known[event.entity_id] = table.get(event.entity_id or 0)
        assert feed.error is None

    server.before = happen
    await poll()
    for _ in range(30):
        for _ in range(random.choice([0, 1, 3])):
            act()
        server.now += random.choice([0.0, 0.4, 5.0, 100.0, 1000.0])
        happens_during_reads = random.random() < 0.5
        await poll(batches=random.choice([None, None, 1, 2]))
    happens_during_reads = False
    for _ in range(3):
        server.now += 3600
        await poll()
    assert {key: item for key, item in known.items() if item} == {key: table.get(key) for key in table}
