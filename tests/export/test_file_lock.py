"""Locks, so that only one export at a time writes a file."""

import anyio
import pytest

from ecwid_async.errors import NotSent
from ecwid_async.export import OutputError, export_store
from ecwid_async.export.file_lock import FileLock

from .conftest import PRODUCTS, Shop
from .helpers import file_names, is_complete, read_files, read_ids


async def test_only_one_of_two_exports_to_the_same_place_runs(store, shop, tmp_path):
    outcomes = []

    async def export():
        try:
            await export_store(store, ["products"], tmp_path / "out")
            outcomes.append("done")
        except OutputError as error:
            outcomes.append(str(error))

    async with anyio.create_task_group() as group:
        group.start_soon(export)
        group.start_soon(export)
    message, done = sorted(outcomes)
    assert "another export is writing to" in message
    assert done == "done"
    assert len(read_ids(tmp_path / "out" / "products.jsonl")) == PRODUCTS


def test_a_file_that_another_export_writes_is_locked(tmp_path):
    """One export may write to the folder, and another to a file in it."""
    lock = FileLock(tmp_path / "orders.jsonl")
    with pytest.raises(OutputError, match=r"another export is writing to .*orders\.jsonl"):
        FileLock(tmp_path / "orders.jsonl")
    lock.release()
    FileLock(tmp_path / "orders.jsonl").release()
    assert file_names(tmp_path) == []


class BlockedRequest:
    """Blocks the `nth` request of a section until `release`. `reached` is set once it is blocked."""

    def __init__(self, shop: Shop, section: str, nth: int = 1) -> None:
        self.reached, self._released = anyio.Event(), anyio.Event()
        send, count = shop.transport.send, 0

        async def send_or_block(request):
            nonlocal count
            count += request.path.endswith(f"/{section}")
            if count == nth and not self.reached.is_set():
                self.reached.set()
                await self._released.wait()
            return await send(request)

        shop.transport.send = send_or_block  # type: ignore[method-assign]

    def release(self) -> None:
        self._released.set()


@pytest.mark.parametrize(("first", "second"), [("out", "out/products.jsonl"), ("out/products.jsonl", "out")])
async def test_a_refused_export_touches_no_files_of_the_running_one(store, shop, tmp_path, first, second):
    """Both write the same file: one as its only file, the other as one of the files of a folder."""
    request = BlockedRequest(shop, "products", nth=4)
    async with anyio.create_task_group() as group:
        group.start_soon(export_store, store, ["products"], tmp_path / first)
        await request.reached.wait()
        before = read_files(tmp_path / "out")
        for _ in range(2):
            with pytest.raises(OutputError, match=r"another export is writing to .*products\.jsonl") as caught:
                await export_store(store, ["products"], tmp_path / second)
            assert not hasattr(caught.value, "__notes__")  # it kept no items
            assert read_files(tmp_path / "out") == before
        request.release()
    manifest = f"{first.partition('/')[2]}.manifest.json".lstrip(".")
    assert file_names(tmp_path / "out") == sorted(["products.jsonl", manifest])
    assert is_complete(tmp_path / "out", manifest)
    assert len((tmp_path / "out" / "products.jsonl").read_bytes().splitlines()) == PRODUCTS


async def test_exports_to_different_files_run_side_by_side(store, shop, tmp_path):
    async with anyio.create_task_group() as group:
        for section in ("products", "categories"):
            group.start_soon(export_store, store, [section], tmp_path / f"{section}.jsonl")
    for section in ("products", "categories"):
        assert is_complete(tmp_path, f"{section}.jsonl.manifest.json")


async def test_files_of_an_old_checkpoint_are_kept_while_another_export_writes_them(store, shop, tmp_path):
    shop.break_after(5)
    with pytest.raises(NotSent):
        await export_store(store, ["products"], tmp_path, format="csv")
    shop.repair()
    request = BlockedRequest(shop, "products", nth=4)
    async with anyio.create_task_group() as group:
        group.start_soon(export_store, store, ["products"], tmp_path / "products.csv")
        await request.reached.wait()
        await export_store(store, ["products"], tmp_path, format="jsonl")
        assert ".products.csv.spool" in file_names(tmp_path)
        request.release()
    assert is_complete(tmp_path)
    assert len((tmp_path / "products.csv").read_bytes().splitlines()) == PRODUCTS + 1
