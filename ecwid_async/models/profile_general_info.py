"""General information about a store: its URL and website."""

from enum import StrEnum

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model

__all__ = [
    "ProfileGeneralInfo",
    "ProfileGeneralInfoDraft",
    "ProfileStarterSite",
    "ProfileStarterSiteDraft",
    "StorefrontUrlFormat",
    "StorefrontUrlSlugFormat",
    "WebsitePlatform",
]


class StorefrontUrlFormat(StrEnum):
    """The format of the storefront's URLs."""

    IFRAME = "IFRAME"
    WIX = "WIX"
    QUERY = "QUERY"
    HASH = "HASH"
    CLEAN = "CLEAN"


class StorefrontUrlSlugFormat(StrEnum):
    """Whether the URLs of the storefront contain ids."""

    WITH_IDS = "WITH_IDS"
    WITHOUT_IDS = "WITHOUT_IDS"


class WebsitePlatform(StrEnum):
    """The platform of the website that contains the storefront."""

    WIX = "wix"
    WORDPRESS = "wordpress"
    IFRAME = "iframe"
    JOOMLA = "joomla"
    YOLA = "yola"
    INSTANTSITE = "instantsite"
    UNKNOWN = "unknown"
    ADOBE_MUSE = "adobeMuse"
    BITRIX24 = "bitrix24"
    BLOGGER = "blogger"
    DRUPAL = "drupal"
    DUDA = "duda"
    ETSY = "etsy"
    FACEBOOK = "facebook"
    GODADDY = "godaddy"
    GOOGLE_SITES = "google_sites"
    INSTAGRAM = "instagram"
    JIMDO = "jimdo"
    PRESTASHOP = "prestashop"
    RAPID_WEAVER = "rapidWeaver"
    SHOPIFY = "shopify"
    SQUARESPACE = "squarespace"
    STRIKINGLY = "strikingly"
    TILDA = "tilda"
    TUMBLR = "tumblr"
    TYPO3 = "typo3"
    UCRAFT = "ucraft"
    UKIT = "ukit"
    WEBFLOW = "webflow"
    WEBLIUM = "weblium"
    WEEBLY = "weebly"
    XARA = "xara"


@model
class ProfileStarterSite(Model):
    """The Instant Site of the store."""

    ecwid_subdomain: str | None = None
    custom_domain: str | None = None
    generated_url: str | None = None
    store_logo_url: str | None = None
    ecwid_subdomain_suffix: str | None = None
    slugs_without_ids_enabled: bool | None = None


@model
class ProfileGeneralInfo(Model):
    """The id, URL and website of the store."""

    store_id: int | None = None
    profile_id: str | None = None
    store_url: str | None = None
    starter_site: ProfileStarterSite | None = None
    website_platform: WebsitePlatform | str | None = None
    storefront_url_format: StorefrontUrlFormat | str | None = None
    storefront_url_slug_format: StorefrontUrlSlugFormat | str | None = None


@draft
class ProfileStarterSiteDraft(Draft):
    """Fields of the Instant Site to change."""

    ecwid_subdomain: str | Unset | None = UNSET
    custom_domain: str | Unset | None = UNSET
    slugs_without_ids_enabled: bool | Unset | None = UNSET  # Undocumented; Ecwid's own client writes it.


@draft
class ProfileGeneralInfoDraft(Draft):
    """The URL and website of the store to change."""

    store_url: str | Unset | None = UNSET
    starter_site: ProfileStarterSiteDraft | Unset | None = UNSET
    website_platform: WebsitePlatform | str | Unset | None = UNSET
