"""JSON bytes to models and users' classes in one pass, without plain data in between.

`msgspec` decodes each object into a Struct with the wire fields of its model, and a generated function builds the model
from it. A Struct accepts only what its model declares. All other JSON is refused and left to the hooks of `structure`,
which convert values, keep them raw and report them. Both give the same models.

So are users' classes built that are filled by assignment. A class whose ``__init__`` is called has no Struct: what was
built before something is refused is built again by the hooks, and such a class might notice.
Fields that a user's class lacks are refused, too: msgspec does not check the bytes of a field that it skips.
"""

import threading
from collections.abc import Callable, Iterator
from decimal import Decimal
from types import GenericAlias
from typing import Any, Final, Generic, TypeAlias, TypeVar, cast, get_args

import msgspec
from msgspec import UNSET

from ecwid_async.codec.model_layout import find_model_layout, layouts_of
from ecwid_async.codec.projection import Projection
from ecwid_async.codec.projection_layout import find_projection_layout
from ecwid_async.codec.scalars import WrongType, state
from ecwid_async.codec.struct_layout import Layout, UnknownOrder
from ecwid_async.codec.structure import RequiredMemberError, get_hook
from ecwid_async.models.base import Model, is_model
from ecwid_async.primitives.safe_json import DECODE_ERRORS, exact_decoder

__all__ = ["REFUSALS", "Refused", "StructDecoder", "get_struct_decoder", "warm_up"]

T = TypeVar("T")

_ColumnGetter: TypeAlias = Callable[[list[Any]], list[list[Any]]]
"""Returns the values of some attributes of these Structs, a list for each."""

# A limit on what is built again for fields that a model lacks.
_MAX_REBUILDS: Final = 10
# If this many in a row are refused, the next ones are not tried: an attempt costs a fourth of what the hooks cost.
_MAX_REFUSALS: Final = 5
_PAUSE: Final = 100

# Building the Structs again takes as long as what their order gains with this many items.
_ITEMS_IN_DECLARED_ORDER: Final = 5000

_UNKNOWN_FIELD: Final = "Object contains unknown field"

# A `ValueError` is that of `datetime.fromisoformat`.
REFUSALS: Final = (WrongType, RequiredMemberError, ValueError, *DECODE_ERRORS)


class Refused(Exception):
    """The JSON is not exactly as declared; `has_unknown_field` if fields that a model lacks are the reason."""

    def __init__(self, error: Exception | None = None) -> None:
        self.has_unknown_field = isinstance(error, UnknownOrder) or str(error).startswith(_UNKNOWN_FIELD)


class StructDecoder(Generic[T]):
    """Decodes an object, or a page of them, to models or a user's class.

    Raises `Refused` unless all is exactly as declared.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.refusals_in_a_row = 0
        self._rebuilds = 0
        self._items = 0
        self._build_decoders()

    def _build_decoders(self) -> None:
        self._column_getters: dict[tuple[str, ...], _ColumnGetter] = {}
        structs: dict[Layout, Any] = {}

        def struct_of(layout: Layout) -> Any:
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
            self._items += 1
            if self._items == _ITEMS_IN_DECLARED_ORDER:
                self._order_fields([exact_decoder.decode(body)])
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
            getter: _ColumnGetter = eval(f"lambda structs: [{', '.join(columns)}]")  # noqa: S307  as in `Layout`
            self._column_getters[names] = getter
        return getter

    def _decode_structs(self, body: bytes) -> Any:
        if self.refusals_in_a_row >= _MAX_REFUSALS:
            raise self.refuse()
        page: Any = self._decode_page(body)
        before = self._items
        self._items += len(page.items)
        if before < _ITEMS_IN_DECLARED_ORDER <= self._items:
            self._order_fields(exact_decoder.decode(body)["items"])
        return page

    def _order_fields(self, items: list[Any]) -> None:
        with _lock:
            self.layout.order_fields(items)
            self._build_decoders()

    def refuse(self, error: Exception | None = None) -> Refused:
        """Count a refusal, and return the exception for it."""
        state.mismatch_seen = False
        self.refusals_in_a_row = self.refusals_in_a_row + 1 if self.refusals_in_a_row < _MAX_REFUSALS + _PAUSE else 0
        return Refused(error)

    def learn_fields(self, item: T) -> None:
        """Accept the fields of this item that its models lack from now on."""
        with _lock:
            for part in _models_in(item, self.layout.projection):
                if part.extra:
                    for layout in layouts_of(type(part)):
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
                layout = find_model_layout(cast(type[Model], target), tagged=False)
                _decoders[target] = None if layout is None else StructDecoder(layout)
            return _decoders[target]
    return None


def _get_projection_decoder(projection: Projection[T]) -> StructDecoder[T] | None:
    if projection.decoder is UNSET:
        with _lock:
            layout = find_projection_layout(projection)
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
