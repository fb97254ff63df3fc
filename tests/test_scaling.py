"""The page on scaling says what is computed from the measured costs."""

import pytest

from benchmarks.fleet.scaling import INTERVALS, PAGE, STORES, load_costs, load_of, render


def test_the_page_has_what_the_costs_give():
    text = PAGE.read_text("utf-8")
    assert render(text, load_costs()) == text, "run python -m benchmarks.fleet.scaling"


def test_a_page_without_a_place_for_a_table_is_refused():
    with pytest.raises(ValueError, match="<!-- costs -->"):
        render("# Scaling\n", load_costs())


@pytest.mark.parametrize("stores", STORES)
def test_shorter_intervals_and_more_stores_take_more(stores):
    loads = [load_of(load_costs(), stores, every) for every in INTERVALS.values()]
    for name in ("requests", "cores", "server_cores", "transactions", "wal"):
        values = [getattr(load, name) for load in loads]
        assert values == sorted(values, reverse=True)
        assert getattr(load_of(load_costs(), 2 * stores, 60), name) == pytest.approx(2 * values[0])


def test_quiet_stores_send_a_request_per_round_and_those_of_the_background():
    costs = load_costs()
    costs["slices"]["PostgreSQL"]["slice with one change"] = costs["slices"]["PostgreSQL"]["quiet slice"]
    load = load_of(costs, 86_400, 60)
    assert load.requests == pytest.approx(1440 + costs["background"]["default settings"])
    assert load.background == costs["background"]["default settings"]
    assert load.addresses == -(-load.requests // 90)
