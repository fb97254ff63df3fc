"""`Mirror.summary`, which finds stores with problems without counting rows, and the status of all stores at once."""

from attrs import evolve

from ecwid_async.sync import Mirror
from ecwid_async.sync.database import SectionState, load_store, register_store, save_section, save_store

NOW = 1_790_000_000
DAY = 24 * 3600
SERVER = "https://app.ecwid.com/api/v3"

# What is wrong with a section, and whether that is a problem.
SECTIONS = [
    ({}, False),
    ({"error": "500"}, True),
    ({"unproven_since": NOW - 100}, True),
    ({"reconcile_stopped": "300 gone"}, True),
    ({"refused": 1, "refused_at": NOW - DAY + 10, "refusal": "7: too large"}, True),
    ({"refused": 1, "refused_at": NOW - DAY - 10, "refusal": "7: too large"}, False),
    ({"late": 1, "loss_at": NOW - DAY + 10}, True),
    ({"silent": 1, "loss_at": NOW - DAY - 10}, False),
    ({"loss_at": NOW - 10}, False),
    ({"behind_since": NOW - 1000}, True),
    ({"behind_since": NOW - 800}, False),
    ({"behind_since": NOW - 1000, "skipped": "no scope"}, False),
]
# What is wrong with a store, and whether that is a problem.
STORES = [
    ({"synced_at": None}, True),
    ({"synced_at": NOW - 901}, True),
    ({"synced_at": NOW - 899}, False),
    ({"error": "the token is dead"}, True),
]


async def fill(database):
    """Add a store for each case, and return the ids of those with a problem."""
    unhealthy = []
    cases = [({}, *case) for case in SECTIONS] + [(values, {}, expected) for values, expected in STORES]
    for store_id, (store_values, section_values, expected) in enumerate(cases, 1):
        await register_store(database, store_id, SERVER)
        async with database.write() as connection:
            store = await load_store(connection, database.schema, store_id)
            await save_store(connection, database.schema, evolve(store, **{"synced_at": NOW - 60, **store_values}))
            section = SectionState(store_id=store_id, section="products", **section_values)
            await save_section(connection, database.schema, section)
        if expected:
            unhealthy.append(store_id)
    return unhealthy


async def test_a_summary_finds_the_stores_whose_status_has_problems(database_url):
    async with Mirror(database_url, clock=lambda: float(NOW)) as mirror:
        unhealthy = await fill(mirror._opened)
        statuses = await mirror.status()
        assert [status.store_id for status in statuses if not status.healthy] == unhealthy
        summary = await mirror.summary(worst=100)
        new = [status.store_id for status in statuses if status.synced_at is None]
        assert [status.store_id for status in summary.worst] == [*sorted(set(unhealthy) - set(new)), *new]
        assert (summary.stores, summary.unhealthy, summary.new) == (len(statuses), len(unhealthy), 1)
        assert {store.store_id: store for store in summary.worst} == {
            status.store_id: status for status in statuses if not status.healthy
        }


async def test_a_summary_is_bounded(database_url):
    async with Mirror(database_url, clock=lambda: float(NOW)) as mirror:
        unhealthy = await fill(mirror._opened)
        summary = await mirror.summary(worst=2)
        assert [status.store_id for status in summary.worst] == unhealthy[:2]
        assert summary.unhealthy == len(unhealthy)
