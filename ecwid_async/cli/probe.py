"""A little of everything a store lets itself be asked: what the token may read, and what the models don't know.

Only endpoints that read are asked, and none of the values that come back is kept.
"""

import re
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, cast, get_args, get_origin

import anyio
from attrs import field, frozen

from ecwid_async.calls import Call
from ecwid_async.cli.introspect import Method, classes_in, methods
from ecwid_async.client import Store
from ecwid_async.codec import Codec
from ecwid_async.errors import APIError, DecodeError, Forbidden, PaymentRequired, RateLimited, TransportError
from ecwid_async.models.base import PREFIX, Model, wire_name
from ecwid_async.pages import Page, Pages

__all__ = ["Odd", "Outcome", "Probe", "Survey", "Unknown", "public_code"]

_AT_ONCE: Final = 4
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,49}")
_CODE: Final = re.compile(r"[A-Z][A-Z0-9_]{0,59}")
_KINDS: Final[dict[type, str]] = {
    bool: "true or false",
    dict: "object",
    int: "whole number",
    list: "list",
    Decimal: "number",
    str: "text",
}


class Outcome(StrEnum):
    """What came of asking an endpoint."""

    READ = "read"
    REFUSED = "refused"  # By the token's scopes.
    UNPAID = "unpaid"  # By the store's plan.
    NOTHING = "nothing"  # There is no such thing, or not without further parameters.
    FAILED = "failed"


@frozen
class Probe:
    """One endpoint that was asked."""

    endpoint: str
    section: str
    outcome: Outcome
    status: int | None = None
    code: str | None = None


@frozen
class Unknown:
    """A field that its model doesn't know, and where it was seen first."""

    model: str
    name: str
    type: str
    endpoint: str = field(eq=False)


@frozen
class Odd:
    """Where an answer holds another type than its model declares."""

    endpoint: str
    path: str
    expected: str
    found: str


class Survey:
    """Asks each endpoint that reads models and needs at most the id of an item, found in a list asked before.

    `sample` is how many items of a list are read. `told` hears what is asked next.
    """

    def __init__(self, store: Store, codec: Codec, *, sample: int, told: Callable[[str], None]) -> None:
        self.probes: list[Probe] = []
        self.unknown: Counter[Unknown] = Counter()
        self.items = 0
        self._store = store
        self._codec = codec
        self._sample = sample
        self._told = told
        self._broken: Counter[Odd] = Counter()
        self._first: dict[str, Model] = {}
        self._known: set[str] = set()

    async def run(self) -> None:
        """SectionRequest. What an endpoint answers, an error as well, becomes its probe."""
        asked = [method for method in methods(self._store) if method.verb == "GET" and _reads_models(method)]
        classes = classes_in(*(method.returns for method in asked))
        self._known = {wire_name(field) for cls in classes for field in cls.__attrs_attrs__}
        await self._ask([(method, ()) for method in asked if not method.required])
        inside = [method for method in asked if len(method.required) == len(method.placeholders) == 1]
        await self._ask([(method, (id_,)) for method in inside if (id_ := self._id_for(method)) is not None])
        self.probes.sort(key=lambda probe: (probe.section, probe.endpoint))

    @property
    def odd(self) -> Counter[Odd]:
        """Values of an unexpected type, without the keys of free maps, which may be a customer's words."""
        odd: Counter[Odd] = Counter(self._broken)
        for problem, count in self._codec.problems.items():
            odd[Odd(problem.operation, self._bare(problem.path), problem.expected, problem.found)] += count
        return odd

    def sections(self, outcome: Outcome) -> list[str]:
        """The sections that have endpoints with this outcome."""
        return sorted({probe.section for probe in self.probes if probe.outcome is outcome})

    @property
    def granted(self) -> set[str]:
        """The scopes that the token must have for what could be read."""
        return _scopes(probe for probe in self.probes if probe.outcome is Outcome.READ)

    @property
    def lacking(self) -> set[str]:
        """The scopes, any of which the token may lack for what was refused."""
        return _scopes(probe for probe in self.probes if probe.outcome is Outcome.REFUSED) - self.granted

    async def _ask(self, questions: list[tuple[Method, tuple[str | int, ...]]]) -> None:
        slots = anyio.CapacityLimiter(_AT_ONCE)

        async def ask(method: Method, ids: tuple[str | int, ...]) -> None:
            async with slots:
                self._told(method.endpoint)
                self.probes.append(await self._probe(method, ids))

        async with anyio.create_task_group() as group:
            for method, ids in questions:
                group.start_soon(ask, method, ids)

    async def _probe(self, method: Method, ids: tuple[str | int, ...]) -> Probe:
        def probe(outcome: Outcome, status: int | None = None, code: str | None = None) -> Probe:
            return Probe(method.endpoint, method.section, outcome, status, code)

        try:
            found = await self._read(method, ids)
        except APIError as error:
            return probe(_outcome(error), error.status, public_code(error))
        except TransportError as error:
            return probe(Outcome.FAILED, code=type(error).__name__)
        except DecodeError as error:
            self._broken[Odd(method.endpoint, self._bare(error.path), error.expected, error.found)] += 1
            return probe(Outcome.READ)
        for item in found:
            self._look(item, method.endpoint)
        self.items += len(found)
        if found and isinstance(found[0], Model):
            self._first.setdefault(method.path, found[0])
        return probe(Outcome.READ)

    async def _read(self, method: Method, ids: tuple[str | int, ...]) -> list[Any]:
        given = {"limit": self._sample} if "limit" in method.parameters else {}
        made: Call[Any] | Pages[Any] = method.call(*ids, **given)
        if isinstance(made, Pages):
            async with aclosing(cast("AsyncGenerator[Page[Any], None]", made.pages())) as pages:
                return (await anext(pages)).items
        answer = await made
        return answer[: self._sample] if isinstance(answer, list) else [answer]

    def _id_for(self, method: Method) -> str | int | None:
        """The id of an item that a list before the placeholder had."""
        (placeholder,) = method.placeholders
        item = self._first.get(method.path.partition("/{")[0])
        if item is None:
            return None
        values = {wire_name(field): getattr(item, field.name) for field in item.__attrs_attrs__}
        ids = (values.get(name) for name in (placeholder, "code", "id", "key"))
        return next(
            (id_ for id_ in ids if isinstance(id_, str | int) and str(id_).strip() not in ("", ".", "..")), None
        )

    def _look(self, value: object, endpoint: str) -> None:
        """Note what models hold beside their own fields, however deep."""
        if isinstance(value, Model):
            own = [field for field in value.__attrs_attrs__ if field.name != "extra"]
            names = {wire_name(field) for field in own}
            prefixes = tuple(field.metadata[PREFIX] for field in own if PREFIX in field.metadata)
            for name, raw in value.extra.items():
                # A field of an unexpected type is kept there too: those are told as odd.
                if name not in names and not (prefixes and name.startswith(prefixes)):
                    # What is no plain name may be a customer's word.
                    shown = name if _NAME.fullmatch(name) else "*"
                    kind = "null" if raw is None else _KINDS.get(type(raw), "value")
                    self.unknown[Unknown(type(value).__name__, shown, kind, endpoint)] += 1
            for field_ in own:
                self._look(getattr(value, field_.name), endpoint)
        elif isinstance(value, dict):
            for element in value.values():
                self._look(element, endpoint)
        elif isinstance(value, list):
            for element in value:
                self._look(element, endpoint)

    def _bare(self, path: str) -> str:
        """A path without the keys of free maps. They may hold dots, so a run of unknown parts is taken for one key."""
        parts = [_shown(part, self._known) for part in path.split(".")]
        return ".".join(part for part, before in zip(parts, ["", *parts], strict=False) if (part, before) != ("*", "*"))


def _shown(part: str, known: set[str]) -> str:
    name, bracket, _ = part.partition("[")
    brackets = "[]" if bracket else ""
    return f"{name if not name or name in known or name == 'items' else '*'}{brackets}"


def _scopes(probes: Iterable[Probe]) -> set[str]:
    # The sandbox has the table of what each endpoint needs.
    from ecwid_async.sandbox.spec import load

    endpoints = load().endpoints
    return {scope for probe in probes if probe.endpoint in endpoints for scope in endpoints[probe.endpoint].scopes}


def _reads_models(method: Method) -> bool:
    """Does it answer models? Files and pages of HTML, plain data and bare ids have no fields to compare."""
    returns = method.returns
    return get_origin(returns) in (Call, Pages) and next(classes_in(*get_args(returns)), None) is not None


def _outcome(error: APIError) -> Outcome:
    if isinstance(error, PaymentRequired):
        return Outcome.UNPAID
    if isinstance(error, Forbidden):
        return Outcome.REFUSED
    if isinstance(error, RateLimited) or error.status == 408 or error.status >= 500:
        return Outcome.FAILED
    return Outcome.NOTHING


def public_code(error: APIError) -> str | None:
    """The error's code, where it looks like one: anything else may hold a value."""
    return error.code if error.code and _CODE.fullmatch(error.code) else None
