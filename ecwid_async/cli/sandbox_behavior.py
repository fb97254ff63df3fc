"""The options of ``ecwid sandbox serve`` for what a store refuses, what fails, and what the API does not document."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
from attrs import fields
from cyclopts import Group, Parameter

from ecwid_async.cli.durations import parse_duration
from ecwid_async.cli.exit_codes import UsageError

if TYPE_CHECKING:
    from ecwid_async.sandbox import Fault, Sandbox, Store, Switches

__all__ = ["Behavior", "BehaviorArguments", "parse_fault"]

_BEHAVIOR: Final = Group("Behavior")
_TIMES: Final = re.compile(r"x([1-9][0-9]{0,8})")
_STATUS: Final = re.compile(r"[2-5][0-9]{2}")
_NUMBER: Final = re.compile(r"[0-9]{1,18}")
_MAX_DELAY: Final = 600.0
# The words of a fault and the arguments of `Fault`.
_NUMBERS: Final = {"nth": "nth", "every": "every", "store": "store_id", "retry_after": "retry_after"}
_TEXTS: Final = {"code": "error_code", "content_type": "content_type"}
_FAULT_FORMS: Final = (
    "write '[METHOD PATH:] what [which]', such as 'GET /orders: 500 x3': what is a status, dropped, truncated or "
    "delay=2s, and which is x3 (the first three), nth=5 (only the fifth) or every=20"
)


@dataclass(frozen=True)
class Behavior:
    """What is different from a store without these options. `scopes` of None allows everything."""

    scopes: frozenset[str] | None = None
    faults: tuple["Fault", ...] = ()
    suspended: bool = False
    unavailable: frozenset[str] = frozenset()
    switches: "Switches | None" = None

    def apply(self, sandbox: "Sandbox", tokens: Mapping[int, str]) -> None:
        """Let all stores of a sandbox behave like this. `tokens` are those of the stores, by id."""
        for fault in self.faults:
            sandbox.faults.add(fault)
        for store in sandbox.stores.values():
            store.suspended = store.suspended or self.suspended
            store.simulated_errors |= self.unavailable
            self._limit_token(store, tokens[store.id])

    def _limit_token(self, store: "Store", token: str) -> None:
        # A store may be broken in that it accepts no token.
        if self.scopes is not None and token in store.tokens:
            store.add_token(token, self.scopes)


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class BehaviorArguments:
    """What the stores refuse, what fails, and undocumented behavior."""

    scopes: Annotated[list[str] | None, Parameter(group=_BEHAVIOR, negative=())] = None
    "Access scopes of the token, such as read_catalog,read_orders. By default it may do everything."
    fault: Annotated[list[str] | None, Parameter(group=_BEHAVIOR, negative=())] = None
    "What goes wrong with requests, such as 'GET /orders: 500 x3', '429 retry-after=5 every=20' or 'delay=2s'."
    not_in_plan: Annotated[list[str] | None, Parameter(group=_BEHAVIOR, negative=())] = None
    "Sections that the store's plan does not include, such as subscriptions: requests for them get 402."
    suspended: Annotated[bool, Parameter(group=_BEHAVIOR)] = False
    "All requests get 402, as in a store that is suspended."
    switch: Annotated[list[str] | None, Parameter(group=_BEHAVIOR, negative=())] = None
    "Undocumented behavior, such as upsert_lag=30 or unsorted=newest: the fields of Switches."

    def parse(self) -> Behavior:
        """Parse the options. Raises `UsageError` for one that is not valid."""
        return Behavior(
            scopes=_parse_scopes(self.scopes),
            faults=tuple(map(parse_fault, self.fault or ())),
            suspended=self.suspended,
            unavailable=_parse_sections(self.not_in_plan or ()),
            switches=_parse_switches(self.switch or ()),
        )


def _split(texts: Iterable[str]) -> list[str]:
    return [name for text in texts for part in text.split(",") if (name := part.strip())]


def _parse_scopes(texts: list[str] | None) -> frozenset[str] | None:
    from ecwid_async.sandbox import spec

    if texts is None:
        return None
    endpoints = spec.load().endpoints.values()
    known = {scope for endpoint in endpoints for scope in (*endpoint.scopes, *endpoint.optional_scopes)}
    scopes = _split(texts)
    for scope in scopes:
        # Some scopes open no endpoint, such as that of a page in the control panel.
        if scope not in known and (near := get_close_matches(scope, known, n=1)):
            raise UsageError(f"--scopes: there is no scope {scope!r}. Did you mean {near[0]}?")
    return frozenset(scopes)


def _parse_sections(texts: Iterable[str]) -> frozenset[str]:
    from ecwid_async.sandbox import spec

    known = sorted({endpoint.section for endpoint in spec.load().endpoints.values()})
    sections = _split(texts)
    for section in sections:
        if section not in known:
            near = get_close_matches(section, known, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(known)}."
            raise UsageError(f"--not-in-plan: there is no section {section!r}. {hint}")
    return frozenset(sections)


def _parse_switches(texts: Iterable[str]) -> "Switches | None":
    from ecwid_async.sandbox import Switches

    names = [each.name for each in fields(Switches)]
    values: dict[str, Any] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        name = name.replace("-", "_")
        if name not in names:
            near = get_close_matches(name, names, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(names)}."
            raise UsageError(f"--switch: there is no switch {name!r}. {hint}")
        if not equals:
            raise UsageError(f"--switch {name} needs a value: write {name}=VALUE.")
        values[name] = _split([value]) if name == "millisecond_sections" else value
        try:
            msgspec.convert(values, Switches, strict=False)
        except msgspec.ValidationError as error:
            raise UsageError(f"--switch {text}: {str(error).partition(' - at ')[0]}.") from None
    return msgspec.convert(values, Switches, strict=False) if values else None


# Faults.


def parse_fault(text: str) -> "Fault":
    """Parse a fault such as ``GET /orders: 500 x3``. Raises `UsageError` if it is not one.

    Unlike a `Fault`, it is for all matching requests, unless it says for which.
    """
    from ecwid_async.sandbox import Fault

    pattern, colon, rest = text.rpartition(":")
    given: dict[str, Any] = {"request": pattern} if colon else {}
    for term in rest.split():
        for name, value in _parse_term(term, text).items():
            if name in given:
                raise UsageError(f"--fault {text!r} has {name} twice: leave one out.")
            given[name] = value
    if "nth" not in given:
        given.setdefault("every", 1)
    try:
        return Fault(**given)
    except ValueError as error:
        raise UsageError(f"--fault {text!r}: {error.args[0]}; {_FAULT_FORMS}.") from None


def _parse_term(term: str, text: str) -> dict[str, Any]:
    """The arguments of a `Fault` for one of its words."""
    if _STATUS.fullmatch(term):
        return {"status": int(term)}
    if found := _TIMES.fullmatch(term):
        return {"times": int(found[1])}
    if term in ("dropped", "truncated", "executed"):
        return {term: True}
    name, equals, value = term.partition("=")
    name = name.replace("-", "_")
    if equals and name == "delay":
        return {"delay": parse_duration(value, option=f"--fault {text!r}: delay", most=_MAX_DELAY)}
    if equals and name in _TEXTS:
        return {_TEXTS[name]: value}
    if not equals or name not in _NUMBERS:
        raise UsageError(f"--fault {text!r}: {term!r} is not known; {_FAULT_FORMS}.")
    if not _NUMBER.fullmatch(value):
        raise UsageError(f"--fault {text!r}: {name} takes a whole number, not {value!r}.")
    return {_NUMBERS[name]: int(value)}
