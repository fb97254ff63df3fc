"""The names of files, and the formats that they imply."""

import gzip

import pytest

from ecwid_async.errors import ConfigError
from ecwid_async.export import export_store, export_stores
from ecwid_async.export.file_names import FileNames

from .conftest import PRODUCTS
from .helpers import file_names


async def test_one_section_is_written_to_one_file_in_the_format_of_its_name(store, shop, tmp_path):
    manifest = await export_store(store, ["products"], tmp_path / "p.jsonl.gz")
    assert file_names(tmp_path) == ["p.jsonl.gz", "p.jsonl.gz.manifest.json"]
    assert len(gzip.decompress((tmp_path / "p.jsonl.gz").read_bytes()).splitlines()) == PRODUCTS
    assert manifest.sections["products"].format == "jsonl.gz"


async def test_a_folder_gets_files_of_the_format(store, shop, tmp_path):
    await export_store(store, ["products", "profile"], tmp_path, format="jsonl.gz")
    assert file_names(tmp_path) == ["manifest.json", "products.jsonl.gz", "profile.jsonl.gz"]


@pytest.mark.parametrize(
    ("sections", "out", "format_", "message"),
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
async def test_a_name_that_contradicts_the_arguments_is_refused(store, shop, tmp_path, sections, out, format_, message):
    with pytest.raises(ConfigError) as caught:
        await export_store(store, sections, tmp_path / out, format=format_)
    assert message in str(caught.value)
    assert shop.requests == []


@pytest.mark.parametrize(
    "name",
    ["x.json", "x.xlsx", "x.csv.bz2", "x.JSONL", "x.csv.GZ", "x.ndjson", "x.json.gz", "x.7z", "x.parq", ".csv"],
)
async def test_a_file_name_of_no_known_format_does_not_become_a_folder(client, store, shop, tmp_path, name):
    with pytest.raises(ConfigError, match=r"of no known format: .* ends in \.jsonl, .*\.parquet.* create that first"):
        await export_store(store, ["products"], tmp_path / name)
    with pytest.raises(ConfigError, match="looks like the name of a file"):
        await export_stores([store], ["products"], tmp_path / name)
    assert (shop.requests, file_names(tmp_path)) == ([], [])
    (tmp_path / name).mkdir()
    await export_store(store, ["categories"], tmp_path / name)
    assert file_names(tmp_path / name) == ["categories.jsonl", "manifest.json"]


@pytest.mark.parametrize("name", ["2024.01.31", "v1.2", "out", "out.d.5"])
async def test_a_name_that_ends_in_digits_is_a_folder(store, shop, tmp_path, name):
    await export_store(store, ["categories"], tmp_path / name)
    assert file_names(tmp_path / name) == ["categories.jsonl", "manifest.json"]


@pytest.mark.parametrize(
    ("name", "format_", "files", "manifest"),
    [
        ("out", None, ["orders.jsonl"], "manifest.json"),
        ("out", "csv.gz", ["orders.csv.gz"], "manifest.json"),
        ("o.parquet", None, ["o.parquet"], "o.parquet.manifest.json"),
        ("o.jsonl.zst", "jsonl.zst", ["o.jsonl.zst"], "o.jsonl.zst.manifest.json"),
    ],
)
def test_names_are_chosen_by_the_suffix_of_the_path(tmp_path, name, format_, files, manifest):
    names = FileNames.choose(tmp_path / name, format_, ["orders"])
    assert (list(names.files.values()), names.manifest) == (files, manifest)
    assert names.folder == (tmp_path if "." in name else tmp_path / name)
