"""Logos of the store."""

from typing import Any

import pytest

from tests.sandbox.api import Api
from tests.sandbox.routes.stores import demo_store, empty_store

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 24


@pytest.fixture
def empty() -> Api:
    return empty_store()


@pytest.mark.parametrize(
    ("logo", "place", "field"),
    [
        ("logo", ("generalInfo", "starterSite"), "storeLogoUrl"),
        ("invoicelogo", ("settings",), "invoiceLogoUrl"),
        ("invoicelogo", ("orderInvoiceSettings",), "invoiceLogoUrl"),
        ("emaillogo", ("settings",), "emailLogoUrl"),
    ],
)
def test_a_logo_is_uploaded_replaced_and_deleted(empty: Api, logo: str, place: tuple[str, ...], field: str) -> None:
    def shown() -> Any:
        found = empty.get("/profile")
        for step in place:
            found = found[step]
        return found.get(field)

    number = empty.post(f"/profile/{logo}", PNG)["id"]
    assert shown().endswith(f"/{number}.png")
    empty.post(f"/profile/{logo}", externalUrl="https://example.com/logo.svg")
    assert shown() == "https://example.com/logo.svg"
    assert empty.delete(f"/profile/{logo}") == {"deleteCount": 1, "success": True}
    assert shown() is None
    assert empty.delete(f"/profile/{logo}") == {"deleteCount": 0, "success": True}


def test_a_missing_or_too_large_logo_is_refused(empty: Api) -> None:
    assert empty.refused("POST", "/profile/logo")[:2] == (400, "WRONG_PARAMETER")
    assert empty.refused("POST", "/profile/logo", externalUrl="logo.png")[:2] == (422, "WRONG_URL")
    large = bytes(20 * 1024 * 1024 + 1)
    assert empty.refused("POST", "/profile/logo", large)[:2] == (400, "INCORRECT_IMAGE_SIZE")
    assert empty.get("/profile")["generalInfo"] == {"storeId": 1003}


@pytest.fixture
def api() -> Api:
    return demo_store()


@pytest.mark.parametrize(
    ("logo", "place", "field"),
    [
        ("logo", ("generalInfo", "starterSite"), "storeLogoUrl"),
        ("invoicelogo", ("settings",), "invoiceLogoUrl"),
        ("emaillogo", ("settings",), "emailLogoUrl"),
    ],
)
def test_a_logo_is_deleted_only_once(api: Api, logo: str, place: tuple[str, ...], field: str) -> None:
    assert api.delete(f"/profile/{logo}") == {"deleteCount": 1, "success": True}
    found = api.get("/profile")
    for step in place:
        found = found[step]
    assert field not in found
    assert api.delete(f"/profile/{logo}") == {"deleteCount": 0, "success": True}
