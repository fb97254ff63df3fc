"""The cookie: what was signed comes back, and nothing else does."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecwid_async.apps import IncomingRequest
from ecwid_async.apps.oauth.addresses import is_local_path
from ecwid_async.apps.oauth.flow_cookie import Flow, FlowCookies
from ecwid_async.wire import Headers
from tests.sandbox.api import Clock

NAME = "__Host-ecwid_install"


def cookies(*keys: str, client_id: str = "app", clock: Clock | None = None) -> FlowCookies:
    return FlowCookies(keys or ("key",), client_id, lifetime=900, clock=clock or Clock())


def value_of(source: FlowCookies, flow: Flow) -> str:
    return source.header(flow)[1].partition(";")[0].partition("=")[2]


def request(*cookie_headers: str) -> IncomingRequest:
    return IncomingRequest(method="GET", path="/", headers=Headers(("cookie", header) for header in cookie_headers))


@given(user=st.none() | st.text(min_size=1, max_size=200), path=st.none() | st.sampled_from(["/", "/a?b=c", '/;,"']))
def test_a_flow_comes_back_as_it_was(user: str | None, path: str | None) -> None:
    source = cookies()
    try:
        flow = source.begin(user, path)
        value = value_of(source, flow)
    except ValueError:
        assert user is not None
        assert not user.isascii()  # half a surrogate pair
        return
    assert source.read(request(f"other=1; {NAME}={value}; last=2")) == flow
    assert flow.state not in repr(flow)


@given(data=st.data())
@settings(max_examples=200)
def test_a_changed_cookie_is_not_read(data: st.DataObject) -> None:
    source = cookies()
    value = value_of(source, source.begin("alice"))
    position = data.draw(st.integers(0, len(value) - 1))
    changed = value[:position] + data.draw(st.characters(max_codepoint=255)) + value[position + 1 :]
    found = source.read(request(f"{NAME}={changed}"))
    # The last character of Base64 has bits that decode to nothing; the text is compared, not the bytes.
    assert found is None or changed == value


@given(st.text(alphabet=st.characters(max_codepoint=255)))
def test_any_other_cookie_is_not_read(value: str) -> None:
    assert cookies().read(request(f"{NAME}={value}")) is None


def test_a_cookie_lives_for_a_while() -> None:
    clock = Clock()
    source = cookies(clock=clock)
    header = f"{NAME}={value_of(source, source.begin())}"
    clock.now += 899
    assert source.read(request(header)) is not None
    clock.now += 1
    assert source.read(request(header)) is None


def test_a_cookie_that_occurs_twice_is_not_read() -> None:
    source = cookies()
    one, two = (f"{NAME}={value_of(source, source.begin(user))}" for user in ("alice", "mallory"))
    assert source.read(request(f"{one}; {two}")) is None
    assert source.read(request(one, two)) is None
    assert source.read(request()) is None


def test_keys_are_rotated() -> None:
    old = cookies("old")
    header = f"{NAME}={value_of(old, old.begin())}"
    assert cookies("new", "old").read(request(header)) is not None
    assert cookies("new").read(request(header)) is None
    assert cookies("old", client_id="other").read(request(header)) is None


@given(st.text())
def test_a_local_path_stays_on_the_site(path: str) -> None:
    if is_local_path(path):
        assert path.startswith("/")
        assert not path.startswith(("//", "/\\"))
        assert path.isascii()
        assert path.isprintable()


@pytest.mark.parametrize("path", ["/", "/a", "/a?b=c#d", "/.//evil.example", "/%2f%2fevil.example"])
def test_paths_of_the_site(path: str) -> None:
    assert is_local_path(path)
