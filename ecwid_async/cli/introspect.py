"""Introspection of the package: the methods of a store with their endpoints, types and classes."""

import re
from collections.abc import Callable, Iterator
from inspect import Parameter, signature
from types import CodeType
from typing import TYPE_CHECKING, Any, Final, get_args, get_type_hints

import attrs

from ecwid_async.models.base import Data, Draft, Model
from ecwid_async.resources.base import Resource

if TYPE_CHECKING:
    from ecwid_async.client import Store

__all__ = ["Method", "classes_in", "list_methods", "offline_store"]

_ENDPOINT: Final = re.compile(r"(?:GET|POST|PUT|DELETE) /\S*")
_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")


@attrs.frozen
class Method:
    """A method of a resource. `name` is its path from a store: ``orders.invoices.pdf``."""

    name: str
    endpoint: str
    call: Callable[..., Any]

    @property
    def section(self) -> str:
        """The attribute of the store that the method belongs to."""
        return self.name.partition(".")[0]

    @property
    def http_method(self) -> str:
        """``GET``, ``POST``, ``PUT`` or ``DELETE``."""
        return self.endpoint.partition(" ")[0]

    @property
    def path(self) -> str:
        """The path of the endpoint, with placeholders."""
        return self.endpoint.partition(" ")[2]

    @property
    def placeholders(self) -> list[str]:
        """The names of the placeholders in the path."""
        return _PLACEHOLDER.findall(self.path)

    @property
    def parameters(self) -> dict[str, Parameter]:
        """The arguments, by name."""
        return dict(signature(self.call).parameters)

    @property
    def required(self) -> list[str]:
        """The names of the required arguments."""
        return [name for name, parameter in self.parameters.items() if parameter.default is Parameter.empty]

    @property
    def return_type(self) -> Any:
        """The return type without ``into``: ``Call[…]``, ``Pages[…]`` or `Download`."""
        declared = get_type_hints(self.call)["return"]
        free = getattr(declared, "__parameters__", ())
        return declared[tuple(parameter.__default__ for parameter in free)] if free else declared

    @property
    def argument_types(self) -> list[Any]:
        """The declared types of the arguments."""
        hints = get_type_hints(self.call)
        return [declared for name, declared in hints.items() if name != "return"]

    def matches(self, http_method: str, segments: list[str]) -> bool:
        """Whether a request with these decoded path segments reaches this endpoint."""
        parts = self.path.split("/")[1:]
        return (
            http_method == self.http_method
            and len(parts) == len(segments)
            and all(part.startswith("{") or part == segment for part, segment in zip(parts, segments, strict=True))
        )


def offline_store() -> "Store":
    """Return a store without a server, for building requests that are not sent."""
    from ecwid_async.client import Ecwid
    from ecwid_async.transport import MemoryTransport

    return Ecwid(base_url="https://localhost", transport=MemoryTransport([]), quota=None).store(1, "none")


def list_methods(store: "Store") -> Iterator[Method]:
    """Yield every method of the store that calls an endpoint."""
    from ecwid_async.client import Section

    for name, member in vars(type(store)).items():
        if isinstance(member, Section):
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
    """Return the endpoint in a method's code. Docstrings are missing under ``python -OO``."""
    code = getattr(method, "__code__", None)  # a bound method has its function's code
    constants = code.co_consts if isinstance(code, CodeType) else ()
    return next((text for text in constants if isinstance(text, str) and _ENDPOINT.fullmatch(text)), None)


def classes_in(*declared: Any) -> Iterator[type[Data]]:
    """Yield the models and drafts in the types, and in the types of their fields, each once."""
    seen: set[type] = set()
    remaining = list(declared)
    while remaining:
        type_ = remaining.pop()
        remaining += get_args(type_)
        if isinstance(type_, type) and issubclass(type_, Data) and type_ not in seen:
            seen.add(type_)
            if type_ not in (Model, Draft):
                yield type_
            attrs.resolve_types(type_)
            remaining += [field.type for field in type_.__attrs_attrs__]
