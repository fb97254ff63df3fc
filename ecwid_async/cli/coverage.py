"""``ecwid coverage``: print the endpoints and fields of the API that the package covers."""

import sys
from collections.abc import Iterable, Mapping
from types import NoneType
from typing import TYPE_CHECKING, Annotated, Any, Final, get_args, get_origin

from cyclopts import Parameter

from ecwid_async.cli.render import write_table

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from ecwid_async.cli.introspect import Method
    from ecwid_async.models.base import Data

__all__ = ["coverage"]

_COLUMNS: Final[Mapping[str, str]] = {
    "Endpoints": "endpoints",
    "In sandbox": "in_sandbox",
    "Fields read": "fields_read",
    "Fields written": "fields_written",
}


def coverage(
    *,
    endpoints: Annotated[
        bool, Parameter(help="List each endpoint with its method, classes and sandbox route.")
    ] = False,
    json: Annotated[bool, Parameter(help="Print both tables as one JSON object.")] = False,
) -> None:
    """Print the endpoints and fields of the API that this package covers, by section.

    The figures are read from the package itself. In a pipe each row is one line:
    ecwid coverage --endpoints | grep invoice
    """
    from ecwid_async.cli.introspect import list_methods, offline_store

    methods = list(list_methods(offline_store()))
    if json:
        import msgspec

        record = {
            "sections": {name: _count(group) for name, group in _by_section(methods).items()},
            "total": _count(methods),
            "endpoints": [_record(method) for method in methods],
        }
        sys.stdout.write(msgspec.json.encode(record).decode() + "\n")
        return
    if not endpoints:
        write_table(_section_table(methods))
    elif sys.stdout.isatty():
        write_table(_endpoint_text(methods))
    else:
        write_table(_endpoint_table(methods))


def _by_section(methods: Iterable["Method"]) -> dict[str, list["Method"]]:
    grouped: dict[str, list[Method]] = {}
    for method in methods:
        grouped.setdefault(method.section, []).append(method)
    return grouped


def _count(methods: list["Method"]) -> dict[str, int]:
    """Count the endpoints, models and fields of these methods. Shared ones count once."""
    from ecwid_async.cli.introspect import classes_in
    from ecwid_async.models.base import Draft

    classes = set(
        classes_in(*(declared for method in methods for declared in (method.return_type, *method.argument_types)))
    )
    drafts = {cls for cls in classes if issubclass(cls, Draft)}
    return {
        "endpoints": len({method.endpoint for method in methods}),
        "in_sandbox": len({method.endpoint for method in methods if _route(method)}),
        "models": len(classes - drafts),
        "fields_read": _count_fields(classes - drafts),
        "drafts": len(drafts),
        "fields_written": _count_fields(drafts),
    }


def _count_fields(classes: Iterable["type[Data]"]) -> int:
    return sum(field.name != "extra" for cls in classes for field in cls.__attrs_attrs__)


def _record(method: "Method") -> dict[str, object]:
    """Return the endpoint of a method with the names of the code that implements it."""
    return {
        "endpoint": method.endpoint,
        "method": f"store.{method.name}",
        "accepts": _accepts(method),
        "returns": _returns(method),
        "resource": method.call.__module__,
        "models": sorted(
            {
                cls.__module__
                for declared in (method.return_type, *method.argument_types)
                for cls in _classes_named_in(declared)
            }
        ),
        "sandbox": _route(method),
    }


def _route(method: "Method") -> str | None:
    """Return the name of the function that serves the endpoint in the sandbox, None if there is none."""
    from ecwid_async.sandbox import routes

    route_table = routes.load()
    if method.endpoint not in route_table.operations:
        return None
    function, _, _ = route_table.find(method.http_method, method.path.split("/")[1:])
    return f"{function.__module__}.{function.__qualname__}"


def _classes_named_in(declared: Any) -> list["type[Data]"]:
    """Return the models and drafts in a type annotation, without those of their fields."""
    from ecwid_async.models.base import Data

    if isinstance(declared, type) and issubclass(declared, Data):
        return [declared]
    return [cls for argument in get_args(declared) for cls in _classes_named_in(argument)]


def _accepts(method: "Method") -> list[str]:
    return list(
        dict.fromkeys(cls.__name__ for declared in method.argument_types for cls in _classes_named_in(declared))
    )


def _arguments(method: "Method") -> str:
    """Return the names of the required arguments, and an ellipsis if there are optional ones."""
    required = method.required
    return ", ".join(required if len(required) == len(method.parameters) else [*required, "…"])


def _returns(method: "Method") -> str:
    """Return the type of the result: ``Order``, ``Pages[Order]``, ``list[Swatch]``, ``Download``."""
    from ecwid_async.calls import Call

    returns = method.return_type
    return _format_type(get_args(returns)[0] if get_origin(returns) is Call else returns)


def _format_type(declared: Any) -> str:
    if declared in (None, NoneType):
        return "None"
    name = getattr(declared, "__name__", "")
    inside = [_format_type(argument) for argument in get_args(declared)]
    if not inside:
        return str(name)
    return f"{name}[{', '.join(inside)}]" if name in ("Pages", "dict", "list") else " | ".join(inside)


def _section_table(methods: list["Method"]) -> "Table":
    from rich.box import HORIZONTALS
    from rich.table import Table

    total = _count(methods)
    table = Table(
        box=HORIZONTALS,
        show_edge=False,
        show_footer=True,
        header_style="bold",
        footer_style="bold",
        caption="A class shared by several sections counts in each of them, and once in the total.",
        caption_justify="left",
    )
    table.add_column("Section", "Total", no_wrap=True)
    for title, key in _COLUMNS.items():
        table.add_column(title, f"{total[key]:,}", justify="right")
    for name, group in _by_section(methods).items():
        counts = _count(group)
        table.add_row(f"store.{name}", *(f"{counts[key]:,}" for key in _COLUMNS.values()))
    return table


def _sorted(methods: Iterable["Method"]) -> list["Method"]:
    return sorted(methods, key=lambda method: (method.path, method.http_method))


def _short_route(method: "Method") -> str:
    return (_route(method) or "-").removeprefix("ecwid_async.sandbox.")


def _endpoint_table(methods: list["Method"]) -> "Table":
    from rich.table import Table

    table = Table("Endpoint", "Method", "Accepts", "Returns", "Sandbox", box=None, pad_edge=False)
    for group in _by_section(methods).values():
        for method in _sorted(group):
            accepted = ", ".join(_accepts(method))
            table.add_row(method.endpoint, f"store.{method.name}", accepted, _returns(method), _short_route(method))
    return table


def _endpoint_text(methods: list["Method"]) -> "Text":
    from rich.text import Text

    text = Text()
    for group in _by_section(methods).values():
        for method in _sorted(group):
            text.append(f"{method.endpoint}\n", "bold")
            text.append(f"  store.{method.name}", "cyan")
            text.append(f"({_arguments(method)}) → {_returns(method)}\n")
            text.append(f"  {_short_route(method)}\n", "dim")
        text.append("\n")
    text.rstrip()
    return text
