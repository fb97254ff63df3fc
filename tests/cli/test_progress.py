"""Progress bars and lines of exports and demo stores."""

import pytest
from rich.console import Console

from ecwid_async import Event, EventKind
from ecwid_async.cli.progress import DemoStoreProgress, SectionProgress, StoreProgress
from ecwid_async.export import Progress


@pytest.mark.parametrize(
    ("status", "error", "seconds", "note"),
    [
        (None, None, 30.0, "rate limit, resuming in 30 s"),
        (429, None, 7.0, "rate limit, resuming in 7 s"),
        (503, None, 2.0, "request failed, resuming in 2 s"),
        (None, "NotSent", 2.0, "request failed, resuming in 2 s"),
        (None, None, 0.1, ""),
    ],
)
def test_a_wait_is_shown_with_its_reason(status: int | None, error: str | None, seconds: float, note: str) -> None:
    bars = SectionProgress(["orders"], shown=False)
    bars.show_wait(
        Event(
            kind=EventKind.DELAYED,
            operation="GET /orders",
            request_id="ab12cd34",
            status=status,
            error=error,
            seconds=seconds,
        )
    )
    (task,) = bars._progress.tasks
    assert task.fields["note"] == note


def test_a_finished_section_is_complete_even_below_its_reported_total() -> None:
    bars = SectionProgress(["orders", "profile"], shown=False)
    for report in (Progress("orders", 100, 250), Progress("orders", 248, 250), Progress("profile", 1, None)):
        bars.show_progress(report)
    assert [task.finished for task in bars._progress.tasks] == [False, False]
    for report in (Progress("orders", 248, 250, finished=True), Progress("profile", 1, None, finished=True)):
        bars.show_progress(report)
    assert [(task.finished, task.completed, task.total) for task in bars._progress.tasks] == [
        (True, 248, 248),
        (True, 1, 1),
    ]


def rendered_lines(bars: SectionProgress | StoreProgress) -> list[str]:
    """The lines that a terminal shows."""
    console = Console(width=100, color_system=None)
    with console.capture() as capture:
        console.print(bars._progress.make_tasks_table(bars._progress.tasks))
    return capture.get().splitlines()


def test_resumed_items_do_not_count_for_the_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    bars = SectionProgress(["orders", "carts"], shown=False)
    for clocked in (bars._progress, *bars._progress.tasks):
        monkeypatch.setattr(clocked, "get_time" if clocked is bars._progress else "_get_time", lambda: now)
    bars.show_progress(Progress("orders", 5000, 9000, "resuming after 5,000"))
    assert "resuming after 5,000" in rendered_lines(bars)[0]
    for done in (5500, 6000):
        now += 5
        bars.show_progress(Progress("orders", done, 9000))
    line, waiting = rendered_lines(bars)
    assert "6,000/9,000" in line
    assert "100/s" in line
    assert "0:30 left" in line
    assert "0/?" in waiting
    bars.show_progress(Progress("orders", 9000, 9000, finished=True))
    assert "400/s" in rendered_lines(bars)[0]
    assert "✓" in rendered_lines(bars)[0]


def test_each_store_has_a_bar_and_all_stores_have_one() -> None:
    bars = StoreProgress(2, 2, shown=False)
    bars.show_progress(Progress("orders", 3, 9, store_id=1))
    bars.show_progress(Progress("carts", 4, 4, store_id=1, finished=True))
    all_stores, store = bars._progress.tasks
    assert (store.completed, store.total, all_stores.completed) == (7, 13, 0)
    bars.show_progress(Progress("orders", 9, 9, store_id=1, finished=True))
    assert (store.completed, store.total, all_stores.completed, all_stores.total) == (13, 13, 1, 2)


def test_a_small_demo_store_has_no_bar() -> None:
    progress = DemoStoreProgress({"products": 50_000}, shown=False)
    progress.show_progress("orders", 400)
    assert progress._progress.tasks == []
    progress.show_progress("products", 500)
    assert [(task.completed, task.total) for task in progress._progress.tasks] == [(500, 50_000)]


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def delayed(seconds: float) -> Event:
    return Event(kind=EventKind.DELAYED, operation="GET /orders", request_id="ab12cd34", status=429, seconds=seconds)


def test_without_a_terminal_a_line_is_printed_every_five_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    with SectionProgress(["orders", "carts"], shown=True, clock=clock) as bars:
        for done in range(100, 1300, 100):
            bars.show_progress(Progress("orders", done, 9000))
            bars.show_progress(Progress("carts", done // 100, None, "resuming after 1"))
            clock.now += 1
        bars.show_progress(Progress("carts", 12, 12, finished=True))
        bars.show_wait(delayed(2))
        bars.show_wait(delayed(900))
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "orders 600/9,000, carts 5/? (resuming after 1)",
        "orders 1,100/9,000, carts 10/? (resuming after 1)",
        "orders 1,200/9,000 (rate limit, resuming in 900 s)",
    ]


def test_a_line_summarizes_several_stores(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    with StoreProgress(200, 1, shown=True, clock=clock) as bars:
        bars.show_progress(Progress("orders", 9, 9, store_id=1, finished=True))
        for number in range(2, 20):
            bars.show_progress(Progress("orders", 3, 9, store_id=number))
        clock.now += 5
        bars.show_progress(Progress("orders", 4, 9, store_id=2))
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("stores 1/200, store 2 4/9, store 3 3/9,")
    assert line.endswith(" and 7 more")


def test_nothing_is_printed_unless_shown(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    with SectionProgress(["orders"], shown=False, clock=clock) as bars:
        clock.now += 60
        bars.show_progress(Progress("orders", 1, 9))
        bars.show_wait(delayed(900))
    assert capsys.readouterr() == ("", "")
