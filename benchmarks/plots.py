"""Draws charts of the figures in benchmarks/results/ for the documentation: an SVG for light and one for dark pages.

``python -m benchmarks.plots`` draws all of them into docs/charts/; ``python -m benchmarks.readme`` measures.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from attrs import field, frozen
from matplotlib.figure import Figure

_ROOT: Final = Path(__file__).parents[1]
_RESULTS: Final = _ROOT / "benchmarks" / "results"
CHARTS_FOLDER: Final = _ROOT / "docs" / "charts"

_STYLE: Final = {
    # Text stays text: it can be searched, scales with the page, and keeps the files small.
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["system-ui", "DejaVu Sans"],
    "font.size": 11,
    # The same figures give the same file.
    "svg.hashsalt": "ecwid_async",
}


@frozen
class Theme:
    """The colours of a chart: of text, of other candidates, and of our own and the parts of a bar."""

    name: str
    text: str
    other: str
    ours: str
    parts: Sequence[str]


THEMES: Final = (
    Theme(name="light", text="#24292f", other="#b4bcc6", ours="#3949ab", parts=("#b3261e", "#e0912f", "#8d99a6")),
    Theme(name="dark", text="#e3e6ea", other="#5d6672", ours="#8c9eff", parts=("#f2786d", "#f0b35e", "#77828f")),
)


@frozen
class Chart:
    """Horizontal bars: the medians of a table, or some columns of a grid, one after another."""

    name: str
    benchmark: str
    table: str
    title: str
    unit: str
    columns: Mapping[str, str] = field(factory=dict)
    "The columns of a grid by their names in the legend."

    def read(self, folder: Path = _RESULTS) -> dict[str, list[float]]:
        """The parts of each bar. Raises `SystemExit` if the benchmark has no such figures."""
        try:
            report = json.loads((folder / f"{self.benchmark}.json").read_text("utf-8"))
            return self._select(report)
        except (OSError, ValueError, KeyError) as error:
            raise SystemExit(
                f"{self.name}: {folder.name}/{self.benchmark}.json has no figures of {self.table!r} ({error!r}): "
                f"run `python -m benchmarks.readme {self.benchmark}`"
            ) from None

    def _select(self, report: dict[str, Any]) -> dict[str, list[float]]:
        if self.columns:
            grid = report["grids"][self.table]
            places = [grid["columns"].index(column) for column in self.columns.values()]
            return {name: [row[place] for place in places] for name, row in grid["rows"].items()}
        return {name: [each["median"]] for name, each in report["tables"][self.table]["figures"].items()}


CHARTS: Final = (
    Chart(
        name="duel",
        benchmark="duel",
        table="1,000 stores",
        title="Products that a copy of 1,000 stores has wrong after three days of changes",
        unit="products, when every rule had read once more",
        columns={"missing": "missing", "stale": "stale", "deleted, but kept": "kept"},
    ),
    Chart(
        name="duel-later",
        benchmark="duel",
        table="1,000 stores",
        title="The same copies after nine more days without changes",
        unit="products",
        columns={"missing": "later: missing", "stale": "later: stale", "deleted, but kept": "later: kept"},
    ),
    Chart(
        name="catalogue",
        benchmark="export",
        table="100,000 products of 4 KB",
        title="Reading a catalogue of 100,000 products",
        unit="CPU time of the client, µs per product",
    ),
    Chart(
        name="quota",
        benchmark="export",
        table="items per minute, 300 ms latency, 120,000 products",
        title="Use of the rate limit while a list is read, at a latency of 300 ms",
        unit="% of the 60,000 items that the limit admits per minute",
    ),
    Chart(
        name="decode",
        benchmark="decode",
        table="orders",
        title="From the bytes of a page of orders to objects",
        unit="CPU time, µs per order",
    ),
    Chart(
        name="first-sync",
        benchmark="sync",
        table="first sync of 100,000 products of 4.5 KB",
        title="The first sync of 100,000 products into a database",
        unit="CPU time of the client, µs per product",
    ),
    Chart(
        name="visitors",
        benchmark="apps",
        table="requests a minute of 1,000 visitors",
        title="Requests for a page that 1,000 visitors open each minute",
        unit="requests per minute, of which the quota admits 600",
    ),
)

_OURS: Final = ("ecwid_async", "scan", "export to", "typed", "dicts", "SQLite: mirror", "PostgreSQL: mirror", "cache")


def draw(chart: Chart, theme: Theme, bars: Mapping[str, Sequence[float]]) -> Figure:
    """Draw a chart, the first bar on top."""
    figure = Figure(figsize=(8, 0.9 + 0.36 * len(bars) + (0.35 if chart.columns else 0)), layout="constrained")
    axes = figure.add_subplot()
    names = list(bars)
    starts = [0.0] * len(names)
    for place, legend in enumerate(chart.columns or [""]):
        widths = [bars[name][place] for name in names]
        colour: str | list[str] = (
            theme.parts[place] if chart.columns else [theme.ours if _is_ours(name) else theme.other for name in names]
        )
        axes.barh(names, widths, left=starts, color=colour, height=0.66, label=legend or None)
        starts = [start + width for start, width in zip(starts, widths, strict=True)]
    longest = max(starts) or 1
    decimals = 1 if longest < 100 else 0
    for row, total in enumerate(starts):
        axes.text(total + longest / 100, row, f"{total:,.{decimals}f}", va="center", color=theme.text)
    axes.invert_yaxis()
    axes.set_xlim(0, longest * 1.1)
    axes.set_xlabel(chart.unit, color=theme.text, loc="left")
    axes.set_xticks([])
    axes.tick_params(axis="y", length=0, labelcolor=theme.text)
    for label in axes.get_yticklabels():
        label.set_fontweight("bold" if _is_ours(label.get_text()) else "normal")
    axes.spines[:].set_visible(False)
    figure.suptitle(chart.title, color=theme.text, x=0.01, ha="left", fontweight="bold")
    if chart.columns:
        figure.legend(loc="outside lower left", ncols=3, frameon=False, labelcolor=theme.text)
    return figure


def _is_ours(name: str) -> bool:
    return name.startswith(_OURS)


def draw_all(results: Path = _RESULTS, folder: Path = CHARTS_FOLDER) -> list[Path]:
    """Draw every chart in every theme. Raises `SystemExit` if a benchmark has to be run first."""
    drawn = []
    folder.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context(_STYLE):
        for chart in CHARTS:
            bars = chart.read(results)
            for theme in THEMES:
                path = folder / f"{chart.name}-{theme.name}.svg"
                metadata = {"Date": None, "Title": chart.title}
                draw(chart, theme, bars).savefig(path, format="svg", transparent=True, metadata=metadata)
                drawn.append(path)
    return drawn


def main() -> None:
    """Draw all charts, and print their paths."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, default=_RESULTS, help="folder of the reports, NAME.json")
    parser.add_argument("--out", type=Path, default=CHARTS_FOLDER, help="folder of the charts")
    arguments = parser.parse_args()
    print(*draw_all(arguments.results, arguments.out), sep="\n")


if __name__ == "__main__":
    main()
