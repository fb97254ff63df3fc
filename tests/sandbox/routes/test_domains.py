"""Domains of the instant site, and purchased ones."""

from typing import Any

import pytest

from tests.sandbox.api import Api


def offers(api: Api, keyword: str) -> dict[str, str]:
    found = api.get("/domains/search", keyword=keyword)
    assert found["keyword"] == keyword
    return {offer["name"]: offer["status"] for offer in found["domains"]}


def test_a_domain_can_be_found_purchased_and_made_primary(api: Api) -> None:
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


def test_emails_about_a_domain_require_its_name_in_the_query(api: Api) -> None:
    api.post("/domains/purchase", {"domainName": "a.com"})
    paths = "/domains/send_domain_verification_email", "/domains/reset_domain_password"
    for path in paths:
        assert api.post(path, domain_name="a.com") == {"success": True}
        assert api.refused("POST", path, {"domain_name": "a.com"})[0] == 400  # the name in a body is ignored
        assert api.refused("POST", path)[:2] == (400, "WRONG_PARAMETER")
        unknown = api.refused("POST", path, domain_name="b.com")
        assert unknown[:2] == (409, "NOT_VALID_DOMAIN_ORDER_UPDATE_DATA")
    assert api.post(paths[1], domain_name="a.com", send_to="admin", sub_user=1) == {"success": True}
    assert api.refused("POST", paths[1], domain_name="a.com", send_to="me")[:2] == (400, "WRONG_PARAMETER")


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
def test_an_invalid_or_reserved_domain_is_refused(api: Api, name: str, status: int, code: str) -> None:
    assert api.refused("POST", "/domains/purchase", {"domainName": name})[:2] == (status, code)
    if name:
        update = {"instantSiteDomain": {"ecwidSubdomain": "other", "thirdPartyVendorDomain": name}}
        assert api.refused("PUT", "/domains", update)[:2] == (status, code)
    found = api.get("/domains")
    assert (found["purchasedDomains"], found["instantSiteDomain"]["ecwidSubdomain"]) == ([], "store1003")


def test_a_domain_is_purchased_once_with_a_valid_email(api: Api) -> None:
    owner = api.refused("POST", "/domains/purchase", {"domainName": "a.com", "email": "nobody"})
    assert owner[:2] == (403, "REGISTRANT_CONTACT_DATA_VERIFICATION_ERROR")
    api.post("/domains/purchase", {"domainName": "a.com", "email": "me@a.com"})
    assert api.refused("POST", "/domains/purchase", {"domainName": "a.com"})[:2] == (400, "DOMAIN_ALREADY_TAKEN")


@pytest.mark.parametrize("change", [{"name": "a.com", "autorenew": True}, {"id": 1}, {"autorenew": True}])
def test_an_update_of_an_unknown_domain_is_refused(api: Api, change: Any) -> None:
    refused = api.refused("PUT", "/domains", {"purchasedDomains": [change]})
    assert refused[:2] == (409, "NOT_VALID_DOMAIN_ORDER_UPDATE_DATA")


@pytest.mark.parametrize("code", ["DOMAIN_FEATURE_NOT_AVAILABLE", "NOT_ALLOWED_ON_CURRENT_PLAN"])
def test_a_plan_without_domains_can_be_simulated(api: Api, code: str) -> None:
    api.store.simulated_errors.add(code)
    assert api.refused("GET", "/domains")[:2] == (403, code)


@pytest.mark.parametrize(
    "code", ["PAYMENT_METHOD_PROBLEM", "OPEN_SRS_WRONG_RESPONSE", "REGISTRANT_CONTACT_DATA_VERIFICATION_ERROR"]
)
def test_a_failed_purchase_can_be_simulated(api: Api, code: str) -> None:
    api.store.simulated_errors.add(code)
    assert api.refused("POST", "/domains/purchase", {"domainName": "a.com"})[:2] == (403, code)
    assert api.get("/domains")["purchasedDomains"] == []
