"""The tests of this folder called every endpoint and every method, and models have all fields of the responses."""

from operator import attrgetter
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest

from ecwid_async import resources
from ecwid_async.files import Download
from ecwid_async.pages import Pages
from ecwid_async.transport.memory import MemoryTransport, make_response
from tests.endpoints.recorder import RECORDED, SPEC
from tests.models.test_samples import unread
from tests.resources.conftest import FILE, METHODS, make_store


def test_every_endpoint_was_called(complete_run: None) -> None:
    assert set(RECORDED) == {f"{row['method']} {row['path']}" for row in SPEC.endpoints}


def test_every_method_was_called(complete_run: None) -> None:
    assert sorted(method.endpoint for method in METHODS) == sorted(RECORDED)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
async def test_no_response_has_unknown_fields(complete_run: None, method: Any) -> None:
    for body in set(RECORDED[method.endpoint]):
        call = attrgetter(method.name)(make_store(MemoryTransport([make_response(body)])))
        result = call(**method.required(), **({"source": FILE} if method.uploads else {}))
        if isinstance(result, Download):
            read: Any = await result.read()
        elif isinstance(result, Pages):
            read = (await anext(result.pages())).items
        else:
            read = await result
        assert list(unread(read, method.name)) == []


def test_every_resource_has_a_test_file() -> None:
    sections = {module.name for module in iter_modules(resources.__path__)} - {"base", "query"}
    assert sections <= {path.stem.removeprefix("test_") for path in Path(__file__).parent.glob("test_*.py")}
