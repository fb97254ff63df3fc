"""Sections that are a single response."""

import pytest

from ecwid_async.changes import Cursor
from ecwid_async.errors import DecodeError
from ecwid_async.sections import SECTIONS
from ecwid_async.sync.snapshots import read_snapshot
from ecwid_async.transport.memory import make_response

from .shop import HOUR, MINUTE, STORE, Shop

LAG = 300.0


@pytest.fixture
def shop():
    return Shop()


@pytest.fixture
def respond(shop, monkeypatch):
    """Sets the response of the server."""

    def respond(body):
        async def send(request):
            return make_response(body, headers={"Date": _date(shop.now)})

        monkeypatch.setattr(shop.sandbox, "send", send)

    return respond


def _date(now):
    from email.utils import formatdate

    return formatdate(now, usegmt=True)


async def read(shop, name="payment_options", *, key="id", cursor=None, known=()):
    return await read_snapshot(shop.store(), SECTIONS[name], key, cursor=cursor, known=known, lag=LAG, clock=shop.clock)


async def test_a_response_is_split_into_items_with_their_exact_bytes(shop, respond):
    respond(b'[{"id":"a", "x":1.10},{"id":"b"}]')
    batch = await read(shop)
    assert [bytes(item) for item in batch.items] == [b'{"id":"a", "x":1.10}', b'{"id":"b"}']
    assert (batch.ids, batch.updated) == (["a", "b"], [None, None])
    assert batch.read.begin == pytest.approx(shop.now - LAG, abs=5)
    assert batch.cursor.since == int(batch.read.begin)


async def test_an_item_is_deleted_once_two_responses_more_than_the_lag_apart_lack_it(shop, respond):
    respond(b'[{"id":"a"}]')
    first = await read(shop, known=["a", "b"])
    assert (first.deletions, list(first.cursor.absent)) == ([], ["b"])
    shop.wait(4 * MINUTE)
    second = await read(shop, cursor=first.cursor, known=["a", "b"])
    assert (second.deletions, second.cursor.absent) == ([], first.cursor.absent)
    shop.wait(2 * MINUTE)
    third = await read(
        shop,
        cursor=Cursor.from_json(second.cursor.to_json(), store_id=STORE, operation=second.cursor.operation),
        known=["a", "b"],
    )
    assert [(deletion.id, deletion.evidence) for deletion in third.deletions] == [("b", "listings")]
    assert third.cursor.absent == {}


async def test_an_item_that_comes_back_is_not_absent(shop, respond):
    respond(b'[{"id":"a"}]')
    batch = await read(shop, known=["a", "b"])
    respond(b'[{"id":"a"},{"id":"b"}]')
    shop.wait(HOUR)
    batch = await read(shop, cursor=batch.cursor, known=["a", "b"])
    assert (batch.deletions, batch.cursor.absent) == ([], {})


async def test_an_id_is_the_same_as_a_number_and_as_text(shop, respond):
    respond(b'[{"id":7}]')
    assert (await read(shop, known=["7"])).cursor.absent == {}


async def test_a_single_object_has_the_id_of_the_store_and_comes_from_no_search(shop, respond):
    respond(b'{"generalInfo":{}}')
    batch = await read(shop, "profile", key=None)
    assert (batch.ids, batch.kind) == ([STORE], "get")
    assert batch.read.begin > shop.now - LAG


@pytest.mark.parametrize("body", [b'[{"name":"no id"}]', b'[{"id":null}]', b'{"id":1}', b"<html>", b"[1]"])
async def test_a_response_of_another_shape_is_an_error(shop, respond, body):
    respond(body)
    with pytest.raises(DecodeError, match="GET /profile/paymentOptions"):
        await read(shop)


async def test_half_an_emoji_in_an_item_does_not_hide_its_id(shop, respond):
    respond(rb'[{"id":"a","title":"nice \ud83d"}]')
    assert (await read(shop)).ids == ["a"]


async def test_a_mirror_follows_order_statuses(shop, sqlite_url):
    async with shop.mirror(sqlite_url) as mirror:
        await mirror.sync(shop.store(), only=["checkout_extra_fields"])
        created = shop.api.call("POST", "/profile/extrafields", {"key": "gift", "title": "Gift", "type": "TEXT"})
        assert created
        shop.wait(HOUR)
        await mirror.sync(shop.store(), only=["checkout_extra_fields"])
        rows = await shop.rows(mirror, "checkout_extra_fields")
        assert rows["gift"]["title"] == "Gift"
        shop.api.call("DELETE", "/profile/extrafields/gift")
        for _ in range(2):
            shop.wait(HOUR)
            await mirror.sync(shop.store(), only=["checkout_extra_fields"])
        assert await shop.deleted(mirror, "checkout_extra_fields") == {"gift"}
