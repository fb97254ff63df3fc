"""Dictionaries: what there is in the world to sell to."""

from ecwid_async.calls import Call
from ecwid_async.models.dictionaries import Country, CountryCurrency, Currency, State, TaxClass
from ecwid_async.resources.base import Resource

__all__ = ["Dictionaries"]


class Dictionaries(Resource):
    """Countries, currencies, states and tax classes, the same for every store. `country_code` has two letters."""

    __slots__ = ()

    def countries(self, *, with_states: bool | None = None, lang: str | None = None) -> Call[list[Country]]:
        """All countries, with their states where asked for.

        ``GET /countries``
        """
        return self._call("GET /countries", reads=list[Country], query={"withStates": with_states, "lang": lang})

    def currencies(self, *, lang: str | None = None) -> Call[list[Currency]]:
        """All currencies.

        ``GET /currencies``
        """
        return self._call("GET /currencies", reads=list[Currency], query={"lang": lang})

    def currency_by_country(self, country_code: str, *, lang: str | None = None) -> Call[list[CountryCurrency]]:
        """The currency of a country.

        ``GET /currencyByCountry``
        """
        return self._call(
            "GET /currencyByCountry",
            reads=list[CountryCurrency],
            query={"countryCode": country_code, "lang": lang},
        )

    def states(self, country_code: str, *, lang: str | None = None) -> Call[list[State]]:
        """The states or provinces of a country.

        ``GET /states``
        """
        return self._call("GET /states", reads=list[State], query={"countryCode": country_code, "lang": lang})

    def tax_classes(self, country_code: str, *, lang: str | None = None) -> Call[list[TaxClass]]:
        """The kinds of goods that a country taxes differently.

        ``GET /taxClasses``
        """
        return self._call("GET /taxClasses", reads=list[TaxClass], query={"countryCode": country_code, "lang": lang})
