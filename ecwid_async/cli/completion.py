"""What the shell offers for an argument when Tab is pressed. Nothing is sent to a store."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cyclopts.completion import CompletionContext

    from ecwid_async.sections import Section

__all__ = [
    "complete_conditions",
    "complete_fields",
    "complete_http_methods",
    "complete_lists",
    "complete_profiles",
    "complete_reports",
    "complete_sections",
]

_HTTP_METHODS: Final = ("GET", "POST", "PUT", "DELETE")


def complete_sections(context: "CompletionContext") -> Iterable[str]:
    """The names of all sections."""
    from ecwid_async.sections import ALL_SECTIONS

    return ALL_SECTIONS


def complete_lists(context: "CompletionContext") -> Iterable[str]:
    """The names of all sections that are lists."""
    from ecwid_async.sections import SECTIONS

    return [name for name, section in SECTIONS.items() if not section.is_document]


def complete_fields(context: "CompletionContext") -> Iterable[str]:
    """The fields of the chosen sections, after those that have been typed."""
    typed, comma, _ = context.incomplete.rpartition(",")
    names = (
        field.name
        for section in _chosen_sections(context)
        for field in section.model().__attrs_attrs__
        if field.name != "extra"
    )
    return [f"{typed}{comma}{name}" for name in dict.fromkeys(names)]


def complete_conditions(context: "CompletionContext") -> Iterable[str]:
    """The filters of the chosen sections."""
    from ecwid_async.cli.introspect import offline_store

    store = offline_store()
    names = (f"{name}=" for section in _chosen_sections(context) for name in section.filters(store))
    return list(dict.fromkeys(names))  # the values of a dict would be shown as descriptions


def complete_reports(context: "CompletionContext") -> Iterable[str]:
    """The names of all reports, short ones first."""
    from ecwid_async.cli.report import SHORT_NAMES
    from ecwid_async.models.reports import ReportType

    return [*SHORT_NAMES, *(member.name.lower() for member in ReportType)]


def complete_profiles(context: "CompletionContext") -> Iterable[str]:
    """The names of all profiles."""
    from ecwid_async.cli.profiles import Profiles

    return list(Profiles.read().by_name)


def complete_http_methods(context: "CompletionContext") -> Iterable[str]:
    """The methods of ``ecwid call``."""
    return _HTTP_METHODS


def _chosen_sections(context: "CompletionContext") -> "Sequence[Section]":
    """The sections on the command line; the default ones if there are none."""
    from ecwid_async.sections import SECTIONS, find_sections

    argument = context.get("section") or context.get("sections")
    names = () if argument is None else argument.raw_tokens
    return find_sections(name for name in names if name in SECTIONS)
