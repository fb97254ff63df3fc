"""Reading the new items of a page, parsed or as bytes."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cached_property
from itertools import compress
from typing import Any, Final, TypeVar

import msgspec

from ecwid_async.codec import Codec, Projection
from ecwid_async.errors import DecodeError
from ecwid_async.primitives.safe_json import DECODE_ERRORS, MaskedJSON, exact_decoder, repair
from ecwid_async.scan.assumptions import ItemId
from ecwid_async.scan.ids import IdSet
from ecwid_async.scan.item_times import seconds
from ecwid_async.scan.page import DecodedPage, Page, PageDecoder, RawPage
from ecwid_async.scan.plans import ListPlan
from ecwid_async.scan.progress import Progress
from ecwid_async.scan.token import Position

__all__ = ["ItemReader", "raw_without_fields"]

T = TypeVar("T")

# In the order of `ListPlan.lookup_names`.
_SCAN_FIELDS: Final = ("key", "created", "updated", "omit_value")
# Bytes. Larger pages are parsed item by item.
_SMALL_PAGE: Final = 64 * 1024


class ItemReader:
    """Reads pages, skips items that were read before, and sets the ids and times of each page.

    `omitted_seen` is true if the items that the plain list may omit need no request of their own: it omits none, or one
    was read. `scan_only_fields` are removed from the items.
    """

    def __init__(
        self, plan: ListPlan, codec: Codec, progress: Progress, *, scan_only_fields: tuple[str, ...], omitted_seen: bool
    ) -> None:
        self.ids = IdSet()
        self.omitted_seen = omitted_seen
        self.resumed_at: Position | None = None
        """The items that this position covers are skipped."""
        self._codec = codec
        self._progress = progress
        self._operation = progress.operation
        self._scan_only_fields = scan_only_fields
        self._key = plan.key
        self._lookup_names = plan.lookup_names
        self._omitted_value = plan.may_omit[1] if plan.may_omit else ""

    def parsed(self, page: Page, *, with_scan_fields: bool = False) -> Iterator[dict[str, Any]]:
        """Return the new items of a page as plain data, optionally with the fields that only the scan needs."""
        scan_only_fields = () if with_scan_fields else self._scan_only_fields
        new = self._parsed_at_once(page) if len(page.body) < _SMALL_PAGE else self._parsed_one_by_one(page)
        return (_without_fields(item, scan_only_fields) for item in new) if scan_only_fields else new

    def models(self, page: Page, model: type[T]) -> Iterator[T]:
        """Return the new items of a page as models, or as a projection reads them."""
        codec, operation = self._codec, self._operation
        # A projection reads only its own fields.
        if not self._scan_only_fields or isinstance(model, Projection):
            opened = codec.open_page(page.body, model, self._lookup_names, operation)
            if opened is not None:
                return opened.items(self._record(page, *opened.values))
        if isinstance(model, Projection):
            return codec.structure_all(self.parsed(page, with_scan_fields=True), model, operation, "items[]")
        try:
            raw_items, new = self._raw(page)
        except DecodeError:
            # The error for plain data says why.
            return codec.structure_all(self.parsed(page), model, operation, "items[]")
        positions = compress(range(len(new)), new)
        return (codec.decode_item(raw, model, operation, i) for i, raw in zip(positions, raw_items, strict=True))

    def _parsed_at_once(self, page: Page) -> Iterator[dict[str, Any]]:
        codec, operation = self._codec, self._operation
        items = codec.parse(page.body, operation).get("items")
        if not isinstance(items, list):
            codec.split_page(page.body, operation)  # raises the error that says what is wrong
        key, created, updated, omit_field = self._lookup_names
        try:
            ids = [item[key] for item in items]
        except (KeyError, TypeError):
            raise self._missing_id() from None
        created_times, updated_times = [item.get(created) for item in items], [item.get(updated) for item in items]
        return compress(
            items, self._record(page, ids, created_times, updated_times, (item.get(omit_field) for item in items))
        )

    def _parsed_one_by_one(self, page: Page) -> Iterator[dict[str, Any]]:
        """Parse each item when it is requested: if it is dropped at once, the next one reuses its cached memory."""
        decode, codec, operation, add = exact_decoder.decode, self._codec, self._operation, self.ids.add
        key, created, updated, omit_field = self._lookup_names
        note_id, note_created, note_updated = page.ids.append, page.created.append, page.updated.append
        was_covered = self._was_covered if self.resumed_at is not None else None
        progress = self._progress
        for raw in codec.split_page(page.body, operation)[0]:
            try:
                item: dict[str, Any] = decode(raw)
            except DECODE_ERRORS:
                item = codec.parse(raw, operation)
            item_id = item.get(key) if item.__class__ is dict else None
            if item_id.__class__ is not int and item_id.__class__ is not str:
                raise self._missing_id()
            created_at = item.get(created)
            note_id(item_id)
            note_created(created_at)
            note_updated(item.get(updated))
            if not self.omitted_seen and item.get(omit_field) == self._omitted_value:
                self.omitted_seen = True
            if add(item_id) and (was_covered is None or not was_covered(created_at)):
                progress.done += 1
                yield item

    def raw(self, page: Page) -> list[msgspec.Raw]:
        """Return the new items of a page as sent by the server."""
        return self._raw(page)[0]

    def raw_page(self, page: Page, server_time: float) -> RawPage:
        """Return the new items of a page as sent by the server, with their ids and update times."""
        items, new = self._raw(page)
        return RawPage(
            items=items,
            ids=list(compress(page.ids, new)),
            updated=[seconds(time) for time in compress(page.updated, new)],
            server_time=server_time,
            duration=page.duration,
            total=page.total,
        )

    def decoded(self, page: Page, decode: PageDecoder[T]) -> DecodedPage[T]:
        """Return a page as `decode` reads it, or its new items if it reads nothing or not all of them are new."""
        decoded = decode(page.body, self._lookup_names)
        if decoded is None:
            items, new = self._raw(page)
            return DecodedPage(ids=list(compress(page.ids, new)), items=items)
        content, (ids, created, updated, omit_values) = decoded
        new = self._record(page, ids, created, updated, omit_values)
        if all(new):
            return DecodedPage(ids=page.ids, content=content, body=page.body)
        items, _ = self._codec.split_page(page.body, self._operation)
        return DecodedPage(
            ids=list(compress(page.ids, new)), items=self._without_scan_only_fields(compress(items, new))
        )

    def _raw(self, page: Page) -> tuple[list[msgspec.Raw], list[bool]]:
        """Return the new items of a page, and whether each of its items is new."""
        items, _ = self._codec.split_page(page.body, self._operation)
        fields_of_items = self._decode_scan_fields(page.body)
        # These take half the time of `attrgetter`.
        new = self._record(
            page,
            [fields.key for fields in fields_of_items],
            [fields.created for fields in fields_of_items],
            [fields.updated for fields in fields_of_items],
            (fields.omit_value for fields in fields_of_items),
        )
        return self._without_scan_only_fields(items if all(new) else compress(items, new)), new

    def _without_scan_only_fields(self, items: Iterable[msgspec.Raw]) -> list[msgspec.Raw]:
        names = self._scan_only_fields
        return [raw_without_fields(item, names, self._operation) for item in items] if names else list(items)

    def _record(
        self, page: Page, ids: list[ItemId], created: list[Any], updated: list[Any], omit_values: Iterable[object]
    ) -> list[bool]:
        """Set the ids and times of a page, and return whether each item is new."""
        if not {key.__class__ for key in ids} <= {int, str}:
            raise self._missing_id()
        page.ids, page.created, page.updated = ids, created, updated
        if not self.omitted_seen:
            self.omitted_seen = self._omitted_value in omit_values
        new = self.ids.add_all(ids)
        if self.resumed_at is not None:
            new = [
                is_new and not self._was_covered(created_at) for is_new, created_at in zip(new, created, strict=True)
            ]
        self._progress.done += sum(new)
        return new

    def _was_covered(self, created: object) -> bool:
        return self.resumed_at is not None and self.resumed_at.covers(seconds(created))

    def _decode_scan_fields(self, body: bytes) -> Any:
        """Decode only the fields that the scan needs, as an object for each item."""
        decoder = self._scan_field_decoder
        with suppress(*DECODE_ERRORS):
            return decoder.decode(body).items
        try:
            return decoder.decode(repair(body)).items
        except DECODE_ERRORS:
            raise self._missing_id() from None

    @cached_property
    def _scan_field_decoder(self) -> "msgspec.json.Decoder[Any]":
        key, *others = _SCAN_FIELDS
        fields: list[Any] = [(key, int | str), *((name, object, None) for name in others)]
        names = dict(zip(_SCAN_FIELDS, self._lookup_names, strict=True))
        item = msgspec.defstruct("Item", fields, rename=names, gc=False)
        page = msgspec.defstruct("Page", [("items", list[item])])  # type: ignore[valid-type]
        return msgspec.json.Decoder(page)

    def _missing_id(self) -> DecodeError:
        return DecodeError(operation=self._operation, path=f"items[].{self._key}", expected="an id", found="none")


def _without_fields(item: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    for name in names:
        item.pop(name, None)
    return item


def raw_without_fields(raw: msgspec.Raw, names: Iterable[str], operation: str) -> msgspec.Raw:
    """Return an item without some of its fields; the others keep their bytes.

    Raises `DecodeError` if the name of a field is not UTF-8.
    """
    try:
        return msgspec.Raw(_without_members(raw, names))
    except DECODE_ERRORS:
        masked = MaskedJSON(raw)
    try:
        return msgspec.Raw(masked.restore(_without_members(masked.json, names)))
    except DECODE_ERRORS:
        Codec().parse(raw, operation, "items[]")  # raises the error that says what is wrong
        raise


def _without_members(item: bytes | msgspec.Raw, names: Iterable[str]) -> bytes:
    members = msgspec.json.decode(item, type=dict[str, msgspec.Raw])
    for name in names:
        members.pop(name, None)
    return msgspec.json.encode(members)
