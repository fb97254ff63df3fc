"""The bars say what an export waits for."""

import pytest
from rich.console import Console

from ecwid_async import Event, EventKind
from ecwid_async.cli.bars import Bars, Making, StoreBars
from ecwid_async.export import Progress


@pytest.mark.parametrize(
    ("status", "error", "seconds", "note"),
    [
        (None, None, 30.0, "rate limit, going on in 30 s"),
        (429, None, 7.0, "rate limit, going on in 7 s"),
        (503, None, 2.0, "no good answer, going on in 2 s"),
        (None, "NotSent", 2.0, "no good answer, going on in 2 s"),
        (None, None, 0.1, ""),
    ],
)
def test_a_wait_is_shown_with_its_reason(status: int | None, error: str | None, seconds: float, note: str) -> None:
    bars = Bars(["orders"], shown=False)
    bars.event(
        Event(
            kind=EventKind.WAITED,
            operation="GET /orders",
            request_id="ab12cd34",
            status=status,
            error=error,
            seconds=seconds,
        )
    )
    (task,) = bars._progress.tasks
    assert task.fields["note"] == note


def test_a_section_is_done_when_it_says_so_whatever_its_total() -> None:
    bars = Bars(["orders", "profile"], shown=False)
    for step in (Progress("orders", 100, 250), Progress("orders", 248, 250), Progress("profile", 1, None)):
        bars.step(step)
    assert [task.finished for task in bars._progress.tasks] == [False, False]
    for step in (Progress("orders", 248, 250, finished=True), Progress("profile", 1, None, finished=True)):
        bars.step(step)
    assert [(task.finished, task.completed, task.total) for task in bars._progress.tasks] == [
        (True, 248, 248),
        (True, 1, 1),
    ]


def shown(bars: Bars | StoreBars) -> list[str]:
    """The lines on the screen."""
    console = Console(width=100, color_system=None)
    with console.capture() as capture:
        console.print(bars._progress.make_tasks_table(bars._progress.tasks))
    return capture.get().splitlines()


def test_what_was_read_before_counts_for_no_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    bars = Bars(["orders", "carts"], shown=False)
    for clocked in (bars._progress, *bars._progress.tasks):
        monkeypatch.setattr(clocked, "get_time" if clocked is bars._progress else "_get_time", lambda: now)
    bars.step(Progress("orders", 5000, 9000, "going on after 5,000"))
    assert "going on after 5,000" in shown(bars)[0]
    for done in (5500, 6000):
        now += 5
        bars.step(Progress("orders", done, 9000))
    line, waiting = shown(bars)
    assert "6,000/9,000" in line
    assert "100/s" in line
    assert "0:30 left" in line
    assert "0/?" in waiting
    bars.step(Progress("orders", 9000, 9000, finished=True))
    assert "400/s" in shown(bars)[0]
    assert "✓" in shown(bars)[0]


def test_stores_have_a_bar_each_and_one_for_all() -> None:
    bars = StoreBars(2, 2, shown=False)
    bars.step(Progress("orders", 3, 9, store_id=1))
    bars.step(Progress("carts", 4, 4, store_id=1, finished=True))
    whole, store = bars._progress.tasks
    assert (store.completed, store.total, whole.completed) == (7, 13, 0)
    bars.step(Progress("orders", 9, 9, store_id=1, finished=True))
    assert (store.completed, store.total, whole.completed, whole.total) == (13, 13, 1, 2)


def test_a_small_demo_store_is_made_without_a_bar() -> None:
    making = Making({"products": 50_000}, shown=False)
    making.watch("orders", 400)
    assert making._progress.tasks == []
    making.watch("products", 500)
    assert [(task.completed, task.total) for task in making._progress.tasks] == [(500, 50_000)]
