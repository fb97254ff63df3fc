"""Exports of stores to folders, files and streams."""

import asyncio
import hashlib
import io
import json
import os
import signal
from contextlib import suppress

import pytest

from ecwid_async.errors import ConfigError, Forbidden
from ecwid_async.export import OutputError, export_store, export_stores
from ecwid_async.export.store_export import _first_error
from ecwid_async.sections import ALL_SECTIONS, SECTIONS

from .conftest import PRODUCTS, TOKEN
from .helpers import file_names, read_ids, refusal


async def test_a_refused_section_leaves_all_files_as_they_were(store, shop, tmp_path):
    (tmp_path / "products.jsonl").write_text("before")
    shop.intercept = lambda request: refusal("INSUFFICIENT_APP_SCOPE") if request.path.endswith("/orders") else None
    with pytest.raises(Forbidden):
        await export_store(store, ["products", "orders"], tmp_path)
    assert [name for name in file_names(tmp_path) if not name.startswith(".")] == ["products.jsonl"]
    assert (tmp_path / "products.jsonl").read_text() == "before"


async def test_refused_sections_are_left_out_on_request_and_named(store, shop, tmp_path):
    codes = {"/orders": refusal("INSUFFICIENT_APP_SCOPE"), "/promotions": refusal("FEATURE_NOT_AVAILABLE", 402)}
    shop.intercept = lambda request: codes.get(request.path.removeprefix("/1003"))
    manifest = await export_store(store, ["orders", "products", "promotions"], tmp_path, skip_refused=True)
    assert list(manifest.sections) == ["products"]
    assert sorted(manifest.refused) == ["orders", "promotions"]
    assert "INSUFFICIENT_APP_SCOPE" in manifest.refused["orders"]
    assert file_names(tmp_path) == ["manifest.json", "products.jsonl"]


async def test_one_section_is_written_to_a_stream_that_stays_open(store, shop):
    stream = io.BytesIO()
    manifest = await export_store(store, ["products"], stream)
    record = manifest.sections["products"]
    assert (record.file, record.size_bytes) == (None, len(stream.getvalue()))
    assert record.sha256 == hashlib.sha256(stream.getvalue()).hexdigest()
    assert len(stream.getvalue().splitlines()) == PRODUCTS


async def test_several_sections_in_one_stream_are_refused(store, shop):
    with pytest.raises(ConfigError, match="one stream takes one section, and there are 2"):
        await export_store(store, ["products", "orders"], io.BytesIO())


@pytest.mark.parametrize("name", ["out", "options"])
async def test_an_argument_of_another_type_is_refused(store, shop, tmp_path, name):
    with pytest.raises(ConfigError, match=f"{name} can't be of the type int: give"):
        await export_store(store, ["products"], **({"out": tmp_path} | {name: 7}))
    assert not shop.requests


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs limits of open files")
async def test_each_store_has_its_own_error_if_no_more_files_can_be_opened(client, shop, tmp_path):
    resource = pytest.importorskip("resource")
    ids = range(2000, 2040)
    for id_ in ids:
        shop.add(id_, products=5)
    stores = [client.store(id_, TOKEN) for id_ in ids]
    await export_stores(stores[:1], ["products"], tmp_path)
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    handles = []
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (200, limits[1]))
        with suppress(OSError):
            while True:
                handles.append(os.open(os.devnull, os.O_RDONLY))
        for handle in handles[-7:]:
            os.close(handle)
        del handles[-7:]
        results = await export_stores(stores, ["products"], tmp_path, concurrency=40)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        for handle in handles:
            os.close(handle)
    assert list(results) == list(ids)
    messages = [str(result) for result in results.values() if isinstance(result, OutputError)]
    assert 0 < len(messages) < len(ids)
    assert all("Too many files are open: raise the limit" in message for message in messages)
    exported = [id_ for id_, result in results.items() if not isinstance(result, OutputError)]
    assert all(file_names(tmp_path / str(id_)) == ["manifest.json", "products.jsonl"] for id_ in exported)
    assert {int(name) for name in file_names(tmp_path)} == set(exported) | {2000}


async def test_a_repeated_store_is_refused_before_anything_is_read(client, tmp_path):
    stores = [client.store(1003, TOKEN), client.store(1003, TOKEN)]
    with pytest.raises(ConfigError, match="the store 1003 is given twice"):
        await export_stores(stores, ["products"], tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("concurrency", [0, -1, 2.5, True])
async def test_an_invalid_concurrency_is_refused(client, tmp_path, concurrency):
    with pytest.raises(ConfigError, match="concurrency must be"):
        await export_stores([client.store(1003, TOKEN)], ["products"], tmp_path, concurrency=concurrency)


async def test_a_cancelled_export_of_stores_notes_that_items_are_kept(client, shop, tmp_path):
    stores = [client.store(1003, TOKEN)]

    def cancel_after_300(progress):
        if progress.done >= 300:
            task.cancel()

    task = asyncio.ensure_future(export_stores(stores, ["products"], tmp_path, on_progress=cancel_after_300))
    with pytest.raises(asyncio.CancelledError) as caught:
        await task
    assert "Items that were read are kept" in caught.value.__notes__[0]


async def test_each_store_has_a_folder_and_a_manifest(client, shop, tmp_path):
    shop.add(1004, products=150)
    stores = [client.store(number, TOKEN) for number in (1003, 1004)]
    reports = []
    results = await export_stores(stores, ["products", "profile"], tmp_path, on_progress=reports.append)
    assert file_names(tmp_path) == ["1003", "1004"]
    assert len(read_ids(tmp_path / "1003" / "products.jsonl")) == PRODUCTS
    assert len(read_ids(tmp_path / "1004" / "products.jsonl")) == 150
    assert results[1004].sections["products"].item_count == 150
    assert json.loads((tmp_path / "1004" / "manifest.json").read_bytes())["store_id"] == 1004
    assert {report.store_id for report in reports} == {1003, 1004}


async def test_a_failing_store_does_not_stop_the_others(client, shop, tmp_path):
    shop.add(1004)
    stores = [client.store(1003, "secret_wrong"), client.store(1004, TOKEN)]
    results = await export_stores(stores, ["products"], tmp_path)
    assert isinstance(results[1003], Forbidden)
    assert results[1004].sections["products"].item_count == PRODUCTS
    assert file_names(tmp_path) == ["1004"]


async def test_invalid_arguments_for_stores_are_refused_before_sending(client, shop, tmp_path):
    with pytest.raises(ConfigError, match="Did you mean name"):
        await export_stores([client.store(1003, TOKEN)], ["products"], tmp_path, fields={"products": "nmae"})
    assert shop.requests == []


def test_the_first_of_several_errors_has_a_note_for_each_different_error():
    first = OutputError("the disk is full")
    others = [OutputError("the disk is full"), ConfigError("no home directory")]
    errors = BaseExceptionGroup("", [BaseExceptionGroup("", [first, others[0]]), others[1]])
    assert _first_error(errors) is first
    assert first.__notes__ == ["Another part of the export failed too: ConfigError: no home directory"]


def test_a_single_error_has_no_notes():
    error = OutputError("the disk is full")
    assert _first_error(BaseExceptionGroup("", [error])) is error
    assert not hasattr(error, "__notes__")


async def test_every_section_can_be_exported(store, shop, tmp_path):
    manifest = await export_store(store, ALL_SECTIONS, tmp_path)
    assert list(manifest.sections) == list(SECTIONS)
    assert file_names(tmp_path) == sorted([*(f"{name}.jsonl" for name in SECTIONS), "manifest.json"])
