"""Domains of a store: ``/domains``.

Nobody documents what goes in and out here, only the error codes are known. Bodies name a domain as ``domain``, and
answers say no more than what any client would need.
"""

import re
from hashlib import blake2b
from typing import Any, Final

from ecwid_async.sandbox.bodies import Refusal, format_time
from ecwid_async.sandbox.routes import Answer, Visit, route
from ecwid_async.sandbox.table import Item, decode
from ecwid_async.sandbox.transaction import Records

__all__: list[str] = []

_YEAR: Final = 365 * 24 * 3600
_LONGEST_NAME: Final = 253
_NAME: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))+")
# Domains of the platform, and of documents (RFC 2606): no store can have them.
_ILLEGAL: Final = ("ecwid.com", "company.site", "localhost", "invalid", "test")
_TAKEN: Final = ("example.com", "example.org", "example.net", "google.com", "amazon.com")
_PRICES: Final = {"com": 15, "net": 16, "org": 14, "store": 55, "shop": 38}
_CURRENCY: Final = "USD"
_UPDATABLE: Final = frozenset({"domain", "primary", "autoRenew"})


@route("GET /domains")
def get_domains(visit: Visit) -> Answer:
    """The store's domains."""
    _available(visit)
    return {"domains": list(_domains(visit).values())}


@route("PUT /domains")
def update_domains(visit: Visit) -> Answer:
    """Connect a domain that the owner has, or change one: ``primary``, ``autoRenew``."""
    _available(visit)
    change = _document(visit)
    flags = {name: value for name, value in change.items() if name != "domain"}
    if not change.keys() <= _UPDATABLE or not all(isinstance(value, bool) for value in flags.values()):
        message = "A change names the 'domain', and 'primary' or 'autoRenew' as true or false"
        raise Refusal(409, "NOT_VALID_DOMAIN_ORDER_UPDATE_DATA", message)
    name = _name(change)
    if name not in _domains(visit):
        _check_free(name)
        _add(visit, name, purchased=False)
    _domains(visit)[name] |= flags
    if flags.get("primary"):
        for other in _domains(visit).values():
            other["primary"] = other["domain"] == name
        visit.store.set_profile(("generalInfo", "starterSite", "customDomain"), name)
    return {"updateCount": 1, "success": True}


@route("GET /domains/search")
def search_domains(visit: Visit) -> Answer:
    """Domains that could be bought."""
    _available(visit)
    word = visit.params.get("domain") or visit.params.get("query") or ""
    name = _name({"domain": word if "." in word else f"{word}.com" if word else ""})
    stem, _, ending = name.partition(".")
    offers = {name: _PRICES.get(ending, 40), **{f"{stem}.{end}": price for end, price in _PRICES.items()}}
    return {
        "domains": [
            {"domain": offer, "available": not _is_taken(visit, offer), "price": price, "currency": _CURRENCY}
            for offer, price in offers.items()
        ]
    }


@route("POST /domains/purchase")
def purchase_domain(visit: Visit) -> Answer:
    """Buy a domain for a year."""
    _available(visit)
    order = _document(visit)
    name = _name(order)
    _check_free(name)
    if name in _domains(visit):
        raise Refusal(400, "DOMAIN_ALREADY_TAKEN", f"{name} belongs to a store already")
    visit.unless_refused("PAYMENT_METHOD_PROBLEM", 403, "The store's account cannot pay for a domain")
    visit.unless_refused("OPEN_SRS_WRONG_RESPONSE", 403, "The domain provider gave an answer that makes no sense")
    visit.unless_refused("REGISTRANT_CONTACT_DATA_VERIFICATION_ERROR", 403, "The owner's address is not verified")
    if "@" not in str(order.get("email", "@")):
        raise Refusal(403, "REGISTRANT_CONTACT_DATA_VERIFICATION_ERROR", "The owner's email is no email address")
    _add(visit, name, purchased=True)
    return {"success": True, "domain": name, "orderId": blake2b(name.encode(), digest_size=6).hexdigest()}


@route("POST /domains/send_domain_verification_email")
def send_domain_verification_email(visit: Visit) -> Answer:
    """Mail the owner to verify a domain: the named one, or all that wait for it."""
    _available(visit)
    return {"success": True, "domains": [domain["domain"] for domain in _named(visit) if not domain["verified"]]}


@route("POST /domains/reset_domain_password")
def reset_domain_password(visit: Visit) -> Answer:
    """Mail the owner a new password for the registrar."""
    _available(visit)
    return {"success": True, "domains": [domain["domain"] for domain in _named(visit) if domain["purchased"]]}


def _available(visit: Visit) -> None:
    visit.unless_refused("DOMAIN_FEATURE_NOT_AVAILABLE", 403, "The store has no domains of its own")
    visit.unless_refused("NOT_ALLOWED_ON_CURRENT_PLAN", 403, "The store's plan has no domains of its own")


def _domains(visit: Visit) -> Records[str, Item]:
    return visit.store.records("domains")


def _document(visit: Visit) -> Item:
    try:
        document: Any = decode(visit.body or b"{}")
    except ValueError:
        raise Refusal.wrong("The body is not valid JSON") from None
    if not isinstance(document, dict):
        raise Refusal.wrong("The body must be an object")
    return document


def _name(document: Item) -> str:
    name = str(document.get("domain") or "").strip().lower().removeprefix("https://").removeprefix("http://")
    name = name.strip("/")
    if not name:
        raise Refusal(403, "EMPTY_DOMAIN_NAME", "Name the domain: 'domain'")
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


def _is_taken(visit: Visit, name: str) -> bool:
    return name in _domains(visit) or _belongs_to_others(name)


def _belongs_to_others(name: str) -> bool:
    return any(name == other or name.endswith(f".{other}") for other in _TAKEN)


def _check_free(name: str) -> None:
    if _belongs_to_others(name):
        raise Refusal(400, "DOMAIN_ALREADY_TAKEN", f"{name} belongs to somebody else")


def _add(visit: Visit, name: str, *, purchased: bool) -> None:
    _domains(visit)[name] = {
        "domain": name,
        "purchased": purchased,
        "primary": not _domains(visit),
        "verified": False,
        "autoRenew": purchased,
        "status": "PENDING",
        "created": format_time(visit.now),
        **({"expires": format_time(visit.now + _YEAR)} if purchased else {}),
    }


def _named(visit: Visit) -> list[Item]:
    """The domain that the body names, or all of them."""
    document = _document(visit)
    if not document.get("domain"):
        return list(_domains(visit).values())
    name = _name(document)
    if name not in _domains(visit):
        raise Refusal(409, "NOT_VALID_DOMAIN_ORDER_UPDATE_DATA", f"{name} is not a domain of this store")
    return [_domains(visit)[name]]
