"""`frozen` and `define` of attrs, whose classes generate their methods when these are first used.

Creating an attrs class takes half a millisecond, most of it to generate and compile its methods. A program uses few of
the classes that it imports, compares fewer, and prints hardly any.
"""

import inspect
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from threading import RLock
from types import MemberDescriptorType
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar, get_origin

import attrs

__all__ = ["create_class", "define", "field_names", "frozen", "new_slots"]

T = TypeVar("T")

_CLASS_VAR: Final[object] = ClassVar
_REPLACE: Final = ("__replace__",) if sys.version_info >= (3, 13) else ()  # for `copy.replace`
_CORE: Final = ("__attrs_attrs__", "__attrs_props__", "__match_args__", "__init__", *_REPLACE)
_FROZEN: Final = ("__setattr__", "__delattr__")
_PICKLING: Final = ("__getstate__", "__setstate__")
_COMPARISON: Final = ("__eq__", "__hash__")
_REPR: Final = ("__repr__",)
_generating: Final = RLock()  # generating the members of a class generates those of its base classes


class _Generated:
    """A member of a class that attrs generates when it is first used, together with the others in `names`."""

    def __init__(self, names: tuple[str, ...], generate: Callable[[], Mapping[str, Any]]) -> None:
        self._names = names
        self._generate = generate

    def __set_name__(self, owner: type, name: str) -> None:
        self._owner = owner
        self._name = name

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        with _generating:
            if vars(self._owner)[self._name] is self:
                generated = self._generate()
                for name in self._names:
                    if name in generated and isinstance(vars(self._owner)[name], _Generated):
                        setattr(self._owner, name, generated[name])
        member = vars(self._owner)[self._name]
        if member is self:
            raise AttributeError(self._name)  # older versions of attrs have no `__attrs_props__`
        return member.__get__(instance, owner) if callable(member) else member


def create_class(
    cls: type[T],
    decorate: Callable[..., Any],
    options: Mapping[str, bool],
    *,
    bases: tuple[type, ...],
    slots: Iterable[str],
) -> type[T]:
    """Create the class that `decorate`, a decorator of attrs, creates from `cls`, with these bases and slots.

    Fields can't have validators or converters, and methods can't call `super` without arguments.
    """
    namespace = {name: value for name, value in vars(cls).items() if name not in ("__dict__", "__weakref__")}
    namespace["__qualname__"] = cls.__qualname__

    def generate(without: Mapping[str, bool]) -> Mapping[str, Any]:
        twin: type = decorate(**{**options, **without})(type(cls.__name__, bases, dict(namespace)))
        for field in attrs.fields(twin):
            if field.validator or field.converter:  # attrs would run them on assignment, too
                raise TypeError(f"{cls.__qualname__}.{field.name} has a validator or converter: use attrs itself")
        return vars(twin)

    is_frozen = decorate is attrs.frozen
    frozen_only = _FROZEN if is_frozen else ()
    pickling = _PICKLING if options.get("getstate_setstate", True) else ()
    groups = {(*_CORE, *frozen_only, *pickling): {"eq": False, "repr": False}}
    if options.get("eq", True):
        groups[_COMPARISON] = {"repr": False}
    if options.get("repr", True):
        groups[_REPR] = {"eq": False}
    members: dict[str, Any] = {}
    for names, without in groups.items():
        members |= {name: _Generated(names, partial(generate, without)) for name in names}
    if "__hash__" in members and not is_frozen:
        members["__hash__"] = None
    fields = field_names(cls)
    members |= {name: value for name, value in namespace.items() if name not in fields}
    return type(cls.__name__, bases, {**members, "__slots__": tuple(slots)})


def field_names(cls: type) -> list[str]:
    """The names of the fields that a class declares."""
    annotations = inspect.get_annotations(cls)
    return [name for name, declared in annotations.items() if get_origin(declared) is not _CLASS_VAR]


def new_slots(cls: type) -> tuple[str, ...]:
    """The slots for the fields of a class. One declared anew, with a narrower type, keeps that of its base class."""
    inherited = {
        name for base in cls.__mro__ for name, value in vars(base).items() if type(value) is MemberDescriptorType
    }
    return tuple(name for name in field_names(cls) if name not in inherited)


def _lazy(decorate: Callable[..., Any], cls: type[T] | None = None, **options: bool) -> Any:
    if cls is None:
        return lambda cls: _lazy(decorate, cls, **options)
    weak_reference = () if any(hasattr(base, "__weakref__") for base in cls.__bases__) else ("__weakref__",)
    return create_class(cls, decorate, options, bases=cls.__bases__, slots=(*new_slots(cls), *weak_reference))


if TYPE_CHECKING:
    from attrs import define, frozen
else:
    frozen = partial(_lazy, attrs.frozen)
    define = partial(_lazy, attrs.define)
