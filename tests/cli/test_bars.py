"""The bars say what an export waits for."""

import pytest

from ecwid_async import Event, EventKind
from ecwid_async.cli.bars import Bars


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
