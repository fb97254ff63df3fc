"""The answers that a store's owner gave at registration."""

from enum import StrEnum

from ecwid_async.models.base import Model, model

__all__ = [
    "ProfileRegistrationAnswers",
    "RegistrationAlreadySelling",
    "RegistrationAnswer",
    "RegistrationGoods",
    "RegistrationPlatform",
]


class RegistrationAlreadySelling(StrEnum):
    """Whether the owner was already selling."""

    GETTING_STARTED = "getting_started"
    OFFLINE_ONLY = "offline_only"
    ONLINE_DIFFERENT = "online_different"
    LOOKING_AROUND = "looking_around"


class RegistrationAnswer(StrEnum):
    """An answer at registration."""

    YES = "yes"
    NO = "no"


class RegistrationGoods(StrEnum):
    """The goods that the owner sells."""

    APPAREL = "apparel"
    ART = "art"
    AUTO = "auto"
    BOOKS = "books"
    ELECTRONICS = "electronics"
    FOOD_RESTAURANT = "food_restaurant"
    FOOD_ECOMMERCE = "food_ecommerce"
    GIFTS = "gifts"
    HARDWARE = "hardware"
    HEALTH = "health"
    HOME = "home"
    JEWELRY = "jewelry"
    OFFICE = "office"
    PET = "pet"
    SERVICES = "services"
    SPORTS = "sports"
    STREAMING = "streaming"
    SUBSCRIPTION_PRODUCT = "subscription_product"
    TOYS = "toys"
    TOBACCO = "tobacco"
    ADULT = "adult"
    NOTSURE = "notsure"
    OTHER = "other"


class RegistrationPlatform(StrEnum):
    """The platform of the owner's website."""

    JOOMLA = "joomla"
    RAPID_WEAVER = "rapid_weaver"
    WORDPRESS = "wordpress"
    WIX = "wix"
    WEEBLY = "weebly"
    BLOGSPOT = "blogspot"
    DRUPAL = "drupal"
    CUSTOM_SITE = "custom_site"
    NOT_SURE = "not_sure"
    OTHER = "other"


@model
class ProfileRegistrationAnswers(Model):
    """The owner's answers at registration."""

    already_selling: RegistrationAlreadySelling | str | None = None
    goods: RegistrationGoods | str | None = None
    other_goods: str | None = None
    for_someone: RegistrationAnswer | str | None = None
    website: RegistrationAnswer | str | None = None
    platform: RegistrationPlatform | str | None = None
    custom_platform: str | None = None
    use_for: str | None = None
    shop_ease: str | None = None
    cost_attitude: str | None = None
    pos: str | None = None
    sales_channels: str | None = None
    ecom: str | None = None
    facebook: str | None = None  # Undocumented; Ecwid's own client reads it.
