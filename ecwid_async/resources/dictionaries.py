"""Dictionaries of countries, states, currencies and tax classes."""

from ecwid_async.calls import Call
from ecwid_async.models.dictionaries import Country, CountryCurrency, Currency, State, TaxClass
from ecwid_async.resources.base import Resource

__all__ = ["Dictionaries"]


class Dictionaries(Resource):
    """Countries, states, currencies and tax classes, the same for every store. A `country_code` has two letters."""

    __slots__ = ()

    def countries(self, *, with_states: bool | None = None, lang: str | None = None) -> Call[list[Country]]:
        """List all countries, with their states if `with_states` is set.

        ``GET /countries``
        """
        return self._call("GET /countries", result_type=list[Country], query={"withStates": with_states, "lang": lang})

    def currencies(self, *, lang: str | None = None) -> Call[list[Currency]]:
        """List all currencies.

        ``GET /currencies``
        """
        return self._call("GET /currencies", result_type=list[Currency], query={"lang": lang})

    def currency_by_country(self, country_code: str, *, lang: str | None = None) -> Call[list[CountryCurrency]]:
        """List the currencies of a country.

        ``GET /currencyByCountry``
        """
        return self._call(
            "GET /currencyByCountry",
            result_type=list[CountryCurrency],
            query={"countryCode": country_code, "lang": lang},
        )

    def states(self, country_code: str, *, lang: str | None = None) -> Call[list[State]]:
        """List the states or provinces of a country.

        ``GET /states``
        """
        return self._call("GET /states", result_type=list[State], query={"countryCode": country_code, "lang": lang})

    def tax_classes(self, country_code: str, *, lang: str | None = None) -> Call[list[TaxClass]]:
        """List the tax classes of a country: kinds of goods with different tax rates.

        ``GET /taxClasses``
        """
        return self._call(
            "GET /taxClasses", result_type=list[TaxClass], query={"countryCode": country_code, "lang": lang}
        )
