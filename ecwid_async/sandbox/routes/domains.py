"""Domains: ``/domains``. The instant site's own domain is in the profile; purchased domains have ids."""

import re
from typing import Final

from ecwid_async.sandbox.computed_fields import format_price
from ecwid_async.sandbox.engine import Result, StoreRequest, route
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.routes.support.items import without_nulls
from ecwid_async.sandbox.state import Item, Records, format_time

__all__: list[str] = []

_YEAR: Final = 365 * 24 * 3600
_FIRST_DOMAIN_ID: Final = 80_001
_MAX_NAME_LENGTH: Final = 253
_DOMAIN_NAME: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))+")
_LABEL: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
# Reserved for Ecwid or by RFC 2606: no store can have them.
_RESERVED_DOMAINS: Final = ("ecwid.com", "company.site", "localhost", "invalid", "test")
_TAKEN_DOMAINS: Final = ("example.com", "example.org", "example.net", "google.com", "amazon.com")
_PRICES: Final = {"com": 15, "net": 16, "org": 14, "store": 55, "shop": 38}
_DEFAULT_PRICE: Final = 40
_CURRENCY: Final = "USD"
_SITE_PATH: Final = ("generalInfo", "starterSite")
_SITE_IP: Final = "198.51.100.7"
_OWNER_FIELDS: Final = (
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
def get_domains(request: StoreRequest) -> Result:
    """The domain of the instant site, and the purchased domains."""
    _check_feature(request)
    return {"instantSiteDomain": _site_domain(request), "purchasedDomains": list(_domains(request).values())}


@route("PUT /domains")
def update_domains(request: StoreRequest) -> Result:
    """Change the instant site's domain and purchased domains, which are identified by id or name, else by position."""
    _check_feature(request)
    sent: Item = request.json
    site: Item = sent.get("instantSiteDomain") or {}
    if site.get("ecwidSubdomain") is not None:
        _set_subdomain(request, site["ecwidSubdomain"])
    if site.get("thirdPartyVendorDomain") is not None:
        _set_custom_domain(request, site["thirdPartyVendorDomain"])
    for position, change in enumerate(sent.get("purchasedDomains") or ()):
        _update_domain(request, position, without_nulls(change))
    return {"updateCount": 1}


@route("GET /domains/search")
def search_domains(request: StoreRequest) -> Result:
    """Suggest domain names for a keyword, with prices; names that are already taken are marked."""
    _check_feature(request)
    keyword = request.params["keyword"].strip()
    name = _domain_name(keyword if "." in keyword else f"{keyword}.com" if keyword else "")
    stem, _, suffix = name.partition(".")
    offers = {name: _PRICES.get(suffix, _DEFAULT_PRICE)}
    offers |= {f"{stem}.{other}": price for other, price in _PRICES.items()}
    return {
        "keyword": keyword,
        "domains": [
            {
                "name": offer,
                "status": "taken" if offer in _domains(request) or _is_taken(offer) else "available",
                "price": price,
                "currency": _CURRENCY,
                "priceFormatted": format_price(request.store, price),
            }
            for offer, price in offers.items()
        ],
    }


@route("POST /domains/purchase")
def purchase_domain(request: StoreRequest) -> Result:
    """Buy a domain for a year."""
    _check_feature(request)
    order: Item = without_nulls(request.json)
    name = _domain_name(order.get("domainName") or "")
    if name in _domains(request) or _is_taken(name):
        raise ErrorResponse(400, "DOMAIN_ALREADY_TAKEN", f"{name} is already taken")
    request.raise_if_simulated("PAYMENT_METHOD_PROBLEM", 403, "The store's account can't pay for a domain")
    request.raise_if_simulated("OPEN_SRS_WRONG_RESPONSE", 403, "The domain provider sent an invalid response")
    request.raise_if_simulated("REGISTRANT_CONTACT_DATA_VERIFICATION_ERROR", 403, "The owner's address is not verified")
    if "@" not in order.get("email", "@"):
        raise ErrorResponse(
            403, "REGISTRANT_CONTACT_DATA_VERIFICATION_ERROR", "The owner's email is not an email address"
        )
    price = _PRICES.get(name.partition(".")[2], _DEFAULT_PRICE)
    expires = format_time(request.now + _YEAR)
    owner = {"verificationStatus": "pending", **{field: order.get(field, "") for field in _OWNER_FIELDS}}
    domain: Item = {
        "id": request.store.next_number("domain_number", _FIRST_DOMAIN_ID),
        "name": name,
        "status": "pending",
        "connectedToInstantSite": False,
        "primaryDomain": not _domains(request),
        "redirectToPrimaryDomain": False,
        "purchaseDate": format_time(request.now),
        "expirationDate": expires,
        "renewalDate": expires,
        "autorenew": True,
        "billingInfo": {
            "totalRenewalDomainPrice": price,
            "renewalDomainPrice": price,
            "renewalTax": 0,
            "whoisPrivacyFeaturePrice": 0,
            "currency": _CURRENCY,
            "totalRenewalDomainPriceFormatted": format_price(request.store, price),
        },
    }
    _domains(request)[name] = domain | {"domainRegistrantInfo": owner}
    return domain | {"domainOwnerInfo": owner}


@route("POST /domains/send_domain_verification_email")
def send_domain_verification_email(request: StoreRequest) -> Result:
    """Email the owner of a domain a request to verify it."""
    _check_feature(request)
    _requested_domain(request)
    return {"success": True}


@route("POST /domains/reset_domain_password")
def reset_domain_password(request: StoreRequest) -> Result:
    """Email a new password for the registrar to the domain's owner or the store's administrator."""
    _check_feature(request)
    _requested_domain(request)
    return {"success": True}


def _check_feature(request: StoreRequest) -> None:
    request.raise_if_simulated("DOMAIN_FEATURE_NOT_AVAILABLE", 403, "Domains are disabled in this store")
    request.raise_if_simulated("NOT_ALLOWED_ON_CURRENT_PLAN", 403, "The store's plan doesn't include domains")


def _domains(request: StoreRequest) -> Records[str, Item]:
    """The purchased domains by name."""
    return request.store.records("domains")


def _site_domain(request: StoreRequest) -> Item:
    """The instant site's domain: a connected purchased one, else one of another vendor, else Ecwid's subdomain."""
    site: Item = (request.store.profile.get("generalInfo") or {}).get("starterSite") or {}
    subdomain = site.get("ecwidSubdomain") or f"store{request.store.id}"
    custom_domain = request.store.section_data.get("custom_domain", "")
    connected = next(
        (domain["name"] for domain in _domains(request).values() if domain["connectedToInstantSite"]), None
    )
    primary = connected or custom_domain or f"{subdomain}.company.site"
    return {
        "primaryInstantSiteDomain": primary,
        "primaryInstantSiteDomainStatus": "pending" if primary == custom_domain else "connected",
        "ecwidSubdomain": subdomain,
        "instantSiteIpAddress": _SITE_IP,
        "instantSiteUrl": f"https://{primary}",
        "thirdPartyVendorDomain": custom_domain,
    }


def _set_subdomain(request: StoreRequest, subdomain: str) -> None:
    if not _LABEL.fullmatch(subdomain.lower()):
        raise ErrorResponse(
            403, "WRONG_DOMAIN_FORMAT", f"{subdomain!r} is not a valid subdomain; use one like my-store"
        )
    request.store.set_profile((*_SITE_PATH, "ecwidSubdomain"), subdomain.lower())
    request.store.set_profile((*_SITE_PATH, "generatedUrl"), f"https://{subdomain.lower()}.company.site")


def _set_custom_domain(request: StoreRequest, name: str) -> None:
    """Connect a domain of another vendor to the instant site; an empty name disconnects it."""
    name = _domain_name(name) if name else ""
    if _is_taken(name):
        raise ErrorResponse(400, "DOMAIN_ALREADY_TAKEN", f"{name} belongs to someone else")
    request.store.section_data["custom_domain"] = name
    request.store.set_profile((*_SITE_PATH, "customDomain"), name)


def _update_domain(request: StoreRequest, position: int, change: Item) -> None:
    domains = list(_domains(request).values())
    identity = {key: change[key] for key in ("id", "name") if key in change}
    matching = (
        [domain for domain in domains if identity.items() <= domain.items()]
        if identity
        else domains[position : position + 1]
    )
    if not matching:
        message = f"purchasedDomains[{position}] matches no domain of the store; see GET /domains"
        raise ErrorResponse(409, "NOT_VALID_DOMAIN_ORDER_UPDATE_DATA", message)
    changed = matching[0] | change
    if change.get("primaryDomain"):
        for domain in domains:
            _domains(request)[domain["name"]] = domain | {"primaryDomain": False}
    _domains(request)[changed["name"]] = changed
    if change.get("connectedToInstantSite"):
        request.store.set_profile((*_SITE_PATH, "customDomain"), changed["name"])


def _domain_name(text: str) -> str:
    """The domain name in this text or URL, in ASCII. Raises `ErrorResponse` if it is not valid or reserved."""
    name = text.strip().lower().removeprefix("https://").removeprefix("http://").strip("/")
    if not name:
        raise ErrorResponse(403, "EMPTY_DOMAIN_NAME", "The name of the domain is missing")
    if len(name) > _MAX_NAME_LENGTH:
        raise ErrorResponse(403, "LONG_DOMAIN_NAME", f"A domain name may have at most {_MAX_NAME_LENGTH} characters")
    ascii_name = name if name.isascii() else _to_ascii(name)
    if not _DOMAIN_NAME.fullmatch(ascii_name):
        raise ErrorResponse(
            403, "WRONG_DOMAIN_FORMAT", f"{name!r} is not a valid domain; use one like www.my-store.com"
        )
    if any(ascii_name == root or ascii_name.endswith(f".{root}") for root in _RESERVED_DOMAINS):
        raise ErrorResponse(400, "ILLEGAL_DOMAIN_NAME", f"{name} is reserved")
    return ascii_name


def _to_ascii(name: str) -> str:
    try:
        return name.encode("idna").decode()
    except UnicodeError:
        return ""


def _is_taken(name: str) -> bool:
    return any(name == other or name.endswith(f".{other}") for other in _TAKEN_DOMAINS)


def _requested_domain(request: StoreRequest) -> Item:
    """The purchased domain in the parameter ``domain_name``. Raises `ErrorResponse` if it is missing or unknown."""
    text = request.params.get("domain_name")
    if not text:
        raise ErrorResponse.wrong_parameter("Parameter 'domain_name' is missing")
    name = _domain_name(text)
    if name not in _domains(request):
        raise ErrorResponse(409, "NOT_VALID_DOMAIN_ORDER_UPDATE_DATA", f"{name} is not a domain of this store")
    return _domains(request)[name]
