"""Dictionaries: ``/countries``, ``/currencies``, ``/currencyByCountry``, ``/states``, ``/taxClasses``."""

from typing import Final

from ecwid_async.sandbox.engine import Result, StoreRequest, route
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.spec import geography

__all__: list[str] = []


# The standard rate first, then the reduced ones, in the order of the table.
_TAX_CLASSES: Final = (
    ("default", "Standard rate", "Goods and services without a rate of their own"),
    ("reduced", "Reduced rate", "Goods and services with a reduced rate"),
    ("reduced2", "Second reduced rate", "Goods and services with another reduced rate"),
    ("reduced3", "Third reduced rate", "Goods and services with another reduced rate"),
)


@route("GET /countries")
def get_countries(request: StoreRequest) -> Result:
    """All countries, with their states on request."""
    tables = geography.load()
    found = []
    for code in tables.countries:
        country = {"code": code, "name": tables.country(code, _language(request))}
        found.append(country | {"states": _states(code)} if request.flag("withStates") else country)
    return sorted(found, key=lambda country: str(country["name"]))


@route("GET /currencies")
def get_currencies(request: StoreRequest) -> Result:
    """All currencies."""
    tables = geography.load()
    return [{"code": code, "name": tables.currency(code, _language(request))} for code in tables.currencies]


@route("GET /currencyByCountry")
def get_currency_by_country(request: StoreRequest) -> Result:
    """The currency of a country and the format of amounts there."""
    tables, country = geography.load(), _country(request)
    tender = tables.tender.get(country)
    if tender is None:
        return []
    return [
        {
            "countryCode": country,
            "currencyCode": tender.currency,
            "currencyName": tables.currency(tender.currency, _language(request)),
            "prefix": tender.prefix,
            "suffix": tender.suffix,
            "decimalPlaces": str(tender.decimals),
        }
    ]


@route("GET /states")
def get_states(request: StoreRequest) -> Result:
    """The states, provinces or regions of a country; their names are not translated."""
    return _states(_country(request))


@route("GET /taxClasses")
def get_tax_classes(request: StoreRequest) -> Result:
    """The tax rates of a country. Their names are in English for every language."""
    rates = geography.load().taxes.get(_country(request), ())
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


def _states(country: str) -> list[dict[str, str]]:
    return [{"code": code, "name": name} for code, name in geography.load().states.get(country, {}).items()]


def _language(request: StoreRequest) -> str:
    return str(request.params.get("lang") or geography.ENGLISH)


def _country(request: StoreRequest) -> str:
    code = str(request.params["countryCode"]).upper()
    if code not in geography.load().countries:
        raise ErrorResponse.wrong_parameter(f"{code!r} is not a valid country code; see GET /countries")
    return code
