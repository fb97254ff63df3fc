"""What the package covers, read from the package itself: each method of a store, its endpoint and its classes."""

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from inspect import Parameter, signature
from types import CodeType
from typing import TYPE_CHECKING, Any, Final, get_args, get_type_hints

import attrs

from ecwid_async.models.base import Data, Draft, Model
from ecwid_async.resources.base import Resource

if TYPE_CHECKING:
    from ecwid_async.client import Store

__all__ = ["Method", "classes_in", "methods", "offline_store"]

_ENDPOINT: Final = re.compile(r"(?:GET|POST|PUT|DELETE) /\S*")
_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")


@attrs.frozen
class Method:
    """A method of a resource. `name` is how it is reached from a store: ``orders.invoices.pdf``."""

    name: str
    endpoint: str
    call: Callable[..., Any]

    @property
    def section(self) -> str:
        """The attribute of the store that it belongs to."""
        return self.name.partition(".")[0]

    @property
    def verb(self) -> str:
        """``GET``, ``POST``, ``PUT`` or ``DELETE``."""
        return self.endpoint.partition(" ")[0]

    @property
    def path(self) -> str:
        """The path of the endpoint, with placeholders."""
        return self.endpoint.partition(" ")[2]

    @property
    def placeholders(self) -> list[str]:
        """What stands in the path, under the API's names."""
        return _PLACEHOLDER.findall(self.path)

    @property
    def parameters(self) -> dict[str, Parameter]:
        """The arguments."""
        return dict(signature(self.call).parameters)

    @property
    def required(self) -> list[str]:
        """The arguments it can't do without."""
        return [name for name, parameter in self.parameters.items() if parameter.default is Parameter.empty]

    @property
    def returns(self) -> Any:
        """What the method hands out: ``Call[…]``, ``Pages[…]`` or `Download`; without ``into``, of its own model."""
        declared = get_type_hints(self.call)["return"]
        free = getattr(declared, "__parameters__", ())
        return declared[tuple(one.__default__ for one in free)] if free else declared

    @property
    def takes(self) -> list[Any]:
        """The declared types of the arguments."""
        hints = get_type_hints(self.call)
        return [declared for name, declared in hints.items() if name != "return"]

    def matches(self, verb: str, segments: list[str]) -> bool:
        """Would a request with these parts of a path, decoded, reach this endpoint?"""
        parts = self.path.split("/")[1:]
        return (
            verb == self.verb
            and len(parts) == len(segments)
            and all(part.startswith("{") or part == segment for part, segment in zip(parts, segments, strict=True))
        )


def offline_store() -> "Store":
    """A store that nobody answers for: to read what its methods would send."""
    from ecwid_async.client import Ecwid
    from ecwid_async.transport import MemoryTransport

    return Ecwid(base_url="http://localhost", transport=MemoryTransport([])).store(1, "none")


def methods(store: "Store") -> Iterator[Method]:
    """Every method of the store that stands for an endpoint."""
    for name, member in vars(type(store)).items():
        if isinstance(member, cached_property):
            section = getattr(store, name)
            if isinstance(section, Resource):
                yield from _methods_of(name, section)


def _methods_of(name: str, resource: Resource) -> Iterator[Method]:
    for key in dir(type(resource)):
        if key.startswith("_"):
            continue
        member = getattr(resource, key)
        if isinstance(member, Resource):
            yield from _methods_of(f"{name}.{key}", member)
        elif endpoint := _endpoint(member):
            yield Method(f"{name}.{key}", endpoint, member)


def _endpoint(method: object) -> str | None:
    """The endpoint that a method names in its code. Not in its docstring, which ``python -OO`` leaves out."""
    code = getattr(method, "__code__", None)  # a bound method has that of its function
    constants = code.co_consts if isinstance(code, CodeType) else ()
    return next((one for one in constants if isinstance(one, str) and _ENDPOINT.fullmatch(one)), None)


def classes_in(*declared: Any) -> Iterator[type[Data]]:
    """The models and drafts that declared types name, and all that those hold."""
    seen: set[type] = set()
    left = list(declared)
    while left:
        one = left.pop()
        left += get_args(one)
        if isinstance(one, type) and issubclass(one, Data) and one not in seen:
            seen.add(one)
            if one not in (Model, Draft):
                yield one
            attrs.resolve_types(one)
            left += [field.type for field in one.__attrs_attrs__]
