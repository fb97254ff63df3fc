"""The store profile: ``/profile``, and the scopes of staff accounts."""

import re
from collections.abc import Sequence
from typing import Final

from ecwid_async.sandbox.computed_fields import MAX_DECIMALS, localize
from ecwid_async.sandbox.engine import Result, StoreRequest, route
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.state import Item, merge

__all__ = ["STAFF_SCOPES"]

STAFF_SCOPES: Final = (
    "SALES_MANAGEMENT",
    "CATALOG_MANAGEMENT",
    "MARKETING_MANAGEMENT",
    "REPORT_ACCESS",
    "WEBSITE_MANAGEMENT",
    "SALES_CHANNELS_MANAGEMENT",
    "STORE_MANAGEMENT",
)
_LANGUAGE_CODE: Final = re.compile(r"[a-z]{2,3}(_[A-Za-z]{2,4})?")
# Every profile has these parts, even the profile of a new store.
_BASE_PROFILE: Final[Item] = {
    "account": {"availableFeatures": ["API"], "whiteLabel": False, "suspended": False},
    "designSettings": {"product_list_image_size": "MEDIUM"},
}


@route("GET /profile")
def get_store_profile(request: StoreRequest) -> Result:
    """Read the profile. Billing, limits and some other parts are included only if requested and allowed."""
    profile = merge(_BASE_PROFILE, request.store.profile)
    profile["generalInfo"] = {"storeId": request.store.id, **(profile.get("generalInfo") or {})}
    account = profile["account"] = dict(profile["account"])
    if not (request.flag("showExtendedInfo") and request.has_scope("read_store_profile_extended")):
        profile.pop("accountBilling", None)
    if not request.has_scope("read_store_limits"):
        account.pop("limitsAndRestrictions", None)
    if not request.flag("getReportAvailabilityStatus"):
        account.pop("reportAvailabilityDetails", None)
    if not request.flag("getFeaturesByPlans"):
        account.pop("featuresByPlans", None)
    if not request.flag("getStoreVertical"):
        profile.pop("verticalSettings", None)
    language = request.params.get("lang")
    return localize(profile, language) if language else profile


@route("PUT /profile")
def update_store_profile(request: StoreRequest) -> Result:
    """Change the given fields; objects are merged at any depth."""
    store, change = request.store, dict(request.json)
    _check_languages(request, (change.get("languages") or {}).get("enabledLanguages") or ())
    decimals = (change.get("formatsAndUnits") or {}).get("currencyPrecision")
    if decimals is not None and not 0 <= decimals <= MAX_DECIMALS:
        raise ErrorResponse.wrong_parameter(f"currencyPrecision must be between 0 and {MAX_DECIMALS}")
    # The profile has the same taxes in both places.
    settings = change.get("taxSettings") or {}
    taxes = change.get("taxes") or settings.get("taxes")
    if taxes:
        change |= {"taxes": taxes, "taxSettings": {**settings, "taxes": taxes}}
    profile = merge(store.profile, change, null_clears=store.switches.null_clears)
    site = (profile.get("generalInfo") or {}).get("starterSite") or {}
    if site.get("ecwidSubdomain"):
        site["generatedUrl"] = f"https://{site['ecwidSubdomain']}.company.site"
    store.profile = profile
    return {"updateCount": 1, "success": True}


@route("GET /profile/staffScopes")
def get_staff_scopes(request: StoreRequest) -> Result:
    """All scopes that a staff account can have."""
    return {"staffScopes": list(STAFF_SCOPES)}


def _check_languages(request: StoreRequest, languages: Sequence[str]) -> None:
    unknown = [language for language in languages if not _LANGUAGE_CODE.fullmatch(language)]
    if unknown:
        raise ErrorResponse(400, "LANGUAGES_NOT_ALLOWED", f"{unknown[0]!r} is not a valid ISO language code")
    if len(languages) > 1:
        message = "The store's plan includes only one language"
        request.raise_if_simulated("MULTILINGUAL_STORE_FEATURE_NOT_ACTIVE", 400, message)
