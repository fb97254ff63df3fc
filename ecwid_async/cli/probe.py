"""Requests to every readable endpoint of a store, to find out what the token may read and which fields the models lack.

Only GET requests are sent, and no received value is reported.
"""

import re
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, cast, get_args, get_origin

import anyio
from attrs import field

from ecwid_async.calls import Call
from ecwid_async.cli.introspect import Method, classes_in, list_methods
from ecwid_async.client import Store
from ecwid_async.codec import Codec
from ecwid_async.errors import APIError, DecodeError, Forbidden, PaymentRequired, RateLimited, TransportError
from ecwid_async.models.application import ApplicationToken
from ecwid_async.models.base import PREFIX, Model, wire_name
from ecwid_async.pages import Page, Pages
from ecwid_async.primitives.lazy_attrs import frozen

__all__ = ["Outcome", "ProbeResult", "Prober", "TypeMismatch", "UnknownField", "printable_code"]

_CONCURRENT_REQUESTS: Final = 4
_PLAIN_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,49}")
_ERROR_CODE: Final = re.compile(r"[A-Z][A-Z0-9_]{0,59}")
_TYPE_NAMES: Final[dict[type, str]] = {
    bool: "true or false",
    dict: "object",
    int: "whole number",
    list: "list",
    Decimal: "number",
    str: "text",
}


class Outcome(StrEnum):
    """The outcome of requesting an endpoint."""

    READ = "read"
    REFUSED = "refused"  # The token lacks the scope.
    UNPAID = "unpaid"  # The store's plan does not include it.
    NOT_FOUND = "not_found"  # The store has none, or it needs further parameters.
    FAILED = "failed"


@frozen
class ProbeResult:
    """The result of requesting one endpoint."""

    endpoint: str
    section: str
    outcome: Outcome
    status: int | None = None
    code: str | None = None


@frozen
class UnknownField:
    """A field that its model does not declare, and the endpoint where it was first seen."""

    model: str
    name: str
    type: str
    endpoint: str = field(eq=False)


@frozen
class TypeMismatch:
    """A value whose type differs from the one its model declares."""

    endpoint: str
    path: str
    expected: str
    found: str


class Prober:
    """Requests each endpoint that returns models and needs at most one id, taken from a list read before.

    `sample` is the number of items read from each list. `on_progress` is called with each endpoint before its request.
    """

    def __init__(self, store: Store, codec: Codec, *, sample: int, on_progress: Callable[[str], None]) -> None:
        self.probes: list[ProbeResult] = []
        self.unknown_fields: Counter[UnknownField] = Counter()
        self.item_count = 0
        self._store = store
        self._codec = codec
        self._sample = sample
        self._on_progress = on_progress
        self._undecodable_responses: Counter[TypeMismatch] = Counter()
        self._first_items: dict[str, Model] = {}
        self._declared_names: set[str] = set()

    async def run(self) -> None:
        """Request the endpoints and record each result, errors included."""
        readable = [
            method for method in list_methods(self._store) if method.http_method == "GET" and _reads_models(method)
        ]
        classes = classes_in(*(method.return_type for method in readable))
        self._declared_names = {wire_name(field) for cls in classes for field in cls.__attrs_attrs__}
        await self._request_all([(method, ()) for method in readable if not method.required])
        by_id = [method for method in readable if len(method.required) == len(method.placeholders) == 1]
        await self._request_all([(method, (id_,)) for method in by_id if (id_ := self._id_for(method)) is not None])
        self.probes.sort(key=lambda probe: (probe.section, probe.endpoint))

    @property
    def type_mismatches(self) -> Counter[TypeMismatch]:
        """Values of an unexpected type. Keys of free maps are left out: they may contain a customer's data."""
        mismatches: Counter[TypeMismatch] = Counter(self._undecodable_responses)
        for problem, count in self._codec.problems.items():
            mismatches[
                TypeMismatch(problem.operation, self._without_free_keys(problem.path), problem.expected, problem.found)
            ] += count
        return mismatches

    def sections(self, outcome: Outcome) -> list[str]:
        """Return the sections that have endpoints with this outcome."""
        return sorted({probe.section for probe in self.probes if probe.outcome is outcome})

    @property
    def reported_scopes(self) -> set[str] | None:
        """The scopes of the token, of reading and of changing, as the API reports them. None if it does not."""
        token = self._first_items.get("/application/token")
        return None if not isinstance(token, ApplicationToken) or token.permissions is None else set(token.permissions)

    @property
    def reading_scopes(self) -> set[str]:
        """The scopes of the endpoints that could be read, as far as the token is not reported to lack them."""
        scopes = _scopes(probe for probe in self.probes if probe.outcome is Outcome.READ)
        return scopes if self.reported_scopes is None else scopes & self.reported_scopes

    @property
    def granted_scopes(self) -> set[str]:
        """The scopes that the API reports, or else those of the endpoints that could be read."""
        return self.reading_scopes if self.reported_scopes is None else self.reported_scopes

    @property
    def missing_scopes(self) -> set[str]:
        """The scopes of the refused endpoints, any of which the token may lack."""
        return _scopes(probe for probe in self.probes if probe.outcome is Outcome.REFUSED) - self.granted_scopes

    async def _request_all(self, requests: list[tuple[Method, tuple[str | int, ...]]]) -> None:
        limiter = anyio.CapacityLimiter(_CONCURRENT_REQUESTS)

        async def probe(method: Method, ids: tuple[str | int, ...]) -> None:
            async with limiter:
                self._on_progress(method.endpoint)
                self.probes.append(await self._probe(method, ids))

        async with anyio.create_task_group() as group:
            for method, ids in requests:
                group.start_soon(probe, method, ids)

    async def _probe(self, method: Method, ids: tuple[str | int, ...]) -> ProbeResult:
        def result(outcome: Outcome, status: int | None = None, code: str | None = None) -> ProbeResult:
            return ProbeResult(method.endpoint, method.section, outcome, status, code)

        try:
            items = await self._read_items(method, ids)
        except APIError as error:
            return result(_outcome(error), error.status, printable_code(error))
        except TransportError as error:
            return result(Outcome.FAILED, code=type(error).__name__)
        except DecodeError as error:
            self._undecodable_responses[
                TypeMismatch(method.endpoint, self._without_free_keys(error.path), error.expected, error.found)
            ] += 1
            return result(Outcome.READ)
        for item in items:
            self._count_unknown_fields(item, method.endpoint)
        self.item_count += len(items)
        if items and isinstance(items[0], Model):
            self._first_items.setdefault(method.path, items[0])
        return result(Outcome.READ)

    async def _read_items(self, method: Method, ids: tuple[str | int, ...]) -> list[Any]:
        arguments = {"limit": self._sample} if "limit" in method.parameters else {}
        source: Call[Any] | Pages[Any] = method.call(*ids, **arguments)
        if isinstance(source, Pages):
            async with aclosing(cast("AsyncGenerator[Page[Any], None]", source.pages())) as pages:
                return (await anext(pages)).items
        result = await source
        return result[: self._sample] if isinstance(result, list) else [result]

    def _id_for(self, method: Method) -> str | int | None:
        """Return the id of the first item of the list that the path extends, None if there is none."""
        (placeholder,) = method.placeholders
        item = self._first_items.get(method.path.partition("/{")[0])
        if item is None:
            return None
        values = {wire_name(field): getattr(item, field.name) for field in item.__attrs_attrs__}
        ids = (values.get(name) for name in (placeholder, "code", "id", "key"))
        return next(
            (id_ for id_ in ids if isinstance(id_, str | int) and str(id_).strip() not in ("", ".", "..")), None
        )

    def _count_unknown_fields(self, value: object, endpoint: str) -> None:
        """Count the fields that a model, or a model in it, does not declare."""
        if isinstance(value, Model):
            declared = [field for field in value.__attrs_attrs__ if field.name != "extra"]
            names = {wire_name(field) for field in declared}
            prefixes = tuple(field.metadata[PREFIX] for field in declared if PREFIX in field.metadata)
            for name, raw in value.extra.items():
                # `extra` also holds declared fields of an unexpected type, which are mismatches.
                if name not in names and not (prefixes and name.startswith(prefixes)):
                    # Only a plain name is certainly not a customer's data.
                    printable_name = name if _PLAIN_NAME.fullmatch(name) else "*"
                    type_name = "null" if raw is None else _TYPE_NAMES.get(type(raw), "value")
                    self.unknown_fields[UnknownField(type(value).__name__, printable_name, type_name, endpoint)] += 1
            for field in declared:
                self._count_unknown_fields(getattr(value, field.name), endpoint)
        elif isinstance(value, dict):
            for element in value.values():
                self._count_unknown_fields(element, endpoint)
        elif isinstance(value, list):
            for element in value:
                self._count_unknown_fields(element, endpoint)

    def _without_free_keys(self, path: str) -> str:
        """Mask the keys of free maps in a path. Keys may contain dots, so adjacent masked parts become one."""
        parts = [_mask_free_key(part, self._declared_names) for part in path.split(".")]
        return ".".join(part for part, before in zip(parts, ["", *parts], strict=False) if (part, before) != ("*", "*"))


def _mask_free_key(part: str, known: set[str]) -> str:
    name, bracket, _ = part.partition("[")
    brackets = "[]" if bracket else ""
    return f"{name if not name or name in known or name == 'items' else '*'}{brackets}"


def _scopes(probes: Iterable[ProbeResult]) -> set[str]:
    # The sandbox has the table of scopes.
    from ecwid_async.sandbox.spec import load

    endpoints = load().endpoints
    return {scope for probe in probes if probe.endpoint in endpoints for scope in endpoints[probe.endpoint].scopes}


def _reads_models(method: Method) -> bool:
    """Whether it returns models: files, HTML, plain data and bare ids have no fields to compare."""
    returns = method.return_type
    return get_origin(returns) in (Call, Pages) and next(classes_in(*get_args(returns)), None) is not None


def _outcome(error: APIError) -> Outcome:
    if isinstance(error, PaymentRequired):
        return Outcome.UNPAID
    if isinstance(error, Forbidden):
        return Outcome.REFUSED
    if isinstance(error, RateLimited) or error.status == 408 or error.status >= 500:
        return Outcome.FAILED
    return Outcome.NOT_FOUND


def printable_code(error: APIError) -> str | None:
    """Return the error's code if it looks like one. Other text may contain a value."""
    return error.code if error.code and _ERROR_CODE.fullmatch(error.code) else None
