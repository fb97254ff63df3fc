"""A token survives a round trip, and is refused if it is damaged or belongs to another list."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecwid_async import Ecwid
from ecwid_async.errors import ConfigError
from ecwid_async.primitives.checksummed_lines import add_checksum
from ecwid_async.sandbox import Sandbox, Switches
from ecwid_async.scan.coverage import OrderedCoverage, Slice
from ecwid_async.scan.token import Position, decode_token, encode_token, list_fingerprint
from tests.scan.lists import KINDS, Row
from tests.scan.world import START, STORE, TOKEN, Scene, World

FINGERPRINT = list_fingerprint(1003, "GET /products", {"sortBy": "ADDED_TIME_ASC"})


def position(coverage: OrderedCoverage) -> Position:
    return Position.of(
        coverage, fingerprint=FINGERPRINT, omitted=False, omitted_seen=True, settled=900, recent_from=None, done=3
    )


def covered(*times: int) -> OrderedCoverage:
    coverage = OrderedCoverage(rising=True)
    assert coverage.join(Slice(0, 1000, list(range(len(times))), times))
    return coverage


def test_a_position_survives_a_round_trip() -> None:
    here = position(covered(5, 7, 7))
    assert decode_token(encode_token(here), FINGERPRINT) == here
    coverage = OrderedCoverage()
    here.restore(coverage)
    assert (coverage.total, coverage.rising, coverage.start, coverage.end, coverage.last) == (1000, True, 1, 3, 7)
    assert coverage.group == {1, 2}


def test_a_position_covers_what_was_created_before_its_last_second() -> None:
    here = position(covered(5, 7, 7))
    assert [here.covers(second) for second in (6, 7, 8, None)] == [True, False, False, False]
    falling = OrderedCoverage()
    falling.join(Slice(0, 1000, [1, 2], [9, 7]))
    assert [position(falling).covers(second) for second in (6, 7, 8, None)] == [False, False, True, False]
    assert not position(OrderedCoverage()).covers(5)


def test_a_position_in_a_large_group_keeps_only_its_start() -> None:
    here = position(covered(5, *[7] * 65))
    assert (here.start, here.end, here.group) == (1, 1, ())
    assert len(position(covered(5, *[7] * 64)).group) == 64


def test_the_fingerprint_ignores_the_requested_fields() -> None:
    params = {"sortBy": "ADDED_TIME_ASC"}
    assert list_fingerprint(1003, "GET /products", {**params, "responseFields": "items(id)"}) == FINGERPRINT
    for other in ((1004, "GET /products", params), (1003, "GET /orders", params), (1003, "GET /products", {})):
        assert list_fingerprint(*other) != FINGERPRINT


def test_a_token_of_another_list_is_refused() -> None:
    rows = tuple(Row(number=n, created=START - 9000 + n, updated=START - 9000 + n) for n in range(1, 30))
    world = World(KINDS["products"], Scene(rows=rows, switches=Switches(page_size=4), ordered=True, output="raw"))

    async def read() -> str:
        async with world.scan() as scan:
            async for _ in scan.raw():
                break
            return scan.token

    token = world.run(read())
    store = Ecwid(transport=world).store(STORE, TOKEN)
    assert store.products.scan(resume=token).token == token
    for other in (store.orders.scan, store.products.search(enabled=True).scan):
        with pytest.raises(ConfigError, match="another list"):
            other(resume=token)
    with pytest.raises(ConfigError, match="another list"):
        Ecwid(transport=world).store(STORE + 1, TOKEN).products.scan(resume=token)
    for wrong in ("products", token[:-5], "äöü"):
        with pytest.raises(ConfigError, match="not a valid scan token"):
            store.products.scan(resume=wrong)


def _interrupted_scan_token() -> str:
    rows = tuple(Row(number=n, created=START - 9000 + n, updated=START - 9000 + n) for n in range(1, 30))
    world = World(KINDS["products"], Scene(rows=rows, switches=Switches(page_size=4), ordered=True, output="raw"))

    async def read() -> str:
        async with world.scan() as scan:
            pages = scan.raw()
            await anext(pages)
            await anext(pages)
            return scan.token

    return world.run(read())


GOOD_TOKEN = _interrupted_scan_token()


def check_refused(token: str) -> None:
    products = Ecwid(transport=Sandbox()).store(STORE, TOKEN).products
    try:
        scan = products.scan(resume=token)
    except ConfigError as error:
        assert "resume is not a valid scan token" in str(error)  # noqa: PT017
    else:
        assert scan.token in {GOOD_TOKEN, ""} or token == "end"


def test_a_token_with_any_bit_changed_or_cut_off_anywhere_is_refused() -> None:
    for at in range(len(GOOD_TOKEN)):
        check_refused(GOOD_TOKEN[:at])
        for bit in range(8):
            check_refused(GOOD_TOKEN[:at] + chr(ord(GOOD_TOKEN[at]) ^ 1 << bit) + GOOD_TOKEN[at + 1 :])


@pytest.mark.chaos
@given(
    token=st.one_of(
        st.text(),
        st.binary().map(lambda content: base64.urlsafe_b64encode(content).decode()),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=3),
            lambda inner: st.lists(inner, max_size=12),
            max_leaves=20,
        ).map(lambda data: base64.urlsafe_b64encode(add_checksum(json.dumps(data).encode())).decode()),
    )
)
def test_arbitrary_text_is_refused_as_a_token(token: str) -> None:
    check_refused(token)
