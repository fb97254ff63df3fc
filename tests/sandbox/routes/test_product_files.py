"""Files of products."""

import pytest

from ecwid_async.sandbox import Sandbox, Switches
from tests.sandbox.api import Api, Clock

NOW = 1_725_434_411


def shop(**switches):
    sandbox = Sandbox(clock=Clock(NOW), requests_per_minute=None, switches=Switches(**switches))
    sandbox.add_store(1003, token="t")
    return Api(sandbox, store_id=1003, token="t")


@pytest.fixture
def api():
    return shop()


def show(api, number, fields):
    return api.get(f"/products/{number}", responseFields=fields)


def test_files_can_be_described_and_deleted(api):
    files = [{"id": n, "name": f"{n}.pdf", "description": "", "size": 10} for n in (1, 2, 3)]
    api.store.load("products", [{"id": 5, "name": "x", "files": files}])
    api.put("/products/5/files/2", {"description": "Manual"})
    assert [file["description"] for file in show(api, 5, "files")["files"]] == ["", "Manual", ""]
    assert api.delete("/products/5/files/1") == {"deleteCount": 1}
    assert api.refused("DELETE", "/products/5/files/1")[0] == 404
    assert api.delete("/products/5/files") == {"deleteCount": 2}
    assert api.delete("/products/5/files") == {"deleteCount": 0}
    assert show(api, 5, "files") == {"files": []}
