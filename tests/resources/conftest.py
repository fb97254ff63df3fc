"""The API's table of endpoints and all methods of a store, which the tests of resources iterate over."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from enum import Enum
from inspect import Parameter, signature
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

import attrs
import pytest

from ecwid_async.calls import Call, Channel
from ecwid_async.client import Section, Store
from ecwid_async.codec import Codec
from ecwid_async.files import Download
from ecwid_async.models.base import Draft
from ecwid_async.pages import Pages
from ecwid_async.resources.base import Resource
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.wire import Request
from tests.models.spec import SAMPLES, Spec

IDS: Final = ["EG4H2", "507-b", "Size", "9"]
FILE: Final = b"\x89PNG, or so"


def endpoint(row: dict[str, Any]) -> str:
    return f"{row['method']} {row['path']}"


# Methods of every list, which use the endpoints of `search` and `get`.
LIST_METHODS: Final = {"changes", "look_up", "scan"}

# Second methods of an endpoint, tested separately.
SECOND_METHODS: Final = {"batches.search", "customers.all_customer_count"}

SPEC: Final = Spec()
# Documented endpoints, and those known only from Ecwid's own client.
TABLE: Final = SPEC.endpoints
ROWS: Final[dict[str, dict[str, Any]]] = {endpoint(row): row for row in TABLE}


@attrs.frozen
class Method:
    """A method of a resource, with its path from a store as `name`."""

    name: str
    call: Callable[..., Call[Any] | Pages[Any] | Download]

    @property
    def endpoint(self) -> str:
        """The last line of the docstring, without its backticks."""
        last = (self.call.__doc__ or "").rstrip().splitlines()[-1].strip()
        return last[2:-2] if re.fullmatch(r"``[A-Z]+ /\S+``", last) else f"{self.name} names no endpoint: {last}"

    @property
    def row(self) -> dict[str, Any]:
        """The endpoint's row in the API's table."""
        return ROWS[self.endpoint]

    @property
    def hints(self) -> dict[str, Any]:
        return get_type_hints(self.call)

    @property
    def placeholders(self) -> list[str]:
        return re.findall(r"\{(\w+)\}", self.row["path"])

    @property
    def result_type(self) -> Any:
        """The type in ``Call[…]`` or ``Pages[…]``, or `Download`."""
        returned = self.hints["return"]
        if returned is Download:
            return Download
        (read,) = get_args(without_into(returned))
        return NoneType if read is None else read

    @property
    def uploads(self) -> bool:
        return bool(self.row["request"]["content_type"] == "binary")

    def parameters(self) -> list[Parameter]:
        return list(signature(self.call).parameters.values())

    def queries(self) -> list[str]:
        """The optional arguments that become query parameters, without `limit` and `offset` of paged lists."""
        others = {"confirm", "into", "progress", "source"}
        if get_origin(self.hints["return"]) is Pages:
            others |= {"limit", "offset"}
        return [p.name for p in self.parameters() if p.default is None and p.name not in others]

    def required(self) -> dict[str, Any]:
        """Values of the required arguments."""
        left = [p.name for p in self.parameters() if p.default is Parameter.empty]
        given: dict[str, Any] = dict(zip(left, IDS[: len(self.placeholders)], strict=False))
        return given | {name: self.value(name) for name in left[len(given) :]}

    def value(self, name: str) -> Any:
        """A value for an argument."""
        return "id,name" if name == "response_fields" else example(self.hints[name])

    def ids(self) -> dict[str, str]:
        """The arguments in the path, with values."""
        return dict(list(self.required().items())[: len(self.placeholders)])

    def build(self, **given: Any) -> Call[Any] | Pages[Any] | Download:
        """Call the method, an upload with a file unless an external URL is given."""
        file = {"source": FILE} if self.uploads and "external_url" not in given else {}
        return self.call(**(self.required() | file | given))

    def request(self, **given: Any) -> Request:
        """The request of a call of the method."""
        return self.build(**given).request


def without_into(returned: Any) -> Any:
    """The result type of a method without ``into``: the default of its type variable."""
    free = getattr(returned, "__parameters__", ())
    return returned[tuple(one.__default__ for one in free)] if free else returned


def example(declared: Any) -> Any:
    """A value of a declared type."""
    options = get_args(declared) if get_origin(declared) in (Union, UnionType) else (declared,)
    first = next((option for option in options if isinstance(option, type) and issubclass(option, Draft)), options[0])
    if get_origin(first) is Literal:
        return get_args(first)[0]
    if isinstance(first, type) and issubclass(first, Enum):
        return next(iter(first))
    if isinstance(first, type) and issubclass(first, Draft):
        return first()
    if get_origin(first) is not None:
        inner = [example(argument) for argument in get_args(first)]
        return {inner[0]: inner[1]} if len(inner) == 2 else inner
    return {
        str: "Größe + M",
        object: "anything",
        int: 7,
        bool: True,
        Decimal: Decimal("12.50"),
        datetime: datetime.fromisoformat("2024-09-04T10:20:11.9+03:00"),
    }[first]


def methods_of(name: str, resource: Resource) -> Iterator[Method]:
    for key in dir(type(resource)):
        if key.startswith("_"):
            continue
        member = getattr(resource, key)
        if isinstance(member, Resource):
            yield from methods_of(f"{name}.{key}", member)
        elif key not in LIST_METHODS and f"{name}.{key}" not in SECOND_METHODS:
            yield Method(f"{name}.{key}", member)


def make_store(transport: MemoryTransport) -> Store:
    return Store(1003, Channel(transport, Codec(strict=True)))


def all_methods(store: Store) -> list[Method]:
    names = [name for name, member in vars(Store).items() if isinstance(member, Section)]
    return [method for name in names for method in methods_of(name, getattr(store, name))]


METHODS: Final = all_methods(make_store(MemoryTransport([])))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "method" in metafunc.fixturenames:
        metafunc.parametrize("method", METHODS, ids=lambda method: method.name)
    if "row" in metafunc.fixturenames:
        metafunc.parametrize("row", TABLE, ids=lambda row: row["id"])


@pytest.fixture
def store() -> Store:
    """A store without responses, for tests that only read `request`."""
    return make_store(MemoryTransport([]))


@pytest.fixture
def methods() -> list[Method]:
    return METHODS


@pytest.fixture
def rows() -> dict[str, dict[str, Any]]:
    """The API's table, by endpoint."""
    return ROWS


@pytest.fixture
def spec() -> Spec:
    """The API's tables, and the class of each schema."""
    return SPEC


@pytest.fixture
def call_with_response() -> Callable[[Method, bytes], Any]:
    """Build a call of a method whose response has the given body."""

    def build(method: Method, body: bytes) -> Any:
        store = make_store(MemoryTransport([make_response(body)]))
        file = {"source": FILE} if method.uploads else {}
        return attrgetter(method.name)(store)(**method.required(), **file)

    return build


@pytest.fixture
def sample() -> Callable[[str], bytes]:
    """Read the sample of an endpoint, such as ``get_order.response``."""
    return lambda name: (SAMPLES / f"{name}.json").read_bytes()


@pytest.fixture(name="example")
def example_fixture() -> Callable[[Any], Any]:
    """Make a value of a declared type."""
    return example
