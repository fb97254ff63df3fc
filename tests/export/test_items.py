"""Splitting responses into items, which are written byte for byte."""

import re

import pytest

from ecwid_async.errors import DecodeError, NotSent
from ecwid_async.export import export_store
from ecwid_async.transport.memory import make_response
from ecwid_async.wire import Response

from .conftest import PRODUCTS, TOKEN
from .helpers import file_names, read_ids


async def test_items_are_written_byte_for_byte(store, shop, tmp_path):
    item = '{ "id" : 7, "price": 1.10, "weight":642.404477130936000, "name":"ÄÖ\\u00fc", "new":[ ] }'.encode()
    shop.intercept = lambda request: make_response(b'{"total":2,"count":2,"items":[{"id":1},%s]}' % item)
    await export_store(store, ["products"], tmp_path)
    assert (tmp_path / "products.jsonl").read_bytes() == b'{"id":1}\n' + item + b"\n"


async def test_the_profile_is_one_line(store, shop, tmp_path):
    shop.intercept = lambda request: make_response(b'{\n  "generalInfo": {"storeId": 1003}\n}\n')
    manifest = await export_store(store, ["profile"], tmp_path)
    assert (tmp_path / "profile.jsonl").read_bytes() == b'{   "generalInfo": {"storeId": 1003} }\n'
    assert (manifest.sections["profile"].item_count, manifest.sections["profile"].reported_total) == (1, None)


@pytest.mark.parametrize("body", [b"<html>maintenance</html>", b"[]", b'"profile"'])
async def test_a_profile_that_is_not_an_object_is_an_error(store, shop, tmp_path, body):
    shop.intercept = lambda request: make_response(body)
    with pytest.raises(DecodeError, match="GET /profile"):
        await export_store(store, ["profile"], tmp_path)
    assert file_names(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "body"),
    [("payment_options", b'[{"id":"a"},{"id":"b"}]'), ("staff", b'{"staffList":[{"id":"a"},{"id":"b"}]}')],
)
async def test_a_list_in_one_response_is_split_into_lines(store, shop, tmp_path, name, body):
    shop.intercept = lambda request: make_response(body)
    manifest = await export_store(store, [name], tmp_path)
    assert read_ids(tmp_path / f"{name}.jsonl") == ["a", "b"]
    assert (manifest.sections[name].item_count, manifest.sections[name].reported_total) == (2, 2)


@pytest.mark.parametrize("fields", [None, {"products": "name"}])
async def test_half_an_emoji_is_written_byte_for_byte(store, shop, tmp_path, fields):
    names = [rb'"nice \ud83d"', rb'"\uDE00 \\ud83d \ud83d\ude00"', b'"a \xf4\x8f\xbf\xbf"', b'"b"']
    sent = [b'{"id":%d,"name":%s}' % (number, name) for number, name in enumerate(names)]
    shop.intercept = lambda request: make_response(b'{"total":4,"count":4,"items":[%s]}' % b",".join(sent))
    await export_store(store, ["products"], tmp_path, fields=fields)
    written = (tmp_path / "products.jsonl").read_bytes().splitlines()
    assert written == (sent if fields is None else [b'{"name":%s}' % name for name in names])


@pytest.mark.parametrize("format_", ["jsonl", "csv"])
async def test_an_export_with_half_an_emoji_is_resumed(client, shop, tmp_path, format_):
    """Every product whose number ends in 7 has half an emoji in its name."""
    shop.add(1004)
    shop.sandbox.stores[1004].load("products", (shop.product(number) for number in range(700, 1100)))
    half = rb'"name":"nice \ud83d"'

    def with_half_emojis(request):
        response = shop.sandbox.handle(request)
        body = re.sub(rb'"name":"Product \d*7"', lambda _: half, response.body)
        return Response(response.status, response.headers, body)

    count = 0

    def fail_after_5(request):
        nonlocal count
        count += 1
        if count > 5:
            raise NotSent("the cable was pulled", request=request)
        return with_half_emojis(request)

    shop.intercept = fail_after_5
    with pytest.raises(NotSent):
        await export_store(client.store(1004, TOKEN), ["products"], tmp_path, format=format_)
    shop.intercept = with_half_emojis
    manifest = await export_store(client.store(1004, TOKEN), ["products"], tmp_path, format=format_)
    record = manifest.sections["products"]
    assert (record.resume_count, record.item_count) == (1, PRODUCTS + 400)
    text = (tmp_path / f"products.{format_}").read_text()
    assert text.count("nice \\ud83d" if format_ == "jsonl" else "nice \ufffd") == record.item_count // 10


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("profile", rb'{"a":"\ud83d"}'),
        ("payment_options", rb'[{"id":"a","b":"\ud83d"}]'),
        ("staff", rb'{"staffList":[{"id":"\ud83d"}]}'),
    ],
)
async def test_half_an_emoji_in_a_single_response_is_written_byte_for_byte(store, shop, tmp_path, name, body):
    shop.intercept = lambda request: make_response(body)
    await export_store(store, [name], tmp_path)
    assert rb"\ud83d" in (tmp_path / f"{name}.jsonl").read_bytes()
