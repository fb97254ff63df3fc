"""The codec of a client: reads responses as models and users' classes, and counts values of unexpected types."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import compress
from typing import Any, Final, Generic, TypeVar, cast

import msgspec

from ecwid_async.codec.json import describe_unreadable, read_total, split_page, split_whole_page
from ecwid_async.codec.problems import (
    DecodeProblem,
    FieldPath,
    Mismatch,
    ProblemCounter,
    describe_type,
    describe_value,
    explain_required_member,
    find_mismatches,
    find_repairs,
)
from ecwid_async.codec.scalars import WrongType, state
from ecwid_async.codec.struct_decoder import REFUSALS, Refused, StructDecoder, get_struct_decoder
from ecwid_async.codec.structure import RequiredMemberError, get_hook, is_draft
from ecwid_async.codec.unstructure import to_plain_data
from ecwid_async.errors import DecodeError
from ecwid_async.primitives.safe_json import DECODE_ERRORS, NotJSON, decode_json, exact_decoder

__all__ = ["Codec", "from_plain_data"]

T = TypeVar("T")

# What a hook raises for a value that can't be read.
_REFUSALS: Final = (WrongType, RequiredMemberError, RecursionError)


class Codec:
    """Reads the responses of one client: tolerantly, or with `strict` raising `DecodeError` at the first mismatch.

    A mismatch is a value of another type than declared, even if it can be converted (``"12"`` for an int, a date for a
    datetime), or text that is not Unicode. `on_problem` is called with each kind of problem once.
    """

    def __init__(self, *, strict: bool = False, on_problem: Callable[[DecodeProblem], None] | None = None) -> None:
        self.strict = strict
        self._problems = ProblemCounter(on_problem)

    @property
    def problems(self) -> Counter[DecodeProblem]:
        """The mismatches that a tolerant codec has found, with the number of each kind; at most 1,000 kinds.

        Paths have ``[]`` for positions and ``*`` for keys that a store chose.
        """
        return self._problems.counts

    def decode(self, body: bytes, target: type[T], operation: str) -> T:
        """Read a response body as `target`: a model, a projection, or any declared type such as ``list[Order]``.

        Raises `DecodeError` if the body is not JSON, or can't be read as `target` at all.
        """
        return self.decode_item(body, target, operation)

    def decode_item(self, body: bytes | msgspec.Raw, target: type[T], operation: str, path: str | int = "") -> T:
        """Like `decode`, for the part of a body at `path`. An int `path` is the position of an item."""
        decoder = get_struct_decoder(target)
        if decoder is None:
            return self.structure(self.parse(body, operation, path), target, operation, path)
        try:
            return decoder.decode(body)
        except Refused as refused:
            item = self.structure(self.parse(body, operation, path), target, operation, path)
            if refused.has_unknown_field:
                decoder.learn_fields(item)
            return item

    def parse(self, body: bytes | msgspec.Raw, operation: str, path: str | int = "") -> Any:
        """Parse a body, or the part of it at `path`, as plain data. An int `path` is the position of an item.

        Text that is not Unicode gets U+FFFD in place of the invalid part, and is reported like a value of another type.
        """
        try:
            return exact_decoder.decode(body)
        except DECODE_ERRORS:
            return self._repair(body, operation, FieldPath.of(path))

    def _repair(self, body: bytes | msgspec.Raw, operation: str, path: FieldPath) -> Any:
        try:
            data = decode_json(body, exact_decoder)
        except NotJSON as error:
            position, found = describe_unreadable(body, error)
            if position is not None:
                path = path.field("items").position(position)
            raise DecodeError(operation=operation, path=path.exact, expected="JSON", found=found) from None
        self._report(find_repairs(data, path), operation)
        return data

    def decode_page(self, body: bytes, target: type[T], operation: str) -> tuple[list[T], int | None]:
        """Read a page: its items as `target`, and its total."""
        decoder = get_struct_decoder(target)
        if decoder is not None:
            try:
                return decoder.decode_page(body)
            except Refused:
                page = self._decode_each(body, target, decoder, operation)
            if page is not None:
                return page
        data = self.parse(body, operation)
        items: list[Any] | None = data.get("items") if isinstance(data, dict) else None
        if not isinstance(items, list):
            raise _no_items_error(data, operation)
        for position, item in enumerate(items):
            # In place, so that each item's plain data is freed before the next one needs memory.
            items[position] = self.structure(item, target, operation, position)
        return items, data["total"] if type(data.get("total")) is int else None

    def open_page(self, body: bytes, target: type[T], names: tuple[str, ...], operation: str) -> "LazyPage[T] | None":
        """Read a page of models, whose items are built when they are requested, with the plain values of these fields.

        Returns None, and reports nothing, for a page that has to be read by item.
        """
        decoder = get_struct_decoder(target)
        try:
            return None if decoder is None else LazyPage(self, decoder, target, body, names, operation)
        except Refused:
            return None

    def _decode_each(
        self, body: bytes, target: type[T], decoder: StructDecoder[T], operation: str
    ) -> tuple[list[T], int | None] | None:
        """Read a page by item, so that an odd one slows down no other. Returns None for JSON that must be repaired."""
        page = split_whole_page(body)
        if page is None:
            return None
        items: list[Any] = page[0]
        refusals = {}
        for position, item in enumerate(items):
            try:
                items[position] = decoder.decode(item)
            except Refused as refused:
                refusals[position] = refused
                try:
                    items[position] = exact_decoder.decode(item)
                except DECODE_ERRORS:
                    return None
        # Nothing is reported before all are decoded.
        for position, refusal in refusals.items():
            items[position] = self.structure(items[position], target, operation, position)
            if refusal.has_unknown_field:
                decoder.learn_fields(items[position])
        return items, page[1]

    def split_page(self, body: bytes, operation: str) -> tuple[list[msgspec.Raw], int | None]:
        """Split a page into its items, unparsed, and its total. Raises `DecodeError` if there are no items.

        Items are byte for byte as the server sent them, even those that `parse` repairs.
        """
        page = split_page(body)
        if page is None:
            raise _no_items_error(self.parse(body, operation), operation)
        return page

    def read_total(self, body: bytes, operation: str) -> int | None:
        """Read a page's total, mostly without parsing its items. Raises `DecodeError` if the body is not JSON."""
        try:
            return read_total(body)
        except NotJSON:
            self.parse(body, operation)
            return None

    def structure(self, value: object, target: type[T], operation: str, path: str | int = "") -> T:
        """Read plain data as `target`. `path` is its location in the response; an int is the position of an item.

        Raises `DecodeError` if the value can't be read as `target` at all.
        """
        try:
            result = get_hook(cast(Any, target))(value, None)
        except _REFUSALS as error:
            raise _refusal(error, value, target, operation, path) from None
        if state.mismatch_seen:
            state.mismatch_seen = False
            self._report(find_mismatches(value, target, FieldPath.of(path)), operation)
        return cast(T, result)

    def structure_all(
        self, values: Iterable[object], target: type[T], operation: str, path: str | int = ""
    ) -> Iterator[T]:
        """Read each value as `target` when it is requested: see `structure`."""
        hook = get_hook(cast(Any, target))
        for value in values:
            try:
                result = hook(value, None)
            except _REFUSALS as error:
                raise _refusal(error, value, target, operation, path) from None
            if state.mismatch_seen:
                state.mismatch_seen = False
                self._report(find_mismatches(value, target, FieldPath.of(path)), operation)
            yield result

    def structure_or_none(self, value: object, target: type[T], operation: str, path: str = "") -> T | None:
        """Like `structure`, but report a value of another type and return None: columns keep it in `_extra`."""
        try:
            result = cast(T, get_hook(cast(Any, target))(value, None))
        except WrongType:
            result, state.mismatch_seen = None, True
        if state.mismatch_seen:
            state.mismatch_seen = False
            self._report(find_mismatches(value, target, FieldPath.of(path)), operation)
        return result

    def take_problems(self, other: "Codec") -> None:
        """Move the problems of another codec here, for instance one that was used in a thread."""
        self._problems.take(other._problems)

    def _report(self, mismatches: Iterable[Mismatch], operation: str) -> None:
        for mismatch in mismatches:
            if self.strict:
                raise _decode_error(mismatch, operation)
            self._problems.add(DecodeProblem(operation, mismatch.path.general, mismatch.expected, mismatch.found))


class LazyPage(Generic[T]):
    """A page whose items are built when they are requested.

    If each item is dropped before the next one is requested, this reuses its memory, and hardly anything is left for
    the garbage collector. `values` has a list of the values of each named field.
    """

    def __init__(
        self,
        codec: Codec,
        decoder: StructDecoder[T],
        target: type[T],
        body: bytes,
        names: tuple[str, ...],
        operation: str,
    ) -> None:
        self._codec = codec
        self._decoder = decoder
        self._target = target
        self._body = body
        self._operation = operation
        self._structs, self.values = decoder.decode_structs(body, names)

    def items(self, selected: Iterable[bool]) -> Iterator[T]:
        """Build the selected items, once. Raises `DecodeError` like `Codec.decode_item`."""
        decoder, build, structs = self._decoder, self._decoder.layout.build, self._structs
        for position, struct in compress(enumerate(structs), selected):
            structs[position] = None  # it shares lists with its item, and would keep what is in them
            try:
                item = build(struct)
            except REFUSALS as error:
                item = self._read_again(position, decoder.refuse(error))
            else:
                decoder.refusals_in_a_row = 0
            yield item

    def _read_again(self, position: int, refused: Refused) -> T:
        codec, operation = self._codec, self._operation
        data = codec.parse(self._raw_items[position], operation, position)
        item = codec.structure(data, self._target, operation, position)
        if refused.has_unknown_field:
            self._decoder.learn_fields(item)
        return item

    @cached_property
    def _raw_items(self) -> list[msgspec.Raw]:
        return self._codec.split_page(self._body, self._operation)[0]


def _refusal(error: Exception, value: object, target: Any, operation: str, path: str | int) -> DecodeError:
    """The error for a value that a hook has refused."""
    state.mismatch_seen = False
    where = FieldPath.of(path)
    if isinstance(error, WrongType):
        return _decode_error(next(find_mismatches(value, target, where)), operation)
    if isinstance(error, RequiredMemberError):
        mismatch, advice = explain_required_member(value, error, where)
        return _decode_error(mismatch, operation, advice)
    return _decode_error(Mismatch(where, describe_type(target), "JSON that is nested too deeply"), operation)


def _decode_error(mismatch: Mismatch, operation: str, advice: str | None = None) -> DecodeError:
    path, expected, found = mismatch
    return DecodeError(operation=operation, path=path.exact, expected=expected, found=found, advice=advice)


def _no_items_error(data: object, operation: str) -> DecodeError:
    found = f"none in {describe_value(data)}"
    return DecodeError(operation=operation, path="items", expected="a list", found=found)


def from_plain_data(data: object, target: type[T], operation: str, *, strict: bool = False) -> T:
    """Read a user's plain data as a model or a draft. Drafts are always read strictly.

    Raises `DecodeError` for a value that can't be read, and `TypeError` for one that JSON can't represent.
    """
    codec = Codec(strict=strict or is_draft(target))
    try:
        return codec.structure(to_plain_data(data), target, operation)
    except DecodeError as error:
        if strict and not is_draft(target):
            raise
        # A draft can't be read less strictly, and a tolerant reading has failed already.
        advice = "Correct the value."
        raise DecodeError(
            operation=operation, path=error.path, expected=error.expected, found=error.found, advice=advice
        ) from None
