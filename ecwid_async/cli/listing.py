"""The first items of a section that match."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any, Final

from ecwid_async.calls import Call
from ecwid_async.cli.exit_codes import UsageError
from ecwid_async.cli.store import StoreAccess, connect
from ecwid_async.client import Store
from ecwid_async.codec import Selection, format_selection
from ecwid_async.pages import Pages
from ecwid_async.primitives.json_fields import select_fields
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.sections import Items, Section

__all__ = ["Listing"]

_PAGE_SIZE: Final = 100
# A list without them lacks items that an export has.
_SHOW_HIDDEN: Final = frozenset({"hidden_brands", "hidden_categories", "show_hidden"})


@frozen
class Listing:
    """The first `limit` items of a section that match.

    `where` has the arguments of the section's search. `fields` is None for all fields.
    """

    section: Section
    where: Mapping[str, Any]
    fields: Selection | None
    limit: int

    async def read(self, access: StoreAccess) -> AsyncGenerator[tuple[Items, int | None]]:
        """Yield the items in parts, each with the number of all matches, None if the server did not report it."""
        async with connect(access) as store:
            source = self._source(store)
            if isinstance(source, Call):
                response = await source.response()
                items = self.section.split_response(response.body, source.request.options.operation)
                yield self._select(items[: self.limit]), len(items)
                return
            remaining = self.limit
            async for page in source.raw():
                yield self._select(page.items[:remaining]), page.total
                remaining -= len(page.items)
                if remaining <= 0:
                    return

    def _source(self, store: Store) -> Pages[Any] | Call[Any]:
        """Build the search or call. Raises `UsageError` for invalid arguments."""
        method, arguments = self.section.read_method(store), dict(self.where)
        arguments |= dict.fromkeys(_SHOW_HIDDEN.intersection(self.section.filters(store)) - arguments.keys(), True)
        try:
            source = method(**arguments)
            if isinstance(source, Call):
                return source
            arguments["limit"] = min(self.limit, _PAGE_SIZE)
            if self.fields is not None:
                arguments["response_fields"] = format_selection({"items": self.fields})
            return method(**arguments)
        except (TypeError, ValueError) as error:
            raise UsageError(f"{self.section.name}: {error}") from error

    def _select(self, items: Items) -> Items:
        """Reduce the items to the fields: some lists can't be asked for single ones."""
        fields = self.fields
        return items if fields is None else [select_fields(item, fields) for item in items]
