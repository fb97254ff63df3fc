"""The settings of a client, their errors, and the transports and sections of a store."""

import gc
import importlib
import json
import math
import subprocess
import sys
from contextlib import suppress
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ecwid_async
from ecwid_async import ConfigError, DecodeProblem, Ecwid, Event, RetryPolicy, ServerError
from ecwid_async.client import DEFAULT_BASE_URL, Section, Store
from ecwid_async.models.base import Model, model
from ecwid_async.resources.base import Resource
from ecwid_async.transport import MemoryCache
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.transport.rate_limit import MemoryLimiter
from ecwid_async.transport.retry import RetryBudget


@model
class Row(Model):
    """An item."""

    id: int | None = None


class Rows(Resource):
    """A section for these tests."""

    __slots__ = ()

    def get(self, row_id: int) -> ecwid_async.Call[Row]:
        return self._call("GET /rows/{rowId}", row_id, result_type=Row)


def rows(store: Store) -> Rows:
    return Rows(store._channel)


async def test_a_call_reaches_the_wire_signed() -> None:
    transport = MemoryTransport([make_response({"id": 7})])
    async with Ecwid(transport=transport) as ecwid:
        assert await rows(ecwid.store(1003, "secret_x")).get(7) == Row(id=7)
    assert transport.requests[0].path == "/1003/rows/7"
    assert transport.requests[0].headers["authorization"] == "Bearer secret_x"
    assert transport.closed


def test_arguments_override_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
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
    ("store_id", "token", "message"),
    [
        (None, "secret_x", "ECWID_STORE_ID"),
        (1003, None, "ECWID_TOKEN"),
        (1003, "", "ECWID_TOKEN"),
        (1003, "two words", "ECWID_TOKEN"),
        (1003, "new\nline", "ECWID_TOKEN"),
        (0, "secret_x", "not a valid store id"),
        (-1, "secret_x", "not a valid store id"),
        (True, "secret_x", "not a valid store id"),
    ],
)
def test_the_error_for_a_missing_or_wrong_setting_says_where_to_set_it(
    store_id: int | None, token: str | None, message: str
) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        Ecwid().store(store_id, token)
    assert "secret_x" not in str(caught.value)


def test_the_token_in_the_environment_is_not_used_for_another_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECWID_STORE_ID", "1003")
    monkeypatch.setenv("ECWID_TOKEN", "secret_of_1003")
    ecwid = Ecwid()
    assert ecwid.store().store_id == ecwid.store(1003).store_id == 1003
    assert ecwid.store(5, "secret_of_5").store_id == 5
    with pytest.raises(ConfigError, match="ECWID_TOKEN is for the store 1003, not for 5: pass `token`") as caught:
        ecwid.store(5)
    assert "secret_of" not in str(caught.value)
    monkeypatch.delenv("ECWID_STORE_ID")
    assert ecwid.store(5).store_id == 5


def test_a_store_id_in_the_environment_must_be_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECWID_STORE_ID", "my store")
    with pytest.raises(ConfigError, match="'my store' is not a valid store id"):
        Ecwid().store(token="secret_x")


@pytest.mark.parametrize(
    "url", ["ftp://app.ecwid.com", "app.ecwid.com", "https://", "https://u:p@app.ecwid.com", "https://a.b/?x=1"]
)
def test_an_invalid_base_url_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="is not a valid base URL"):
        Ecwid(base_url=url)


@pytest.mark.parametrize(
    "url",
    [
        *(
            "https://:pass@app.ecwid.com",
            "https://[::1",
            "https://[::1]x",
            "https://app.ecwid.com:99999",
            "https://a:0",
        ),
        *(
            "https://a:port",
            "https://app ecwid.com",
            " https://app.ecwid.com",
            "https://app.ecwid.com\n",
            "https://a\\b",
        ),
        *("https://app.ecwid.com/?", "https://app.ecwid.com/a b", "https://a..b", "https://bücher.example", "https:/a"),
        *(7, b"https://app.ecwid.com", "https://app.ecwid.com/\x1b[2J"),
    ],
)
def test_a_base_url_that_no_http_library_accepts_is_refused_at_once(url: Any) -> None:
    with pytest.raises(ConfigError, match="is not a valid base URL: give one such as") as caught:
        Ecwid(base_url=url)
    assert "pass" not in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("url", "normalized"),
    [
        ("https://app.ecwid.com/api/v3//", "https://app.ecwid.com/api/v3"),
        ("HTTPS://APP.ecwid.COM:443/api/V3", "https://app.ecwid.com/api/V3"),
        ("http://LocalHost:80", "http://localhost"),
        ("http://localhost:443/", "http://localhost:443"),
        ("http://[::1]:80/x/", "http://[::1]/x"),
        ("https://[FE80::1]:8080", "https://[fe80::1]:8080"),
    ],
)
def test_every_spelling_of_a_base_url_is_normalized(url: str, normalized: str) -> None:
    assert Ecwid(base_url=url).base_url == normalized

    class Elsewhere(MemoryTransport):
        base_url = url

    for ecwid in (Ecwid(base_url=url), Ecwid(transport=Elsewhere([]))):
        assert ecwid.store(1003, "secret_x").server == normalized


@pytest.mark.parametrize("name", ["transport", "quota", "limiter", "retry", "timeout", "base_url"])
@pytest.mark.parametrize("value", [0, True, b"x", Decimal(7), object], ids=repr)
def test_a_setting_of_the_wrong_type_is_refused_at_once(name: str, value: object) -> None:
    with pytest.raises(ConfigError, match=name if name != "base_url" else "is not a valid base URL"):
        Ecwid(**{name: value})  # type: ignore[arg-type]


@pytest.mark.parametrize("token", [7, True, b"secret_x", math.nan, ["secret_x"]], ids=repr)
def test_a_token_must_be_text(token: Any) -> None:
    ecwid = Ecwid(transport=MemoryTransport([]))
    for make in (
        lambda: ecwid.store(1003, token),
        lambda: ecwid.application(token, "secret_x"),
        lambda: ecwid.application("app", token),
    ):
        with pytest.raises(ConfigError, match="is missing or invalid"):
            make()


@pytest.mark.parametrize("token", ["secret_x\n", "Bearer secret_x", " secret_x"])
def test_a_token_with_a_space_or_a_line_break_is_refused_with_the_reason(token: str) -> None:
    with pytest.raises(ConfigError, match="it has no spaces, line breaks or non-ASCII characters") as caught:
        Ecwid(transport=MemoryTransport([])).store(1003, token)
    assert "secret_x" not in str(caught.value)


async def test_a_token_from_an_enum_is_sent_as_its_value() -> None:
    transport = MemoryTransport([make_response({"id": 7})])
    await rows(Ecwid(transport=transport, quota=None).store(1003, Key.TOKEN)).get(7)
    assert transport.requests[0].headers["Authorization"] == "Bearer secret_x"


@pytest.mark.chaos
@given(
    st.one_of(
        st.text(),
        st.builds(
            "".join,
            st.tuples(
                st.sampled_from(["https://", "http://", "HTTPS:", "https://u:p@"]),
                st.one_of(st.sampled_from(["app.ecwid.com", "127.0.0.1", "[::1]", "localhost", "xn--a"]), st.text()),
                st.sampled_from(["", ":1", ":0", ":99999", ":x", ":"]),
                st.one_of(st.just("/api/v3"), st.text(max_size=8)),
            ),
        ),
    )
)
def test_any_base_url_is_usable_or_refused(url: str) -> None:
    with suppress(ConfigError):
        assert Ecwid(base_url=url).transport


def test_a_token_is_never_sent_unencrypted() -> None:
    with pytest.raises(ConfigError, match="unencrypted"):
        Ecwid(base_url="http://app.ecwid.com/api/v3")
    for host in ("127.0.0.1", "127.8.8.8", "localhost", "[::1]"):
        assert Ecwid(base_url=f"http://{host}:1/api/v3")


class Key(str, Enum):  # noqa: UP042  its `str()` is not its value
    ONE = "1003"
    TOKEN = "secret_x"


@pytest.mark.parametrize("store_id", [1003, "1003", " 1003\n", IntEnum("Id", {"ONE": 1003}).ONE, Key.ONE])
def test_a_store_id_is_a_whole_number(store_id: Any) -> None:
    ecwid = Ecwid(transport=MemoryTransport([]))
    assert type(ecwid.store(store_id, "secret_x").store_id) is int
    assert ecwid.store(store_id, "secret_x").store_id == 1003


@pytest.mark.parametrize(
    "store_id",
    [
        1.5,
        1003.0,
        math.inf,
        math.nan,
        True,
        b"1003",
        "1_003",
        "１００３",
        "1003.0",
        "-7",
        10**30,
        pytest.param(10**5000, id="thousands of digits"),
        "9" * 5000,
        [],
        Decimal(7),
    ],
)
def test_an_invalid_store_id_is_refused(store_id: Any) -> None:
    with pytest.raises(ConfigError, match="is not a valid store id"):
        Ecwid(transport=MemoryTransport([])).store(store_id, "secret_x")


def test_a_token_passed_as_store_id_is_not_shown() -> None:
    with pytest.raises(ConfigError) as caught:
        Ecwid(transport=MemoryTransport([])).store("secret_aBcDeFgHiJkLmNoP", "1003")  # type: ignore[arg-type]
    assert "aBcDeFg" not in str(caught.value)


async def test_interactive_calls_have_the_deadline_of_the_client_or_of_the_store() -> None:
    transport = MemoryTransport(lambda _: make_response({"id": 7, "items": [], "total": 0}))
    ecwid = Ecwid(transport=transport, timeout=7)
    shorter = ecwid.store(1003, "secret_x", timeout=3)
    for store, seconds in ((ecwid.store(1003, "secret_x"), 7), (shorter, 3)):
        now = anyio.current_time()
        await rows(store).get(7)
        await store.products.search().first()
        await rows(store).get(7).with_timeout(2)
        await rows(store).get(7).with_timeout(math.inf)
        deadlines = [request.options.deadline for request in transport.requests[-4:]]
        for deadline, limit in zip(deadlines, (seconds, seconds, 2, math.inf), strict=True):
            assert deadline is not None
            assert now + limit <= deadline <= anyio.current_time() + limit
    async with shorter.products.scan() as scan:
        assert [item async for item in scan] == []
    assert transport.requests[-1].options.deadline is None
    await rows(Ecwid(transport=transport).store(1003, "secret_x")).get(7)
    assert transport.requests[-1].options.deadline is None


@pytest.mark.parametrize("timeout", [0, -1, math.nan, "5", True, pytest.param(-(10**5000), id="thousands of digits")])
def test_an_invalid_timeout_of_a_client_or_store_is_refused(timeout: Any) -> None:
    with pytest.raises(ConfigError, match=r"timeout is .*: give a number above 0"):
        Ecwid(timeout=timeout)
    with pytest.raises(ConfigError, match="timeout is"):
        Ecwid(transport=MemoryTransport([])).store(1003, "secret_x", timeout=timeout)


async def test_a_call_can_be_sent_after_an_invalid_timeout_was_refused() -> None:
    transport = MemoryTransport([make_response({"id": 7})])
    call = rows(Ecwid(transport=transport).store(1003, "secret_x")).get(7)
    with pytest.raises(ValueError, match="timeout is nan"):
        await call.with_timeout(math.nan)
    assert await call == Row(id=7)


def test_a_store_has_one_retry_budget_and_their_number_is_limited() -> None:
    ecwid = Ecwid(transport=MemoryTransport([]))

    def budget(store_id: int) -> object:
        transport: Any = ecwid.store(store_id, "secret_x").transport
        return transport._budget

    assert budget(1) is budget(1)
    assert budget(1) is not budget(2)
    for store_id in range(1, 6000):
        ecwid.store(store_id, "secret_x")
    kept = sum(isinstance(thing, RetryBudget) for thing in gc.get_objects())
    assert kept <= 4200


def test_no_repr_shows_the_token() -> None:
    ecwid = Ecwid(transport=MemoryTransport([]))
    store = ecwid.store(1003, "secret_x")
    shown = f"{ecwid!r} {store!r} {vars(store)!r} {store._channel.transport!r}"
    assert "secret_x" not in shown
    assert "1003" in shown


async def test_the_retry_policy_and_the_events_reach_the_transports() -> None:
    events: list[Event] = []
    transport = MemoryTransport(lambda _: make_response(status=500))
    ecwid = Ecwid(transport=transport, events=events.append, retry=RetryPolicy(attempts=1))
    with pytest.raises(ServerError):
        await rows(ecwid.store(1003, "secret_x")).get(7)
    assert [event.kind.value for event in events] == ["call_started", "attempt_started", "attempt_ended", "call_ended"]
    assert {event.store_id for event in events} == {1003}


async def test_an_app_sends_its_own_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    transport = MemoryTransport(lambda _: make_response({"deleteCount": 1}))
    ecwid = Ecwid(transport=transport)
    with pytest.raises(ConfigError, match="ECWID_CLIENT_ID"):
        ecwid.application()
    monkeypatch.setenv("ECWID_CLIENT_ID", "my-app")
    with pytest.raises(ConfigError, match="ECWID_CLIENT_SECRET"):
        ecwid.application()
    assert (await ecwid.application(client_secret="hush").cancel("my-app")).delete_count == 1
    assert transport.requests[0].target == "/application?namespace=my-app"
    assert transport.requests[0].headers["x-ecwid-app-client-id"] == "my-app"


async def test_an_error_reports_the_number_of_attempts() -> None:
    transport = MemoryTransport(lambda _: make_response(status=503))
    ecwid = Ecwid(transport=transport, retry=RetryPolicy(attempts=3, base_delay=0.0))
    with pytest.raises(ServerError) as caught:
        await rows(ecwid.store(1003, "secret_x")).get(7)
    assert caught.value.attempts == len(transport.requests) == 3


async def test_strict_raises_mismatches_that_are_counted_by_default() -> None:
    transport = MemoryTransport(lambda _: make_response({"id": "seven"}))
    ecwid = Ecwid(transport=transport)
    assert (await rows(ecwid.store(1003, "secret_x")).get(7)).extra == {"id": "seven"}
    assert sum(ecwid.codec.problems.values()) == 1
    with pytest.raises(ecwid_async.DecodeError):
        await rows(Ecwid(transport=transport, strict=True).store(1003, "secret_x")).get(7)


async def test_closing_an_unused_client_twice_is_harmless() -> None:
    ecwid = Ecwid()
    await ecwid.aclose()
    await ecwid.aclose()
    assert ecwid._transport is None, "no transport was created"


def test_a_custom_limiter_is_used_even_while_it_is_empty() -> None:
    class Counting(MemoryLimiter):
        def __len__(self) -> int:
            return len(self._tokens)

    state = Counting()
    assert Ecwid(limiter=state)._limiter is state
    assert Ecwid(quota=None)._limiter is None


def test_every_public_name_can_be_imported() -> None:
    assert sorted(ecwid_async.__all__) == ecwid_async.__all__
    for module, names in ecwid_async._MODULES.items():
        source = importlib.import_module(f"ecwid_async.{module}")
        for name in names:
            assert getattr(ecwid_async, name) is getattr(source, name)
    assert set(ecwid_async.__all__) <= set(dir(ecwid_async))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = ecwid_async.nothing


def test_importing_the_package_loads_neither_aiohttp_nor_models() -> None:
    """In a new process, since this one has loaded everything."""
    code = (
        "import json, sys, ecwid_async; first = set(sys.modules); "
        "ecwid_async.Ecwid(base_url='http://127.0.0.1:1').store(1, 't'); second = set(sys.modules); "
        "print(json.dumps([sorted(first), sorted(second)]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    for loaded in json.loads(done.stdout):
        ours = {name for name in loaded if name.startswith("ecwid_async")}
        ours -= {"ecwid_async.models", "ecwid_async.models.base"}  # the base classes of models
        assert not {name for name in ours if ".models" in name or ".sandbox" in name or ".cli." in name}
    assert "aiohttp" not in json.loads(done.stdout)[0]


def test_every_section_loads_the_resource_of_its_annotation() -> None:
    store = Ecwid(transport=MemoryTransport([])).store(1003, "secret_x")
    sections = [name for name, member in vars(Store).items() if isinstance(member, Section)]
    assert len(sections) == 29
    for name in sections:
        section = getattr(store, name)
        assert type(section).__name__ == Store.__annotations__[name]
        assert type(section).__module__ == f"ecwid_async.resources.{name}"
        assert getattr(store, name) is section
        assert vars(Store)[name].__doc__.endswith(".")


def test_a_section_loads_on_first_use() -> None:
    code = """
import sys
from ecwid_async import Ecwid
from ecwid_async.transport import MemoryTransport
store = Ecwid(transport=MemoryTransport([])).store(1003, "secret_x")
loaded = "ecwid_async.resources.orders" in sys.modules
store.orders
print(loaded, "ecwid_async.resources.orders" in sys.modules, "ecwid_async.resources.products" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True", "False"]


async def test_on_problem_is_called_with_the_first_problem_of_each_kind() -> None:
    problems: list[DecodeProblem] = []
    transport = MemoryTransport(lambda _: make_response({"id": 7, "price": "cheap"}))
    async with Ecwid(transport=transport, on_problem=problems.append) as ecwid:
        store = ecwid.store(1003, "secret_x")
        for product_id in (1, 2):
            assert (await store.products.get(product_id)).extra == {"price": "cheap"}
    (problem,) = problems
    assert (problem.operation, problem.path, problem.found) == ("GET /products/{productId}", "price", "text")
    assert ecwid.codec.problems[problem] == 2


def test_on_problem_must_be_a_function() -> None:
    with pytest.raises(ConfigError, match="on_problem is a list: pass a function"):
        Ecwid(on_problem=[])  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "value"), [("cache", MemoryCache), ("limiter", MemoryLimiter)])
def test_a_class_whose_parentheses_are_missing_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ConfigError, match=rf"{name} is the class {value.__name__}: pass {value.__name__}\(\)"):
        Ecwid(**{name: value})
