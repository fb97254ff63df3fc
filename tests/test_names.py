"""docs/names.md lists every public name once, and nothing else."""

import re
from importlib import import_module
from pathlib import Path

import pytest

import ecwid_async
from ecwid_async import Call, Changes, Download, Ecwid, Pages, Scan, Store

PAGE = Path(__file__).parents[1] / "docs" / "names.md"
CLASSES = {cls.__name__: cls for cls in (Call, Changes, Download, Ecwid, Pages, Scan, Store)}


def listed_names() -> list[str]:
    rows = re.findall(r"^\| (`[^|]*) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return [name for row in rows for name in re.findall(r"`([\w.]+)`", row)]


def test_every_name_is_listed_once() -> None:
    names = listed_names()
    assert sorted(set(names)) == sorted(names)


def test_every_name_of_the_package_and_its_main_classes_is_listed() -> None:
    members = {
        f"{name}.{member}"
        for name, cls in CLASSES.items()
        for member in dir(cls)
        if not member.startswith(("_", "cr_"))
    }
    public = set(ecwid_async.__all__) | members
    assert public == {name for name in listed_names() if not name.startswith("ecwid_async.")}


@pytest.mark.parametrize("name", [name for name in listed_names() if name.startswith("ecwid_async.")])
def test_every_other_name_can_be_imported(name: str) -> None:
    module, _, attribute = name.rpartition(".")
    assert attribute in import_module(module).__all__
