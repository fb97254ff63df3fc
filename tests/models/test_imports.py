"""`ecwid_async.models` exports every class, and loads a file only when one of its names is used."""

import importlib
import json
import subprocess
import sys

import pytest

from ecwid_async import models
from ecwid_async.models.orders import Order
from tests.models.spec import MODULES


@pytest.mark.parametrize("module", MODULES)
def test_every_public_name_of_a_file_is_exported(module: str) -> None:
    names = importlib.import_module(f"ecwid_async.models.{module}").__all__
    assert models._MODULES[module] == tuple(names)


def test_the_list_names_existing_files_only() -> None:
    assert models._MODULES.keys() == {*MODULES, "base"}
    assert models.__all__ == sorted({name for names in models._MODULES.values() for name in names})


def test_an_exported_name_is_the_class_itself() -> None:
    from ecwid_async.models import Order as Exported

    assert Exported is Order
    assert "ProductDraft" in dir(models)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Ordre'"):
        models.Ordre  # type: ignore[attr-defined]  # noqa: B018  that is the test


def test_a_file_is_loaded_on_first_use() -> None:
    code = "import json, sys; from ecwid_async.models import Brand; print(json.dumps(sorted(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name for name in json.loads(run.stdout) if name.startswith("ecwid_async.models.")}
    assert loaded == {"ecwid_async.models.base", "ecwid_async.models.brands"}
