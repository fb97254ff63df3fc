"""`docs/compare.md` quotes the figures of `benchmarks/README.md`."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "compare.md").read_text(encoding="utf-8")
BENCHMARKS = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")


def table_after(text: str, mark: str) -> list[dict[str, str]]:
    """The rows of the first table after a mark, by the names of its columns."""
    found = re.search(r"(?:^\|.*\n)+", text.partition(mark)[2], flags=re.MULTILINE)
    assert found is not None
    head, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in found[0].splitlines()]
    return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.mark.parametrize("row", table_after(PAGE, "<!-- duel -->"), ids=lambda row: row["1,000 stores"])
def test_each_row_of_the_duel_is_quoted_correctly(row: dict[str, str]) -> None:
    measured = {each["1,000 stores"]: each for each in table_after(BENCHMARKS, "<!-- duel -->")}
    assert row.items() <= measured[row["1,000 stores"]].items()


@pytest.mark.parametrize("row", table_after(PAGE, "<!-- figures -->"), ids=lambda row: row["what"])
def test_each_figure_is_in_its_section(row: dict[str, str]) -> None:
    section = re.findall(r"#(\w+)\)", row["section"])[0]
    measured = BENCHMARKS.partition(f"<!-- {section} -->")[2].partition(f"<!-- end of {section} -->")[0]
    figures = {cell.strip() for cell in re.split(r"[|\n]", measured)}
    for cell in (row["ecwid_async"], row[""]):
        assert not cell or cell.split()[0] in figures
