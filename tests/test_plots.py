"""The charts of the documentation show the figures of the benchmarks."""

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[1]
CHARTS = ROOT / "docs" / "charts"

pytest.importorskip("matplotlib")


def draw(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-W", "error", "-m", "benchmarks.plots", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def texts(chart: Path) -> list[str]:
    """The texts of an SVG, which also shows that it is one."""
    return ["".join(each.itertext()) for each in ElementTree.parse(chart).iter() if each.tag.endswith("}text")]


@pytest.mark.slow
def test_the_charts_of_the_documentation_show_the_last_results(tmp_path: Path) -> None:
    """Otherwise run `python -m benchmarks.plots`."""
    done = draw("--out", str(tmp_path))
    assert done.returncode == 0, done.stderr
    drawn = {chart.name: texts(chart) for chart in tmp_path.iterdir()}
    assert drawn == {chart.name: texts(chart) for chart in CHARTS.iterdir()}
    duel = drawn["duel-dark.svg"]
    assert "ecwid_async: mirror with audits" in duel
    assert any(re.fullmatch(r"\d,\d{3}", text) for text in duel)


@pytest.mark.slow
def test_missing_results_name_the_benchmark_to_run(tmp_path: Path) -> None:
    done = draw("--results", str(tmp_path), "--out", str(tmp_path / "charts"))
    assert done.returncode == 1
    assert "run `python -m benchmarks.readme duel`" in done.stderr


def test_every_chart_is_there_for_light_and_dark_pages() -> None:
    names = {chart.stem for chart in CHARTS.iterdir()}
    assert names == {f"{name.rpartition('-')[0]}-{theme}" for name in names for theme in ("light", "dark")}
