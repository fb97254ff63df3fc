"""Countries, states, currencies and tax rates from ``dictionaries.json``: ISO 3166, ISO 4217 and national laws."""

from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

__all__ = ["ENGLISH", "CurrencyFormat", "Geography", "load"]

ENGLISH: Final = "en"


class CurrencyFormat(msgspec.Struct, array_like=True, frozen=True):
    """A country's currency: its code, the text before and after an amount, and the decimal places."""

    currency: str
    prefix: str
    suffix: str
    decimals: int


class Geography(msgspec.Struct, frozen=True):
    """The tables by ISO code. Names of countries and currencies are in the order of `languages`.

    `tender` contains the currency of each country, `taxes` its rates in percent, the standard rate first.
    """

    languages: tuple[str, ...]
    countries: dict[str, tuple[str, ...]]
    states: dict[str, dict[str, str]]
    currencies: dict[str, tuple[str, ...]]
    tender: dict[str, CurrencyFormat]
    taxes: dict[str, tuple[str, ...]]

    def country(self, code: str, language: str = ENGLISH) -> str:
        """The name of a country, in English if there is none in this language."""
        return self.countries[code][self._position(language)]

    def currency(self, code: str, language: str = ENGLISH) -> str:
        """The name of a currency, in English if there is none in this language."""
        return self.currencies[code][self._position(language)]

    def _position(self, language: str) -> int:
        short = language.partition("_")[0].partition("-")[0].lower()
        return self.languages.index(short) if short in self.languages else 0


@cache
def load() -> Geography:
    """Read the tables. Later calls return the same object."""
    return msgspec.json.decode((files("ecwid_async.sandbox.spec") / "dictionaries.json").read_bytes(), type=Geography)
