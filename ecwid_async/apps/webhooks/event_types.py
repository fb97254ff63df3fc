"""Types of events in settings: names such as ``order.created``, and patterns such as ``order.*``."""

from difflib import get_close_matches
from typing import Final

from ecwid_async.apps.webhooks.body import canonical_event_type
from ecwid_async.errors import ConfigError
from ecwid_async.models.events import EventType

__all__ = ["check_event_types", "matches_event_type"]

_KNOWN: Final = frozenset(each.value for each in EventType)
_FAMILIES: Final = sorted({each.partition(".")[0] for each in _KNOWN})
_ACTIONS: Final = {
    family: sorted(each.partition(".")[2] for each in _KNOWN if each.partition(".")[0] == family)
    for family in _FAMILIES
}
_ALIKE: Final = 0.75


def check_event_types(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names and patterns in the spelling of `EventType`.

    A pattern is ``*``, or has one in place of the family or of what happened. Types that this version does not know are
    accepted. Raises `ConfigError` for a name that is nearly that of a known type, or has another form.
    """
    return tuple(_check(name) for name in names)


def matches_event_type(pattern: str, event_type: str) -> bool:
    """Whether a pattern of `check_event_types` includes this type."""
    if "*" not in pattern:
        return pattern == event_type
    family, _, action = event_type.partition(".")
    wanted_family, _, wanted_action = pattern.partition(".")
    return pattern == "*" or (wanted_family in ("*", family) and wanted_action in ("*", action))


def _check(name: object) -> str:
    # `str` would return the name of an enum's member.
    text = str.__str__(name) if isinstance(name, str) else ""
    if text == "*":
        return text
    family, dot, action = text.partition(".")
    if not (family and dot and action and text.isprintable()):
        raise ConfigError(
            f"{name!r} is not a type of events: give one such as order.created, or a pattern such as order.* or *."
        )
    if "*" in text:
        if any("*" in part and part != "*" for part in (family, action)):
            raise ConfigError(
                f"{name!r} is not a pattern: an asterisk replaces a whole part, as in order.* or *.deleted."
            )
        if action != "*":
            # Of any family: the actions of all of them are known in both spellings.
            found = canonical_event_type(
                next((f"{each}.{action}" for each in _FAMILIES if _is_known(each, action)), "")
            )
            action = found.partition(".")[2] or action
        if family != "*":
            _check_family(family, action)
        return f"{family}.{action}"
    known = canonical_event_type(text)
    if known in _KNOWN:
        return known
    _check_family(family, action)
    if near := get_close_matches(action, _ACTIONS.get(family, ()), n=1, cutoff=_ALIKE):
        raise ConfigError(f"there are no {text!r} events. Did you mean {family}.{near[0]}?")
    return text


def _is_known(family: str, action: str) -> bool:
    return canonical_event_type(f"{family}.{action}") in _KNOWN


def _check_family(family: str, action: str) -> None:
    if family not in _FAMILIES and (near := get_close_matches(family, _FAMILIES, n=1, cutoff=_ALIKE)):
        raise ConfigError(f"there are no '{family}.{action}' events. Did you mean {near[0]}.{action}?")
