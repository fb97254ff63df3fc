import asyncio
import csv
import errno
import gc
import gzip
import hashlib
import io
import json
import os
import re
import signal
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import anyio
import attrs
import msgspec
import pyarrow.parquet as pq
import pytest

from ecwid_async import Ecwid
from ecwid_async.errors import ConfigError, DecodeError, Forbidden, NotSent, ScanDrifted
from ecwid_async.export import (
    ALL_SECTIONS,
    DEFAULT_SECTIONS,
    SECTIONS,
    FormatOptions,
    OutputError,
    export_store,
    export_stores,
    find_sections,
    part_file,
)
from ecwid_async.models.products import ProductDraft
from ecwid_async.pages import Pages
from ecwid_async.transport.memory import make_response
from ecwid_async.wire import Response

from .conftest import PRODUCTS, TOKEN


@attrs.frozen
class Choice:
    name: str | None


@attrs.frozen
class Row:
    sku: str
    options: list[Choice]


def items(path):
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def ids(path):
    return [item["id"] for item in items(path)]


def files(folder):
    return sorted(path.name for path in folder.iterdir())


def refused(code, status=403):
    return make_response({"errorCode": code}, status=status)


async def test_items_are_written_byte_for_byte(store, shop, tmp_path):
    odd = '{ "id" : 7, "price": 1.10, "weight":642.404477130936000, "name":"ÄÖ\\u00fc", "new":[ ] }'.encode()
    shop.before = lambda request: make_response(b'{"total":2,"count":2,"items":[{"id":1},%s]}' % odd)
    await export_store(store, ["products"], tmp_path)
    assert (tmp_path / "products.jsonl").read_bytes() == b'{"id":1}\n' + odd + b"\n"


async def test_the_manifest_tells_what_is_in_the_files(store, shop, tmp_path):
    moments = iter(datetime(2026, 11, 21, 12, 0, second, tzinfo=UTC) for second in range(60))
    manifest = await export_store(
        store,
        ["products"],
        tmp_path,
        fields={"products": "id,name"},
        where={"products": {"enabled": True, "created_from": datetime(2020, 1, 1, tzinfo=UTC)}},
        now=lambda: next(moments),
    )
    assert files(tmp_path) == ["manifest.json", "products.jsonl"]
    content = (tmp_path / "products.jsonl").read_bytes()
    told = json.loads((tmp_path / "manifest.json").read_bytes())
    assert told == msgspec.to_builtins(manifest)
    assert (told["store_id"], told["library_version"]) == (1003, "0.1.0")
    record = told["sections"]["products"]
    assert record["where"] == {"enabled": True, "created_from": "2020-01-01T00:00:00Z"}
    assert (record["file"], record["format"], record["fields"]) == ("products.jsonl", "jsonl", "id,name")
    assert record["item_count"] == record["reported_total"] == len(content.splitlines()) == PRODUCTS * 2 // 3
    assert (record["size_bytes"], record["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert record["request_count"] == len(shop.requests)
    assert "order of creation" in record["proof"]
    assert told["started_at"] <= record["started_at"] < record["finished_at"] <= told["finished_at"]
    assert record["items_per_second"] == pytest.approx(record["item_count"] / record["seconds"], rel=0.1)


async def test_progress_is_told_page_by_page(store, shop, tmp_path):
    told = []
    await export_store(store, ["products"], tmp_path, on_progress=told.append)
    assert [step.done for step in told] == sorted(step.done for step in told)
    assert len(told) > PRODUCTS // 100
    assert {step.total for step in told} == {PRODUCTS}
    assert told[-1].done == PRODUCTS


async def test_pages_that_are_read_again_are_told(client, shop, tmp_path):
    """As those of a list that tells no times: twice at least."""
    shop.add(1004)
    shop.sandbox.stores[1004].load("categories", ({"id": number} for number in range(10, 3010)))
    told = []
    await export_store(client.store(1004, TOKEN), ["categories"], tmp_path, on_progress=told.append)
    assert told[3].note == ""
    assert told[-2].note.endswith("pages read again")


async def test_an_empty_list_makes_an_empty_file(client, shop, tmp_path):
    shop.add(1004, products=0)
    manifest = await export_store(client.store(1004, TOKEN), ["products"], tmp_path)
    assert (tmp_path / "products.jsonl").read_bytes() == b""
    assert (manifest.sections["products"].item_count, manifest.sections["products"].reported_total) == (0, 0)


async def test_an_item_without_an_id_is_an_error_and_no_file(store, shop, tmp_path):
    shop.before = lambda request: make_response({"total": 1, "items": [{"name": "who am I"}]})
    with pytest.raises(DecodeError, match=r"GET /products: expected an id"):
        await export_store(store, ["products"], tmp_path)
    assert files(tmp_path) == []


async def test_a_list_that_can_t_be_known_to_be_whole_is_an_error_and_no_file(store, shop, tmp_path):
    number = 0

    def always_others(request):
        nonlocal number
        number += 10
        rows = [{"id": number + row} for row in range(10)]
        return make_response({"total": 20, "count": 10, "items": rows})

    shop.before = always_others
    with pytest.raises(ScanDrifted):
        await export_store(store, ["promotions"], tmp_path)
    assert files(tmp_path) == []


async def test_hidden_rows_are_in_the_files(store, shop, tmp_path):
    await export_store(store, ["categories"], tmp_path)
    assert sorted(ids(tmp_path / "categories.jsonl")) == [1, 2, 3, 4, 5, 6]


async def test_the_profile_is_one_line(store, shop, tmp_path):
    shop.before = lambda request: make_response(b'{\n  "generalInfo": {"storeId": 1003}\n}\n')
    manifest = await export_store(store, ["profile"], tmp_path)
    assert (tmp_path / "profile.jsonl").read_bytes() == b'{   "generalInfo": {"storeId": 1003} }\n'
    assert (manifest.sections["profile"].item_count, manifest.sections["profile"].reported_total) == (1, None)


@pytest.mark.parametrize("body", [b"<html>maintenance</html>", b"[]", b'"profile"'])
async def test_a_profile_that_is_no_object_is_an_error(store, shop, tmp_path, body):
    shop.before = lambda request: make_response(body)
    with pytest.raises(DecodeError, match="GET /profile"):
        await export_store(store, ["profile"], tmp_path)
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "body"),
    [("payment_options", b'[{"id":"a"},{"id":"b"}]'), ("staff", b'{"staffList":[{"id":"a"},{"id":"b"}]}')],
)
async def test_a_list_that_comes_in_one_answer_is_cut_into_lines(store, shop, tmp_path, name, body):
    shop.before = lambda request: make_response(body)
    manifest = await export_store(store, [name], tmp_path)
    assert ids(tmp_path / f"{name}.jsonl") == ["a", "b"]
    assert (manifest.sections[name].item_count, manifest.sections[name].reported_total) == (2, 2)


async def test_every_section_is_read_from_a_whole_store(store, shop, tmp_path):
    manifest = await export_store(store, ALL_SECTIONS, tmp_path)
    assert list(manifest.sections) == list(SECTIONS)
    assert files(tmp_path) == sorted([*(f"{name}.jsonl" for name in SECTIONS), "manifest.json"])


async def test_each_section_names_the_class_that_its_search_reads(store):
    for section in SECTIONS.values():
        source = section.read_method(store)()
        reads = source._item if isinstance(source, Pages) else source._result_type
        assert reads in (section.model(), list[section.model()])
        assert source.request.options.operation.startswith("GET /")


async def test_one_refused_section_keeps_every_other_file_away_too(store, shop, tmp_path):
    """The folder holds one export, whole, or what it held before."""
    (tmp_path / "products.jsonl").write_text("before")
    shop.before = lambda request: refused("INSUFFICIENT_APP_SCOPE") if request.path.endswith("/orders") else None
    with pytest.raises(Forbidden):
        await export_store(store, ["products", "orders"], tmp_path)
    assert [name for name in files(tmp_path) if not name.startswith(".")] == ["products.jsonl"]
    assert (tmp_path / "products.jsonl").read_text() == "before"


async def test_refused_sections_are_left_out_on_request_and_told(store, shop, tmp_path):
    codes = {"/orders": refused("INSUFFICIENT_APP_SCOPE"), "/promotions": refused("FEATURE_NOT_AVAILABLE", 402)}
    shop.before = lambda request: codes.get(request.path.removeprefix("/1003"))
    manifest = await export_store(store, ["orders", "products", "promotions"], tmp_path, skip_refused=True)
    assert list(manifest.sections) == ["products"]
    assert sorted(manifest.refused) == ["orders", "promotions"]
    assert "INSUFFICIENT_APP_SCOPE" in manifest.refused["orders"]
    assert files(tmp_path) == ["manifest.json", "products.jsonl"]


class TestFields:
    async def test_only_those_are_asked_for_and_written(self, store, shop, tmp_path):
        await export_store(store, ["products"], tmp_path, fields={"products": "id,name,options(name,choices(text))"})
        (size,) = items(tmp_path / "products.jsonl")[0]["options"]
        assert size == {"name": "Size", "choices": [{"text": "L"}]}
        assert all(item.keys() == {"id", "name", "options"} for item in items(tmp_path / "products.jsonl"))
        assert all("sku" not in dict(request.params)["responseFields"] for request in shop.requests)

    async def test_what_tells_items_apart_is_asked_for_and_not_written(self, store, shop, tmp_path):
        await export_store(store, ["products"], tmp_path, fields={"products": "sku"})
        assert items(tmp_path / "products.jsonl")[1] == {"sku": "S2"}
        assert len(items(tmp_path / "products.jsonl")) == PRODUCTS
        assert files(tmp_path) == ["manifest.json", "products.jsonl"]

    async def test_names_are_those_of_python_or_of_the_api(self, store, shop, tmp_path):
        await export_store(store, ["products"], tmp_path, fields={"products": "create_timestamp,updateTimestamp"})
        assert items(tmp_path / "products.jsonl")[0].keys() == {"createTimestamp", "updateTimestamp"}

    async def test_a_class_of_the_callers_says_what_is_wanted(self, store, shop, tmp_path):
        await export_store(store, ["products"], tmp_path, fields={"products": Row})
        assert items(tmp_path / "products.jsonl")[1] == {"sku": "S2", "options": [{"name": "Size"}]}
        await export_store(store, ["products"], tmp_path / "p.csv", fields={"products": Row})
        assert (tmp_path / "p.csv").read_text().splitlines()[0] == "sku,options,_extra"

    async def test_a_class_that_can_t_hold_what_comes_is_refused(self, store, shop, tmp_path):
        @attrs.frozen
        class Wrong:
            skuu: str

        with pytest.raises(TypeError, match="sku"):
            await export_store(store, ["products"], tmp_path, fields={"products": Wrong})
        assert shop.requests == []

    async def test_a_document_is_cut_too(self, store, shop, tmp_path):
        shop.sandbox.stores[1003].profile = {"generalInfo": {"storeId": 1003, "storeUrl": "x"}, "account": {}}
        await export_store(store, ["profile"], tmp_path, fields={"profile": "general_info(store_id)"})
        assert items(tmp_path / "profile.jsonl") == [{"generalInfo": {"storeId": 1003}}]

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ("id,nmae", "products has no field 'nmae'. Did you mean name?"),
            ("optoins", "Did you mean options?"),
            ("createTimestmp", "Did you mean create_timestamp?"),
            ("options(nam)", "products.options has no field 'nam'. Did you mean name?"),
            ("name(first)", "products.name has no fields of its own"),
            ("id,,name", "can't be read"),
        ],
    )
    async def test_a_wrong_name_is_refused_before_anything_is_sent(self, store, shop, tmp_path, fields, said):
        with pytest.raises(ConfigError) as caught:
            await export_store(store, ["products"], tmp_path, fields={"products": fields})
        assert said in str(caught.value)
        assert shop.requests == []

    async def test_fields_of_a_section_that_is_not_exported_are_an_error(self, store, shop, tmp_path):
        with pytest.raises(ConfigError, match="'orders' is not a section that this run exports: products"):
            await export_store(store, ["products"], tmp_path, fields={"orders": "id"})

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            ({"sections": "products"}, "sections is a list of names: give ['products']"),
            ({"fields": "id,name"}, 'fields has an entry for each section, such as {"products": "id,name"}'),
            ({"where": "enabled=true"}, 'where has an entry for each section, such as {"products": {"enabled": True}}'),
            ({"fields": {"products": ["id"]}}, 'the fields of products are text such as "id,name", or a class'),
        ],
        ids=str,
    )
    async def test_arguments_of_another_shape_are_refused_with_the_right_one(
        self, store, shop, tmp_path, arguments, said
    ):
        with pytest.raises(ConfigError) as caught:
            await export_store(store, **{"sections": ["products"], "out": tmp_path} | arguments)
        assert said in str(caught.value)
        assert shop.requests == []


class TestWhere:
    async def test_only_what_matches_is_written(self, store, shop, tmp_path):
        await export_store(
            store, ["products"], tmp_path, where={"products": {"created_from": 1_700_000_000 + 60 * 600}}
        )
        assert ids(tmp_path / "products.jsonl") == list(range(600, PRODUCTS + 1))

    @pytest.mark.parametrize(
        ("where", "said"),
        [
            ({"update_from": 1}, "products can't be searched by 'update_from'. Did you mean updated_from?"),
            ({"limit": 5}, "can't be searched by 'limit'"),
            ({"updated_from": datetime(2024, 1, 1)}, "products: updatedFrom needs a datetime with a zone"),
        ],
    )
    async def test_what_can_t_be_searched_for_is_refused_before_anything_is_sent(
        self, store, shop, tmp_path, where, said
    ):
        with pytest.raises(ConfigError) as caught:
            await export_store(store, ["products"], tmp_path, where={"products": where})
        assert said in str(caught.value)
        assert shop.requests == []


class TestOut:
    async def test_one_section_goes_into_one_file_whose_name_tells_the_format(self, store, shop, tmp_path):
        manifest = await export_store(store, ["products"], tmp_path / "p.jsonl.gz")
        assert files(tmp_path) == ["p.jsonl.gz", "p.jsonl.gz.manifest.json"]
        assert len(gzip.decompress((tmp_path / "p.jsonl.gz").read_bytes()).splitlines()) == PRODUCTS
        assert manifest.sections["products"].format == "jsonl.gz"

    async def test_a_folder_takes_files_of_the_format(self, store, shop, tmp_path):
        await export_store(store, ["products", "profile"], tmp_path, format="jsonl.gz")
        assert files(tmp_path) == ["manifest.json", "products.jsonl.gz", "profile.jsonl.gz"]

    async def test_one_section_goes_into_a_stream_that_stays_open(self, store, shop):
        stream = io.BytesIO()
        manifest = await export_store(store, ["products"], stream)
        record = manifest.sections["products"]
        assert (record.file, record.size_bytes) == (None, len(stream.getvalue()))
        assert record.sha256 == hashlib.sha256(stream.getvalue()).hexdigest()
        assert len(stream.getvalue().splitlines()) == PRODUCTS

    @pytest.mark.parametrize(
        ("sections", "out", "format_", "said"),
        [
            (
                ["products", "orders"],
                "all.jsonl",
                None,
                "all.jsonl is one file, and there are 2 sections: name a folder",
            ),
            (["products"], "p.csv", "parquet", "p.csv is the name of a csv file, but format is parquet"),
        ],
    )
    async def test_a_name_that_does_not_fit_is_refused(self, store, shop, tmp_path, sections, out, format_, said):
        with pytest.raises(ConfigError) as caught:
            await export_store(store, sections, tmp_path / out, format=format_)
        assert said in str(caught.value)
        assert shop.requests == []

    @pytest.mark.parametrize("format_", ["jsonl", "jsonl.gz", "csv", "parquet"])
    async def test_a_stream_that_broke_off_gets_no_end_that_looks_like_one(self, store, shop, format_):
        shop.break_after(5)
        stream = io.BytesIO()
        with pytest.raises(NotSent):
            await export_store(store, ["products"], stream, format=format_)
        gc.collect()
        assert not stream.closed
        content = stream.getvalue()
        # The beginning of a Parquet file, and not its end.
        assert content == b"PAR1" or not content.endswith(b"PAR1")
        if format_ == "jsonl.gz":
            with pytest.raises(EOFError):
                gzip.decompress(content)

    @pytest.mark.parametrize(
        "name",
        ["x.json", "x.xlsx", "x.csv.bz2", "x.JSONL", "x.csv.GZ", "x.ndjson", "x.json.gz", "x.7z", "x.parq", ".csv"],
    )
    async def test_a_file_of_no_format_does_not_become_a_folder(self, client, store, shop, tmp_path, name):
        with pytest.raises(ConfigError, match=r"of no format .* end in \.jsonl, .*\.parquet.* create that first"):
            await export_store(store, ["products"], tmp_path / name)
        with pytest.raises(ConfigError, match="looks like the name of a file"):
            await export_stores([store], ["products"], tmp_path / name)
        assert (shop.requests, files(tmp_path)) == ([], [])
        (tmp_path / name).mkdir()
        await export_store(store, ["categories"], tmp_path / name)
        assert files(tmp_path / name) == ["categories.jsonl", "manifest.json"]

    @pytest.mark.parametrize("name", ["2024.01.31", "v1.2", "out", "out.d.5"])
    async def test_a_name_that_ends_in_digits_is_that_of_a_folder(self, store, shop, tmp_path, name):
        await export_store(store, ["categories"], tmp_path / name)
        assert files(tmp_path / name) == ["categories.jsonl", "manifest.json"]

    @pytest.mark.parametrize(
        ("format_", "options", "said"),
        [
            ("jsonl", {"level": 5}, "level is an option of jsonl.gz, jsonl.zst, csv.gz, csv.zst, parquet, but"),
            ("csv", {"level": 99}, "level is an option of"),
            ("parquet", {"level": 99}, "levels from 1 to 22, not 99"),
            ("jsonl", {"spreadsheet_safe": True}, "spreadsheet_safe is an option of csv, csv.gz, csv.zst, but"),
            ("parquet", {"spreadsheet_safe": True}, "but the format is parquet"),
            ("csv", {"decimals": "exact"}, "decimals is an option of parquet, but the format is csv"),
            ("jsonl.gz", {"decimals": "float64"}, "but the format is jsonl.gz"),
            ("xls", {}, "there is no format 'xls'. There are jsonl,"),
        ],
    )
    async def test_an_option_that_the_format_lacks_is_refused(self, store, shop, tmp_path, format_, options, said):
        with pytest.raises(ConfigError) as caught:
            await export_store(store, ["products"], tmp_path, format=format_, options=FormatOptions(**options))
        assert said in str(caught.value)
        with pytest.raises(ConfigError):
            await export_stores([store], ["products"], tmp_path, format=format_, options=FormatOptions(**options))
        assert (shop.requests, files(tmp_path)) == ([], [])

    @pytest.mark.parametrize("options", [{"level": "9"}, {"level": True}, {"spreadsheet_safe": 1}, {"decimals": "no"}])
    def test_so_is_one_that_has_no_such_value(self, options):
        with pytest.raises(ConfigError, match="must be"):
            FormatOptions(**options)

    async def test_several_sections_do_not_go_into_one_stream(self, store, shop):
        with pytest.raises(ConfigError, match="one stream takes one section, and there are 2"):
            await export_store(store, ["products", "orders"], io.BytesIO())


class TestResume:
    @pytest.fixture
    async def whole(self, client, tmp_path):
        """What an export gives that nothing interrupts."""
        await export_store(client.store(1003, TOKEN), ["products"], tmp_path / "whole")
        return ids(tmp_path / "whole" / "products.jsonl")

    @pytest.fixture
    def broken(self, store, shop, tmp_path):
        """Export until the network fails, for the n-th time."""

        async def export(after, out="out", **how):
            shop.mend()
            shop.break_after(after)
            with pytest.raises(NotSent):
                await export_store(store, ["products"], tmp_path / out, **how)
            shop.mend()

        return export

    @pytest.mark.parametrize("after", [2, 3, 5, 7])
    async def test_it_goes_on_where_it_was_broken_off(self, store, shop, tmp_path, whole, broken, after):
        await broken(after)
        manifest = await export_store(store, ["products"], tmp_path / "out")
        assert ids(tmp_path / "out" / "products.jsonl") == whole
        record = manifest.sections["products"]
        assert (record.item_count, record.reported_total, record.resume_count) == (PRODUCTS, PRODUCTS, 1)
        assert files(tmp_path / "out") == ["manifest.json", "products.jsonl"]

    async def test_pages_that_are_done_are_not_read_again(self, store, shop, tmp_path, broken):
        await broken(5)
        await export_store(store, ["products"], tmp_path / "out")
        assert min(shop.offsets()[:-1]) >= 300

    async def test_the_hash_is_that_of_the_whole_file(self, store, shop, tmp_path, broken):
        await broken(4)
        manifest = await export_store(store, ["products"], tmp_path / "out")
        content = (tmp_path / "out" / "products.jsonl").read_bytes()
        assert manifest.sections["products"].sha256 == hashlib.sha256(content).hexdigest()
        assert manifest.sections["products"].size_bytes == len(content)

    async def test_an_item_that_was_changed_meanwhile_is_there_once(self, store, shop, tmp_path, whole, broken):
        await broken(5)
        shop.now += 3600
        await store.products.update(7, ProductDraft(name="Other"))
        await export_store(store, ["products"], tmp_path / "out")
        assert sorted(ids(tmp_path / "out" / "products.jsonl")) == whole

    @pytest.mark.parametrize("format_", ["jsonl.gz", "csv", "parquet"])
    async def test_other_formats_are_made_from_what_was_read(self, store, shop, tmp_path, broken, format_):
        await export_store(store, ["products"], tmp_path / "whole", format=format_)
        await broken(5, format=format_)
        manifest = await export_store(store, ["products"], tmp_path / "out", format=format_)
        assert min(shop.offsets()[:-1]) >= 300
        assert manifest.sections["products"].resume_count == 1
        name = f"products.{format_}"
        assert files(tmp_path / "out") == ["manifest.json", name]
        one, other = (tmp_path / folder / name for folder in ("whole", "out"))
        assert one.read_bytes() == other.read_bytes()

    async def test_fields_without_a_key_are_cut_from_what_was_read(self, store, shop, tmp_path, broken):
        await broken(5, fields={"products": "name"})
        await export_store(store, ["products"], tmp_path / "out", fields={"products": "name"})
        assert min(shop.offsets()[:-1]) >= 300
        names = [item["name"] for item in items(tmp_path / "out" / "products.jsonl")]
        assert (len(names), len(set(names))) == (PRODUCTS, PRODUCTS)

    async def test_sections_that_were_done_are_not_read_again(self, store, shop, tmp_path, broken):
        shop.break_after(3)
        with pytest.raises(NotSent):
            await export_store(store, ["categories", "products"], tmp_path / "out")
        shop.mend()
        told = []
        await export_store(store, ["categories", "products"], tmp_path / "out", on_progress=told.append)
        assert shop.offsets("categories") == []
        assert [step.done for step in told if step.section == "categories"] == [6]
        assert sorted(ids(tmp_path / "out" / "categories.jsonl")) == [1, 2, 3, 4, 5, 6]

    @pytest.mark.parametrize(
        "other", [{"fresh": True}, {"fields": {"products": "id"}}, {"where": {"products": {"enabled": True}}}]
    )
    async def test_what_was_not_asked_like_this_starts_over(self, store, shop, tmp_path, broken, other):
        await broken(5)
        manifest = await export_store(store, ["products"], tmp_path / "out", **other)
        assert 0 in shop.offsets()
        assert manifest.sections["products"].resume_count == 0
        assert files(tmp_path / "out") == ["manifest.json", "products.jsonl"]

    async def test_what_another_server_sent_is_not_gone_on_with(self, shop, tmp_path, broken):
        await broken(5)
        async with Ecwid(transport=shop.transport, base_url="https://other.example", quota=None) as other:
            manifest = await export_store(other.store(1003, TOKEN), ["products"], tmp_path / "out")
        assert min(shop.offsets()) == 0
        assert manifest.sections["products"].resume_count == 0

    @pytest.mark.parametrize("name", ["out", "options"])
    async def test_what_is_no_such_argument_is_refused(self, store, shop, tmp_path, name):
        with pytest.raises(ConfigError, match=f"{name} is a int: give"):
            await export_store(store, ["products"], **({"out": tmp_path} | {name: 7}))
        assert not shop.requests

    async def test_another_format_starts_over_and_leaves_nothing_of_the_one_before(self, store, shop, tmp_path, broken):
        await broken(5, format="jsonl.gz")
        assert ".products.jsonl.gz.spool" in files(tmp_path / "out")
        await export_store(store, ["products"], tmp_path / "out")
        assert files(tmp_path / "out") == ["manifest.json", "products.jsonl"]

    async def test_what_is_older_than_a_day_starts_over(self, store, shop, tmp_path, broken):
        await broken(5)
        later = datetime.now(UTC) + timedelta(hours=25)
        manifest = await export_store(store, ["products"], tmp_path / "out", now=lambda: later)
        assert manifest.sections["products"].resume_count == 0

    @pytest.mark.parametrize("damage", [b"", b"\0" * 50_000])
    async def test_a_log_that_is_not_what_was_noted_starts_over(self, store, shop, tmp_path, whole, broken, damage):
        """As after a power failure, which the checkpoint may survive and the log not."""
        await broken(5)
        (tmp_path / "out" / ".products.jsonl.part").write_bytes(damage)
        manifest = await export_store(store, ["products"], tmp_path / "out")
        assert ids(tmp_path / "out" / "products.jsonl") == whole
        assert manifest.sections["products"].resume_count == 0

    async def test_a_checkpoint_whose_last_line_broke_off_is_used_as_far_as_it_goes(
        self, store, shop, tmp_path, whole, broken
    ):
        await broken(5)
        checkpoint = tmp_path / "out" / ".manifest.json.checkpoint"
        checkpoint.write_bytes(checkpoint.read_bytes()[:-9])
        manifest = await export_store(store, ["products"], tmp_path / "out")
        assert ids(tmp_path / "out" / "products.jsonl") == whole
        assert manifest.sections["products"].resume_count == 1

    async def test_what_was_there_before_stays_until_the_end(self, store, shop, tmp_path, broken):
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "products.jsonl").write_text("before")
        await broken(5)
        assert (tmp_path / "out" / "products.jsonl").read_text() == "before"

    async def test_where_nothing_was_read_nothing_is_left(self, tmp_path, broken):
        await broken(0)
        assert not (tmp_path / "out").exists()

    async def test_two_exports_to_one_place_do_not_mix(self, store, shop, tmp_path):
        outcome = []

        async def export():
            try:
                await export_store(store, ["products"], tmp_path / "out")
                outcome.append("done")
            except OutputError as error:
                outcome.append(str(error))

        async with anyio.create_task_group() as group:
            group.start_soon(export)
            group.start_soon(export)
        said, done = sorted(outcome)
        assert "another export is writing to" in said
        assert done == "done"
        assert len(ids(tmp_path / "out" / "products.jsonl")) == PRODUCTS


class TestText:
    """What is not clean Unicode."""

    @pytest.mark.parametrize("format_", ["jsonl", "jsonl.gz", "csv", "parquet"])
    @pytest.mark.parametrize("stream", [False, True])
    async def test_bytes_that_are_not_utf_8_are_not_published_and_their_item_is_named(
        self, store, shop, tmp_path, format_, stream
    ):
        page = [b'{"id":%d,"name":"%s"}' % (number, b"\xff" if number == 17 else "ü".encode()) for number in range(20)]
        shop.before = lambda request: make_response(b'{"total":20,"count":20,"items":[%s]}' % b",".join(page))
        with pytest.raises(DecodeError) as caught:
            await export_store(store, ["products"], io.BytesIO() if stream else tmp_path, format=format_)
        assert files(tmp_path) == []
        if format_.startswith("jsonl") or not stream:
            assert "expected UTF-8 at the item with id 17" in str(caught.value)

    @pytest.mark.parametrize("fields", [None, {"products": "name"}])
    async def test_half_an_emoji_passes_byte_for_byte(self, store, shop, tmp_path, fields):
        named = [rb'"nice \ud83d"', rb'"\uDE00 \\ud83d \ud83d\ude00"', b'"a \xf4\x8f\xbf\xbf"', b'"b"']
        sent = [b'{"id":%d,"name":%s}' % (number, name) for number, name in enumerate(named)]
        shop.before = lambda request: make_response(b'{"total":4,"count":4,"items":[%s]}' % b",".join(sent))
        await export_store(store, ["products"], tmp_path, fields=fields)
        written = (tmp_path / "products.jsonl").read_bytes().splitlines()
        assert written == (sent if fields is None else [b'{"name":%s}' % name for name in named])

    @pytest.mark.parametrize("format_", ["jsonl", "csv"])
    async def test_an_export_of_it_is_resumed(self, client, shop, tmp_path, format_):
        """Of the category 7 a half comes, wherever it is in the list."""
        shop.add(1004)
        shop.sandbox.stores[1004].load("products", (shop.product(number) for number in range(700, 1100)))
        half = rb'"name":"nice \ud83d"'

        def broken(request):
            body = shop.sandbox.handle(request)
            return Response(body.status, body.headers, re.sub(rb'"name":"Product \d*7"', lambda _: half, body.body))

        seen = 0

        def break_off(request):
            nonlocal seen
            seen += 1
            if seen > 5:
                raise NotSent("the cable was pulled", request=request)
            return broken(request)

        shop.before = break_off
        with pytest.raises(NotSent):
            await export_store(client.store(1004, TOKEN), ["products"], tmp_path, format=format_)
        shop.before = broken
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
    async def test_also_where_a_section_is_one_answer(self, store, shop, tmp_path, name, body):
        shop.before = lambda request: make_response(body)
        await export_store(store, [name], tmp_path)
        assert rb"\ud83d" in (tmp_path / f"{name}.jsonl").read_bytes()

    async def test_nor_where_a_section_is_one_answer(self, store, shop, tmp_path):
        shop.before = lambda request: make_response(b'[{"id":"a"},{"id":"b","name":"\xff"}]')
        with pytest.raises(DecodeError, match=r"expected UTF-8 at items\[1\]"):
            await export_store(store, ["payment_options"], tmp_path)


class TestStoreId:
    @pytest.mark.parametrize("out", ["out", "out/products.jsonl"])
    async def test_lines_begin_with_it_and_are_else_as_they_came(self, store, shop, tmp_path, out):
        odd = [b'{ "id" : 7, "price": 1.10 }', b'{"id":1,\n"x":[ ]}', b'{"id":2}']
        shop.before = lambda request: make_response(b'{"total":3,"count":3,"items":[%s]}' % b",".join(odd))
        await export_store(store, ["products"], tmp_path / out, store_id=True)
        assert (tmp_path / "out" / "products.jsonl").read_bytes().splitlines() == [
            b'{"store_id":1003,"id" : 7, "price": 1.10 }',
            b'{"store_id":1003,"id":1, "x":[ ]}',
            b'{"store_id":1003,"id":2}',
        ]

    async def test_an_item_without_members_has_it_too(self, store, shop, tmp_path):
        shop.before = lambda request: make_response(b"{ }")
        await export_store(store, ["profile"], tmp_path, store_id=True)
        assert (tmp_path / "profile.jsonl").read_bytes() == b'{"store_id":1003}\n'

    @pytest.mark.parametrize("fields", [None, {"products": "name"}])
    @pytest.mark.parametrize("format_", ["jsonl", "csv", "parquet"])
    async def test_several_stores_have_a_first_column(self, client, shop, tmp_path, format_, fields):
        shop.add(1004, products=150)
        stores = [client.store(number, TOKEN) for number in (1003, 1004)]
        await export_stores(stores, ["products"], tmp_path, format=format_, fields=fields, store_id=True)
        found = []
        for number in (1003, 1004):
            path = tmp_path / str(number) / f"products.{format_}"
            if format_ == "parquet":
                table = pq.read_table(path)
                assert table.schema.names[0] == "store_id"
                found.append(table.column(0).to_pylist())
            elif format_ == "csv":
                head, *rows = csv.reader(path.read_text().splitlines())
                assert head[0] == "store_id"
                found.append([int(row[0]) for row in rows])
            else:
                found.append([item["store_id"] for item in items(path)])
        assert found == [[1003] * PRODUCTS, [1004] * 150]

    @pytest.mark.parametrize("format_", ["jsonl", "csv"])
    async def test_a_resumed_export_has_it_everywhere_and_one_without_it_starts_over(
        self, store, shop, tmp_path, format_
    ):
        await export_store(store, ["products"], tmp_path / "whole", format=format_, store_id=True)
        for before in (True, False):
            shop.break_after(5)
            with pytest.raises(NotSent):
                await export_store(store, ["products"], tmp_path / "out", format=format_, store_id=before)
            shop.mend()
            made = await export_store(store, ["products"], tmp_path / "out", format=format_, store_id=True)
            assert made.sections["products"].resume_count == before
            one, other = (tmp_path / folder / f"products.{format_}" for folder in ("whole", "out"))
            assert one.read_bytes() == other.read_bytes()


class TestHints:
    @pytest.mark.parametrize(
        ("number", "advice"),
        [
            (errno.ENOSPC, "Free some space, or choose another place."),
            (errno.EROFS, "Choose a place that you may write to."),
            (errno.EACCES, "Choose a place that you may write to."),
            (errno.EMFILE, "raise the limit (ulimit -n)"),
            (errno.ENAMETOOLONG, "Choose a shorter name."),
            (errno.EIO, "Choose another place."),
        ],
    )
    async def test_it_fits_what_the_system_says(self, store, shop, tmp_path, monkeypatch, number, advice):
        def fail(part, *_, **__):
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(part_file, "open_new", fail)
        with pytest.raises(OutputError) as caught:
            await export_store(store, ["products"], tmp_path / "out")
        assert advice in str(caught.value)
        assert os.strerror(number) in str(caught.value)
        assert ("Free some space" in str(caught.value)) == (number == errno.ENOSPC)

    async def test_nothing_is_said_to_be_kept_that_is_of_no_use_to_this_export(self, store, shop, tmp_path):
        """As what another one has left, of other sections or other fields."""
        shop.break_after(5)
        with pytest.raises(NotSent) as caught:
            await export_store(store, ["products"], tmp_path)
        assert "Items that were read are kept" in caught.value.__notes__[0]
        for sections, fields in ((["categories"], {}), (["products"], {"products": "id"})):
            shop.break_after(0, sections[0])
            with pytest.raises(NotSent) as caught:
                await export_store(store, sections, tmp_path, fields=fields)
            assert not hasattr(caught.value, "__notes__")


class TestStores:
    @pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs limits")
    async def test_each_has_its_own_error_where_files_run_out(self, client, shop, tmp_path):
        resource = pytest.importorskip("resource")
        numbers = range(2000, 2040)
        for number in numbers:
            shop.add(number, products=5)
        stores = [client.store(number, TOKEN) for number in numbers]
        await export_stores(stores[:1], ["products"], tmp_path)
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        taken = []
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (200, before[1]))
            with suppress(OSError):
                while True:
                    taken.append(os.open(os.devnull, os.O_RDONLY))
            for handle in taken[-7:]:
                os.close(handle)
            del taken[-7:]
            results = await export_stores(stores, ["products"], tmp_path, concurrency=40)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, before)
            for handle in taken:
                os.close(handle)
        assert list(results) == list(numbers)
        failed = [str(each) for each in results.values() if isinstance(each, OutputError)]
        assert 0 < len(failed) < len(numbers)
        assert all("Too many files are open: raise the limit" in each for each in failed)
        done = [number for number, each in results.items() if not isinstance(each, OutputError)]
        assert all(files(tmp_path / str(number)) == ["manifest.json", "products.jsonl"] for number in done)
        assert {int(name) for name in files(tmp_path)} == set(done) | {2000}

    @pytest.mark.parametrize("concurrency", [0, -1, 2.5, True])
    async def test_no_stores_at_once_are_refused(self, client, tmp_path, concurrency):
        with pytest.raises(ConfigError, match="concurrency must be"):
            await export_stores([client.store(1003, TOKEN)], ["products"], tmp_path, concurrency=concurrency)

    async def test_a_cancelled_one_says_what_is_kept(self, client, shop, tmp_path):
        stores = [client.store(1003, TOKEN)]

        def report(step):
            if step.done >= 300:
                task.cancel()

        task = asyncio.ensure_future(export_stores(stores, ["products"], tmp_path, on_progress=report))
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        assert "Items that were read are kept" in caught.value.__notes__[0]

    async def test_each_store_has_a_folder_and_a_manifest(self, client, shop, tmp_path):
        shop.add(1004, products=150)
        stores = [client.store(number, TOKEN) for number in (1003, 1004)]
        told = []
        results = await export_stores(stores, ["products", "profile"], tmp_path, on_progress=told.append)
        assert files(tmp_path) == ["1003", "1004"]
        assert len(ids(tmp_path / "1003" / "products.jsonl")) == PRODUCTS
        assert len(ids(tmp_path / "1004" / "products.jsonl")) == 150
        assert results[1004].sections["products"].item_count == 150
        assert json.loads((tmp_path / "1004" / "manifest.json").read_bytes())["store_id"] == 1004
        assert {step.store_id for step in told} == {1003, 1004}

    async def test_one_bad_store_stops_no_other(self, client, shop, tmp_path):
        shop.add(1004)
        stores = [client.store(1003, "secret_wrong"), client.store(1004, TOKEN)]
        results = await export_stores(stores, ["products"], tmp_path)
        assert isinstance(results[1003], Forbidden)
        assert results[1004].sections["products"].item_count == PRODUCTS
        assert files(tmp_path) == ["1004"]

    async def test_what_no_store_can_be_asked_for_is_an_error(self, client, shop, tmp_path):
        with pytest.raises(ConfigError, match="Did you mean name"):
            await export_stores([client.store(1003, TOKEN)], ["products"], tmp_path, fields={"products": "nmae"})
        assert shop.requests == []


def test_no_names_are_what_every_store_has():
    assert tuple(section.name for section in find_sections([])) == DEFAULT_SECTIONS


def test_a_name_given_twice_is_read_once():
    assert [section.name for section in find_sections(["orders", "orders"])] == ["orders"]


@pytest.mark.parametrize(
    ("name", "hint"), [("prodcts", "Did you mean products?"), ("xyz", "There are profile, orders")]
)
def test_an_unknown_section_names_the_nearest(name, hint):
    with pytest.raises(ConfigError) as caught:
        find_sections([name])
    assert hint in str(caught.value)
