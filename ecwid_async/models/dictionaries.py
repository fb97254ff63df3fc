"""Countries, states, currencies and tax classes, the same for every store."""

from ecwid_async.models.base import Model, model

__all__ = [
    "Country",
    "CountryCurrency",
    "Currency",
    "State",
    "TaxClass",
    "TaxClassLocalization",
]


@model
class State(Model):
    """A state or province of a country."""

    code: str | None = None
    name: str | None = None


@model
class Country(Model):
    """A country."""

    code: str | None = None
    name: str | None = None
    states: list[State] | None = None  # An object in the reference, but a country has many.


@model
class Currency(Model):
    """A currency."""

    code: str | None = None
    name: str | None = None


@model
class CountryCurrency(Model):
    """The currency of a country and its formatting."""

    country_code: str | None = None
    currency_code: str | None = None
    currency_name: str | None = None
    prefix: str | None = None
    suffix: str | None = None
    decimal_places: str | None = None  # A number; text according to the reference.


@model
class TaxClassLocalization(Model):
    """The name of a tax class in one language."""

    language: str | None = None
    tax_class_name: str | None = None
    tax_class_description: str | None = None


@model
class TaxClass(Model):
    """A tax class of a country."""

    state_code: str | None = None
    tax_class_code: str | None = None
    tax_class_rate: str | None = None  # A number; text according to the reference.
    localization: TaxClassLocalization | None = None
