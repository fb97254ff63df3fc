"""The charts of the documentation show the figures of the benchmarks."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

pytest.importorskip("matplotlib")
# Drawing is slow to import.
pytestmark = pytest.mark.slow


def texts(chart: Path) -> list[str]:
    """The texts of an SVG."""
    return ["".join(each.itertext()) for each in ElementTree.parse(chart).iter() if each.tag.endswith("}text")]


def test_the_charts_of_the_documentation_show_the_last_results(tmp_path: Path) -> None:
    """Otherwise run `python -m benchmarks.plots`."""
    from benchmarks.plots import CHARTS_FOLDER, THEMES, draw_all

    drawn = {chart.name: texts(chart) for chart in draw_all(folder=tmp_path)}
    assert drawn == {chart.name: texts(chart) for chart in CHARTS_FOLDER.iterdir()}
    for theme in THEMES:
        duel = drawn[f"duel-{theme.name}.svg"]
        assert "ecwid_async: mirror with audits" in duel
        assert any(re.fullmatch(r"\d,\d{3}", text) for text in duel)


def test_missing_results_name_the_benchmark_to_run(tmp_path: Path) -> None:
    from benchmarks.plots import draw_all

    with pytest.raises(SystemExit, match=r"run `python -m benchmarks\.readme duel`"):
        draw_all(tmp_path, tmp_path / "charts")
