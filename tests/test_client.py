"""Settings, their errors, and the chain from a store to the wire."""

import importlib
import json
import subprocess
import sys

import pytest

import ecwid_async
from ecwid_async import ConfigError, Ecwid, Event, RetryPolicy, ServerError
from ecwid_async.client import DEFAULT_BASE_URL, Store
from ecwid_async.data import Model, model
from ecwid_async.resources.base import Resource
from ecwid_async.transport.governor import MemoryState
from ecwid_async.transport.memory import MemoryTransport, answer


@model
class Row(Model):
    """An item."""

    id: int | None = None


class Rows(Resource):
    """A section for these tests."""

    __slots__ = ()

    def get(self, row_id: int) -> ecwid_async.Call[Row]:
        return self._call("GET /rows/{rowId}", row_id, reads=Row)


def rows(store: Store) -> Rows:
    return Rows(store._channel)


async def test_a_call_reaches_the_wire_signed() -> None:
    transport = MemoryTransport([answer({"id": 7})])
    async with Ecwid(transport=transport) as ecwid:
        assert await rows(ecwid.store(1003, "secret_x")).get(7) == Row(id=7)
    assert transport.requests[0].path == "/1003/rows/7"
    assert transport.requests[0].headers["authorization"] == "Bearer secret_x"
    assert transport.closed


def test_settings_come_from_arguments_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECWID_BASE_URL", "http://127.0.0.1:8080/api/v3/")
    monkeypatch.setenv("ECWID_STORE_ID", "1003")
    monkeypatch.setenv("ECWID_TOKEN", "secret_env")
    assert Ecwid().base_url == "http://127.0.0.1:8080/api/v3"
    assert Ecwid().store().store_id == 1003
    assert Ecwid(base_url="https://example.com/api/v3").base_url == "https://example.com/api/v3"
    assert Ecwid().store(7, "secret_arg").store_id == 7


def test_without_settings_the_base_url_is_ecwid_s() -> None:
    assert Ecwid().base_url == DEFAULT_BASE_URL == "https://app.ecwid.com/api/v3"


@pytest.mark.parametrize(
    ("store_id", "token", "said"),
    [
        (None, "secret_x", "ECWID_STORE_ID"),
        (1003, None, "ECWID_TOKEN"),
        (1003, "", "ECWID_TOKEN"),
        (1003, "two words", "ECWID_TOKEN"),
        (1003, "new\nline", "ECWID_TOKEN"),
        (0, "secret_x", "no store id"),
        (-1, "secret_x", "no store id"),
        (True, "secret_x", "no store id"),
    ],
)
def test_a_missing_or_wrong_setting_says_where_to_set_it(store_id: int | None, token: str | None, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        Ecwid().store(store_id, token)
    assert "secret_x" not in str(caught.value)


def test_a_store_id_from_the_environment_that_is_no_number_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECWID_STORE_ID", "my store")
    with pytest.raises(ConfigError, match="'my store' is no store id"):
        Ecwid().store(token="secret_x")


@pytest.mark.parametrize(
    "url", ["ftp://app.ecwid.com", "app.ecwid.com", "https://", "https://u:p@app.ecwid.com", "https://a.b/?x=1"]
)
def test_a_base_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="is no base URL"):
        Ecwid(base_url=url)


def test_a_token_never_goes_out_in_the_clear() -> None:
    with pytest.raises(ConfigError, match="in the clear"):
        Ecwid(base_url="http://app.ecwid.com/api/v3")
    for host in ("127.0.0.1", "127.8.8.8", "localhost", "[::1]"):
        assert Ecwid(base_url=f"http://{host}:1/api/v3")


def test_no_repr_shows_the_token() -> None:
    ecwid = Ecwid(transport=MemoryTransport([]))
    store = ecwid.store(1003, "secret_x")
    shown = f"{ecwid!r} {store!r} {vars(store)!r} {store._channel.transport!r}"
    assert "secret_x" not in shown
    assert "1003" in shown


async def test_the_retry_policy_and_the_events_reach_the_chain() -> None:
    events: list[Event] = []
    transport = MemoryTransport(lambda _: answer(status=500))
    ecwid = Ecwid(transport=transport, events=events.append, retry=RetryPolicy(attempts=1))
    with pytest.raises(ServerError):
        await rows(ecwid.store(1003, "secret_x")).get(7)
    assert [event.kind.value for event in events] == ["started", "sent", "answered", "ended"]
    assert {event.store_id for event in events} == {1003}


async def test_an_app_asks_about_itself_with_its_own_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    transport = MemoryTransport(lambda _: answer({"deleteCount": 1}))
    ecwid = Ecwid(transport=transport)
    with pytest.raises(ConfigError, match="ECWID_CLIENT_ID"):
        ecwid.application()
    monkeypatch.setenv("ECWID_CLIENT_ID", "my-app")
    with pytest.raises(ConfigError, match="ECWID_CLIENT_SECRET"):
        ecwid.application()
    assert (await ecwid.application(client_secret="hush").cancel("my-app")).delete_count == 1
    assert transport.requests[0].target == "/application?namespace=my-app"
    assert transport.requests[0].headers["x-ecwid-app-client-id"] == "my-app"


async def test_an_error_tells_how_often_it_was_tried() -> None:
    transport = MemoryTransport(lambda _: answer(status=503))
    ecwid = Ecwid(transport=transport, retry=RetryPolicy(attempts=3, base=0.0))
    with pytest.raises(ServerError) as caught:
        await rows(ecwid.store(1003, "secret_x")).get(7)
    assert caught.value.attempts == len(transport.requests) == 3


async def test_strict_raises_where_the_default_counts() -> None:
    transport = MemoryTransport(lambda _: answer({"id": "seven"}))
    ecwid = Ecwid(transport=transport)
    assert (await rows(ecwid.store(1003, "secret_x")).get(7)).extra == {"id": "seven"}
    assert sum(ecwid.codec.problems.values()) == 1
    with pytest.raises(ecwid_async.DecodeError):
        await rows(Ecwid(transport=transport, strict=True).store(1003, "secret_x")).get(7)


async def test_closing_an_unused_client_twice_is_harmless() -> None:
    ecwid = Ecwid()
    await ecwid.aclose()
    await ecwid.aclose()
    assert ecwid._transport is None, "nothing was opened to be closed"


def test_a_governor_of_the_caller_s_is_used_even_while_it_is_empty() -> None:
    class Counting(MemoryState):
        def __len__(self) -> int:
            return len(self._tokens)

    state = Counting()
    assert Ecwid(governor=state)._governor is state
    assert Ecwid(quota=None)._governor is None


def test_every_public_name_loads_and_is_listed() -> None:
    assert sorted(ecwid_async.__all__) == ecwid_async.__all__
    for name in ecwid_async.__all__:
        value = getattr(ecwid_async, name)
        home = importlib.import_module(f"ecwid_async.{ecwid_async._HOME[name]}")
        assert getattr(home, name) is value
    assert set(ecwid_async.__all__) <= set(dir(ecwid_async))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = ecwid_async.nothing


def test_importing_the_package_brings_neither_a_transport_nor_models() -> None:
    """In a process of its own, since this one has them all."""
    code = (
        "import json, sys, ecwid_async; first = set(sys.modules); "
        "ecwid_async.Ecwid(base_url='http://127.0.0.1:1').store(1, 't'); second = set(sys.modules); "
        "print(json.dumps([sorted(first), sorted(second)]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    for loaded in json.loads(done.stdout):
        ours = {name for name in loaded if name.startswith("ecwid_async")}
        assert not {name for name in ours if ".models" in name or ".sandbox" in name or ".cli." in name}
    assert "aiohttp" not in json.loads(done.stdout)[0]
