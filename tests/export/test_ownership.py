"""One export at a time owns a file, all files are published or none, and no byte of a checkpoint is believed."""

import errno
import json
import os
import stat
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecwid_async import Ecwid
from ecwid_async.errors import EcwidError, NotSent
from ecwid_async.export import OutputError, export_store
from ecwid_async.export.checkpoint import Checkpoint, CheckpointFile
from ecwid_async.export.part_file import PartFile
from ecwid_async.primitives.checked_lines import seal, unseal
from ecwid_async.transport.retry import RetryPolicy
from tests.cancelling import KINDS, at_every_await

from .conftest import PRODUCTS, TOKEN, Shop

NOW = datetime.now(UTC)
MARK = Checkpoint(section="products", file="products.jsonl", request_digest="", saved_at=NOW, started_at=NOW)

posix = pytest.mark.skipif(os.name != "posix", reason="Windows has no such modes and links")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def content(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in names(folder) if (folder / name).is_file()}


def whole(folder: Path, manifest: str = "manifest.json") -> bool:
    """Whether a manifest is there and tells the truth."""
    told = json.loads((folder / manifest).read_bytes())["sections"].values()
    return all(len((folder / each["file"]).read_bytes().splitlines()) == each["item_count"] for each in told)


class Gate:
    """Holds one request of a section until it is opened."""

    def __init__(self, shop: Shop, section: str, nth: int = 1) -> None:
        self.reached, self._open = anyio.Event(), anyio.Event()
        send, seen = shop.transport.send, 0

        async def held(request):
            nonlocal seen
            seen += request.path.endswith(f"/{section}")
            if seen == nth and not self.reached.is_set():
                self.reached.set()
                await self._open.wait()
            return await send(request)

        shop.transport.send = held  # type: ignore[method-assign]

    def open(self) -> None:
        self._open.set()


async def test_a_full_disk_leaves_no_checkpoint_that_says_nothing(store, shop, tmp_path, monkeypatch):
    def full(checkpoint, line):
        raise OutputError("can't write it: No space left on device.")

    monkeypatch.setattr(CheckpointFile, "_write", full)
    with pytest.raises(OutputError, match="No space left"):
        await export_store(store, ["products"], tmp_path / "out")
    assert names(tmp_path) == []


@pytest.mark.parametrize("out", ["x" * 300, "x" * 300 + ".csv"], ids=["folder", "file"])
async def test_a_name_that_is_too_long_is_an_error_of_ours(store, shop, tmp_path, out):
    with pytest.raises(OutputError, match="Choose a shorter name"):
        await export_store(store, ["products"], tmp_path / out)
    assert not shop.requests


class TestOwnership:
    @pytest.mark.parametrize(("ours", "theirs"), [("out", "out/products.jsonl"), ("out/products.jsonl", "out")])
    async def test_whoever_is_refused_touches_nothing_of_the_owner_s(self, store, shop, tmp_path, ours, theirs):
        """The same file under two names of the export: alone, and as one of the files of a folder."""
        gate = Gate(shop, "products", nth=4)
        async with anyio.create_task_group() as group:
            group.start_soon(export_store, store, ["products"], tmp_path / ours)
            await gate.reached.wait()
            before = content(tmp_path / "out")
            for _ in range(2):
                with pytest.raises(OutputError, match=r"another export is writing to .*products\.jsonl") as caught:
                    await export_store(store, ["products"], tmp_path / theirs)
                assert not hasattr(caught.value, "__notes__")  # it has kept nothing
                assert content(tmp_path / "out") == before
            gate.open()
        manifest = f"{ours.partition('/')[2]}.manifest.json".lstrip(".")
        assert names(tmp_path / "out") == sorted(["products.jsonl", manifest])
        assert whole(tmp_path / "out", manifest)
        assert len((tmp_path / "out" / "products.jsonl").read_bytes().splitlines()) == PRODUCTS

    async def test_exports_of_other_files_run_side_by_side(self, store, shop, tmp_path):
        async with anyio.create_task_group() as group:
            for section in ("products", "categories"):
                group.start_soon(export_store, store, [section], tmp_path / f"{section}.jsonl")
        for section in ("products", "categories"):
            assert whole(tmp_path, f"{section}.jsonl.manifest.json")

    async def test_what_an_old_checkpoint_names_is_left_to_whoever_writes_it_now(self, store, shop, tmp_path):
        shop.break_after(5)
        with pytest.raises(NotSent):
            await export_store(store, ["products"], tmp_path, format="csv")
        shop.mend()
        gate = Gate(shop, "products", nth=4)
        async with anyio.create_task_group() as group:
            group.start_soon(export_store, store, ["products"], tmp_path / "products.csv")
            await gate.reached.wait()
            await export_store(store, ["products"], tmp_path, format="jsonl")
            assert ".products.csv.spool" in names(tmp_path)
            gate.open()
        assert whole(tmp_path)
        assert len((tmp_path / "products.csv").read_bytes().splitlines()) == PRODUCTS + 1

    @pytest.mark.parametrize("change", ["shorter", "other", "longer"])
    async def test_a_part_that_something_else_changes_is_not_published(
        self, store, shop, tmp_path, monkeypatch, change
    ):
        (tmp_path / "manifest.json").write_text("{}")
        seal_part = PartFile.seal

        def and_change(part):
            seal_part(part)
            if part.path.name == "products.jsonl":
                text = part.hidden.read_bytes()
                other = {"shorter": text[:-9], "other": text.replace(b"7", b"8"), "longer": text + b"\n"}
                part.hidden.write_bytes(other[change])

        monkeypatch.setattr(PartFile, "seal", and_change)
        with pytest.raises(OutputError, match="was changed by another program"):
            await export_store(store, ["products", "categories"], tmp_path)
        assert [name for name in names(tmp_path) if not name.startswith(".")] == ["manifest.json"]
        assert (tmp_path / "manifest.json").read_text() == "{}"
        monkeypatch.setattr(PartFile, "seal", seal_part)
        await export_store(store, ["products", "categories"], tmp_path)
        assert whole(tmp_path)


class TestPublishing:
    @pytest.mark.parametrize("name", ["products.jsonl", "categories.jsonl", "manifest.json"])
    async def test_a_folder_in_the_way_is_found_before_anything_is_read(self, store, shop, tmp_path, name):
        (tmp_path / name).mkdir()
        with pytest.raises(OutputError, match=f"{name}: a folder has this name"):
            await export_store(store, ["products", "categories"], tmp_path)
        assert shop.requests == []
        assert names(tmp_path) == [name]

    @pytest.mark.parametrize("linked", [True, False], ids=["links", "no links"])
    @pytest.mark.parametrize("at", range(3))
    async def test_one_that_fails_half_way_undoes_itself(self, store, shop, tmp_path, monkeypatch, at, linked):
        sections = ["products", "categories"]
        await export_store(store, sections, tmp_path)
        before = content(tmp_path)
        published: list[Path] = []
        publish = PartFile.publish

        def fail(part):
            if len(published) == at:
                raise OutputError("the disk is gone")
            published.append(part.path)
            publish(part)

        def no_links(*_, **__):
            raise OSError(errno.EPERM, "no links here")

        monkeypatch.setattr(PartFile, "publish", fail)
        if not linked:
            monkeypatch.setattr(os, "link", no_links)
        shop.add(1003, products=7)
        with pytest.raises(OutputError, match="the disk is gone") as caught:
            await export_store(store, sections, tmp_path)
        assert len(published) == at
        assert {name: each for name, each in content(tmp_path).items() if not name.startswith(".")} == before
        assert "Items that were read are kept" in "".join(caught.value.__notes__)
        monkeypatch.setattr(PartFile, "publish", publish)
        shop.requests.clear()
        await export_store(store, sections, tmp_path)
        assert shop.requests == []  # it was all there
        assert names(tmp_path) == ["categories.jsonl", "manifest.json", "products.jsonl"]
        assert len((tmp_path / "products.jsonl").read_bytes().splitlines()) == 7

    async def test_where_nothing_was_before_an_undone_one_leaves_nothing_visible(
        self, store, shop, tmp_path, monkeypatch
    ):
        def fail(part):
            if part.path.name == "manifest.json":
                raise OutputError("the disk is gone")
            part.hidden.replace(part.path)

        monkeypatch.setattr(PartFile, "publish", fail)
        with pytest.raises(OutputError, match="the disk is gone"):
            await export_store(store, ["products", "categories"], tmp_path)
        assert [name for name in names(tmp_path) if not name.startswith(".")] == []

    @pytest.mark.parametrize("format_", ["jsonl", "csv"])
    @pytest.mark.parametrize("kind", KINDS)
    async def test_a_cancellation_at_any_await_leaves_the_old_export_or_the_new(
        self, store, shop, tmp_path, kind, format_
    ):
        sections = ["products", "categories"] if format_ == "jsonl" else ["products"]
        shop.add(1003, products=120)
        await export_store(store, sections, tmp_path, format=format_)
        old = content(tmp_path)
        shop.add(1003, products=130)
        outcomes = set()

        def check():
            seen = {name: each for name, each in content(tmp_path).items() if not name.startswith(".")}
            hidden = [name for name in names(tmp_path) if name.startswith(".")]
            published = json.loads(seen["manifest.json"])["sections"]["products"]["item_count"] == 130
            outcomes.add(published)
            lines = {name: len(each.splitlines()) for name, each in seen.items() if name.startswith("products")}
            assert list(lines.values()) == [(130 if published else 120) + (format_ == "csv")]
            assert published or seen == old
            assert not published or not hidden
            assert not any(name.endswith((".lock", ".before", ".mode")) for name in hidden)
            assert not hidden or ".manifest.json.checkpoint" in hidden
            for name in names(tmp_path):
                (tmp_path / name).unlink()
            for name, each in old.items():
                (tmp_path / name).write_bytes(each)

        awaits = await at_every_await(lambda: export_store(store, sections, tmp_path, format=format_), kind, check)
        assert outcomes == {True, False}
        assert awaits > 10

    async def test_a_new_export_says_which_files_of_the_one_before_are_not_its_own(self, store, shop, tmp_path):
        await export_store(store, ["products", "categories"], tmp_path, format="csv")
        first = await export_store(store, ["products"], tmp_path)
        assert first.earlier_files == ["products.csv", "categories.csv"]
        assert json.loads((tmp_path / "manifest.json").read_bytes())["earlier_files"] == first.earlier_files
        (tmp_path / "products.csv").unlink()
        second = await export_store(store, ["products"], tmp_path)
        assert second.earlier_files == ["categories.csv"]
        third = await export_store(store, ["products", "categories"], tmp_path, format="csv")
        assert third.earlier_files == ["products.jsonl"]

    @pytest.mark.parametrize(
        "manifest", [b"", b"[]", b"\xff", b'{"sections":{"a":{"file":"../x.jsonl"}}}', b"[" * 9999]
    )
    async def test_a_manifest_that_is_none_says_nothing(self, store, shop, tmp_path, manifest):
        (tmp_path / "x.jsonl").touch()
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "manifest.json").write_bytes(manifest)
        written = await export_store(store, ["categories"], tmp_path / "out")
        assert written.earlier_files == []


@posix
class TestPermissions:
    @pytest.mark.parametrize("umask", [0o022, 0o077, 0o000])
    async def test_files_have_those_of_any_other_and_hidden_ones_none_but_the_owner_s(
        self, store, shop, tmp_path, umask
    ):
        seen: set[int] = set()

        def look(step):
            seen.update(stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "out").glob(".*"))

        before = os.umask(umask)
        try:
            await export_store(store, ["products"], tmp_path / "out", on_progress=look)
        finally:
            os.umask(before)
        assert seen == {0o600}
        assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "out").iterdir()} == {0o666 & ~umask}

    async def test_or_those_that_were_chosen(self, store, shop, tmp_path):
        await export_store(store, ["products"], tmp_path, mode=0o640)
        assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o640}

    @pytest.mark.parametrize("mode", [-1, 0o1777, 0o444, 600, True, 384.0])
    async def test_a_mode_that_is_none_is_refused(self, store, shop, tmp_path, mode):
        with pytest.raises(EcwidError, match="give one such as 0o600"):
            await export_store(store, ["products"], tmp_path, mode=mode)
        assert shop.requests == []

    @pytest.mark.parametrize("hidden", [".products.jsonl.part", ".manifest.json.checkpoint", ".manifest.json.part"])
    async def test_a_link_under_a_hidden_name_is_not_followed(self, store, shop, tmp_path, hidden):
        precious = tmp_path / "precious"
        precious.write_text("precious")
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / hidden).symlink_to(precious)
        await export_store(store, ["products"], tmp_path / "out")
        assert precious.read_text() == "precious"
        assert names(tmp_path / "out") == ["manifest.json", "products.jsonl"]
        assert not (tmp_path / "out" / "products.jsonl").is_symlink()

    async def test_nor_is_that_of_a_lock_which_is_refused(self, store, shop, tmp_path):
        precious = tmp_path / "precious"
        precious.write_text("precious")
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / ".products.jsonl.lock").symlink_to(precious)
        with pytest.raises(OutputError, match=r"\.products\.jsonl\.lock: it is a link or not a file of yours"):
            await export_store(store, ["products"], tmp_path / "out")
        assert precious.read_text() == "precious"


def left_over(shop: Shop, folder: Path, format_: str = "jsonl") -> None:
    """What an export leaves that broke off after some pages."""

    async def export():
        shop.break_after(4)
        async with Ecwid(
            transport=shop.transport,
            base_url="https://ecwid.example/api/v3",
            quota=None,
            retry=RetryPolicy(attempts=1),
        ) as ecwid:
            with suppress(NotSent):
                await export_store(ecwid.store(1003, TOKEN), ["products"], folder, format=format_)
        shop.mend()

    anyio.run(export)


def export_again(shop: Shop, folder: Path, **how) -> None:
    async def export():
        async with Ecwid(transport=shop.transport, base_url="https://ecwid.example/api/v3", quota=None) as ecwid:
            await export_store(ecwid.store(1003, TOKEN), ["products"], folder, **how)

    anyio.run(export)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A shop, and what is left of an export of it."""
    shop = Shop()
    shop.add(1003, products=450)
    folder = tmp_path_factory.mktemp("kept")
    left_over(shop, folder)
    assert names(folder) == [".manifest.json.checkpoint", ".products.jsonl.part"]
    return shop, content(folder)


class TestCheckpoints:
    @pytest.mark.chaos
    @given(data=st.data())
    def test_no_damage_to_it_makes_a_wrong_file(self, kept, tmp_path_factory, data):
        shop, files = kept
        parent = tmp_path_factory.mktemp("out")
        folder = parent / "inner"
        folder.mkdir()
        precious = dict.fromkeys(("x.jsonl", ".x.jsonl.part", ".x.jsonl.spool", "x.lock"), b"precious")
        for name, text in precious.items():
            (parent / name).write_bytes(text)
        for name, text in files.items():
            (folder / name).write_bytes(text)
        checkpoint = folder / ".manifest.json.checkpoint"
        checkpoint.write_bytes(data.draw(damaged(checkpoint.read_bytes())))
        if data.draw(st.booleans()):
            part = folder / ".products.jsonl.part"
            part.write_bytes(data.draw(damaged(part.read_bytes())))
        export_again(shop, folder, fresh=data.draw(st.booleans()))
        ids = [json.loads(line)["id"] for line in (folder / "products.jsonl").read_bytes().splitlines()]
        assert sorted(ids) == list(range(1, 451))
        assert whole(folder)
        assert {name: text for name, text in content(parent).items() if name in precious} == precious

    def test_a_flipped_bit_anywhere_starts_over_or_does_no_harm(self, kept, tmp_path):
        _, files = kept
        text = files[".manifest.json.checkpoint"]
        path = tmp_path / ".manifest.json.checkpoint"
        # Each bit of a byte somewhere, and each kind of byte.
        for place in (*range(0, len(text) - 1, 11), len(text) - 1):
            damaged = bytearray(text)
            damaged[place] ^= 1 << place % 8
            path.write_bytes(damaged)
            checkpoint = CheckpointFile(tmp_path / "manifest.json", NOW)
            checkpoint.close()
            # The end of the last line is the only byte whose loss costs that line alone.
            assert checkpoint.latest == {} or place == len(text) - 1

    @pytest.mark.parametrize(
        "change",
        [
            {"file": "../x.jsonl"},
            {"file": "/tmp/x.jsonl"},
            {"file": ".."},
            {"file": "a/../../x.jsonl"},
            {"file": "x"},
            {"file": "x\0.jsonl"},
            {"size_bytes": -1},
            {"item_count": -5},
            {"saved_at": "2026-11-21T12:00:00"},
            {"saved_at": 5},
            {"resume_from": "../../x"},
            {"scan_token": 7},
            {"record": {}},
        ],
    )
    @pytest.mark.parametrize("fresh", [True, False])
    def test_a_line_that_says_what_none_would_say_starts_over(self, kept, tmp_path, change, fresh):
        """Under a right checksum: somebody else may have written it."""
        shop, files = kept
        folder = tmp_path / "inner"
        folder.mkdir()
        for name in ("x.jsonl", ".x.jsonl.part", ".x.jsonl.spool"):
            (tmp_path / name).write_bytes(b"precious")
        (folder / ".products.jsonl.part").write_bytes(files[".products.jsonl.part"])
        head, *_, last = files[".manifest.json.checkpoint"].splitlines(keepends=True)
        line = seal(json.dumps(json.loads(unseal(last)) | change).encode())
        (folder / ".manifest.json.checkpoint").write_bytes(head + line)
        export_again(shop, folder, fresh=fresh)
        assert whole(folder)
        assert names(folder) == ["manifest.json", "products.jsonl"]
        assert names(tmp_path) == [".x.jsonl.part", ".x.jsonl.spool", "inner", "x.jsonl"]

    def test_another_count_or_token_under_a_right_checksum_publishes_no_wrong_file(self, kept, tmp_path):
        shop, files = kept
        head, *_, last = files[".manifest.json.checkpoint"].splitlines(keepends=True)
        for number, change in enumerate(
            ({"item_count": 298}, {"item_count": 0}, {"scan_token": "garbage"}, {"reported_total": 3})
        ):
            folder = tmp_path / str(number)
            folder.mkdir()
            (folder / ".products.jsonl.part").write_bytes(files[".products.jsonl.part"])
            line = seal(json.dumps(json.loads(unseal(last)) | change).encode())
            (folder / ".manifest.json.checkpoint").write_bytes(head + line)
            with suppress(EcwidError):
                export_again(shop, folder)
            assert "manifest.json" not in names(folder) or whole(folder)

    def test_the_lines_of_another_format_start_over(self, kept, tmp_path):
        _, files = kept
        _, *lines = files[".manifest.json.checkpoint"].splitlines(keepends=True)
        for head in (seal(b"ecwid_async checkpoint 4"), b"", seal(b"")):
            (tmp_path / ".manifest.json.checkpoint").write_bytes(head + b"".join(lines))
            checkpoint = CheckpointFile(tmp_path / "manifest.json", NOW)
            checkpoint.close()
            assert checkpoint.latest == {}
        # What there was before lines had checksums.
        plain = b"".join((unseal(line) or b"") + b"\n" for line in lines)
        (tmp_path / ".manifest.json.checkpoint").write_bytes(plain)
        checkpoint = CheckpointFile(tmp_path / "manifest.json", NOW)
        checkpoint.save(MARK)
        checkpoint.close()
        assert list(checkpoint.latest) == ["products"]
        again = CheckpointFile(tmp_path / "manifest.json", NOW)
        again.close()
        assert again.latest == {"products": MARK}

    def test_a_line_without_end_is_not_read_into_memory(self, tmp_path):
        (tmp_path / ".manifest.json.checkpoint").write_bytes(seal(b"ecwid_async checkpoint 3") + b"x" * (3 << 20))
        checkpoint = CheckpointFile(tmp_path / "manifest.json", NOW)
        checkpoint.close()
        assert checkpoint.latest == {}


def damaged(text: bytes) -> st.SearchStrategy[bytes]:
    """The same with bits flipped, cut off, or anything else."""

    def flipped(places: list[int]) -> bytes:
        other = bytearray(text)
        for place in places:
            other[place // 8] ^= 1 << place % 8
        return bytes(other)

    return st.one_of(
        st.lists(st.integers(0, 8 * len(text) - 1), max_size=3).map(flipped),
        st.integers(0, len(text)).map(lambda end: text[:end]),
        st.tuples(st.integers(0, len(text)), st.binary(max_size=30)).map(
            lambda cut: text[: cut[0]] + cut[1] + text[cut[0] :]
        ),
        st.binary(max_size=200),
        st.permutations(text.splitlines(keepends=True)[:6]).map(b"".join),
    )
