"""`lazy_exports`, on a package made for each test."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """A package that exports `Lamp` and `price` of its module `stock`."""
    folder = tmp_path / "lazy_shop"
    folder.mkdir()
    (folder / "__init__.py").write_text(
        "from ecwid_async.primitives.lazy import lazy_exports\n"
        '__getattr__, __dir__, __all__ = lazy_exports(__name__, {"stock": ("price", "Lamp")})\n'
    )
    (folder / "stock.py").write_text("class Lamp: ...\nprice = 12\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("lazy_shop")
    for name in [name for name in sys.modules if name.partition(".")[0] == "lazy_shop"]:
        del sys.modules[name]


def test_a_module_is_imported_on_first_use(shop: ModuleType) -> None:
    assert "lazy_shop.stock" not in sys.modules
    assert shop.price == 12
    assert "lazy_shop.stock" in sys.modules
    assert shop.Lamp is sys.modules["lazy_shop.stock"].Lamp


def test_a_loaded_name_becomes_a_plain_attribute(shop: ModuleType) -> None:
    assert "price" not in vars(shop)
    assert shop.price is vars(shop)["price"]


def test_names_are_listed_before_they_are_loaded(shop: ModuleType) -> None:
    assert shop.__all__ == ["Lamp", "price"]
    assert {"Lamp", "price", "__name__"} <= set(dir(shop))
    assert "lazy_shop.stock" not in sys.modules


def test_an_unknown_name_is_an_attribute_error(shop: ModuleType) -> None:
    with pytest.raises(AttributeError, match="module 'lazy_shop' has no attribute 'lmap'"):
        _ = shop.lmap
