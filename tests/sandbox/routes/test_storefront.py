"""Storefront pages by slug."""

from typing import Any

import pytest

from tests.sandbox.api import Api
from tests.sandbox.routes.stores import demo_store

PAGES = "/storefront-widget-pages"


@pytest.fixture(scope="module")
def demo() -> Api:
    """A demo store that no test changes."""
    return demo_store(products=12, categories=5)


def test_every_product_and_category_has_a_page_at_its_own_slug(demo: Api) -> None:
    shown = [(one, "PRODUCT") for one in demo.all("/products", enabled=True)]
    shown += [(one, "CATEGORY") for one in demo.all("/categories")]
    for item, kind in shown:
        found = demo.get(PAGES, slug=item["url"].rpartition("/")[2])
        assert (found["status"], found["type"]) == ("OK", kind)


def test_a_page_at_another_slug_returns_the_canonical_slug(api: Api) -> None:
    number = api.post("/products", {"name": "Green Pizza", "customSlug": "pizza"})["id"]
    for slug in ("green-pizza", "Pizza", f"anything-p{number}"):
        found = api.get(PAGES, slug=slug)
        assert (found["status"], found["canonicalSlug"]) == ("NONCANONICAL", f"pizza-p{number}")
        assert found["storeEntityData"] == {"id": str(number)}
    assert api.get(PAGES, slug=f"/pizza-p{number}/")["status"] == "OK"


def test_only_enabled_products_have_a_page(api: Api) -> None:
    assert api.get(PAGES, slug="mug") == {"status": "NOT_FOUND"}
    number = api.post("/products", {"name": "Mug"})["id"]
    assert api.get(PAGES, slug="mug")["type"] == "PRODUCT"
    api.put(f"/products/{number}", {"enabled": False})
    assert api.get(PAGES, slug="mug") == {"status": "NOT_FOUND"}


def test_fixed_pages_exist_in_every_store(demo: Api) -> None:
    kinds = {"search": "SEARCH", "cart": "CART", "checkout/payment": "CHECKOUT", "account": "CUSTOMER_ACCOUNT"}
    assert {slug: demo.get(PAGES, slug=slug)["type"] for slug in kinds} == kinds
    assert demo.get(PAGES, storeRootPage=True)["type"] == "ROOT"
    assert demo.get(PAGES, slug="pages/terms")["type"] == "LEGAL_PAGE"
    assert demo.get(PAGES, slug="pages/nothing") == {"status": "NOT_FOUND"}


def test_a_slug_is_required(demo: Api) -> None:
    assert demo.refused("GET", PAGES)[:2] == (400, "SLUG_PARAMETER_NOT_FOUND")
    assert demo.refused("GET", PAGES, slug=" / ")[:2] == (400, "SLUG_PARAMETER_EMPTY")


def test_static_content_is_returned_on_request_and_escaped(api: Api) -> None:
    number = api.post("/products", {"name": "</script><b>", "nameTranslated": {"de": "Becher"}})["id"]
    slug = f"x-p{number}"
    params: dict[str, Any] = {"slug": slug, "getStaticContent": True, "baseUrl": "https://my.shop"}
    content = api.get(PAGES, **params)["staticContent"]
    assert "<b>" not in content["htmlCode"] + content["ogTagsHtml"]
    assert content["jsonLDHtml"].count("</script>") == 1
    assert content["canonicalUrl"] == "https://my.shop/script-b"
    with_id = api.get(PAGES, **params, slugsWithoutIds=False)["staticContent"]
    assert with_id["canonicalUrl"] == f"https://my.shop/script-b-p{number}"
    assert "Becher" in api.get(PAGES, **params, lang="de")["staticContent"]["htmlCode"]
    assert "staticContent" not in api.get(PAGES, slug=slug)


def test_pages_in_other_languages_are_linked(api: Api) -> None:
    api.post("/categories", {"name": "Mugs"})
    pages = {"international_pages[de]": "https://de.shop/", "international_pages[fr]": "https://fr.shop"}
    links = api.get(PAGES, slug="mugs", **pages)["hrefLangHtml"].splitlines()
    assert len(links) == 2
    assert 'hreflang="de" href="https://de.shop/Mugs-c' in links[0]
