"""Exports of a small demo store."""

import json
from pathlib import Path

from ecwid_async import Ecwid
from ecwid_async.export import export_store
from ecwid_async.sandbox import Sandbox
from ecwid_async.sandbox.seed import demo_sandbox
from ecwid_async.sections import ALL_SECTIONS

SIZES = {"products": 30, "orders": 40, "customers": 15, "carts": 8, "categories": 6}


def small_store(**arguments) -> Sandbox:
    return demo_sandbox(**SIZES, requests_per_minute=None, **arguments)


async def export(sandbox: Sandbox, out: Path, sections=ALL_SECTIONS, **arguments) -> Path:
    """Export the only store of a sandbox."""
    (store,) = sandbox.stores.values()
    async with Ecwid(transport=sandbox, quota=None) as ecwid:
        await export_store(ecwid.store(store.id, store.tokens[0]), sections, out, **arguments)
    return out


def read_files(folder: Path) -> dict[str, bytes]:
    """The exported files by name, without the manifest."""
    return {path.name: path.read_bytes() for path in folder.glob("*.jsonl*")}


def write_lines(path: Path, *lines: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


def write_manifest(file: Path, store_id: int, *names: str, item_count: int = 1, version: int = 2) -> None:
    """Write a manifest of these files beside `file`, which has its name."""
    sections = {name.partition(".")[0]: {"file": name, "item_count": item_count} for name in names}
    file.write_text(json.dumps({"format_version": version, "store_id": store_id, "sections": sections}))
