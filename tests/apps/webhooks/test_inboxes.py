"""The same handlers run over each inbox."""

import pytest

from ecwid_async.apps import Inbox, MemoryInbox, ReceivedEvent, SQLiteInbox, Webhooks
from tests.apps.webhooks.requests import NOW, SECRET, make_body, make_request


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def inbox(request, tmp_path) -> Inbox:
    def clock() -> float:
        return NOW

    if request.param == "memory":
        return MemoryInbox(clock=clock)
    if request.param == "sqlite":
        return SQLiteInbox(tmp_path / "inbox.db", clock=clock)
    pytest.importorskip("procrastinate", reason="needs the extra `worker`")
    from ecwid_async.apps import PostgreSQLInbox

    return PostgreSQLInbox(request.getfixturevalue("postgresql_url"), clock=clock)


async def test_events_are_stored_once_handled_in_order_and_coalesced(inbox):
    webhooks = Webhooks(inbox, client_secret=SECRET, clock=lambda: NOW)
    seen = []

    @webhooks.on("order.created")
    async def ship(event: ReceivedEvent) -> None:
        seen.append((event.event_type, event.entity_id, event.data.order_id))

    @webhooks.on("product.updated", coalesce=True)
    async def index(event: ReceivedEvent) -> None:
        seen.append((event.event_type, event.entity_id, event.coalesced))

    bodies = [
        make_body(eventId="a", data={"orderId": "XJ12H"}),
        *(make_body("product.updated", eventId=f"p{number}") for number in range(3)),
        make_body(eventId="b", entityId=8, data={"orderId": "é\ud83d"}),
    ]
    for body in (*bodies, *bodies):
        assert (await webhooks.handle(make_request(body))).status == 200
    await webhooks.run(until_idle=True)
    await inbox.aclose()
    assert seen == [("order.created", 7, "XJ12H"), ("product.updated", 7, 3), ("order.created", 8, "é\ufffd")]
