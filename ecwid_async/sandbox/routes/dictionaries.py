"""Dictionaries: ``/countries``, ``/currencies``, ``/currencyByCountry``, ``/states``, ``/taxClasses``."""

from typing import Final

from ecwid_async.sandbox.engine import Result, StoreRequest, route
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.spec import geography

__all__: list[str] = []


# Code, name and description of each class, in the order of a country's rates in the geography table.
_TAX_CLASSES: Final = (
    ("default", "Standard rate", "Goods and services without a rate of their own"),
    ("reduced", "Reduced rate", "Goods and services with a reduced rate"),
    ("reduced2", "Second reduced rate", "Goods and services with another reduced rate"),
    ("reduced3", "Third reduced rate", "Goods and services with another reduced rate"),
)


@route("GET /countries")
def get_countries(request: StoreRequest) -> Result:
    """All countries; ``withStates`` adds their states."""
    tables = geography.load()
    countries = []
    for code in tables.countries:
        country = {"code": code, "name": tables.country(code, _requested_language(request))}
        countries.append(country | {"states": _states_of(code)} if request.flag("withStates") else country)
    return sorted(countries, key=lambda country: str(country["name"]))


@route("GET /currencies")
def get_currencies(request: StoreRequest) -> Result:
    """All currencies."""
    tables = geography.load()
    return [{"code": code, "name": tables.currency(code, _requested_language(request))} for code in tables.currencies]


@route("GET /currencyByCountry")
def get_currency_by_country(request: StoreRequest) -> Result:
    """The currency of a country and the format of its amounts; empty for a country without a known currency."""
    tables, country = geography.load(), _requested_country(request)
    tender = tables.tender.get(country)
    if tender is None:
        return []
    return [
        {
            "countryCode": country,
            "currencyCode": tender.currency,
            "currencyName": tables.currency(tender.currency, _requested_language(request)),
            "prefix": tender.prefix,
            "suffix": tender.suffix,
            "decimalPlaces": str(tender.decimals),
        }
    ]


@route("GET /states")
def get_states(request: StoreRequest) -> Result:
    """The states, provinces or regions of a country. Their names are not translated."""
    return _states_of(_requested_country(request))


@route("GET /taxClasses")
def get_tax_classes(request: StoreRequest) -> Result:
    """The tax rates of a country. Their names are in English for every language."""
    rates = geography.load().taxes.get(_requested_country(request), ())
    return [
        {
            "stateCode": "",
            "taxClassCode": code,
            "taxClassRate": rate,
            "localization": {
                "language": geography.ENGLISH,
                "taxClassName": name,
                "taxClassDescription": description,
            },
        }
        for rate, (code, name, description) in zip(rates, _TAX_CLASSES, strict=False)
    ]


def _states_of(country: str) -> list[dict[str, str]]:
    return [{"code": code, "name": name} for code, name in geography.load().states.get(country, {}).items()]


def _requested_language(request: StoreRequest) -> str:
    return str(request.params.get("lang") or geography.ENGLISH)


def _requested_country(request: StoreRequest) -> str:
    code = str(request.params["countryCode"]).upper()
    if code not in geography.load().countries:
        raise ErrorResponse.wrong_parameter(f"{code!r} is not a valid country code; see GET /countries")
    return code
