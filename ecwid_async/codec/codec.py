"""How a client reads responses: the codec and its count of what did not fit."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast

import msgspec

from ecwid_async.codec.json import HEAD, envelope_decoder, item_name, items_of, total_decoder, whole_number
from ecwid_async.codec.problems import (
    MORE_PROBLEMS,
    MOST_PROBLEMS,
    DecodeProblem,
    Odd,
    Path,
    explain,
    explain_member,
    kind_of,
    repairs,
    type_name,
    walk,
)
from ecwid_async.codec.scalars import Mismatch, run
from ecwid_async.codec.structure import Unfit, hook_for, is_draft
from ecwid_async.codec.unstructure import to_plain_data
from ecwid_async.errors import DecodeError
from ecwid_async.primitives.safe_json import UNREADABLE, Masked, NotJSON, exact, read_json

__all__ = ["Codec", "from_plain_data"]

T = TypeVar("T")


class Codec:
    """How one client reads responses: tolerantly, or with `strict` raising `DecodeError` at the first odd value.

    Odd is a value of another type than declared, also where it can be turned into it (``"12"`` for an int, a bare date
    for a moment), and text that is not Unicode. `problems` counts what a tolerant codec met, 1,000 kinds at most, with
    ``[]`` for positions and ``*`` for keys that a store chose; `on_problem` hears of each kind the first time.
    """

    def __init__(self, *, strict: bool = False, on_problem: Callable[[DecodeProblem], None] | None = None) -> None:
        self.strict = strict
        self.problems: Counter[DecodeProblem] = Counter()
        self._on_problem = on_problem

    def decode(self, body: bytes, reads: type[T], operation: str) -> T:
        """An answer's body as `reads`. Raises `DecodeError` where it is not JSON or not that shape at all."""
        return self.structure(self.parse(body, operation), reads, operation)

    def parse(self, body: bytes | msgspec.Raw, operation: str, path: str | int = "") -> Any:
        """A body as plain data; `path` says where in the response it is, a number which of the items.

        Text that is not Unicode comes with U+FFFD where it is broken, and is reported like a value of another type.
        """
        try:
            return exact.decode(body)
        except UNREADABLE:
            return self._repair(body, operation, Path.of(path))

    def _repair(self, body: bytes | msgspec.Raw, operation: str, path: Path) -> Any:
        try:
            data = read_json(body, exact)
        except NotJSON as error:
            found, place = f"{error}{item_name(body)}", path
            for position, item in enumerate(items_of(body)):
                try:
                    read_json(item, exact)
                except NotJSON as error_of_item:
                    found, place = f"{error_of_item}{item_name(item)}", path.field("items").position(position)
                    break
            raise DecodeError(operation=operation, path=place.exact, expected="JSON", found=found) from None
        self._report(repairs(data, path), operation)
        return data

    def decode_page(self, body: bytes, reads: type[T], operation: str) -> tuple[list[T], int | None]:
        """The items of a page as `reads`, and the total it tells."""
        data = self.parse(body, operation)
        items: list[Any] | None = data.get("items") if isinstance(data, dict) else None
        if not isinstance(items, list):
            raise DecodeError(operation=operation, path="items", expected="a list", found=f"none in {kind_of(data)}")
        for position, item in enumerate(items):
            # In place: each item's plain data is gone before the next one needs memory.
            items[position] = self.structure(item, reads, operation, position)
        return items, data["total"] if type(data.get("total")) is int else None

    def split_page(self, body: bytes, operation: str) -> tuple[list[msgspec.Raw], int | None]:
        """The items of a page, unparsed, and the total it tells. Raises `DecodeError` where it has no items.

        Each item is as the server sent it, byte for byte, even where `parse` repairs it.
        """
        try:
            envelope = envelope_decoder.decode(body)
            return envelope.items, whole_number(envelope.total)
        except UNREADABLE:
            masked = Masked(body)
        try:
            envelope = envelope_decoder.decode(masked.json)
        except UNREADABLE:
            found = f"none in {kind_of(self.parse(body, operation))}"
            raise DecodeError(operation=operation, path="items", expected="a list", found=found) from None
        return [msgspec.Raw(masked.restored(item)) for item in envelope.items], whole_number(envelope.total)

    def read_total(self, body: bytes, operation: str) -> int | None:
        """The total that a page tells, which mostly needs no look at its items. Raises `DecodeError` for no JSON."""
        if (head := re.match(HEAD, body)) is not None:
            return int(head[1])
        try:
            return whole_number(read_json(body, total_decoder).total)
        except NotJSON:
            self.parse(body, operation)
            return None

    def structure(self, value: object, reads: type[T], operation: str, path: str | int = "") -> T:
        """Plain data as `reads`; `path` says where in the answer it stood, a number which of the items it was."""
        try:
            result = hook_for(cast(Any, reads))(value, None)
        except Mismatch:
            run.odd = False
            raise self._error(next(explain(value, reads, Path.of(path))), operation) from None
        except Unfit as unfit:
            run.odd = False
            raise self._unfit(value, unfit, operation, Path.of(path)) from None
        except RecursionError:
            run.odd = False
            odd = Odd(Path.of(path), type_name(reads), "JSON that is nested too deeply")
            raise self._error(odd, operation) from None
        if run.odd:
            run.odd = False
            self._report(explain(value, reads, Path.of(path)), operation)
        return cast(T, result)

    def structure_or_none(self, value: object, reads: type[T], operation: str, path: str = "") -> T | None:
        """As `structure`, but None for a value that is not that type at all: for columns, which keep it elsewhere.

        It is reported like a field of a model that it does not fit.
        """
        try:
            result = cast(T, hook_for(cast(Any, reads))(value, None))
        except Mismatch:
            result, run.odd = None, True
        if run.odd:
            run.odd = False
            self._report(explain(value, reads, Path.of(path)), operation)
        return result

    def take_problems(self, other: "Codec") -> None:
        """Count what another codec met, in a thread of its own for instance, which forgets it."""
        problems, other.problems = other.problems, Counter()
        for problem, count in problems.items():
            self._count(problem, count)

    def _report(self, found: Iterable[Odd], operation: str) -> None:
        for odd in found:
            if self.strict:
                raise self._error(odd, operation)
            self._count(DecodeProblem(operation, odd.path.kind, odd.expected, odd.found))

    def _count(self, problem: DecodeProblem, times: int = 1) -> None:
        if problem not in self.problems and len(self.problems) >= MOST_PROBLEMS:
            problem = MORE_PROBLEMS
        known = problem in self.problems
        self.problems[problem] += times
        if self._on_problem is not None and not known:
            self._on_problem(problem)

    @staticmethod
    def _error(odd: Odd, operation: str) -> DecodeError:
        return DecodeError(operation=operation, path=odd.path.exact, expected=odd.expected, found=odd.found)

    @staticmethod
    def _unfit(value: object, unfit: Unfit, operation: str, path: Path) -> DecodeError:
        member, data = unfit.member, unfit.data
        path = next((place for place, part in walk(value, path) if part is data), path).field(member.wire)
        odd = Odd(path, type_name(member.declared), kind_of(data[member.wire]) if member.wire in data else "nothing")
        if data.get(member.wire) is None:
            advice = f"Give {member.name} a default, or let it be None."
        else:
            odd = next(explain_member(data[member.wire], member.declared, path, as_text=member.as_text), odd)
            advice = f"Let {member.name} be None, or object, which takes anything."
        return DecodeError(
            operation=operation, path=odd.path.exact, expected=odd.expected, found=odd.found, advice=advice
        )


def from_plain_data(data: object, reads: type[T], operation: str, *, strict: bool = False) -> T:
    """Plain data of the caller's as a model or a draft; drafts are read strictly. Raises `DecodeError`, `TypeError`."""
    return Codec(strict=strict or is_draft(reads)).structure(to_plain_data(data), reads, operation)
