"""``ecwid report``: reports of the store as JSON, a table and bars."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from rich.cells import cell_len

from ecwid_async.cli.report import SHORT_NAMES
from ecwid_async.cli.report_display import ReportDisplay
from ecwid_async.models.reports import ReportType
from ecwid_async.sandbox.seed import DEMO_LAST_DAY
from ecwid_async.wire import Headers, Response

SMALL = ["--sandbox", "--products", "20", "--orders", "100", "--carts", "3", "--categories", "5", "--customers", "30"]
PERIOD = ["--from", "2024-01-01", "--to", "2024-12-31"]


def group(name, value, **details):
    return {"datapointId": name, "data": [{"dataId": "profit", "dataValue": value}], "additionalData": details}


def respond(monkeypatch, response, requests=None):
    async def get(*arguments):
        if requests is not None:
            requests.append(arguments)
        return Response(200, Headers(), json.dumps(response).encode())

    monkeypatch.setattr("ecwid_async.cli.report._get", get)


def parsed(outcome):
    assert outcome.code == 0, outcome.err
    return json.loads(outcome.out)


@pytest.mark.parametrize("name", ["sales", "all_revenue", "all-revenue", "allRevenue"])
def test_a_report_has_several_spellings(ecwid, requests, name):
    assert parsed(ecwid("report", name, *SMALL))["reportType"] == "allRevenue"
    assert [request.path.rpartition("/")[2] for request in requests] == ["allRevenue"]


def test_short_names_are_reports():
    assert {name.upper() for name in SHORT_NAMES.values()} <= ReportType.__members__.keys()


def test_the_options_select_the_data(ecwid, requests):
    report = parsed(ecwid("report", "sales", *SMALL, *PERIOD, "--by", "month", "--compare", "year"))
    (request,) = requests
    params = dict(request.params)
    assert int(params["startedFrom"]) == datetime(2024, 1, 1, tzinfo=UTC).timestamp()
    assert int(params["endedAt"]) == datetime(2024, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp()
    assert len(report["dataset"]) == 12
    assert report["comparePeriod"] == "SIMILAR_PERIOD_IN_PREVIOUS_YEAR"


def test_a_period_is_a_year_by_default(ecwid, requests):
    assert len(parsed(ecwid("report", "sales", *SMALL))["dataset"]) == 12
    ecwid("report", "sales", *SMALL, "--to", "2024-03-10")
    assert int(dict(requests[-1].params)["startedFrom"]) == datetime(2023, 4, 1, tzinfo=UTC).timestamp()


def test_a_store_is_asked_for_the_last_year(ecwid, monkeypatch, served):
    respond(monkeypatch, group("none", 0), requests := [])
    ecwid("report", "orders")
    ((_, _, end, *_),) = requests
    assert abs((datetime.now(UTC) - end).total_seconds()) < 3600


def test_a_served_demo_store_shows_the_last_year_of_its_history(ecwid, served):
    report = parsed(ecwid("report", "sales"))
    assert int(report["endedAt"]) == DEMO_LAST_DAY + 86_399
    assert report["aggregatedData"][0]["dataValue"] > 0
    assert len(report["dataset"]) == 12


def test_a_served_demo_store_is_asked_for_the_period_that_is_given(ecwid, served):
    report = parsed(ecwid("report", "sales", "--from", "2030-01-01", "--to", "2030-12-31"))
    assert report["aggregatedData"][0]["dataValue"] == 0


def test_a_table_has_rows_and_totals(ecwid, terminal):
    stream = terminal(80)
    outcome = ecwid("report", "sales", *SMALL, *PERIOD)
    assert (outcome.code, outcome.err) == (0, "")
    title, header, first, *_, last = stream.getvalue().splitlines()
    assert title == "allRevenue, 2024-01-01 to 2024-12-31"
    assert header.split() == ["revenue", "orders", "averageOrderValue", "items"]
    assert first.startswith("January 2024 ")
    report = parsed_report(ecwid, terminal)
    assert last.split()[:2] == ["Total", f"{report['aggregatedData'][0]['dataValue']:,.2f}"]


def parsed_report(ecwid, terminal):
    stream = terminal(80)
    ecwid("report", "sales", *SMALL, *PERIOD, "--json")
    return json.loads(stream.getvalue())


@pytest.mark.parametrize(
    "name", ["all_revenue", "abandoned_carts", "visitors_by_country", "top_of_products_by_profit", "inventory"]
)
@pytest.mark.parametrize("plot", [[], ["--plot"]])
def test_every_report_fits_a_terminal(ecwid, terminal, name, plot, served):
    stream = terminal(60)
    outcome = ecwid("report", name, *PERIOD, "--compare", "year", *plot)
    assert outcome.code == 0, outcome.err
    assert max(map(cell_len, stream.getvalue().splitlines()), default=0) <= 60


def test_bars_are_in_proportion(ecwid, terminal):
    stream = terminal(80)
    ecwid("report", "sales", *SMALL, *PERIOD, "--plot", "--metric", "orders")
    report = parsed_report(ecwid, terminal)
    orders = [point["data"][1]["dataValue"] for point in report["dataset"]]
    bars = [line.count("█") for line in stream.getvalue().splitlines()[2:]]
    assert max(bars) > 40
    assert all(abs(bar - count * max(bars) / max(orders)) <= 1 for bar, count in zip(bars, orders, strict=True))


def test_a_pipe_gets_bars_on_request(ecwid):
    out = ecwid("report", "sales", *SMALL, *PERIOD, "--plot").out
    assert "█" in out
    assert "\x1b" not in out


def test_the_compared_period_has_other_bars(ecwid):
    out = ecwid("report", "sales", *SMALL, *PERIOD, "--plot", "--compare", "year").out
    assert out.count("  before ") == 12
    assert "░" in out


def test_losses_and_small_numbers_are_visible():
    def point(name, value):
        return {"datapointId": name, "data": [{"dataId": "profit", "dataValue": value}]}

    points = [point("a", 1000), point("b", -500), point("c", Decimal("0.01")), point("d", 0)]
    display = ReportDisplay.from_response({"dataset": points, "aggregatedData": []})
    from rich.console import Console

    console = Console(width=60, file=None, color_system=None)
    with console.capture() as captured:
        console.print(display.bars(None))
    _, *lines = captured.get().splitlines()
    gain, loss, small, nothing = (line.split()[2:] for line in lines)
    assert set(gain[0]) == {"█"}
    assert set(loss[0]) == {"▒"}
    assert abs(len(gain[0]) - 2 * len(loss[0])) <= 1
    assert small == ["▏"]
    assert nothing == []


def test_a_product_is_shown_by_its_name(ecwid):
    report = parsed(ecwid("report", "products", *SMALL, *PERIOD, "-n", "1"))
    name = report["dataset"][0]["additionalData"]["productName"]
    assert ReportDisplay.from_response(report).rows[0].label == name


def test_a_report_without_any_number_advises_another_period(ecwid, terminal):
    terminal(80)
    outcome = ecwid("report", "sales", *SMALL, "--from", "2030-01-01", "--to", "2030-01-02")
    assert outcome.err == "All numbers are 0: choose another period with --from and --to.\n"


def test_an_empty_period_says_so(ecwid, terminal):
    stream = terminal(80)
    outcome = ecwid("report", "top_of_coupons_by_orders", *SMALL, "--from", "2030-01-01", "--to", "2030-01-02")
    assert (outcome.code, stream.getvalue()) == (0, "")
    assert outcome.err == "No data from 2030-01-01 to 2030-01-02.\n"


@pytest.mark.parametrize(
    "response", [[], {"dataset": [7]}, {"dataset": [{"data": [{"dataId": "x", "dataValue": "?"}]}]}]
)
def test_another_response_is_an_error(ecwid, monkeypatch, served, response):
    respond(monkeypatch, response)
    outcome = ecwid("report", "sales", "--plot")
    assert outcome.code == 1
    assert "expected a report" in outcome.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sals"], "Did you mean sales?"),
        (["visitors_by_contry"], "Did you mean visitors_by_country?"),
        (["zzz"], "There are"),
        (["sales", "--from", "2024"], "--from takes a date such as"),
        (["sales", "--from", "2025-01-01", "--to", "2024-01-01"], "is after --to 2024-01-01"),
        (["sales", "--metric", "orders"], "add --plot"),
        (["sales", "--json", "--plot"], "leave one out"),
        (["sales", "--plot", "--metric", "x"], "There are revenue, orders"),
    ],
)
def test_a_mistake_is_refused(ecwid, arguments, message):
    outcome = ecwid("report", *arguments, *SMALL)
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    assert message in outcome.err


def numbers(stream):
    return [line.split()[-8:] for line in stream.getvalue().splitlines()]


def test_a_ranking_is_compared_with_groups_that_were_not_among_the_first_ones_before(ecwid, terminal):
    """The server cuts each period by itself."""
    stream = terminal(80)
    line = ["report", "products", *SMALL, *PERIOD, "--compare", "year"]
    ecwid(*line)
    _, _, *all_rows, total = numbers(stream)
    stream = terminal(80)
    assert ecwid(*line, "-n", "2").code == 0
    assert numbers(stream)[2:] == [*all_rows[:2], total]
    assert len(all_rows) > 2
    stream = terminal(80)
    ecwid(*line, "-n", "2", "--json")
    assert len(json.loads(stream.getvalue())["dataset"]) == 2


def test_the_name_of_a_product_is_shown_as_it_is(ecwid, terminal, monkeypatch, served):
    name = ":heart: [b]x[/b]"
    respond(monkeypatch, {"dataset": [group("1", 5, productName=name)]})
    for plot in ([], ["--plot"]):
        stream = terminal(80)
        assert ecwid("report", "products", *plot).code == 0
        assert name in stream.getvalue()


@pytest.mark.parametrize("plot", [[], ["--plot"]])
def test_no_number_is_cut_on_a_narrow_terminal(ecwid, terminal, monkeypatch, served, plot):
    respond(monkeypatch, {"dataset": [group("A rather long name", 12345678.25)]})
    stream = terminal(20)
    assert ecwid("report", "products", *plot).code == 0
    assert "12,345,678.25" in stream.getvalue()
    assert max(map(cell_len, stream.getvalue().splitlines()[1:])) <= 20


@pytest.mark.parametrize("value", ["NaN", "Infinity"])
def test_numbers_that_are_none_are_refused(ecwid, monkeypatch, served, value):
    respond(monkeypatch, {"dataset": [group("a", value)]})
    outcome = ecwid("report", "sales", "--plot")
    assert outcome.code == 1
    assert "expected a report" in outcome.err


@pytest.mark.parametrize("plot", [[], ["--plot"]])
def test_rows_without_numbers_are_no_data(ecwid, terminal, monkeypatch, served, plot):
    terminal(80)
    respond(monkeypatch, {"dataset": [{"datapointId": "a", "data": []}]})
    outcome = ecwid("report", "sales", *plot)
    assert outcome.code == 0
    assert outcome.err.startswith("No data from ")
