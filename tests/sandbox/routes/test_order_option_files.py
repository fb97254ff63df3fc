"""Files of item options."""

from typing import Any
from urllib.parse import quote_plus

import pytest

from ecwid_async.sandbox.state import uploads_of
from tests.sandbox.api import Api, Clock
from tests.sandbox.routes.stores import FILE_OPTION, demo_store


@pytest.fixture
def api(clock: Clock) -> Api:
    return demo_store(clock, products=3, orders=6, customers=2, categories=1)


def files_path(api: Api, order: int, name: str = FILE_OPTION) -> str:
    line = api.get(f"/orders/{order}")["items"][0]
    return f"/orders/{order}/items/{line['id']}/options/{quote_plus(name)}"


def files_of(api: Api, order: int) -> Any:
    return api.get(f"/orders/{order}")["items"][0]["selectedOptions"][0].get("files")


def test_a_file_of_an_option_is_uploaded_and_deleted(api: Api, order: int) -> None:
    path = files_path(api, order)
    first = api.post(path, b"\x89PNG....", fileName="my photo.png")["id"]
    second = api.post(path, externalUrl="https://example.com/a/b.txt")["id"]
    one, other = files_of(api, order)
    assert (one["id"], one["name"], one["size"]) == (first, "my photo.png", 8)
    assert "my%20photo.png" in one["url"]
    assert (other["id"], other["name"]) == (second, "b.txt")
    assert api.delete(f"{path}/files/{first}") == {"deleteCount": 1}
    assert files_of(api, order) == [other]
    api.post(path, b"x")
    assert api.delete(f"{path}/files") == {"deleteCount": 2}
    assert files_of(api, order) is None
    assert api.delete(f"{path}/files") == {"deleteCount": 0}
    assert api.refused("DELETE", f"{path}/files/{first}")[:2] == (404, "FILE_NOT_FOUND")


def test_the_bytes_of_a_file_are_kept_until_its_order_is_deleted(api: Api, order: int) -> None:
    api.post(files_path(api, order), b"\0" * 1000)
    [file] = files_of(api, order)
    assert uploads_of(api.store).get(file["url"]) == b"\0" * 1000
    api.delete(f"/orders/{order}")
    assert uploads_of(api.store).get(file["url"]) is None


def test_only_file_options_accept_files(api: Api, order: int) -> None:
    assert api.refused("POST", files_path(api, order, "Size"), b"x")[:2] == (400, "OPTIONS_IS_NOT_FILES_TYPE")
    assert api.refused("POST", files_path(api, order, "None"), b"x")[0] == 404
    assert api.refused("POST", f"/orders/{order}/items/1/options/{quote_plus(FILE_OPTION)}", b"x")[0] == 404
    assert api.refused("POST", files_path(api, order))[:2] == (400, "WRONG_PARAMETER")
    assert api.refused("POST", files_path(api, order), externalUrl="ftp://example.com/x")[:2] == (422, "WRONG_URL")
