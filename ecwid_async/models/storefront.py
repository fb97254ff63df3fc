"""Pages of the storefront, found by their slug."""

from enum import StrEnum

from ecwid_async.models.base import Model, model, named_field

__all__ = [
    "StorefrontPageStatus",
    "StorefrontPageType",
    "StorefrontWidgetPage",
    "StorefrontWidgetPageEntity",
    "StorefrontWidgetPageStaticContent",
]


class StorefrontPageStatus(StrEnum):
    """The status of a slug."""

    OK = "OK"
    NOT_FOUND = "NOT_FOUND"
    NONCANONICAL = "NONCANONICAL"


class StorefrontPageType(StrEnum):
    """The type of a page."""

    ROOT = "ROOT"
    PRODUCT = "PRODUCT"
    CATEGORY = "CATEGORY"
    SEARCH = "SEARCH"
    LEGAL_PAGE = "LEGAL_PAGE"
    CART = "CART"
    CHECKOUT = "CHECKOUT"
    CUSTOMER_ACCOUNT = "CUSTOMER_ACCOUNT"
    INTERNAL = "INTERNAL"


@model
class StorefrontWidgetPageEntity(Model):
    """The product or category that a page shows."""

    id: str | None = None


@model
class StorefrontWidgetPageStaticContent(Model):
    """The page as HTML, for search engines."""

    css_files: list[str] | None = None
    html_code: str | None = None
    js_code: str | None = None
    meta_description_html: str | None = None
    canonical_url: str | None = None
    og_tags_html: str | None = None
    json_ld_html: str | None = named_field("jsonLDHtml", default=None)
    href_lang_html: str | None = None
    last_updated: int | None = None  # Unix time; the unit is not documented.


@model
class StorefrontWidgetPage(Model):
    """The storefront page of a slug.

    Described only by an example in the reference and by Ecwid's own client.

    API reference: https://docs.ecwid.com/api-reference/rest-api/storefront-widget-details/get-page-slug-and-static-code
    """

    status: StorefrontPageStatus | str | None = None
    type: StorefrontPageType | str | None = None
    canonical_slug: str | None = None
    store_entity_data: StorefrontWidgetPageEntity | None = None
    # In the reference; Ecwid's own client reads it inside `static_content`.
    href_lang_html: str | None = None
    static_content: StorefrontWidgetPageStaticContent | None = None
