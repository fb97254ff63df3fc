"""`ReceivedEvent.transaction` takes effect once for each event and handler, however often the event is handled."""

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from ecwid_async.apps import ReceivedEvent, WebhookOutcome
from tests.apps.webhooks.requests import make_body, make_request


@pytest.fixture
async def engine(tmp_path):
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'app.db'}")
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE shipments (entity INTEGER, handler TEXT)"))
    yield engine
    await engine.dispose()


async def rows(engine: AsyncEngine, query: str = "SELECT entity, handler FROM shipments ORDER BY 1, 2") -> list[tuple]:
    async with engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(text(query))]


async def write(event: ReceivedEvent, handler: str) -> None:
    async with event.transaction() as connection:
        values = {"entity": event.entity_id, "handler": handler}
        await connection.execute(text("INSERT INTO shipments VALUES (:entity, :handler)"), values)


async def post(webhooks, number=1, event_type="order.created", **values):
    response = await webhooks.handle(make_request(make_body(event_type, eventId=f"e-{number}", **values)))
    assert response.status == 200


async def test_each_handler_writes_once_although_the_event_is_retried(make_webhooks, engine, records, clock):
    webhooks = make_webhooks(engine=engine)

    @webhooks.on("order.created")
    async def ship(event: ReceivedEvent) -> None:
        await write(event, "ship")
        if event.attempts == 1:
            raise OSError  # after the commit, as if the process had been killed

    @webhooks.on("order.created")
    async def bill(event: ReceivedEvent) -> None:
        await write(event, "bill")

    await post(webhooks)
    await webhooks.run(until_idle=True)
    clock.now += 11
    await webhooks.run(until_idle=True)
    assert await rows(engine) == [(7, "bill"), (7, "ship")]
    assert await rows(engine, "SELECT event_id FROM ecwid_handled ORDER BY 1") == [("e-1/bill",), ("e-1/ship",)]
    outcomes = [each.outcome for each in records if each.handler]
    assert outcomes == [
        WebhookOutcome.FAILED,
        WebhookOutcome.HANDLED,
        WebhookOutcome.REPEATED,
        WebhookOutcome.REPEATED,
    ]
    assert (await webhooks.status()).retrying == 0


async def test_what_was_rolled_back_is_written_by_the_next_attempt(make_webhooks, engine, clock):
    webhooks = make_webhooks(engine=engine)

    @webhooks.on("order.created")
    async def ship(event: ReceivedEvent) -> None:
        async with event.transaction() as connection:
            await connection.execute(text("INSERT INTO shipments VALUES (7, 'ship')"))
            if event.attempts == 1:
                raise OSError

    await post(webhooks)
    await webhooks.run(until_idle=True)
    assert await rows(engine) == []
    clock.now += 11
    await webhooks.run(until_idle=True)
    assert await rows(engine) == [(7, "ship")]


async def test_all_coalesced_events_are_recorded(make_webhooks, engine):
    webhooks = make_webhooks(engine=engine)

    @webhooks.on("product.updated", coalesce=True)
    async def index(event: ReceivedEvent) -> None:
        await write(event, "index")

    for number in range(3):
        await post(webhooks, number, "product.updated")
    await webhooks.run(until_idle=True)
    assert await rows(engine) == [(7, "index")]
    assert len(await rows(engine, "SELECT event_id FROM ecwid_handled")) == 3


async def test_the_longest_ids_and_names_fit(make_webhooks, engine):
    webhooks = make_webhooks(engine=engine)

    @webhooks.on("order.created", name="n" * 60)
    async def ship(event: ReceivedEvent) -> None:
        await write(event, "ship")

    await post(webhooks, "x" * 188)
    await webhooks.run(until_idle=True)
    assert await rows(engine) == [(7, "ship")]


async def test_calls_within_the_transaction_are_refused(make_webhooks, engine, records):
    webhooks = make_webhooks(engine=engine)

    @webhooks.on("order.created")
    async def ship(event: ReceivedEvent) -> None:
        async with event.transaction():
            await event.fetch()

    await post(webhooks)
    await webhooks.run(until_idle=True)
    assert (records[-1].outcome, records[-1].error) == (WebhookOutcome.FAILED, "RuntimeError")


async def test_without_an_engine_there_is_no_transaction(webhooks, records):
    @webhooks.on("order.created")
    async def ship(event: ReceivedEvent) -> None:
        await write(event, "ship")

    await post(webhooks)
    await webhooks.run(until_idle=True)
    assert records[-1].error == "ConfigError"
    assert "`engine`" in records[-1].message


async def test_a_second_transaction_of_a_handler_is_not_left_out_in_silence(make_webhooks, engine, records):
    webhooks = make_webhooks(engine=engine)

    @webhooks.on("order.created")
    async def twice(event: ReceivedEvent) -> None:
        await write(event, "first")
        await write(event, "second")

    @webhooks.on("order.updated")
    async def nested(event: ReceivedEvent) -> None:
        async with event.transaction():
            await write(event, "inner")

    await post(webhooks, 1)
    await post(webhooks, 2, "order.updated")
    await webhooks.run(until_idle=True)
    assert [(each.handler, each.error) for each in records if each.handler] == [
        ("twice", "NotRetryable"),
        ("nested", "NotRetryable"),
    ]
    assert (await webhooks.status()).dead == 2
    assert await rows(engine) == [(7, "first")]


async def test_a_transaction_that_was_rolled_back_may_be_tried_again(make_webhooks, engine):
    webhooks = make_webhooks(engine=engine)

    @webhooks.on("order.created")
    async def ship(event: ReceivedEvent) -> None:
        with pytest.raises(OSError, match="later"):
            async with event.transaction():
                raise OSError("later")
        await write(event, "ship")

    await post(webhooks)
    await webhooks.run(until_idle=True)
    assert await rows(engine) == [(7, "ship")]


@pytest.mark.parametrize("ending", ["commit", "rollback"])
async def test_a_handler_that_ends_its_transaction_by_itself_writes_nothing(make_webhooks, engine, records, ending):
    webhooks = make_webhooks(engine=engine)

    @webhooks.on("order.created")
    async def ship(event: ReceivedEvent) -> None:
        async with event.transaction() as connection:
            await connection.execute(text("INSERT INTO shipments VALUES (7, 'before')"))
            await getattr(connection, ending)()
            await connection.execute(text("INSERT INTO shipments VALUES (7, 'after')"))

    await post(webhooks)
    await webhooks.run(until_idle=True)
    assert (records[-1].outcome, records[-1].error) == (WebhookOutcome.FAILED, "RuntimeError")
    assert await rows(engine) == []
    assert await rows(engine, "SELECT event_id FROM ecwid_handled") == []


async def test_savepoints_and_sessions_belong_to_the_transaction(make_webhooks, engine):
    webhooks = make_webhooks(engine=engine)

    @webhooks.on("order.created")
    async def ship(event: ReceivedEvent) -> None:
        async with event.transaction() as connection:
            async with connection.begin_nested():
                await connection.execute(text("INSERT INTO shipments VALUES (7, 'savepoint')"))
            async with AsyncSession(bind=connection) as session:
                await session.execute(text("INSERT INTO shipments VALUES (7, 'session')"))
                await session.commit()

    await post(webhooks)
    await webhooks.run(until_idle=True)
    assert await rows(engine) == [(7, "savepoint"), (7, "session")]


async def test_a_table_that_was_dropped_is_created_again(make_webhooks, engine, clock):
    webhooks = make_webhooks(engine=engine)

    @webhooks.on("order.created")
    async def ship(event: ReceivedEvent) -> None:
        await write(event, "ship")

    await post(webhooks, 1)
    await webhooks.run(until_idle=True)
    async with engine.begin() as connection:
        await connection.execute(text("DROP TABLE ecwid_handled"))
    await post(webhooks, 2)
    await webhooks.run(until_idle=True)
    clock.now += 11
    await webhooks.run(until_idle=True)
    assert len(await rows(engine)) == 2
    assert await rows(engine, "SELECT event_id FROM ecwid_handled") == [("e-2/ship",)]
