"""The profile of a store: its settings."""

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model
from ecwid_async.models.profile_account import ProfileAccount, ProfileAccountBilling, ProfileAccountDraft
from ecwid_async.models.profile_channels import (
    ProfileFbMessengerSettings,
    ProfileMailchimpSettings,
    ProfileSocialLinksSettings,
)
from ecwid_async.models.profile_checkout import (
    ProfileGiftCardSettings,
    ProfilePayment,
    ProfileShipping,
    ProfileShippingDraft,
    ProfileTipsSettings,
    ProfileTipsSettingsDraft,
)
from ecwid_async.models.profile_formats import (
    ProfileFormatsAndUnits,
    ProfileFormatsAndUnitsDraft,
    ProfileLanguages,
    ProfileLanguagesDraft,
)
from ecwid_async.models.profile_general_info import ProfileGeneralInfo, ProfileGeneralInfoDraft
from ecwid_async.models.profile_invoices import ProfileOrderInvoiceSettings, ProfileTaxInvoiceSettings
from ecwid_async.models.profile_legal_pages import ProfileLegalPagesSettings
from ecwid_async.models.profile_notifications import (
    ProfileMailNotifications,
    ProfileMailNotificationsDraft,
    ProfilePhoneNotifications,
)
from ecwid_async.models.profile_product_filters import ProfileProductFiltersSettings
from ecwid_async.models.profile_registration import ProfileRegistrationAnswers
from ecwid_async.models.profile_settings import ProfileSettings, ProfileSettingsDraft
from ecwid_async.models.profile_taxes import ProfileTax, ProfileTaxSettings, ProfileTaxSettingsDraft
from ecwid_async.models.shipping_options import ProfileZone

__all__ = [
    "Profile",
    "ProfileBusinessRegistrationID",
    "ProfileCompany",
    "ProfileDraft",
    "ProfileFeatureToggle",
    "ProfileVerticalSettings",
]


@model
class ProfileCompany(Model):
    """The company that runs the store."""

    company_name: str | None = None
    email: str | None = None
    street: str | None = None
    city: str | None = None
    country_code: str | None = None
    postal_code: str | None = None
    state_or_province_code: str | None = None
    phone: str | None = None


@model
class ProfileBusinessRegistrationID(Model):
    """The registration of the company, such as its VAT id."""

    name: str | None = None
    value: str | None = None


@model
class ProfileFeatureToggle(Model):
    """A new feature and whether it is enabled. Not returned for public tokens."""

    name: str | None = None
    visible: bool | None = None
    enabled: bool | None = None


@model
class ProfileVerticalSettings(Model):
    """The line of business of the store."""

    vertical: str | None = None
    primary_subvertical: str | None = None
    subverticals: list[str] | None = None
    product_types: list[str] | None = None


@model
class Profile(Model):
    """The settings of a store.

    API reference: https://docs.ecwid.com/api-reference/rest-api/store-profile/get-store-profile
    """

    general_info: ProfileGeneralInfo | None = None
    account: ProfileAccount | None = None
    settings: ProfileSettings | None = None
    mail_notifications: ProfileMailNotifications | None = None
    phone_notifications: ProfilePhoneNotifications | None = None
    company: ProfileCompany | None = None
    formats_and_units: ProfileFormatsAndUnits | None = None
    languages: ProfileLanguages | None = None
    shipping: ProfileShipping | None = None
    # The reference links to the tax settings, but its table describes zones.
    zones: list[ProfileZone] | None = None
    taxes: list[ProfileTax] | None = None
    tax_settings: ProfileTaxSettings | None = None
    business_registration_id: ProfileBusinessRegistrationID | None = None
    payment: ProfilePayment | None = None
    feature_toggles: list[ProfileFeatureToggle] | None = None  # An object in the older reference.
    legal_pages_settings: ProfileLegalPagesSettings | None = None
    # Text, numbers or booleans by the snake_case names of the storefront's design options.
    design_settings: dict[str, object] | None = None
    product_filters_settings: ProfileProductFiltersSettings | None = None
    vertical_settings: ProfileVerticalSettings | None = None
    fb_messenger_settings: ProfileFbMessengerSettings | None = None
    mailchimp_settings: ProfileMailchimpSettings | None = None
    order_invoice_settings: ProfileOrderInvoiceSettings | None = None
    social_links_settings: ProfileSocialLinksSettings | None = None
    registration_answers: ProfileRegistrationAnswers | None = None
    gift_card_settings: ProfileGiftCardSettings | None = None
    tips_settings: ProfileTipsSettings | None = None
    # Only with `show_extended_info` and the scope read_store_profile_extended.
    account_billing: ProfileAccountBilling | None = None
    tax_invoice_settings: ProfileTaxInvoiceSettings | None = None


@draft
class ProfileDraft(Draft):
    """Settings of a store to change.

    Objects are merged: only the given fields change. A list replaces the stored list.
    """

    general_info: ProfileGeneralInfoDraft | Unset | None = UNSET
    account: ProfileAccountDraft | Unset | None = UNSET
    settings: ProfileSettingsDraft | Unset | None = UNSET
    mail_notifications: ProfileMailNotificationsDraft | Unset | None = UNSET
    phone_notifications: ProfilePhoneNotifications | Unset | None = UNSET
    company: ProfileCompany | Unset | None = UNSET
    formats_and_units: ProfileFormatsAndUnitsDraft | Unset | None = UNSET
    languages: ProfileLanguagesDraft | Unset | None = UNSET
    shipping: ProfileShippingDraft | Unset | None = UNSET
    zones: list[ProfileZone] | Unset | None = UNSET
    taxes: list[ProfileTax] | Unset | None = UNSET
    tax_settings: ProfileTaxSettingsDraft | Unset | None = UNSET
    business_registration_id: ProfileBusinessRegistrationID | Unset | None = UNSET
    legal_pages_settings: ProfileLegalPagesSettings | Unset | None = UNSET
    design_settings: dict[str, object] | Unset | None = UNSET
    product_filters_settings: ProfileProductFiltersSettings | Unset | None = UNSET
    order_invoice_settings: ProfileOrderInvoiceSettings | Unset | None = UNSET
    social_links_settings: ProfileSocialLinksSettings | Unset | None = UNSET
    registration_answers: ProfileRegistrationAnswers | Unset | None = UNSET
    tips_settings: ProfileTipsSettingsDraft | Unset | None = UNSET
