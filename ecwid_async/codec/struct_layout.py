"""The Struct of a class: its fields, and the generated function that builds an instance of the class from it."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from functools import reduce
from graphlib import CycleError, TopologicalSorter
from itertools import combinations, pairwise
from operator import or_
from types import GenericAlias, NoneType
from typing import Any, Final, NamedTuple, cast, get_args, get_origin

import msgspec
from msgspec import UNSET

from ecwid_async.codec.projection import Projection
from ecwid_async.codec.scalars import WrongType, decimal_cache, state
from ecwid_async.codec.structure import Hook, find_open_enum, get_hook, get_json_text_hook, raise_wrong_type
from ecwid_async.models.base import NO_EXTRA, union_members

__all__ = ["Layout", "UnknownOrder", "any_type", "is_plain"]

# A limit on fields that a model lacks: a store may choose the names of some.
_MAX_NEW_FIELDS: Final = 30

# Makes the type of a field, given the Structs of the models in it.
_MakeType = Callable[[Callable[["Layout"], Any]], Any]


class UnknownOrder(WrongType):
    """Fields that a model lacks are perhaps in another order than `extra` would have."""


class Layout:
    """The fields of a Struct, and the function that builds a model or a user's class from the Struct.

    A Struct does not know in which order the fields that its model lacks were received, so it is accepted if each pair
    of neighbours was seen in their order before.
    """

    projection: Projection[Any] | None = None

    def __init__(self, name: str, cls: type, builder: type, tag: tuple[str, str] | None) -> None:
        self._name = name
        self._tag = tag
        self._fields: list[tuple[str, str, _MakeType]] = []
        self._nested: dict[str, Sequence[Layout]] = {}
        self._order: list[str] = []
        self._has_order = True
        self._namespace: dict[str, Any] = {
            "Decimal": Decimal,
            "UNSET": UNSET,
            "builder": builder,
            "cls": cls,
            "collect_new_fields": _collect_new_fields,
            "decimal_cache": decimal_cache,
            "fromisoformat": datetime.fromisoformat,
            "new_fields": {},
            "NO_EXTRA": NO_EXTRA,
            "ordered_pairs": frozenset(),
            "raise_wrong_type": raise_wrong_type,
        }
        lines = ["def build(struct):", "    self = builder()", *self._assignments(), "    self.__class__ = cls"]
        exec("\n".join([*lines, "    return self"]), self._namespace)  # noqa: S102  only field names of this package
        self.build = cast(Callable[[Any], Any], self._namespace["build"])

    def _assignments(self) -> Iterator[str]:
        """Plan the fields, and generate the lines that set the attributes of `self`."""
        raise NotImplementedError

    def _find_layouts(self, declared: Any) -> "list[Layout] | None":
        """The layouts of the objects that a type declares; None if it declares none, or has one without a layout."""
        raise NotImplementedError

    def _add_field(self, attribute: str, wire: str, plan: "FieldPlan") -> None:
        self._fields.append((attribute, wire, plan.make_type))
        self._nested[wire] = plan.layouts

    @property
    def attributes(self) -> dict[str, str]:
        """The Struct's attribute of each field."""
        return {wire: attribute for attribute, wire, _ in self._fields}

    @property
    def new_fields(self) -> dict[str, str]:
        """The fields that the model lacks, with their attributes in the Struct."""
        return cast("dict[str, str]", self._namespace["new_fields"])

    @property
    def fields_without_none(self) -> set[str]:
        """The fields that are not None in the Struct if they are absent."""
        return set(self.new_fields)

    def add_fields(self, names: tuple[str, ...]) -> bool:
        """Add fields that only a scan reads; return whether there were new ones."""
        return False

    def learn_fields(self, names: list[str]) -> None:
        """Add the fields of an object that the model lacks, and their order."""
        declared = {wire for _, wire, _ in self._fields} | ({self._tag[0]} if self._tag else set())
        names = [name for name in names if name not in declared]
        known: frozenset[tuple[str, str]] = self._namespace["ordered_pairs"]
        pairs = known.union(combinations(names, 2))
        if not self._has_order or (pairs == known and self.new_fields.keys() >= set(names)):
            return
        if len(self.new_fields.keys() | names) > _MAX_NEW_FIELDS or not all(map(is_plain, names)):
            return
        sorter = TopologicalSorter(dict.fromkeys((*names, *self.new_fields), ()))
        for before, after in pairs:
            sorter.add(after, before)
        # Replaced, since another thread may read them.
        try:
            self._namespace["new_fields"] = {name: f"unknown__{name}" for name in sorter.static_order()}
            self._namespace["ordered_pairs"] = pairs
        except CycleError:
            self._has_order = False
            self._namespace["ordered_pairs"] = frozenset()

    def order_fields(self, items: list[Any]) -> None:
        """Order the fields of the Struct as these objects have them: msgspec seeks each from the one before it."""
        for names in dict.fromkeys(map(tuple, items)):
            position = 0
            for name in names:
                if name in self._order:
                    position = self._order.index(name)
                else:
                    self._order.insert(position, name)
                position += 1
        for name, layouts in self._nested.items():
            values = [value for item in items if (value := item.get(name)) is not None]
            parts = [part for value in values for part in (value if isinstance(value, list) else [value])]
            for layout in layouts:
                tag = layout._tag
                layout.order_fields([part for part in parts if tag is None or part.get(tag[0]) == tag[1]])

    def make_struct(self, struct_of: Callable[["Layout"], Any]) -> Any:
        """Make the Struct, given the Structs of nested models."""
        fields: dict[str, tuple[str, Any, Any]] = {
            wire: (attribute, make_type(struct_of), self._default(wire)) for attribute, wire, make_type in self._fields
        }
        fields |= {wire: (attribute, Any, UNSET) for wire, attribute in self.new_fields.items()}
        ordered = dict.fromkeys(name for name in (*self._order, *fields) if name in fields)
        names = {attribute: wire for wire, (attribute, _, _) in fields.items()}
        return msgspec.defstruct(
            self._name,
            [fields[wire] for wire in ordered],
            namespace=self._struct_namespace(),
            tag_field=self._tag and self._tag[0],
            tag=self._tag and self._tag[1],
            rename=names,
            kw_only=True,
            forbid_unknown_fields=True,
            gc=False,
        )

    def _default(self, wire: str) -> object:
        return UNSET if wire in self.fields_without_none else None

    def _struct_namespace(self) -> dict[str, Any]:
        return {}

    def _plan_field(self, declared: Any, *, as_text: bool) -> "FieldPlan":
        namespace = self._namespace
        name = f"convert{len(namespace)}"
        if as_text:
            namespace[name] = _without_mismatches(get_json_text_hook(declared))
            return FieldPlan(any_type, f"{name}(v)")
        native = _native_type(declared)
        if native is not None:
            return FieldPlan(lambda _: native)
        options = union_members(declared)
        only = options[0] if len(options) == 1 else None
        if only is Decimal:
            # Not read by msgspec, which would take text, too.
            return FieldPlan(
                any_type,
                "v if v.__class__ is Decimal else decimal_cache[v] if v.__class__ is int else raise_wrong_type()",
            )
        if only is datetime:
            namespace[name] = _without_mismatches(get_hook(declared))
            return FieldPlan(
                lambda _: str | None, f"fromisoformat(v[:19] + '+00:00') if v[19:] == ' +0000' else {name}(v)"
            )
        enum = find_open_enum(options)
        if enum is not None:
            namespace[name] = {member.value: member for member in enum}.get
            return FieldPlan(lambda _: str | None, f"{name}(v, v)")
        is_list = get_origin(only) is list and NoneType not in get_args(get_args(only)[0])
        layouts = self._find_layouts(get_args(only)[0] if is_list else declared)
        if layouts is None:
            namespace[name] = _without_mismatches(get_hook(declared))
            return FieldPlan(any_type, f"{name}(v)")
        if len(layouts) == 1:
            namespace[name] = layouts[0].build
            expression = f"{name}({{}})"
        else:
            expression = "{0}.build_model({0})"
        if is_list:
            return FieldPlan(
                lambda struct_of: GenericAlias(list, _union(map(struct_of, layouts))) | None,
                element=expression.format("x"),
                layouts=layouts,
            )
        return FieldPlan(
            lambda struct_of: _union(map(struct_of, layouts)) | None, expression.format("v"), layouts=layouts
        )


class FieldPlan(NamedTuple):
    """How a field is read: its type in the Struct, and how its value there is converted.

    `value` is the expression for the value `v`, `element` for each element `x` of a list, which is converted in place.
    """

    make_type: _MakeType
    value: str = "v"
    element: str | None = None
    layouts: "Sequence[Layout]" = ()

    @property
    def is_copied(self) -> bool:
        """Whether the value is stored as it is."""
        return self.value == "v" and self.element is None

    def load(self, attribute: str) -> Iterator[str]:
        """Generate the lines that set `v`."""
        yield f"    v = struct.{attribute}"
        if self.element is not None:
            # A comprehension would create a function, and another list.
            yield "    if v:"
            yield "        i = 0"
            yield "        for x in v:"
            yield f"            v[i] = {self.element}"
            yield "            i += 1"


def is_plain(name: str) -> bool:
    """Whether a name is like those of the API. msgspec does not accept others as names of fields."""
    return len(name) <= 100 and name.isascii() and name.isidentifier()


def _collect_new_fields(struct: Any, new_fields: dict[str, str], ordered_pairs: frozenset[tuple[str, str]]) -> Any:
    values = ((name, getattr(struct, attribute, UNSET)) for name, attribute in new_fields.items())
    extra = {name: value for name, value in values if value is not UNSET}
    if len(extra) > 1 and not ordered_pairs.issuperset(pairwise(extra)):
        raise UnknownOrder
    return extra or NO_EXTRA


def _without_mismatches(hook: Hook) -> Callable[[Any], Any]:
    """A hook that refuses what it would report."""

    def convert(value: Any) -> Any:
        result = hook(value, None)
        if state.mismatch_seen:
            raise WrongType
        return result

    return convert


def any_type(_: object) -> Any:
    """Make the type of a field that takes any value."""
    return Any


def _union(types: Iterator[Any]) -> Any:
    return reduce(or_, types)


def _native_type(declared: Any) -> Any:
    """The type as which msgspec reads a field just like its hook, or None."""
    options = union_members(declared)
    if len(options) > 1:
        return None
    (only,) = options
    if only is object:
        return Any
    if only in (str, int, bool):
        return only | None
    if get_origin(only) not in (list, dict):
        return None
    element = get_args(only)[-1]
    native = _native_type(element)
    if native is None:
        return None
    if native is not Any and NoneType not in get_args(element):
        (native,) = union_members(native)
    return GenericAlias(list, native) | None if get_origin(only) is list else GenericAlias(dict, (str, native)) | None
