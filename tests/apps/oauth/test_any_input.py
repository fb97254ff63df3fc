"""Whatever a browser or a server sends is read, or refused with our own error."""

import json

from hypothesis import given
from hypothesis import strategies as st

from ecwid_async.apps import Grant, IncomingRequest, InstallError
from ecwid_async.apps.oauth.callback import read_callback
from ecwid_async.apps.oauth.grant import GrantProblem, describe_refusal, read_grant

NAMES = st.sampled_from(["code", "store_id", "state", "error", "%63ode", "", "x"])
VALUES = st.text() | st.sampled_from(["1003", "%00", "%ff", "%C3", "%D9%A1", "+", "a%20b", "1e3", "0x1"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
FIELDS = ("access_token", "token_type", "scope", "store_id", "public_token", "email", "error", "error_description")


@given(st.text() | st.lists(st.tuples(NAMES, VALUES)).map(lambda pairs: "&".join("=".join(pair) for pair in pairs)))
def test_any_query_is_a_callback_or_refused(query: str) -> None:
    try:
        callback = read_callback(IncomingRequest(method="GET", path="/", query=query))
    except InstallError:
        return
    assert (callback.code is None) != (callback.error is None)
    assert callback.code is None or (callback.code.isascii() and callback.code.isprintable())
    assert callback.store_id is None or callback.store_id > 0
    assert callback.error is None or callback.error.isprintable()


@given(st.binary() | st.dictionaries(st.sampled_from(FIELDS), JSON).map(lambda data: json.dumps(data).encode()))
def test_any_body_is_a_grant_or_a_problem(body: bytes) -> None:
    found = read_grant(body)
    assert isinstance(found, Grant | GrantProblem)
    if isinstance(found, Grant):
        assert found.access_token.isprintable()
        assert found.store_id > 0
    assert isinstance(describe_refusal(body), str)
