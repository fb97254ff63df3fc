"""``ecwid report``: a report of the store about its sales, visitors or stock, as a table or as bars."""

import asyncio
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from cyclopts import Parameter
from cyclopts.validators import Number

from ecwid_async.cli.completion import complete_reports
from ecwid_async.cli.exit_codes import UsageError
from ecwid_async.cli.store import StoreAccess, StoreOptions, choose_store, connect
from ecwid_async.wire import SANDBOX_HEADER, Response

if TYPE_CHECKING:
    from ecwid_async.cli.report_display import ReportDisplay
    from ecwid_async.models.reports import ReportType

__all__ = ["SHORT_NAMES", "report"]

SHORT_NAMES: Final[Mapping[str, str]] = {
    "sales": "all_revenue",
    "revenue": "all_revenue",
    "orders": "all_orders",
    "profit": "all_profit",
    "expenses": "all_expenses",
    "traffic": "all_traffic",
    "visitors": "all_traffic",
    "products": "top_of_products_by_profit",
}
"""Short names of reports, in addition to those of the API."""

_PERIODS: Final = {
    "period": "previousPeriod",
    "week": "similarPeriodInPreviousWeek",
    "month": "similarPeriodInPreviousMonth",
    "year": "similarPeriodInPreviousYear",
}


def report(
    name: Annotated[
        str,
        Parameter(
            help="sales, orders, profit, expenses, visitors, products, or the name of any report in the API, such as "
            "visitors_by_country.",
            completer=complete_reports,
        ),
    ],
    /,
    *,
    start: Annotated[
        str | None, Parameter(name="--from", help="First day, such as 2024-07-01, by default a year before --to.")
    ] = None,
    end: Annotated[
        str | None,
        Parameter(name="--to", help="Last day, by default today, or that of a demo store. All times are in UTC."),
    ] = None,
    by: Annotated[
        Literal["hour", "day", "week", "month", "year"] | None,
        Parameter(help="Length of a step, by default one that fits the period."),
    ] = None,
    compare: Annotated[
        Literal["period", "week", "month", "year"] | None,
        Parameter(help="Compare with the period before, or with the same one a week, a month or a year earlier."),
    ] = None,
    plot: Annotated[bool, Parameter(help="Draw bars.")] = False,
    metric: Annotated[str | None, Parameter(help="The number to draw, by default the first of the report.")] = None,
    limit: Annotated[
        int | None,
        Parameter(name=("--limit", "-n"), help="Rows of a ranking, by default all.", validator=Number(gte=1)),
    ] = None,
    json: Annotated[bool, Parameter(help="JSON in a terminal, too.")] = False,
    store: StoreOptions | None = None,
) -> None:
    """Print a report about the store: a table in a terminal, JSON in a pipe.

    Needs the scope read_store_stats.
    """
    if json and plot:
        raise UsageError("--json and --plot exclude each other: leave one out.")
    if metric is not None and not plot:
        raise UsageError("--metric is the number to draw: add --plot.")
    report_type, store_options = _find_report(name), store or StoreOptions()
    as_json = not plot and (json or not sys.stdout.isatty())
    arguments = {
        "time_scale_value": by,
        "compare_period": None if compare is None else _PERIODS[compare],
        # It would apply to the compared period by itself, which has other groups first.
        "limit": limit if as_json or compare is None else None,
    }
    access = choose_store(store_options)
    started_from, ended_at = _parse_period(start, end, demo=store_options.sandbox)
    response = asyncio.run(_get(report_type, started_from, ended_at, arguments, access))
    if start is None and end is None and SANDBOX_HEADER in response.headers and not _read(response.body).has_numbers:
        # A demo store that is served by another process.
        started_from, ended_at = _parse_period(start, end, demo=True)
        response = asyncio.run(_get(report_type, started_from, ended_at, arguments, access))
    if as_json:
        from ecwid_async.cli.render import indent_json, write_json

        write_json(indent_json(response.body) or "")
        return
    from ecwid_async.cli.render import write_table

    display = _read(response.body, limit)
    if not display.rows or not display.metrics:
        sys.stderr.write(f"No data from {started_from:%Y-%m-%d} to {ended_at:%Y-%m-%d}.\n")
        return
    sys.stdout.write(f"{report_type}, {started_from:%Y-%m-%d} to {ended_at:%Y-%m-%d}\n")
    write_table(display.bars(metric) if plot else display.table())
    if not display.has_numbers:
        sys.stderr.write("All numbers are 0: choose another period with --from and --to.\n")


async def _get(
    report_type: "ReportType", start: datetime, end: datetime, arguments: Mapping[str, Any], access: StoreAccess
) -> Response:
    async with connect(access) as store:
        return await store.reports.get(
            report_type, started_from=int(start.timestamp()), ended_at=int(end.timestamp()), **arguments
        ).response()


def _read(body: bytes, limit: int | None = None) -> "ReportDisplay":
    from ecwid_async.cli.report_display import ReportDisplay
    from ecwid_async.errors import DecodeError
    from ecwid_async.primitives.safe_json import decode_json, exact_decoder

    try:
        return ReportDisplay.from_response(decode_json(body, exact_decoder), limit=limit)
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError):
        operation = "GET /reports/{reportType}"
        raise DecodeError(operation=operation, path="", expected="a report", found="something else") from None


def _find_report(name: str) -> "ReportType":
    """Return the report with this name, in any spelling. Raises `UsageError` with a suggestion."""
    from ecwid_async.models.reports import ReportType

    known = {member.name.lower(): member for member in ReportType}
    known |= {short: known[long] for short, long in SHORT_NAMES.items()}
    plain = {key.replace("_", ""): key for key in known}
    wanted = name.lower().replace("-", "").replace("_", "")
    if wanted in plain:
        return known[plain[wanted]]
    near = get_close_matches(wanted, plain, n=1)
    hint = f"Did you mean {plain[near[0]]}?" if near else f"There are {', '.join(known)}."
    raise UsageError(f"there is no report {name!r}. {hint}")


def _parse_period(start: str | None, end: str | None, *, demo: bool) -> tuple[datetime, datetime]:
    """Return the first and the last moment of the report, in UTC."""
    started_from = None if start is None else _parse_time(start, "--from")
    if end is not None:
        ended_at = _parse_time(end, "--to")
        if _is_date(end):
            ended_at += timedelta(days=1, seconds=-1)
    else:
        ended_at = _default_end(demo=demo)
    if started_from is None:
        # Twelve steps of a month, the last one of which may not be over.
        started_from = datetime(ended_at.year - 1, ended_at.month, 1, tzinfo=UTC) + timedelta(days=31)
        started_from = started_from.replace(day=1)
    if started_from > ended_at:
        raise UsageError(f"--from {started_from:%Y-%m-%d} is after --to {ended_at:%Y-%m-%d}: swap them.")
    return started_from, ended_at


def _default_end(*, demo: bool) -> datetime:
    if not demo:
        return datetime.fromtimestamp(time.time(), UTC)
    from ecwid_async.sandbox.seed import DEMO_LAST_DAY

    # Its history does not go on: later periods would be empty.
    return datetime.fromtimestamp(DEMO_LAST_DAY, UTC) + timedelta(days=1, seconds=-1)


def _parse_time(text: str, option: str) -> datetime:
    from ecwid_async.cli.filters import parse_value

    moment = parse_value(text, datetime | int, option)
    return moment if isinstance(moment, datetime) else datetime.fromtimestamp(moment, UTC)


def _is_date(text: str) -> bool:
    return len(text.replace("-", "")) == len("20240131") and text.replace("-", "").isdigit()
