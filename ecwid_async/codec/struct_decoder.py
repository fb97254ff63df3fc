"""JSON bytes to models and users' classes in one pass, without plain data in between.

`msgspec` decodes each object into a Struct with the wire fields of its model, and a generated function builds the model
from it. A Struct accepts only what its model declares. All other JSON is refused and left to the hooks of `structure`,
which convert values, keep them raw and report them. Both give the same models.

So are users' classes built that are filled by assignment. A class whose ``__init__`` is called has no Struct: what was
built before something is refused is built again by the hooks, and such a class might notice.
Fields that a user's class lacks are refused, too: msgspec does not check the bytes of a field that it skips.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from functools import reduce
from graphlib import CycleError, TopologicalSorter
from itertools import combinations, pairwise
from operator import or_
from types import GenericAlias, NoneType
from typing import Any, Final, Generic, NamedTuple, TypeAlias, TypeVar, cast, get_args, get_origin

import attrs
import msgspec
from msgspec import UNSET

from ecwid_async.codec.projection import Member, Projection
from ecwid_async.codec.scalars import WrongType, decimal_cache, state
from ecwid_async.codec.structure import (
    Hook,
    RequiredMemberError,
    find_open_enum,
    get_hook,
    get_json_text_hook,
    raise_wrong_type,
)
from ecwid_async.models.base import JSON_TEXT, NO_EXTRA, PREFIX, Model, TaggedUnion, is_model, union_members, wire_name
from ecwid_async.primitives.safe_json import DECODE_ERRORS, exact_decoder

__all__ = ["REFUSALS", "Refused", "StructDecoder", "get_struct_decoder", "warm_up"]

T = TypeVar("T")

_ColumnGetter: TypeAlias = Callable[[list[Any]], list[list[Any]]]
"""Returns the values of some attributes of these Structs, a list for each."""

# Limits on fields that a model lacks: a store may choose the names of some.
_MAX_NEW_FIELDS: Final = 30
_MAX_REBUILDS: Final = 10
# If this many in a row are refused, the next ones are not tried: an attempt costs a fourth of what the hooks cost.
_MAX_REFUSALS: Final = 5
_PAUSE: Final = 100

# Building the Structs again takes as long as what their order gains in this many pages.
_PAGES_IN_DECLARED_ORDER: Final = 50

_UNKNOWN_FIELD: Final = "Object contains unknown field"

# A `ValueError` is that of `datetime.fromisoformat`.
REFUSALS: Final = (WrongType, RequiredMemberError, ValueError, *DECODE_ERRORS)


class _UnknownOrder(WrongType):
    """Fields that a model lacks are perhaps in another order than `extra` would have."""


class Refused(Exception):
    """The JSON is not exactly as declared; `has_unknown_field` if fields that a model lacks are the reason."""

    def __init__(self, error: Exception | None = None) -> None:
        self.has_unknown_field = isinstance(error, _UnknownOrder) or str(error).startswith(_UNKNOWN_FIELD)


class StructDecoder(Generic[T]):
    """Decodes an object, or a page of them, to models or a user's class.

    Raises `Refused` unless all is exactly as declared.
    """

    def __init__(self, layout: "_Layout") -> None:
        self.layout = layout
        self.refusals_in_a_row = 0
        self._rebuilds = 0
        self._pages = 0
        self._build_decoders()

    def _build_decoders(self) -> None:
        self._column_getters: dict[tuple[str, ...], _ColumnGetter] = {}
        structs: dict[_Layout, Any] = {}

        def struct_of(layout: _Layout) -> Any:
            if layout not in structs:
                structs[layout] = layout.make_struct(struct_of)
            return structs[layout]

        struct = struct_of(self.layout)
        items: Any = GenericAlias(list, struct)
        envelope = [(name, Any, None) for name in ("total", "count", "offset", "limit")]
        page = msgspec.defstruct("Page", [("items", items), *envelope], forbid_unknown_fields=True)
        self._new_fields = {layout: layout.new_fields for layout in structs}
        self._decode = msgspec.json.Decoder(struct, float_hook=Decimal).decode
        self._decode_page = msgspec.json.Decoder(page, float_hook=Decimal).decode

    def decode(self, body: bytes | msgspec.Raw) -> T:
        """Decode an object."""
        if self.refusals_in_a_row >= _MAX_REFUSALS:
            raise self.refuse()
        try:
            item = self.layout.build(self._decode(body))
        except REFUSALS as error:
            raise self.refuse(error) from None
        self.refusals_in_a_row = 0
        return cast(T, item)

    def decode_page(self, body: bytes) -> tuple[list[T], int | None]:
        """Decode a page: its items, and its total."""
        build = self.layout.build
        try:
            page = self._decode_structs(body)
            items: list[Any] = page.items
            for position, struct in enumerate(items):
                # In place, so that each Struct is freed before the next item needs memory.
                items[position] = build(struct)
        except REFUSALS as error:
            raise self.refuse(error) from None
        self.refusals_in_a_row = 0
        return items, page.total if type(page.total) is int else None

    def decode_structs(self, body: bytes, names: tuple[str, ...]) -> tuple[list[Any], list[list[Any]]]:
        """Decode a page to Structs, and to a list of the plain values of each of these fields, None where it is absent.

        The items are built by `layout.build`. `REFUSALS` that it raises are passed to `refuse`; any item that it builds
        sets `refusals_in_a_row` to zero.
        """
        self._get_columns(names)  # adds the fields
        try:
            structs: list[Any] = self._decode_structs(body).items
        except REFUSALS as error:
            raise self.refuse(error) from None
        # Not those from before: another thread may have built other Structs.
        return structs, self._get_columns(names)(structs)

    def _get_columns(self, names: tuple[str, ...]) -> _ColumnGetter:
        return self._column_getters.get(names) or self._make_column_getter(names)

    def _make_column_getter(self, names: tuple[str, ...]) -> _ColumnGetter:
        layout = self.layout
        with _lock:
            if not layout.fields_without_none.isdisjoint(names):
                raise Refused
            if layout.projection is not None and layout.add_fields(names):
                self._build_decoders()
            attributes = layout.attributes
            # Attributes of a known type are read faster than by `attrgetter`.
            columns = [
                f"[struct.{attributes[name]} for struct in structs]" if name in attributes else "[None] * len(structs)"
                for name in names
            ]
            getter: _ColumnGetter = eval(f"lambda structs: [{', '.join(columns)}]")  # noqa: S307  as in `_Layout`
            self._column_getters[names] = getter
        return getter

    def _decode_structs(self, body: bytes) -> Any:
        if self.refusals_in_a_row >= _MAX_REFUSALS:
            raise self.refuse()
        page = self._decode_page(body)
        self._pages += 1
        if self._pages == _PAGES_IN_DECLARED_ORDER:
            with _lock:
                self.layout.order_fields(exact_decoder.decode(body)["items"])
                self._build_decoders()
        return page

    def refuse(self, error: Exception | None = None) -> Refused:
        """Count a refusal, and return the exception for it."""
        state.mismatch_seen = False
        self.refusals_in_a_row = self.refusals_in_a_row + 1 if self.refusals_in_a_row < _MAX_REFUSALS + _PAUSE else 0
        return Refused(error)

    def learn_fields(self, item: T) -> None:
        """Accept the fields of this item that its models lack from now on."""
        with _lock:
            for part in _models_in(item, self.layout.projection):
                for layout in (_layouts.get((type(part), False)), _layouts.get((type(part), True))):
                    if layout is not None and part.extra:
                        layout.learn_fields(list(part.extra))
            if self._rebuilds < _MAX_REBUILDS and any(
                layout.new_fields.keys() != known.keys() for layout, known in self._new_fields.items()
            ):
                self._rebuilds += 1
                self._build_decoders()


_lock: Final = threading.RLock()
_decoders: Final[dict[Any, StructDecoder[Any] | None]] = {}


def get_struct_decoder(target: type[T]) -> StructDecoder[T] | None:
    """The decoder of a model or projection; None for any other type, and for one without a Struct."""
    decoder = _decoders.get(target)
    if decoder is not None:
        return decoder
    if isinstance(target, Projection):
        return _get_projection_decoder(cast("Projection[T]", target))
    # Users' classes are not kept alive here.
    if target not in _decoders and is_model(target):
        with _lock:
            if target not in _decoders:
                layout = _find_layout(cast(type[Model], target), tagged=False)
                _decoders[target] = None if layout is None else StructDecoder(layout)
            return _decoders[target]
    return None


def _get_projection_decoder(projection: Projection[T]) -> StructDecoder[T] | None:
    if projection.decoder is UNSET:
        with _lock:
            layout = _find_projection_layout(projection)
            projection.decoder = None if layout is None else StructDecoder(layout)
    return cast("StructDecoder[T] | None", projection.decoder)


def warm_up(*classes: type[Model]) -> None:
    """Build what reads these classes, and those they contain, ahead of the first response (a few ms a class)."""
    for cls in classes:
        get_struct_decoder(cls)
        get_hook(cls)


def _models_in(value: object, declared: object = None) -> Iterator[Model]:
    if isinstance(value, Model):
        yield value
        for field in value.__attrs_attrs__:
            if field.name != "extra":
                yield from _models_in(getattr(value, field.name))
    elif isinstance(value, list):
        (element_type,) = get_args(declared) or (None,)
        for element in value:
            yield from _models_in(element, element_type)
    elif isinstance(declared, Projection) and isinstance(value, declared.into):
        for member in declared.members:
            yield from _models_in(getattr(value, member.attribute), member.declared)


# The Struct of a model

# Makes the type of a field, given the Structs of the models in it.
_MakeType = Callable[[Callable[["_Layout"], Any]], Any]


class _Layout:
    """The fields of a Struct, and the function that builds a model or a user's class from the Struct.

    `new_fields` are the fields that the model lacks: their names, and their attributes in the Struct. A Struct does not
    know in which order its fields were received, so it is accepted if each pair of neighbours was seen in their order
    before.
    """

    projection: Projection[Any] | None = None

    def __init__(self, name: str, cls: type, builder: type, tag: tuple[str, str] | None) -> None:
        self._name = name
        self._tag = tag
        self._fields: list[tuple[str, str, _MakeType]] = []
        self._nested: dict[str, Sequence[_Layout]] = {}
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

    def _add_field(self, attribute: str, wire: str, plan: "_FieldPlan") -> None:
        self._fields.append((attribute, wire, plan.make_type))
        self._nested[wire] = plan.layouts

    @property
    def attributes(self) -> dict[str, str]:
        """The Struct's attribute of each field."""
        return {wire: attribute for attribute, wire, _ in self._fields}

    @property
    def new_fields(self) -> dict[str, str]:
        return cast("dict[str, str]", self._namespace["new_fields"])

    @property
    def fields_without_none(self) -> set[str]:
        """The fields that are not None in the Struct if they are absent."""
        return set(self.new_fields)

    def add_fields(self, names: tuple[str, ...]) -> bool:
        """Add fields that only a scan reads; return whether there were new ones."""
        return False

    def learn_fields(self, names: list[str]) -> None:
        declared = {wire for _, wire, _ in self._fields} | ({self._tag[0]} if self._tag else set())
        names = [name for name in names if name not in declared]
        known: frozenset[tuple[str, str]] = self._namespace["ordered_pairs"]
        pairs = known.union(combinations(names, 2))
        if not self._has_order or (pairs == known and self.new_fields.keys() >= set(names)):
            return
        if len(self.new_fields.keys() | names) > _MAX_NEW_FIELDS or not all(map(_is_plain, names)):
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

    def make_struct(self, struct_of: Callable[["_Layout"], Any]) -> Any:
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


class _ModelLayout(_Layout):
    """The layout of a model. `tagged` models are members of a union, whose tag is no field of the Struct."""

    def __init__(self, model: type[Model], *, tagged: bool) -> None:
        self._model = model
        super().__init__(model.__name__, model, model.__bases__[0], model.tag if tagged else None)

    def _struct_namespace(self) -> dict[str, Any]:
        return {"build_model": staticmethod(self.build)}

    def _assignments(self) -> Iterator[str]:
        attrs.resolve_types(self._model)
        for field in self._model.__attrs_attrs__:
            if field.name == "extra":
                continue
            wire, target = wire_name(field), f"self.{field.name}"
            if self._tag is not None and wire == self._tag[0]:
                self._namespace["tag"] = get_hook(field.type)(self._tag[1], None)
                yield f"    {target} = tag"
                continue
            plan = _plan_field(field.type, self._namespace, as_text=JSON_TEXT in field.metadata)
            self._add_field(field.name, wire, plan)
            if plan.is_copied:
                yield f"    {target} = struct.{field.name}"
            else:
                yield from plan.load(field.name)
                yield (
                    f"    {target} = v" if plan.value == "v" else f"    {target} = None if v is None else {plan.value}"
                )
        yield "    self.extra = collect_new_fields(struct, new_fields, ordered_pairs) if new_fields else NO_EXTRA"


class _ProjectionLayout(_Layout):
    """The layout of a user's class that is filled by assignment.

    Nothing of the user's is in the Struct, so that msgspec's caches can't keep the class alive.
    """

    def __init__(self, projection: Projection[Any], builder: type) -> None:
        self.projection = projection
        super().__init__("Item", projection.into, builder, None)

    @property
    def fields_without_none(self) -> set[str]:
        members = cast("Projection[Any]", self.projection).members
        return {member.wire_name for member in members if _needs_absent(member)}

    def add_fields(self, names: tuple[str, ...]) -> bool:
        known = self.attributes
        new = [name for name in dict.fromkeys(names) if name not in known and _is_plain(name)]
        self._fields += [(f"scan__{name}", name, _any_type) for name in new]
        return bool(new)

    def _assignments(self) -> Iterator[str]:
        for position, member in enumerate(cast("Projection[Any]", self.projection).members):
            attribute, target = f"member{position}", f"self.{member.attribute}"
            plan = _plan_field(member.declared, self._namespace, as_text=member.as_text)
            self._add_field(attribute, member.wire_name, plan)
            yield from plan.load(attribute)
            if member.required:
                yield "    if v is None: raise_wrong_type()"
            else:
                self._namespace[f"default{position}"] = member.default
                if _needs_absent(member):
                    yield f"    if v is UNSET: {target} = default{position}"
                    yield f"    elif v is None: {target} = None"
                else:
                    yield f"    if v is None: {target} = default{position}"
            yield f"    else: {target} = {plan.value}"


def _needs_absent(member: Member) -> bool:
    """Whether an absent value differs from null."""
    return not member.required and member.nullable and member.default is not None


def _is_plain(name: str) -> bool:
    """Whether a name is like those of the API. msgspec does not accept others as names of fields."""
    return len(name) <= 100 and name.isascii() and name.isidentifier()


def _collect_new_fields(struct: Any, new_fields: dict[str, str], ordered_pairs: frozenset[tuple[str, str]]) -> Any:
    values = ((name, getattr(struct, attribute, UNSET)) for name, attribute in new_fields.items())
    extra = {name: value for name, value in values if value is not UNSET}
    if len(extra) > 1 and not ordered_pairs.issuperset(pairwise(extra)):
        raise _UnknownOrder
    return extra or NO_EXTRA


# None for a model without a Struct.
_layouts: Final[dict[tuple[type[Model], bool], _Layout | None]] = {}


def _find_layout(model: type[Model], *, tagged: bool) -> _Layout | None:
    key = model, tagged
    if key not in _layouts:
        has_prefix = any(PREFIX in field.metadata for field in model.__attrs_attrs__)
        _layouts[key] = None if has_prefix else _ModelLayout(model, tagged=tagged)
    return _layouts[key]


def _find_projection_layout(projection: Projection[Any]) -> _Layout | None:
    if projection.layout is UNSET:
        nested = [inner for member in projection.members for inner in _projections_in(member.declared)]
        builder = projection.builder if all(map(_find_projection_layout, nested)) else None
        projection.layout = None if builder is None else _ProjectionLayout(projection, builder)
    return cast("_Layout | None", projection.layout)


def _projections_in(declared: Any) -> Iterator[Projection[Any]]:
    if isinstance(declared, Projection):
        yield declared
    for part in get_args(declared):
        yield from _projections_in(part)


class _FieldPlan(NamedTuple):
    """How a field is read: its type in the Struct, and how its value there is converted.

    `value` is the expression for the value `v`, `element` for each element `x` of a list, which is converted in place.
    """

    make_type: _MakeType
    value: str = "v"
    element: str | None = None
    layouts: "Sequence[_Layout]" = ()

    @property
    def is_copied(self) -> bool:
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


def _plan_field(declared: Any, namespace: dict[str, Any], *, as_text: bool) -> _FieldPlan:
    name = f"convert{len(namespace)}"
    if as_text:
        namespace[name] = _without_mismatches(get_json_text_hook(declared))
        return _FieldPlan(_any_type, f"{name}(v)")
    native = _native_type(declared)
    if native is not None:
        return _FieldPlan(lambda _: native)
    options = union_members(declared)
    only = options[0] if len(options) == 1 else None
    if only is Decimal:
        # Not read by msgspec, which would take text, too.
        return _FieldPlan(
            _any_type, "v if v.__class__ is Decimal else decimal_cache[v] if v.__class__ is int else raise_wrong_type()"
        )
    if only is datetime:
        namespace[name] = _without_mismatches(get_hook(declared))
        return _FieldPlan(
            lambda _: str | None, f"fromisoformat(v[:19] + '+00:00') if v[19:] == ' +0000' else {name}(v)"
        )
    enum = find_open_enum(options)
    if enum is not None:
        namespace[name] = {member.value: member for member in enum}.get
        return _FieldPlan(lambda _: str | None, f"{name}(v, v)")
    is_list = get_origin(only) is list and NoneType not in get_args(get_args(only)[0])
    layouts = _find_layouts(get_args(only)[0] if is_list else declared)
    if layouts is None:
        namespace[name] = _without_mismatches(get_hook(declared))
        return _FieldPlan(_any_type, f"{name}(v)")
    if len(layouts) == 1:
        namespace[name] = layouts[0].build
        expression = f"{name}({{}})"
    else:
        expression = "{0}.build_model({0})"
    if is_list:
        return _FieldPlan(
            lambda struct_of: GenericAlias(list, _union(map(struct_of, layouts))) | None,
            element=expression.format("x"),
            layouts=layouts,
        )
    return _FieldPlan(lambda struct_of: _union(map(struct_of, layouts)) | None, expression.format("v"), layouts=layouts)


def _without_mismatches(hook: Hook) -> Callable[[Any], Any]:
    """A hook that refuses what it would report."""

    def convert(value: Any) -> Any:
        result = hook(value, None)
        if state.mismatch_seen:
            raise WrongType
        return result

    return convert


def _any_type(_: object) -> Any:
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


def _find_layouts(declared: Any) -> list[_Layout] | None:
    """The layouts of a model, a projection, or a union of models; None for any other type, and if there are not all."""
    layouts: list[_Layout | None]
    if isinstance(declared, Projection):
        layouts = [_find_projection_layout(declared)]
        return None if None in layouts else cast("list[_Layout]", layouts)
    options = union_members(declared)
    union = TaggedUnion.from_members(options)
    if union is not None:
        # A value for the fallback, which has no tag, is refused.
        layouts = [_find_layout(model, tagged=True) for model in union.models_by_tag.values()]
    elif len(options) == 1 and is_model(options[0]):
        layouts = [_find_layout(options[0], tagged=False)]
    else:
        return None
    return None if None in layouts else cast("list[_Layout]", layouts)
