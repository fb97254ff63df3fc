"""Purchased domains of a demo store."""

from typing import Final

from ecwid_async.sandbox.seed.support.randomness import FIRST_DAY, LAST_DAY, format_date
from ecwid_async.sandbox.state import Item

__all__ = ["domains"]

_YEAR: Final = 365 * 86_400


def domains() -> dict[str, Item]:
    """Purchased domains by name."""
    return {name: _purchased_domain(name) for name in ("www.demo-store.example",)}


def _purchased_domain(name: str) -> Item:
    return {
        "id": 79_001,
        "name": name,
        "status": "active",
        "connectedToInstantSite": True,
        "primaryDomain": True,
        "redirectToPrimaryDomain": False,
        "purchaseDate": format_date(FIRST_DAY),
        "expirationDate": format_date(LAST_DAY + _YEAR),
        "renewalDate": format_date(LAST_DAY + _YEAR),
        "autorenew": True,
        "domainRegistrantInfo": {
            "verificationStatus": "verified",
            "firstName": "John",
            "lastName": "Doe",
            "email": "john.doe@example.com",
            "street": "5th Ave",
            "city": "New York",
            "countryCode": "US",
            "postalCode": "10001",
            "stateOrProvinceCode": "NY",
            "phone": "+1 234 235 22 12",
            "companyName": "Demo Store",
        },
        "billingInfo": {
            "totalRenewalDomainPrice": 15,
            "renewalDomainPrice": 15,
            "renewalTax": 0,
            "whoisPrivacyFeaturePrice": 0,
            "currency": "USD",
            "totalRenewalDomainPriceFormatted": "$15.00",
        },
    }
