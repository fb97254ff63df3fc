"""Storefront URLs, slugs, and the check of URLs in requests."""

import pytest

from ecwid_async.sandbox import Sandbox, Store
from ecwid_async.sandbox.computed_fields import check_url, make_slug, storefront_url
from ecwid_async.sandbox.errors import ErrorResponse

ITEM = {"id": 5, "name": "Tea for Two"}


@pytest.fixture
def store() -> Store:
    return Sandbox().add_store(7, token="secret_1")


@pytest.mark.parametrize(
    ("name", "slug"), [("Tea for Two!", "Tea-for-Two"), ("Crème brûlée", "Creme-brulee"), ("茶", "item"), ("", "item")]
)
def test_a_slug_has_only_ascii_letters_digits_and_hyphens(name: str, slug: str) -> None:
    assert make_slug(name) == slug


def test_a_url_contains_the_slug_and_by_default_the_id(store: Store) -> None:
    site = "https://store7.company.site/products"
    assert storefront_url(store, "p", ITEM) == f"{site}/Tea-for-Two-p5"
    assert storefront_url(store, "c", {**ITEM, "customSlug": "tea"}) == f"{site}/tea-c5"
    assert storefront_url(store, "p", ITEM, with_id=False) == f"{site}/Tea-for-Two"
    assert storefront_url(store, "p", ITEM, clean=False) == f"{site}#!/Tea-for-Two/p/5"
    assert storefront_url(store, "p", ITEM, base="https://a.example/") == "https://a.example/Tea-for-Two-p5"


def test_urls_start_with_the_url_in_the_profile(store: Store) -> None:
    store.profile = {"generalInfo": {"storeUrl": "https://tea.example"}}
    assert storefront_url(store, "p", ITEM) == "https://tea.example/Tea-for-Two-p5"


@pytest.mark.parametrize("url", ["http://a.example/x.jpg", "HTTPS://a.example"])
def test_http_and_https_urls_are_accepted(url: str) -> None:
    assert check_url(url) == url


@pytest.mark.parametrize("url", ["", "a.example", "ftp://a.example", "https://", "http://[x", None, 7])
def test_anything_else_is_rejected(url: object) -> None:
    with pytest.raises(ErrorResponse) as error:
        check_url(url)
    assert (error.value.status, error.value.code) == (422, "WRONG_URL")
