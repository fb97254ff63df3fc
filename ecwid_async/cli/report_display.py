"""A report as a table and as bars."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Self

from rich.table import Table
from rich.text import Text

from ecwid_async.cli.exit_codes import UsageError
from ecwid_async.cli.item_table import format_number, one_line
from ecwid_async.cli.render import FittedTable
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.wire import to_printable

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions

__all__ = ["ReportDisplay", "ReportRow"]

_MAX_LABEL: Final = 40
_SHORTEST_LABEL: Final = 8
_LONGEST_BAR: Final = 100
# A part of a character, in eighths.
_PARTS: Final = " ▏▎▍▌▋▊▉"

Metrics = Mapping[str, Decimal]
"""Numbers by name."""


@frozen(kw_only=True)
class ReportRow:
    """A point in time or a group, with its numbers and those of the compared period."""

    label: str
    metrics: Metrics
    earlier: Metrics


@frozen(kw_only=True)
class ReportDisplay:
    """The rows and totals of a report. `compared` is whether the report has another period."""

    rows: Sequence[ReportRow]
    totals: ReportRow
    compared: bool

    @classmethod
    def from_response(cls, response: Any, *, limit: int | None = None) -> Self:
        """Read a response of ``GET /reports/{reportType}``, with the first `limit` rows of a ranking.

        Raises an error of any kind if it is something else.
        """
        dataset = response.get("dataset") or []
        if not _has_steps(dataset):
            dataset = dataset[:limit]
        earlier = _earlier_rows(dataset, response.get("comparePeriodDataset") or [])
        rows = [
            ReportRow(label=_label(point), metrics=_metrics(point.get("data")), earlier=before)
            for point, before in zip(dataset, earlier, strict=True)
        ]
        totals = ReportRow(
            label="Total",
            metrics=_metrics(response.get("aggregatedData")),
            earlier=_metrics(response.get("comparePeriodAggregatedData")),
        )
        return cls(rows=rows, totals=totals, compared="comparePeriodDataset" in response)

    @property
    def has_numbers(self) -> bool:
        """Whether a number of a row is other than zero."""
        return any(value for row in self.rows for value in row.metrics.values())

    @property
    def metrics(self) -> list[str]:
        """The names of the numbers, in their order."""
        return list(dict.fromkeys(name for row in (*self.rows, self.totals) for name in row.metrics))

    def table(self) -> FittedTable:
        """A table with a column for each number; a narrow terminal has only the first ones."""
        return FittedTable(self._build_table, optional=self.metrics[:0:-1])

    def bars(self, metric: str | None) -> "Bars":
        """Bars for one number, by default the first. Raises `UsageError` if the report does not have it."""
        if metric is not None and metric not in self.metrics:
            raise UsageError(f"this report has no {metric!r}. There are {', '.join(self.metrics)}.")
        return Bars(self, metric or self.metrics[0])

    def _build_table(self, left_out: Sequence[str]) -> Table:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        table.add_column("", max_width=_MAX_LABEL)
        shown = [name for name in self.metrics if name not in left_out]
        for name in shown:
            for title in (name, "before", "change") if self.compared else (name,):
                table.add_column(title, justify="right", no_wrap=True)
        for row in (*self.rows, self.totals):
            cells = [text for name in shown for text in self._cells(row, name)]
            # Only labels are cut: a part of a number would be another number.
            numbers = [Text(text, no_wrap=False, overflow="fold") for text in cells]
            table.add_row(one_line(row.label), *numbers, style="bold" if row is self.totals else None)
        return table

    def _cells(self, row: ReportRow, name: str) -> Iterator[str]:
        yield _format(name, row.metrics.get(name))
        if self.compared:
            yield _format(name, row.earlier.get(name))
            yield _change(row.metrics.get(name), row.earlier.get(name))


class Bars:
    """A bar for each row; under it one of the compared period. Every bar has its number beside it."""

    def __init__(self, display: ReportDisplay, metric: str) -> None:
        self._display, self._metric = display, metric

    def __rich_console__(self, console: "Console", options: "ConsoleOptions") -> Iterator[Text]:
        display, name = self._display, self._metric
        blocks = "#=-" if options.ascii_only else "█▒░"
        lines = [
            (label, value, block, style)
            for row in display.rows
            for label, value, block, style in (
                (row.label, row.metrics.get(name, Decimal()), blocks[0], "green"),
                *([("  before", row.earlier.get(name, Decimal()), blocks[2], "dim")] if display.compared else ()),
            )
        ]
        texts = [_format(name, value) for _, value, _, _ in lines]
        label_width = min(_MAX_LABEL, max(Text(label).cell_len for label, *_ in lines))
        label_width = min(label_width, max(_SHORTEST_LABEL, options.max_width // 3))
        text_width = max(map(len, texts))
        bar_width = min(_LONGEST_BAR, max(1, options.max_width - label_width - text_width - 3))
        largest = max((abs(value) for _, value, _, _ in lines), default=Decimal()) or Decimal(1)
        yield Text(name, style="bold")
        for (label, value, block, style), text in zip(lines, texts, strict=True):
            line = Text(label)
            line.truncate(label_width, overflow="ellipsis", pad=True)
            if value < 0:
                block, style = blocks[1], "red"
            bar = _bar(abs(value) / largest * bar_width, block)
            yield line + Text(f" {text:>{text_width}} ") + Text(bar, style=style)


def _bar(length: Decimal, block: str) -> str:
    """A bar of this length in characters. What is not zero is visible."""
    whole, eighths = divmod(round(length * 8), 8)
    if block != "█":
        return block * max(round(length), int(length > 0))
    part = _PARTS[eighths] if eighths or whole or not length else _PARTS[1]
    return ("█" * whole + part).rstrip()


def _earlier_rows(dataset: Sequence[Any], earlier: Sequence[Any]) -> Iterable[Metrics]:
    """The numbers of the compared period for each row: of the same step in time, or of the same group."""
    if _has_steps(dataset):
        numbers = [_metrics(point.get("data")) for point in earlier[: len(dataset)]]
        return [*numbers, *({} for _ in dataset[len(numbers) :])]
    groups = {point.get("datapointId"): _metrics(point.get("data")) for point in earlier}
    return [groups.get(point.get("datapointId"), {}) for point in dataset]


def _has_steps(dataset: Sequence[Any]) -> bool:
    """Whether the rows are steps in time, and not groups such as products."""
    return any("startTimeStamp" in point for point in dataset)


def _metrics(data: Sequence[Any] | None) -> Metrics:
    metrics = {str(entry["dataId"]): Decimal(entry.get("dataValue") or 0) for entry in data or ()}
    if not all(value.is_finite() for value in metrics.values()):
        raise ValueError("not a number")
    return metrics


def _label(point: Mapping[str, Any]) -> str:
    """The name of a product, customer and so on, or else the id of the point, which for others is a name."""
    details = point.get("additionalData") or {}
    details = {**details, **(details.get("customerData") or {})}
    names = ("productName", "couponName", "shippingMethodName", "categoryName", "customerName", "customerEmail")
    return to_printable(str(next(filter(None, map(details.get, names)), point.get("datapointId") or "")), limit=200)


def _format(name: str, value: Decimal | None) -> str:
    return "" if value is None else format_number(name, value, separator=",")


def _change(value: Decimal | None, earlier: Decimal | None) -> str:
    if value is None or not earlier:
        return ""
    return f"{(value - earlier) / abs(earlier) * 100:+,.0f} %"
