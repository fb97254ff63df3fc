"""People with a name, an email address and a postal address."""

from typing import Final, NamedTuple

from ecwid_async.sandbox.seed.support.randomness import ItemRandom
from ecwid_async.sandbox.seed.support.vocabulary import PLACES, Place
from ecwid_async.sandbox.state import Item

__all__ = ["Person", "make_guest", "make_person"]

_GUEST_KEY: Final = 6


class Person(NamedTuple):
    """A person at an address; `house` is the house number."""

    place: Place
    first: str
    last: str
    email: str
    company: str
    house: int

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}"

    def address(self) -> Item:
        """The address in the form used in orders and customers; the state is missing if the place has none."""
        place = self.place
        street = place.street.format(self.house)
        item = {
            "name": self.name,
            "street": f"{street}\n2. OG" if self.house % 11 == 0 else street,
            "city": place.city,
            "countryCode": place.country[0],
            "countryName": place.country[1],
            "postalCode": place.postal.format(self.house % 100),
            "phone": place.phone.format(self.house * 37 % 10_000),
        }
        if place.state[0]:
            item |= {"stateOrProvinceCode": place.state[0], "stateOrProvinceName": place.state[1]}
        if self.company:
            item["companyName"] = self.company
        return item

    def billing_person(self) -> Item:
        """The billing address, which also has the first and last name."""
        return self.address() | {"firstName": self.first, "lastName": self.last}


# Five in nine people have no company.
_COMPANIES: Final = (
    "",
    "",
    "",
    "",
    "",
    "Unreal Company, Inc.",
    "Бублик и сыновья",
    "株式会社さくら",
    "Müller & Co. KG",
)


def make_person(rng: ItemRandom, number: int) -> Person:
    """A random person; `number` makes the email address unique."""
    place = rng.pick(PLACES)
    first, last = rng.below(len(place.first)), rng.below(len(place.last))
    given, family = place.latin or (place.first, place.last)
    local = f"{given[first]}.{family[last]}".lower().replace("'", "").replace("í", "i")
    return Person(
        place=place,
        first=place.first[first],
        last=place.last[last],
        email=f"{local}.{number}@example.{('com', 'org', 'net')[number % 3]}",
        company=rng.pick(_COMPANIES),
        house=rng.between(1, 240),
    )


def make_guest(seed: int, index: int) -> Person:
    """A buyer who is not a customer."""
    return make_person(ItemRandom(seed, _GUEST_KEY, index), 7_000_000 + index)
