"""Domains of a store: the domain of the Instant Site, and purchased domains."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model

__all__ = [
    "DomainBilling",
    "DomainOffer",
    "DomainOfferStatus",
    "DomainOffers",
    "DomainPasswordRecipient",
    "DomainPurchaseDraft",
    "DomainRegistrant",
    "Domains",
    "DomainsDraft",
    "InstantSiteDomain",
    "InstantSiteDomainDraft",
    "InstantSiteDomainStatus",
    "PurchasedDomain",
    "PurchasedDomainDraft",
]


class DomainOfferStatus(StrEnum):
    """The availability of a domain."""

    AVAILABLE = "available"
    TAKEN = "taken"


class DomainPasswordRecipient(StrEnum):
    """The recipient of the new password of a domain's account."""

    OWNER = "owner"
    ADMIN = "admin"


class InstantSiteDomainStatus(StrEnum):
    """The status of the Instant Site's domain."""

    CONNECTED = "connected"
    PENDING = "pending"


@model
class InstantSiteDomain(Model):
    """The domain of the Instant Site."""

    primary_instant_site_domain: str | None = None
    primary_instant_site_domain_status: InstantSiteDomainStatus | str | None = None
    ecwid_subdomain: str | None = None
    instant_site_ip_address: str | None = None
    instant_site_url: str | None = None
    third_party_vendor_domain: str | None = None


@model
class DomainRegistrant(Model):
    """The person or company that a domain is registered to."""

    verification_status: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    street: str | None = None
    city: str | None = None
    country_code: str | None = None
    postal_code: str | None = None
    state_or_province_code: str | None = None
    phone: str | None = None
    company_name: str | None = None


@model
class DomainBilling(Model):
    """The price of renewing a domain, in `currency`."""

    total_renewal_domain_price: Decimal | None = None
    renewal_domain_price: Decimal | None = None
    renewal_tax: Decimal | None = None
    whois_privacy_feature_price: Decimal | None = None
    currency: str | None = None
    total_renewal_domain_price_formatted: str | None = None


@model
class PurchasedDomain(Model):
    """A domain purchased through Ecwid."""

    id: int | None = None
    name: str | None = None
    status: str | None = None
    connected_to_instant_site: bool | None = None
    primary_domain: bool | None = None
    redirect_to_primary_domain: bool | None = None
    purchase_date: datetime | None = None
    expiration_date: datetime | None = None
    renewal_date: datetime | None = None
    autorenew: bool | None = None
    domain_registrant_info: DomainRegistrant | None = None  # In the list of domains.
    domain_owner_info: DomainRegistrant | None = None  # The same, in the response to a purchase.
    billing_info: DomainBilling | None = None


@model
class Domains(Model):
    """The domains of a store.

    API reference: https://docs.ecwid.com/api-reference/rest-api/domains
    """

    instant_site_domain: InstantSiteDomain | None = None
    purchased_domains: list[PurchasedDomain] | None = None


@model
class DomainOffer(Model):
    """A domain found by a search, with its availability and price."""

    name: str | None = None
    status: DomainOfferStatus | str | None = None
    price: Decimal | None = None
    currency: str | None = None
    price_formatted: str | None = None


@model
class DomainOffers(Model):
    """The domains found for a keyword."""

    keyword: str | None = None
    domains: list[DomainOffer] | DomainOffer | None = None  # Both a list and an object in the reference.


@draft
class InstantSiteDomainDraft(Draft):
    """The new domain of the Instant Site: a subdomain of Ecwid's or a domain of another vendor."""

    ecwid_subdomain: str | Unset | None = UNSET
    third_party_vendor_domain: str | Unset | None = UNSET


@draft
class PurchasedDomainDraft(Draft):
    """Fields of a purchased domain to change. `id` or `name` identifies it."""

    id: int | Unset | None = UNSET
    name: str | Unset | None = UNSET
    connected_to_instant_site: bool | Unset | None = UNSET
    primary_domain: bool | Unset | None = UNSET
    autorenew: bool | Unset | None = UNSET


@draft
class DomainsDraft(Draft):
    """Changes of a store's domains."""

    instant_site_domain: InstantSiteDomainDraft | Unset | None = UNSET
    purchased_domains: list[PurchasedDomainDraft] | Unset | None = UNSET


@draft
class DomainPurchaseDraft(Draft):
    """A domain to purchase, and the person or company to register it to."""

    domain_name: str | Unset | None = UNSET
    first_name: str | Unset | None = UNSET
    last_name: str | Unset | None = UNSET
    email: str | Unset | None = UNSET
    street: str | Unset | None = UNSET
    city: str | Unset | None = UNSET
    country_code: str | Unset | None = UNSET
    postal_code: str | Unset | None = UNSET
    state_or_province_code: str | Unset | None = UNSET
    phone: str | Unset | None = UNSET
    company_name: str | Unset | None = UNSET
