"""The product filters of a storefront."""

from enum import StrEnum

from ecwid_async.models.base import Model, model

__all__ = [
    "FilterDisplayComponent",
    "FilterSectionType",
    "ProfileFilterSection",
    "ProfileProductFiltersSettings",
]


class FilterDisplayComponent(StrEnum):
    """The component that displays a filter."""

    CHECKBOXES = "CHECKBOXES"
    BUTTON_GRID = "BUTTON_GRID"


class FilterSectionType(StrEnum):
    """The property that a filter is about."""

    IN_STOCK = "IN_STOCK"
    ON_SALE = "ON_SALE"
    PRICE = "PRICE"
    CATEGORIES = "CATEGORIES"
    SEARCH = "SEARCH"
    SKU = "SKU"
    OPTION = "OPTION"
    ATTRIBUTE = "ATTRIBUTE"
    LOCATIONS = "LOCATIONS"


@model
class ProfileFilterSection(Model):
    """A filter of the storefront."""

    type: FilterSectionType | str | None = None
    name: str | None = None
    display_component: FilterDisplayComponent | str | None = None
    enabled: bool | None = None


@model
class ProfileProductFiltersSettings(Model):
    """The filters of the storefront."""

    enabled_in_storefront: bool | None = None
    filter_sections: list[ProfileFilterSection] | None = None  # An object in the older reference.
