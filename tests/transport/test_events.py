"""Events name the server that a client sends its requests to."""

from ecwid_async import Ecwid, Event
from ecwid_async.transport.memory import MemoryTransport, make_response


async def test_an_event_names_the_server_if_it_is_known() -> None:
    servers: set[str | None] = set()

    def record(event: Event) -> None:
        servers.add(event.server)

    for settings, expected in [
        ({}, None),
        ({"base_url": "https://example.com/api/v3"}, "example.com:443"),
        ({"base_url": "http://127.0.0.1:8080/api/v3"}, "127.0.0.1:8080"),
        ({"base_url": "http://[::1]/api/v3"}, "::1:80"),
    ]:
        servers.clear()
        async with Ecwid(transport=MemoryTransport([make_response({"id": "A"})]), events=record, **settings) as ecwid:
            await ecwid.store(1003, "secret_x").orders.get("A")
        assert servers == {expected}
