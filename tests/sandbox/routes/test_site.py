"""The store's site in the sandbox: domains, pages by slug, redirects, and feeds for marketplaces."""

from typing import Any

import pytest

from ecwid_async.sandbox import Sandbox
from ecwid_async.sandbox.seed import demo_sandbox
from tests.sandbox.api import Api, Clock

PAGES, REDIRECTS = "/storefront-widget-pages", "/instant-site/redirects"


@pytest.fixture
def api() -> Api:
    sandbox = Sandbox(requests_per_minute=None, clock=Clock())
    sandbox.add_store(7, token="secret_1")
    return Api(sandbox, store_id=7, token="secret_1")


@pytest.fixture(scope="module")
def demo() -> Api:
    """A demo store that no test changes."""
    sizes = {"products": 12, "orders": 0, "customers": 0, "carts": 0, "categories": 5}
    return Api(demo_sandbox(**sizes, requests_per_minute=None, clock=Clock()))


# Domains.


def offers(api: Api, keyword: str) -> dict[str, str]:
    found = api.get("/domains/search", keyword=keyword)
    assert found["keyword"] == keyword
    return {offer["name"]: offer["status"] for offer in found["domains"]}


def test_a_domain_is_found_bought_and_made_the_first_one(api: Api) -> None:
    assert offers(api, "my-mugs")["my-mugs.com"] == "available"
    owner = {"firstName": "Jo", "lastName": "Doe", "email": "jo@my-mugs.com", "countryCode": "US"}
    bought = api.post("/domains/purchase", {"domainName": "My-Mugs.com", **owner})
    assert (bought["name"], bought["primaryDomain"], bought["autorenew"]) == ("my-mugs.com", True, True)
    assert bought["domainOwnerInfo"]["email"] == "jo@my-mugs.com"
    assert bought["billingInfo"]["totalRenewalDomainPriceFormatted"] == "$15.00"
    assert offers(api, "my-mugs") | {"my-mugs.com": "taken", "my-mugs.net": "available"} == offers(api, "my-mugs")
    second = api.post("/domains/purchase", {"domainName": "www.bücher.shop"})
    change = {"id": second["id"], "primaryDomain": True, "connectedToInstantSite": True, "autorenew": False}
    assert api.put("/domains", {"purchasedDomains": [change]}) == {"updateCount": 1}
    found = api.get("/domains")
    first, second = found["purchasedDomains"]
    assert (first["primaryDomain"], first["domainRegistrantInfo"]["email"]) == (False, "jo@my-mugs.com")
    assert (second["name"], second["primaryDomain"], second["autorenew"]) == ("www.xn--bcher-kva.shop", True, False)
    site = found["instantSiteDomain"]
    assert site["primaryInstantSiteDomain"] == second["name"]
    assert site["primaryInstantSiteDomainStatus"] == "connected"
    assert api.get("/profile")["generalInfo"]["starterSite"]["customDomain"] == second["name"]
    assert api.get("/domains", responseFields="purchasedDomains(name)")["purchasedDomains"][0] == {
        "name": "my-mugs.com"
    }


def test_the_instant_site_has_a_subdomain_or_a_domain_of_another_vendor(api: Api) -> None:
    site = {"ecwidSubdomain": "Mugs", "thirdPartyVendorDomain": "www.mugs.shop"}
    api.put("/domains", {"instantSiteDomain": site})
    found = api.get("/domains")["instantSiteDomain"]
    assert (found["ecwidSubdomain"], found["thirdPartyVendorDomain"]) == ("mugs", "www.mugs.shop")
    assert (found["instantSiteUrl"], found["primaryInstantSiteDomainStatus"]) == ("https://www.mugs.shop", "pending")
    assert api.get("/profile")["generalInfo"]["starterSite"]["generatedUrl"] == "https://mugs.company.site"
    api.put("/domains", {"instantSiteDomain": {"thirdPartyVendorDomain": ""}})
    found = api.get("/domains")["instantSiteDomain"]
    assert (found["primaryInstantSiteDomain"], found["primaryInstantSiteDomainStatus"]) == (
        "mugs.company.site",
        "connected",
    )


def test_mails_about_a_domain_name_it_in_the_query(api: Api) -> None:
    api.post("/domains/purchase", {"domainName": "a.com"})
    mails = "/domains/send_domain_verification_email", "/domains/reset_domain_password"
    for path in mails:
        assert api.post(path, domain_name="a.com") == {"success": True}
        assert api.refused("POST", path, {"domain_name": "a.com"})[0] == 400  # a body names nothing
        assert api.refused("POST", path)[:2] == (400, "WRONG_PARAMETER")
        unknown = api.refused("POST", path, domain_name="b.com")
        assert unknown[:2] == (409, "NOT_VALID_DOMAIN_ORDER_UPDATE_DATA")
    assert api.post(mails[1], domain_name="a.com", send_to="admin", sub_user=1) == {"success": True}
    assert api.refused("POST", mails[1], domain_name="a.com", send_to="me")[:2] == (400, "WRONG_PARAMETER")


def test_a_search_for_domains_needs_a_keyword(api: Api) -> None:
    assert api.refused("GET", "/domains/search")[:2] == (400, "WRONG_PARAMETER")
    assert api.refused("GET", "/domains/search", keyword=" ")[:2] == (403, "EMPTY_DOMAIN_NAME")


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("", 403, "EMPTY_DOMAIN_NAME"),
        ("x" * 60 + ".com" * 60, 403, "LONG_DOMAIN_NAME"),
        ("no dots", 403, "WRONG_DOMAIN_FORMAT"),
        ("-a.com", 403, "WRONG_DOMAIN_FORMAT"),
        ("shop.company.site", 400, "ILLEGAL_DOMAIN_NAME"),
        ("www.example.com", 400, "DOMAIN_ALREADY_TAKEN"),
    ],
)
def test_a_domain_that_no_store_can_have(api: Api, name: str, status: int, code: str) -> None:
    assert api.refused("POST", "/domains/purchase", {"domainName": name})[:2] == (status, code)
    if name:
        update = {"instantSiteDomain": {"ecwidSubdomain": "other", "thirdPartyVendorDomain": name}}
        assert api.refused("PUT", "/domains", update)[:2] == (status, code)
    found = api.get("/domains")
    assert (found["purchasedDomains"], found["instantSiteDomain"]["ecwidSubdomain"]) == ([], "store7")


def test_a_domain_is_bought_once_from_an_owner_with_an_address(api: Api) -> None:
    owner = api.refused("POST", "/domains/purchase", {"domainName": "a.com", "email": "nobody"})
    assert owner[:2] == (403, "REGISTRANT_CONTACT_DATA_VERIFICATION_ERROR")
    api.post("/domains/purchase", {"domainName": "a.com", "email": "me@a.com"})
    assert api.refused("POST", "/domains/purchase", {"domainName": "a.com"})[:2] == (400, "DOMAIN_ALREADY_TAKEN")


@pytest.mark.parametrize("change", [{"name": "a.com", "autorenew": True}, {"id": 1}, {"autorenew": True}])
def test_an_update_of_a_domain_that_the_store_does_not_have_is_refused(api: Api, change: Any) -> None:
    refused = api.refused("PUT", "/domains", {"purchasedDomains": [change]})
    assert refused[:2] == (409, "NOT_VALID_DOMAIN_ORDER_UPDATE_DATA")


@pytest.mark.parametrize("code", ["DOMAIN_FEATURE_NOT_AVAILABLE", "NOT_ALLOWED_ON_CURRENT_PLAN"])
def test_a_plan_may_lack_domains(api: Api, code: str) -> None:
    api.store.refuses.add(code)
    assert api.refused("GET", "/domains")[:2] == (403, code)


@pytest.mark.parametrize(
    "code", ["PAYMENT_METHOD_PROBLEM", "OPEN_SRS_WRONG_RESPONSE", "REGISTRANT_CONTACT_DATA_VERIFICATION_ERROR"]
)
def test_a_purchase_can_be_told_to_fail(api: Api, code: str) -> None:
    api.store.refuses.add(code)
    assert api.refused("POST", "/domains/purchase", {"domainName": "a.com"})[:2] == (403, code)
    assert api.get("/domains")["purchasedDomains"] == []


# Pages.


def test_every_product_and_category_has_a_page_under_its_own_slug(demo: Api) -> None:
    shown = [(one, "PRODUCT") for one in demo.all("/products", enabled=True)]
    shown += [(one, "CATEGORY") for one in demo.all("/categories")]
    for item, kind in shown:
        found = demo.get(PAGES, slug=item["url"].rpartition("/")[2])
        assert (found["status"], found["type"]) == ("OK", kind)


def test_a_page_is_found_under_other_slugs_and_names_its_own(api: Api) -> None:
    number = api.post("/products", {"name": "Green Pizza", "customSlug": "pizza"})["id"]
    for slug in ("green-pizza", "Pizza", f"anything-p{number}"):
        found = api.get(PAGES, slug=slug)
        assert (found["status"], found["canonicalSlug"]) == ("NONCANONICAL", f"pizza-p{number}")
        assert found["storeEntityData"] == {"id": str(number)}
    assert api.get(PAGES, slug=f"/pizza-p{number}/")["status"] == "OK"


def test_a_page_comes_and_goes_with_its_product(api: Api) -> None:
    assert api.get(PAGES, slug="mug") == {"status": "NOT_FOUND"}
    number = api.post("/products", {"name": "Mug"})["id"]
    assert api.get(PAGES, slug="mug")["type"] == "PRODUCT"
    api.put(f"/products/{number}", {"enabled": False})
    assert api.get(PAGES, slug="mug") == {"status": "NOT_FOUND"}


def test_pages_that_every_store_has(demo: Api) -> None:
    kinds = {"search": "SEARCH", "cart": "CART", "checkout/payment": "CHECKOUT", "account": "CUSTOMER_ACCOUNT"}
    assert {slug: demo.get(PAGES, slug=slug)["type"] for slug in kinds} == kinds
    assert demo.get(PAGES, storeRootPage=True)["type"] == "ROOT"
    assert demo.get(PAGES, slug="pages/terms")["type"] == "LEGAL_PAGE"
    assert demo.get(PAGES, slug="pages/nothing") == {"status": "NOT_FOUND"}


def test_a_slug_must_be_there(demo: Api) -> None:
    assert demo.refused("GET", PAGES)[:2] == (400, "SLUG_PARAMETER_NOT_FOUND")
    assert demo.refused("GET", PAGES, slug=" / ")[:2] == (400, "SLUG_PARAMETER_EMPTY")


def test_static_content_comes_where_asked_for_and_escaped(api: Api) -> None:
    number = api.post("/products", {"name": "</script><b>", "nameTranslated": {"de": "Becher"}})["id"]
    slug = f"x-p{number}"
    asked: dict[str, Any] = {"slug": slug, "getStaticContent": True, "baseUrl": "https://my.shop"}
    content = api.get(PAGES, **asked)["staticContent"]
    assert "<b>" not in content["htmlCode"] + content["ogTagsHtml"]
    assert content["jsonLDHtml"].count("</script>") == 1
    assert content["canonicalUrl"] == "https://my.shop/script-b"
    with_id = api.get(PAGES, **asked, slugsWithoutIds=False)["staticContent"]
    assert with_id["canonicalUrl"] == f"https://my.shop/script-b-p{number}"
    assert "Becher" in api.get(PAGES, **asked, lang="de")["staticContent"]["htmlCode"]
    assert "staticContent" not in api.get(PAGES, slug=slug)


def test_pages_in_other_languages_are_linked(api: Api) -> None:
    api.post("/categories", {"name": "Mugs"})
    pages = {"international_pages[de]": "https://de.shop/", "international_pages[fr]": "https://fr.shop"}
    links = api.get(PAGES, slug="mugs", **pages)["hrefLangHtml"].splitlines()
    assert len(links) == 2
    assert 'hreflang="de" href="https://de.shop/Mugs-c' in links[0]


# Redirects.


def test_redirects_are_created_found_changed_and_deleted(api: Api) -> None:
    sent = [{"fromUrl": "/old", "toUrl": "/new"}, {"fromUrl": "/sale", "toUrl": "/Deals"}]
    assert api.post(REDIRECTS, sent) == {"createCount": 2, "existsCount": 0}
    again = [{"fromUrl": "/old", "toUrl": "/else"}, {"fromUrl": "/third", "toUrl": "/x"}]
    assert api.post(REDIRECTS, again) == {"createCount": 1, "existsCount": 1}
    old, sale, third = api.all(REDIRECTS)
    assert old == {"id": old["id"], **sent[0]}
    assert [one["id"] for one in api.get(REDIRECTS, keyword="deals")["items"]] == [sale["id"]]
    assert api.get(REDIRECTS, offset=1, limit=1)["items"] == [sale]
    assert api.get(f"{REDIRECTS}/get-for-path", exactPath="/old") == {"items": [old], "hasAnyRedirects": True}
    assert api.get(f"{REDIRECTS}/get-for-path", exactPath="/ol") == {"items": [], "hasAnyRedirects": True}
    assert api.put(f"{REDIRECTS}/{old['id']}", {"toUrl": "/newer"}) == {"updateCount": 1}
    assert api.get(f"{REDIRECTS}/{old['id']}") == old | {"toUrl": "/newer"}
    for one in (old, sale, third):
        assert api.delete(f"{REDIRECTS}/{one['id']}") == {"deleteCount": 1}
    assert api.get(f"{REDIRECTS}/get-for-path", exactPath="/old") == {"items": [], "hasAnyRedirects": False}
    assert api.refused("GET", f"{REDIRECTS}/{old['id']}")[0] == 404


def test_a_redirect_has_two_ends_and_starts_where_no_other_does(api: Api) -> None:
    assert "toUrl" in api.refused("POST", REDIRECTS, [{"fromUrl": "/a", "toUrl": "/b"}, {"fromUrl": "/c"}])[2]
    assert api.get(REDIRECTS)["total"] == 0
    api.post(REDIRECTS, [{"fromUrl": "/a", "toUrl": "/b"}, {"fromUrl": "/c", "toUrl": "/d"}])
    second = api.all(REDIRECTS)[1]
    assert api.refused("PUT", f"{REDIRECTS}/{second['id']}", {"fromUrl": "/a"})[:2] == (409, "CONSTRAINT_VIOLATION")
    assert api.get(f"{REDIRECTS}/{second['id']}") == second


# Feeds.


@pytest.mark.parametrize(
    ("channel", "own"),
    [
        ("google_shopping", {"condition"}),
        ("shopzilla", {"condition"}),
        ("yahoo_shopping", {"condition", "taxonomy"}),
        ("yandex_market", {"store", "manufacturerWarranty", "pickup", "adult", "salesNotes"}),
        ("yandex_market_dbs", {"store", "manufacturerWarranty", "pickup", "adult", "enableAutoDiscounts", "sizeChart"}),
    ],
)
def test_a_feed_has_the_products_that_are_for_sale(api: Api, channel: str, own: set[str]) -> None:
    api.post("/products", {"name": "a"})
    api.post("/products", {"name": "b", "enabled": False})
    feed = api.get(f"/saleschannels/{channel}")
    assert set(feed) == {"marketplaceConfig", "productFeedInfo", *own}
    info = feed["productFeedInfo"]
    assert (info["productsProcessed"], info["productsIncluded"]) == (2, 1)
    assert info["lastGenerated"] < info["nextGenerated"]
