"""The legal pages of a store."""

from enum import StrEnum

from ecwid_async.models.base import Model, model

__all__ = [
    "LegalPageDisplay",
    "LegalPageType",
    "ProfileLegalPage",
    "ProfileLegalPagesSettings",
]


class LegalPageDisplay(StrEnum):
    """Where a legal page opens."""

    INLINE = "INLINE"
    EXTERNAL_URL = "EXTERNAL_URL"


class LegalPageType(StrEnum):
    """The type of a legal page."""

    LEGAL_INFO = "LEGAL_INFO"
    SHIPPING_COST_PAYMENT_INFO = "SHIPPING_COST_PAYMENT_INFO"
    REVOCATION_TERMS = "REVOCATION_TERMS"
    TERMS = "TERMS"
    PRIVACY_STATEMENT = "PRIVACY_STATEMENT"


@model
class ProfileLegalPage(Model):
    """A legal page of the store."""

    type: LegalPageType | str | None = None
    enabled: bool | None = None
    title: str | None = None
    title_translated: dict[str, str] | None = None
    display: LegalPageDisplay | str | None = None
    display_translated: dict[str, str] | None = None
    text: str | None = None
    text_translated: dict[str, str] | None = None
    external_url: str | None = None
    external_url_translated: dict[str, str] | None = None


@model
class ProfileLegalPagesSettings(Model):
    """The legal pages of the store."""

    require_terms_agreement_at_checkout: bool | None = None
    legal_pages: list[ProfileLegalPage] | None = None  # An object in the older reference.
