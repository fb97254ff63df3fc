"""Domains of a store: ``/domains``. The instant site's own is part of the profile; those that were bought have ids."""

import re
from typing import Final

from ecwid_async.sandbox.computed_fields import display
from ecwid_async.sandbox.engine import Answer, Visit, route
from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.state import Item, Records, format_time

__all__: list[str] = []

_YEAR: Final = 365 * 24 * 3600
_FIRST_DOMAIN: Final = 80_001
_LONGEST_NAME: Final = 253
_NAME: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))+")
_LABEL: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
# Domains of the platform, and of documents (RFC 2606): no store can have them.
_ILLEGAL: Final = ("ecwid.com", "company.site", "localhost", "invalid", "test")
_TAKEN: Final = ("example.com", "example.org", "example.net", "google.com", "amazon.com")
_PRICES: Final = {"com": 15, "net": 16, "org": 14, "store": 55, "shop": 38}
_USUAL_PRICE: Final = 40
_CURRENCY: Final = "USD"
_SITE: Final = ("generalInfo", "starterSite")
_ADDRESS: Final = "198.51.100.7"
_OWNER: Final = (
    "firstName",
    "lastName",
    "email",
    "street",
    "city",
    "countryCode",
    "postalCode",
    "stateOrProvinceCode",
    "phone",
    "companyName",
)


@route("GET /domains")
def get_domains(visit: Visit) -> Answer:
    """The instant site's domain, and those that were bought."""
    _available(visit)
    return {"instantSiteDomain": _of_site(visit), "purchasedDomains": list(_domains(visit).values())}


@route("PUT /domains")
def update_domains(visit: Visit) -> Answer:
    """Change the instant site's domain, or those that were bought: by id, by name, or else by position."""
    _available(visit)
    sent: Item = visit.document
    site: Item = sent.get("instantSiteDomain") or {}
    if site.get("ecwidSubdomain") is not None:
        _rename_site(visit, site["ecwidSubdomain"])
    if site.get("thirdPartyVendorDomain") is not None:
        _connect(visit, site["thirdPartyVendorDomain"])
    for at, change in enumerate(sent.get("purchasedDomains") or ()):
        _change(visit, at, {name: value for name, value in change.items() if value is not None})
    return {"updateCount": 1}


@route("GET /domains/search")
def search_domains(visit: Visit) -> Answer:
    """Domains that could be bought."""
    _available(visit)
    word = visit.params["keyword"].strip()
    name = _name(word if "." in word else f"{word}.com" if word else "")
    stem, _, ending = name.partition(".")
    offers = {name: _PRICES.get(ending, _USUAL_PRICE), **{f"{stem}.{end}": price for end, price in _PRICES.items()}}
    return {
        "keyword": word,
        "domains": [
            {
                "name": offer,
                "status": "taken" if offer in _domains(visit) or _belongs_to_others(offer) else "available",
                "price": price,
                "currency": _CURRENCY,
                "priceFormatted": display(visit.store, price),
            }
            for offer, price in offers.items()
        ],
    }


@route("POST /domains/purchase")
def purchase_domain(visit: Visit) -> Answer:
    """Buy a domain for a year."""
    _available(visit)
    order: Item = {name: value for name, value in visit.document.items() if value is not None}
    name = _name(order.get("domainName") or "")
    if name in _domains(visit) or _belongs_to_others(name):
        raise Refusal(400, "DOMAIN_ALREADY_TAKEN", f"{name} is not free")
    visit.unless_refused("PAYMENT_METHOD_PROBLEM", 403, "The store's account cannot pay for a domain")
    visit.unless_refused("OPEN_SRS_WRONG_RESPONSE", 403, "The domain provider gave an answer that makes no sense")
    visit.unless_refused("REGISTRANT_CONTACT_DATA_VERIFICATION_ERROR", 403, "The owner's address is not verified")
    if "@" not in order.get("email", "@"):
        raise Refusal(403, "REGISTRANT_CONTACT_DATA_VERIFICATION_ERROR", "The owner's email is not an email address")
    price = _PRICES.get(name.partition(".")[2], _USUAL_PRICE)
    expires = format_time(visit.now + _YEAR)
    owner = {"verificationStatus": "pending", **{field: order.get(field, "") for field in _OWNER}}
    domain: Item = {
        "id": visit.store.next_number("domain_number", _FIRST_DOMAIN),
        "name": name,
        "status": "pending",
        "connectedToInstantSite": False,
        "primaryDomain": not _domains(visit),
        "redirectToPrimaryDomain": False,
        "purchaseDate": format_time(visit.now),
        "expirationDate": expires,
        "renewalDate": expires,
        "autorenew": True,
        "billingInfo": {
            "totalRenewalDomainPrice": price,
            "renewalDomainPrice": price,
            "renewalTax": 0,
            "whoisPrivacyFeaturePrice": 0,
            "currency": _CURRENCY,
            "totalRenewalDomainPriceFormatted": display(visit.store, price),
        },
    }
    _domains(visit)[name] = domain | {"domainRegistrantInfo": owner}
    return domain | {"domainOwnerInfo": owner}


@route("POST /domains/send_domain_verification_email")
def send_domain_verification_email(visit: Visit) -> Answer:
    """Mail the owner of a domain to verify it."""
    _available(visit)
    _named(visit)
    return {"success": True}


@route("POST /domains/reset_domain_password")
def reset_domain_password(visit: Visit) -> Answer:
    """Mail the owner, or the store's administrator, a new password for the registrar."""
    _available(visit)
    _named(visit)
    return {"success": True}


def _available(visit: Visit) -> None:
    visit.unless_refused("DOMAIN_FEATURE_NOT_AVAILABLE", 403, "The store has no domains of its own")
    visit.unless_refused("NOT_ALLOWED_ON_CURRENT_PLAN", 403, "The store's plan has no domains of its own")


def _domains(visit: Visit) -> Records[str, Item]:
    """The domains that were bought, by name."""
    return visit.store.records("domains")


def _of_site(visit: Visit) -> Item:
    """The instant site's domain: a connected one of those bought, else another vendor's, else the platform's."""
    site: Item = (visit.store.profile.get("generalInfo") or {}).get("starterSite") or {}
    subdomain = site.get("ecwidSubdomain") or f"store{visit.store.id}"
    other = visit.store.odds.get("other_domain", "")
    bought = next((one["name"] for one in _domains(visit).values() if one["connectedToInstantSite"]), None)
    primary = bought or other or f"{subdomain}.company.site"
    return {
        "primaryInstantSiteDomain": primary,
        "primaryInstantSiteDomainStatus": "pending" if primary == other else "connected",
        "ecwidSubdomain": subdomain,
        "instantSiteIpAddress": _ADDRESS,
        "instantSiteUrl": f"https://{primary}",
        "thirdPartyVendorDomain": other,
    }


def _rename_site(visit: Visit, subdomain: str) -> None:
    if not _LABEL.fullmatch(subdomain.lower()):
        raise Refusal(403, "WRONG_DOMAIN_FORMAT", f"{subdomain!r} is not a subdomain, like my-store")
    visit.store.set_profile((*_SITE, "ecwidSubdomain"), subdomain.lower())
    visit.store.set_profile((*_SITE, "generatedUrl"), f"https://{subdomain.lower()}.company.site")


def _connect(visit: Visit, name: str) -> None:
    """Let the instant site have a domain of another vendor; an empty name takes it away."""
    name = _name(name) if name else ""
    if _belongs_to_others(name):
        raise Refusal(400, "DOMAIN_ALREADY_TAKEN", f"{name} belongs to somebody else")
    visit.store.odds["other_domain"] = name
    visit.store.set_profile((*_SITE, "customDomain"), name)


def _change(visit: Visit, at: int, change: Item) -> None:
    domains = list(_domains(visit).values())
    named = {key: change[key] for key in ("id", "name") if key in change}
    found = [one for one in domains if named.items() <= one.items()] if named else domains[at : at + 1]
    if not found:
        message = f"There is no domain like purchasedDomains[{at}]: GET /domains lists them"
        raise Refusal(409, "NOT_VALID_DOMAIN_ORDER_UPDATE_DATA", message)
    changed = found[0] | change
    if change.get("primaryDomain"):
        for one in domains:
            _domains(visit)[one["name"]] = one | {"primaryDomain": False}
    _domains(visit)[changed["name"]] = changed
    if change.get("connectedToInstantSite"):
        visit.store.set_profile((*_SITE, "customDomain"), changed["name"])


def _name(text: str) -> str:
    name = text.strip().lower().removeprefix("https://").removeprefix("http://").strip("/")
    if not name:
        raise Refusal(403, "EMPTY_DOMAIN_NAME", "Name the domain")
    if len(name) > _LONGEST_NAME:
        raise Refusal(403, "LONG_DOMAIN_NAME", f"The name of a domain may have {_LONGEST_NAME} characters at most")
    ascii_name = name if name.isascii() else _encoded(name)
    if not _NAME.fullmatch(ascii_name):
        raise Refusal(403, "WRONG_DOMAIN_FORMAT", f"{name!r} is not a domain, like www.my-store.com")
    if any(ascii_name == root or ascii_name.endswith(f".{root}") for root in _ILLEGAL):
        raise Refusal(400, "ILLEGAL_DOMAIN_NAME", f"{name} is not for stores")
    return ascii_name


def _encoded(name: str) -> str:
    try:
        return name.encode("idna").decode()
    except UnicodeError:
        return ""


def _belongs_to_others(name: str) -> bool:
    return any(name == other or name.endswith(f".{other}") for other in _TAKEN)


def _named(visit: Visit) -> Item:
    """The domain that was bought under the name in the query."""
    text = visit.params.get("domain_name")
    if not text:
        raise Refusal.wrong("Parameter 'domain_name' is missing")
    name = _name(text)
    if name not in _domains(visit):
        raise Refusal(409, "NOT_VALID_DOMAIN_ORDER_UPDATE_DATA", f"{name} is not a domain of this store")
    return _domains(visit)[name]
