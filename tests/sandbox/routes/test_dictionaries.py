"""Countries, states, currencies and tax classes."""

import pytest

from ecwid_async.sandbox.spec import geography
from tests.sandbox.api import Api
from tests.sandbox.routes.stores import empty_store


@pytest.fixture(scope="module")
def api() -> Api:
    return empty_store()


def test_countries_have_states_on_request(api: Api) -> None:
    plain = {country["code"]: country for country in api.get("/countries")}
    assert len(plain) == 249
    assert plain["NL"] == {"code": "NL", "name": "Netherlands"}
    states = {country["code"]: country["states"] for country in api.get("/countries", withStates=True)}
    assert {"code": "CA", "name": "California"} in states["US"]
    assert states["US"] == api.get("/states", countryCode="US")
    assert states["VA"] == []


def test_names_are_in_the_requested_language_or_english(api: Api) -> None:
    def name(lang: str) -> str:
        return next(country["name"] for country in api.get("/countries", lang=lang) if country["code"] == "DE")

    assert [name(lang) for lang in ("en", "de", "ru", "de_CH", "xx")] == [
        "Germany",
        "Deutschland",
        "Германия",
        "Deutschland",
        "Germany",
    ]
    assert {"code": "JPY", "name": "Yen japonés"} in [
        {**one, "name": one["name"].capitalize()} for one in api.get("/currencies", lang="es")
    ]


@pytest.mark.parametrize(
    ("country", "currency", "prefix", "suffix", "places"),
    [("US", "USD", "$", "", "2"), ("PL", "PLN", "", " zł", "2"), ("JP", "JPY", "¥", "", "0")],
)
def test_a_country_has_its_currency(
    api: Api, country: str, currency: str, prefix: str, suffix: str, places: str
) -> None:
    [found] = api.get("/currencyByCountry", countryCode=country)
    assert {**found, "currencyName": None} == {
        "countryCode": country,
        "currencyCode": currency,
        "currencyName": None,
        "prefix": prefix,
        "suffix": suffix,
        "decimalPlaces": places,
    }


def test_tax_classes_start_with_the_standard_rate(api: Api) -> None:
    first, *others = api.get("/taxClasses", countryCode="at")
    assert (first["taxClassCode"], first["taxClassRate"], first["stateCode"]) == ("default", "20", "")
    assert first["localization"]["language"] == "en"
    assert [one["taxClassRate"] for one in others] == ["10", "13"]
    assert api.get("/taxClasses", countryCode="AQ") == []


@pytest.mark.parametrize("path", ["/currencyByCountry", "/states", "/taxClasses"])
def test_a_valid_country_code_is_required(api: Api, path: str) -> None:
    assert "'countryCode' is missing" in api.refused("GET", path)[2]
    assert api.refused("GET", path, countryCode="XX")[:2] == (400, "WRONG_PARAMETER")


def test_the_geography_tables_are_consistent() -> None:
    tables = geography.load()
    assert {tender.currency for tender in tables.tender.values()} <= tables.currencies.keys()
    assert tables.states.keys() | tables.tender.keys() | tables.taxes.keys() <= tables.countries.keys()
    names = [*tables.countries.values(), *tables.currencies.values()]
    assert {len(one) for one in names} == {len(tables.languages)}
