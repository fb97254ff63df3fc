"""Resuming an interrupted export from the items that it has read."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from ecwid_async import Ecwid
from ecwid_async.errors import NotSent
from ecwid_async.export import export_store
from ecwid_async.models.products import ProductDraft

from .conftest import PRODUCTS, TOKEN
from .helpers import file_names, read_ids, read_items


@pytest.fixture
async def complete_ids(client, tmp_path):
    """The ids of an export that is not interrupted."""
    await export_store(client.store(1003, TOKEN), ["products"], tmp_path / "whole")
    return read_ids(tmp_path / "whole" / "products.jsonl")


@pytest.fixture
def interrupt(store, shop, tmp_path):
    """A function that exports until the network fails after a number of requests."""

    async def export(after, out="out", **arguments):
        shop.repair()
        shop.break_after(after)
        with pytest.raises(NotSent):
            await export_store(store, ["products"], tmp_path / out, **arguments)
        shop.repair()

    return export


@pytest.mark.parametrize("after", [2, 3, 5, 7])
async def test_an_interrupted_export_resumes(store, shop, tmp_path, complete_ids, interrupt, after):
    await interrupt(after)
    manifest = await export_store(store, ["products"], tmp_path / "out")
    assert read_ids(tmp_path / "out" / "products.jsonl") == complete_ids
    record = manifest.sections["products"]
    assert (record.item_count, record.reported_total, record.resume_count) == (PRODUCTS, PRODUCTS, 1)
    assert file_names(tmp_path / "out") == ["manifest.json", "products.jsonl"]


async def test_pages_that_were_read_are_not_requested_again(store, shop, tmp_path, interrupt):
    await interrupt(5)
    await export_store(store, ["products"], tmp_path / "out")
    assert min(shop.offsets()[:-1]) >= 300


async def test_the_hash_is_that_of_the_whole_file(store, shop, tmp_path, interrupt):
    await interrupt(4)
    manifest = await export_store(store, ["products"], tmp_path / "out")
    content = (tmp_path / "out" / "products.jsonl").read_bytes()
    assert manifest.sections["products"].sha256 == hashlib.sha256(content).hexdigest()
    assert manifest.sections["products"].size_bytes == len(content)


async def test_an_item_that_changes_during_an_interruption_is_written_once(
    store, shop, tmp_path, complete_ids, interrupt
):
    await interrupt(5)
    shop.now += 3600
    await store.products.update(7, ProductDraft(name="Other"))
    await export_store(store, ["products"], tmp_path / "out")
    assert sorted(read_ids(tmp_path / "out" / "products.jsonl")) == complete_ids


@pytest.mark.parametrize("format_", ["jsonl.gz", "csv", "parquet"])
async def test_other_formats_are_written_again_from_the_items_read(store, shop, tmp_path, interrupt, format_):
    await export_store(store, ["products"], tmp_path / "whole", format=format_)
    await interrupt(5, format=format_)
    manifest = await export_store(store, ["products"], tmp_path / "out", format=format_)
    assert min(shop.offsets()[:-1]) >= 300
    assert manifest.sections["products"].resume_count == 1
    name = f"products.{format_}"
    assert file_names(tmp_path / "out") == ["manifest.json", name]
    expected, actual = (tmp_path / folder / name for folder in ("whole", "out"))
    assert actual.read_bytes() == expected.read_bytes()


async def test_an_export_of_fields_without_the_key_resumes(store, shop, tmp_path, interrupt):
    await interrupt(5, fields={"products": "name"})
    await export_store(store, ["products"], tmp_path / "out", fields={"products": "name"})
    assert min(shop.offsets()[:-1]) >= 300
    names = [item["name"] for item in read_items(tmp_path / "out" / "products.jsonl")]
    assert (len(names), len(set(names))) == (PRODUCTS, PRODUCTS)


async def test_complete_sections_are_not_read_again(store, shop, tmp_path, interrupt):
    shop.break_after(3)
    with pytest.raises(NotSent):
        await export_store(store, ["categories", "products"], tmp_path / "out")
    shop.repair()
    reports = []
    await export_store(store, ["categories", "products"], tmp_path / "out", on_progress=reports.append)
    assert shop.offsets("categories") == []
    assert [report.done for report in reports if report.section == "categories"] == [6]
    assert sorted(read_ids(tmp_path / "out" / "categories.jsonl")) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    "other", [{"fresh": True}, {"fields": {"products": "id"}}, {"where": {"products": {"enabled": True}}}]
)
async def test_an_export_with_other_arguments_starts_over(store, shop, tmp_path, interrupt, other):
    await interrupt(5)
    manifest = await export_store(store, ["products"], tmp_path / "out", **other)
    assert 0 in shop.offsets()
    assert manifest.sections["products"].resume_count == 0
    assert file_names(tmp_path / "out") == ["manifest.json", "products.jsonl"]


async def test_an_export_from_another_server_starts_over(shop, tmp_path, interrupt):
    await interrupt(5)
    async with Ecwid(transport=shop.transport, base_url="https://other.example", quota=None) as other:
        manifest = await export_store(other.store(1003, TOKEN), ["products"], tmp_path / "out")
    assert min(shop.offsets()) == 0
    assert manifest.sections["products"].resume_count == 0


async def test_another_format_starts_over_and_leaves_no_old_files(store, shop, tmp_path, interrupt):
    await interrupt(5, format="jsonl.gz")
    assert ".products.jsonl.gz.spool" in file_names(tmp_path / "out")
    await export_store(store, ["products"], tmp_path / "out")
    assert file_names(tmp_path / "out") == ["manifest.json", "products.jsonl"]


async def test_a_checkpoint_older_than_a_day_starts_over(store, shop, tmp_path, interrupt):
    await interrupt(5)
    later = datetime.now(UTC) + timedelta(hours=25)
    manifest = await export_store(store, ["products"], tmp_path / "out", now=lambda: later)
    assert manifest.sections["products"].resume_count == 0


@pytest.mark.parametrize("damage", [b"", b"\0" * 50_000])
async def test_a_log_that_differs_from_its_checkpoint_starts_over(
    store, shop, tmp_path, complete_ids, interrupt, damage
):
    """A power failure can leave a checkpoint without the data that it describes."""
    await interrupt(5)
    (tmp_path / "out" / ".products.jsonl.part").write_bytes(damage)
    manifest = await export_store(store, ["products"], tmp_path / "out")
    assert read_ids(tmp_path / "out" / "products.jsonl") == complete_ids
    assert manifest.sections["products"].resume_count == 0


async def test_an_export_resumes_from_the_last_complete_line_of_a_checkpoint(
    store, shop, tmp_path, complete_ids, interrupt
):
    await interrupt(5)
    checkpoint = tmp_path / "out" / ".manifest.json.checkpoint"
    checkpoint.write_bytes(checkpoint.read_bytes()[:-9])
    manifest = await export_store(store, ["products"], tmp_path / "out")
    assert read_ids(tmp_path / "out" / "products.jsonl") == complete_ids
    assert manifest.sections["products"].resume_count == 1


async def test_the_earlier_file_stays_until_the_end(store, shop, tmp_path, interrupt):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "products.jsonl").write_text("before")
    await interrupt(5)
    assert (tmp_path / "out" / "products.jsonl").read_text() == "before"


async def test_nothing_is_left_if_nothing_was_read(tmp_path, interrupt):
    await interrupt(0)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("format_", ["jsonl", "csv"])
async def test_a_resumed_export_has_the_store_id_everywhere_and_starts_over_without_it(store, shop, tmp_path, format_):
    await export_store(store, ["products"], tmp_path / "whole", format=format_, with_store_id=True)
    for had_store_id in (True, False):
        shop.break_after(5)
        with pytest.raises(NotSent):
            await export_store(store, ["products"], tmp_path / "out", format=format_, with_store_id=had_store_id)
        shop.repair()
        manifest = await export_store(store, ["products"], tmp_path / "out", format=format_, with_store_id=True)
        assert manifest.sections["products"].resume_count == had_store_id
        expected, actual = (tmp_path / folder / f"products.{format_}" for folder in ("whole", "out"))
        assert actual.read_bytes() == expected.read_bytes()
