"""Permissions of files, and links under the names of hidden files."""

import os
import stat

import pytest

from ecwid_async.errors import EcwidError
from ecwid_async.export import OutputError, export_store

from .helpers import file_names

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows has no such modes and links")


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o000])
async def test_files_have_default_permissions_and_hidden_ones_are_private(store, shop, tmp_path, umask):
    seen: set[int] = set()

    def record_modes(progress):
        seen.update(stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "out").glob(".*"))

    before = os.umask(umask)
    try:
        await export_store(store, ["products"], tmp_path / "out", on_progress=record_modes)
    finally:
        os.umask(before)
    assert seen == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "out").iterdir()} == {0o666 & ~umask}


async def test_files_have_the_chosen_permissions(store, shop, tmp_path):
    await export_store(store, ["products"], tmp_path, mode=0o640)
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o640}


@pytest.mark.parametrize("mode", [-1, 0o1777, 0o444, 600, True, 384.0])
async def test_an_invalid_mode_is_refused(store, shop, tmp_path, mode):
    with pytest.raises(EcwidError, match="give one such as 0o600"):
        await export_store(store, ["products"], tmp_path, mode=mode)
    assert shop.requests == []


@pytest.mark.parametrize("hidden", [".products.jsonl.part", ".manifest.json.checkpoint", ".manifest.json.part"])
async def test_a_link_under_a_hidden_name_is_not_followed(store, shop, tmp_path, hidden):
    precious = tmp_path / "precious"
    precious.write_text("precious")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / hidden).symlink_to(precious)
    await export_store(store, ["products"], tmp_path / "out")
    assert precious.read_text() == "precious"
    assert file_names(tmp_path / "out") == ["manifest.json", "products.jsonl"]
    assert not (tmp_path / "out" / "products.jsonl").is_symlink()


async def test_a_link_in_place_of_a_lock_is_refused(store, shop, tmp_path):
    precious = tmp_path / "precious"
    precious.write_text("precious")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / ".products.jsonl.lock").symlink_to(precious)
    with pytest.raises(OutputError, match=r"\.products\.jsonl\.lock: it is a link or not your file"):
        await export_store(store, ["products"], tmp_path / "out")
    assert precious.read_text() == "precious"
