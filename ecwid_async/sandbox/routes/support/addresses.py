"""What the server adds to people in orders and customers: names of country and state, a name's parts, an address."""

from ecwid_async.sandbox.spec import geography as atlas
from ecwid_async.sandbox.state import Item

__all__ = ["format_address", "with_region_names", "with_split_name"]


def with_region_names(person: Item) -> Item:
    """The person with the names of country and state, where codes are known; names that were sent are replaced."""
    country, state = person.get("countryCode") or "", person.get("stateOrProvinceCode") or ""
    tables, found = atlas.load(), dict(person)
    if country in tables.countries:
        found["countryName"] = tables.country(country)
    if state:
        name = tables.states.get(country, {}).get(state)
        found["stateOrProvinceName"] = name or person.get("stateOrProvinceName") or state
    return found


def with_split_name(person: Item) -> Item:
    """The person with first and last name, split at the first blank."""
    first, _, last = (person.get("name") or "").partition(" ")
    return person | {"firstName": first, "lastName": last}


def format_address(person: Item) -> str:
    """The address on lines of HTML; what is missing is left out."""
    city = " ".join(filter(None, (person.get("postalCode"), person.get("city"), person.get("stateOrProvinceName"))))
    lines = (person.get("name"), person.get("companyName"), person.get("street"), city, person.get("countryName"))
    return "<br/>".join(filter(None, lines))
