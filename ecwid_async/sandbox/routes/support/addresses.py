"""Addresses in orders and customers: names of countries and states, parts of a person's name, formatting."""

from ecwid_async.sandbox.spec import geography
from ecwid_async.sandbox.state import Item

__all__ = ["format_address", "with_region_names", "with_split_name"]


def with_region_names(person: Item) -> Item:
    """The person with the names of country and state. Names for known codes replace the names in `person`."""
    country, state = person.get("countryCode") or "", person.get("stateOrProvinceCode") or ""
    tables, named = geography.load(), dict(person)
    if country in tables.countries:
        named["countryName"] = tables.country(country)
    if state:
        name = tables.states.get(country, {}).get(state)
        named["stateOrProvinceName"] = name or person.get("stateOrProvinceName") or state
    return named


def with_split_name(person: Item) -> Item:
    """The person with first and last name, split at the first space of the name."""
    first, _, last = (person.get("name") or "").partition(" ")
    return person | {"firstName": first, "lastName": last}


def format_address(person: Item) -> str:
    """The address as HTML, one line per part, separated by ``<br/>``; missing parts are omitted."""
    city = " ".join(filter(None, (person.get("postalCode"), person.get("city"), person.get("stateOrProvinceName"))))
    lines = (person.get("name"), person.get("companyName"), person.get("street"), city, person.get("countryName"))
    return "<br/>".join(filter(None, lines))
