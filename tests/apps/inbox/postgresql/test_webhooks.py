"""Webhooks into an inbox in PostgreSQL: one process accepts them, another one handles them, and none is lost."""

import asyncio

from ecwid_async.apps import PostgreSQLInbox, ReceivedEvent, Webhooks
from tests.apps.inbox.postgresql.test_inbox import QUICK, until
from tests.apps.webhooks.requests import NOW, SECRET, make_body, make_request
from tests.postgresql import PostgreSQL


async def test_webhooks_are_refused_while_the_server_is_down_and_handled_when_they_are_repeated(
    url: str, postgresql_server: PostgreSQL
) -> None:
    handled: list[str] = []
    requests = [make_request(make_body("product.updated", eventId=f"e-{number}")) for number in range(6)]
    async with PostgreSQLInbox(url, QUICK) as accepting, PostgreSQLInbox(url, QUICK) as handling:
        frontend = Webhooks(accepting, client_secret=SECRET, clock=lambda: NOW)
        worker = Webhooks(handling, client_secret=SECRET, clock=lambda: NOW)

        @worker.on("product.*", coalesce=True)
        async def note(event: ReceivedEvent) -> None:
            handled.extend(each.event_id for each in event.events)

        responses = [await frontend.handle(request) for request in requests[:3]]
        postgresql_server.stop()
        responses += [await frontend.handle(request) for request in requests[3:4]]
        postgresql_server.start()
        responses += [await frontend.handle(request) for request in requests]
        assert [response.status for response in responses] == [200, 200, 200, 503, *[200] * 6]
        run = asyncio.create_task(worker.run())
        await until(lambda: handled == [f"e-{number}" for number in range(6)])
        handling.stop()
        await run
        assert (await frontend.status()).dead == 0
