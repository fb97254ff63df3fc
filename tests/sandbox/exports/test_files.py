"""Which files belong to an export, and what is wrong with others."""

import pytest

from ecwid_async.errors import ConfigError
from ecwid_async.sandbox.exports.files import find_stores

from .helpers import write_lines, write_manifest

KNOWN = ("products", "orders", "profile")


def find(path, store_id=None):
    return find_stores(path, known=KNOWN, store_id=store_id)


def sections(store):
    return {section.name: (section.path.name, section.item_count) for section in store.sections}


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "out"
    for name in ("products.jsonl", "orders.jsonl.gz"):
        write_lines(folder / name, b"{}")
    write_manifest(folder / "manifest.json", 1003, "products.jsonl", "orders.jsonl.gz")
    return folder


def test_the_manifest_names_the_files_and_the_store(out):
    (store,) = find(out)
    assert store.id == 1003
    assert sections(store) == {"products": ("products.jsonl", 1), "orders": ("orders.jsonl.gz", 1)}


def test_files_of_earlier_exports_are_left_out(out):
    write_lines(out / "profile.jsonl", b"{}")
    assert "profile" not in sections(find(out)[0])


def test_single_files_may_have_manifests_of_their_own(tmp_path):
    for name in ("products.jsonl", "orders.jsonl.zst"):
        write_lines(tmp_path / name, b"{}")
    write_manifest(tmp_path / "products.jsonl.manifest.json", 1003, "products.jsonl", item_count=7)
    (store,) = find(tmp_path)
    assert (store.id, sections(store)) == (
        1003,
        {"products": ("products.jsonl", 7), "orders": ("orders.jsonl.zst", None)},
    )
    assert sections(find(tmp_path / "products.jsonl")[0]) == {"products": ("products.jsonl", 7)}
    assert find(tmp_path / "orders.jsonl.zst", 1004)[0].id == 1004


def test_a_folder_of_stores_has_each_of_them(tmp_path):
    for number in (1003, 1004):
        write_lines(tmp_path / str(number) / "products.jsonl", b"{}")
        write_manifest(tmp_path / str(number) / "manifest.json", number, "products.jsonl")
    (tmp_path / "other").mkdir()
    assert [store.id for store in find(tmp_path)] == [1003, 1004]
    with pytest.raises(ConfigError, match="omit store_id"):
        find(tmp_path, 1003)


def test_a_store_in_the_folder_of_another_is_refused(tmp_path):
    for number in (1003, 1004):
        write_lines(tmp_path / str(number) / "products.jsonl", b"{}")
        write_manifest(tmp_path / str(number) / "manifest.json", 1003, "products.jsonl")
    with pytest.raises(ConfigError, match="1004 has the export of store 1003"):
        find(tmp_path)


def empty(folder):
    folder.mkdir()


def without_manifest(folder):
    write_lines(folder / "products.jsonl", b"{}")


def interrupted(folder):
    write_lines(folder / ".manifest.json.checkpoint", b"")
    write_lines(folder / ".products.jsonl.part", b"{}")


def interrupted_beside_other_files(folder):
    interrupted(folder)
    without_manifest(folder)


def csv(folder):
    write_lines(folder / "products.csv", b"id")
    write_manifest(folder / "manifest.json", 1003, "products.csv")


def parquet_without_manifest(folder):
    write_lines(folder / "products.parquet", b"")


def doubled(folder):
    without_manifest(folder)
    write_lines(folder / "products.jsonl.gz", b"")


def unknown_section(folder):
    write_lines(folder / "notes.jsonl", b"{}")


def missing_file(folder):
    folder.mkdir()
    write_manifest(folder / "manifest.json", 1003, "products.jsonl")


def file_elsewhere(folder):
    folder.mkdir()
    write_manifest(folder / "manifest.json", 1003, "../products.jsonl")


def other_version(folder):
    without_manifest(folder)
    write_manifest(folder / "manifest.json", 1003, "products.jsonl", version=1)


def no_store_id(folder):
    without_manifest(folder)
    write_manifest(folder / "manifest.json", 0, "products.jsonl")


def not_a_manifest(folder):
    write_lines(folder / "manifest.json", b"[" * 100_000)


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda folder: None, "there is no .*out: write it with `ecwid export --all --out"),
        (empty, "out has no export: write one with `ecwid export"),
        (without_manifest, r"out/products.jsonl has no manifest, .*pass store_id \(--store-id\)"),
        (interrupted, "interrupted: run the same `ecwid export` command again"),
        (interrupted_beside_other_files, "interrupted"),
        (csv, "products.csv does not have the items as the API sent them: export with `--format jsonl`"),
        (parquet_without_manifest, "products.parquet does not have .* `--format jsonl`"),
        (doubled, "products.jsonl.gz and products.jsonl are both products: remove one"),
        (unknown_section, "'notes' is not a section; there are products, orders, profile"),
        (missing_file, r"products.jsonl is missing, which manifest.json lists: export again"),
        (file_elsewhere, r"'\.\./products.jsonl' is not the name of an exported file"),
        (other_version, "manifest.json has format 1, and this version of the library reads format 2: export again"),
        (no_store_id, "manifest.json is not the manifest of an export"),
        (not_a_manifest, "manifest.json is not the manifest of an export"),
    ],
)
def test_what_is_not_a_complete_export_is_explained(tmp_path, make, problem):
    make(tmp_path / "out")
    with pytest.raises(ConfigError, match=problem):
        find(tmp_path / "out")


def test_another_id_than_that_of_the_manifest_is_refused(out):
    assert find(out, 1003)[0].id == 1003
    with pytest.raises(ConfigError, match="belongs to one store, not to 1003 and 1004"):
        find(out, 1004)
