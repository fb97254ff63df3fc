"""What the server adds to people in orders and customers: names of country and state, a name's parts, an address."""

from ecwid_async.sandbox.spec import geography as atlas
from ecwid_async.sandbox.state import Item

__all__ = ["completed", "formatted", "in_parts"]


def completed(person: Item) -> Item:
    """The person with the names of country and state, where codes are known; names that were sent are replaced."""
    country, state = person.get("countryCode") or "", person.get("stateOrProvinceCode") or ""
    tables, found = atlas.load(), dict(person)
    if country in tables.countries:
        found["countryName"] = tables.country(country)
    if state:
        name = tables.states.get(country, {}).get(state)
        found["stateOrProvinceName"] = name or person.get("stateOrProvinceName") or state
    return found


def in_parts(person: Item) -> Item:
    """The person with first and last name, split at the first blank."""
    first, _, last = (person.get("name") or "").partition(" ")
    return person | {"firstName": first, "lastName": last}


def formatted(person: Item) -> str:
    """The address on lines of HTML; what is missing is left out."""
    city = " ".join(filter(None, (person.get("postalCode"), person.get("city"), person.get("stateOrProvinceName"))))
    lines = (person.get("name"), person.get("companyName"), person.get("street"), city, person.get("countryName"))
    return "<br/>".join(filter(None, lines))
