"""Countries, states, currencies and tax rates, as ISO 3166, ISO 4217 and the countries' laws have them."""

from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

__all__ = ["ENGLISH", "Atlas", "Tender", "load"]

ENGLISH: Final = "en"


class Tender(msgspec.Struct, array_like=True, frozen=True):
    """What is paid with in a country: the currency's code, the signs before and after an amount, decimal places."""

    currency: str
    prefix: str
    suffix: str
    decimals: int


class Atlas(msgspec.Struct, frozen=True):
    """The tables, by ISO code. Names of countries and currencies are in the order of `languages`.

    `taxes` has a country's rates in percent, the standard one first.
    """

    languages: tuple[str, ...]
    countries: dict[str, tuple[str, ...]]
    states: dict[str, dict[str, str]]
    currencies: dict[str, tuple[str, ...]]
    tender: dict[str, Tender]
    taxes: dict[str, tuple[str, ...]]

    def country(self, code: str, language: str = ENGLISH) -> str:
        """The name of a country; in English where the language is not known."""
        return self.countries[code][self._at(language)]

    def currency(self, code: str, language: str = ENGLISH) -> str:
        """The name of a currency; in English where the language is not known."""
        return self.currencies[code][self._at(language)]

    def _at(self, language: str) -> int:
        short = language.partition("_")[0].partition("-")[0].lower()
        return self.languages.index(short) if short in self.languages else 0


@cache
def load() -> Atlas:
    """The tables, read once."""
    return msgspec.json.decode((files("ecwid_async.sandbox.spec") / "dictionaries.json").read_bytes(), type=Atlas)
