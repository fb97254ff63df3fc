"""Random deletions, restorations and edits while a lagging list is read: in the end, the copy equals the list."""

from typing import Literal

import pytest
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from ecwid_async.sandbox import Switches
from ecwid_async.wire import Request
from tests.changes.copies import LAG, Copy
from tests.changes.servers import Server, products

Action = Literal["write", "hide", "delete", "delete_silently"]
# `nox -s chaos` sets more examples than Hypothesis's default.
EXAMPLES = settings().max_examples if settings().max_examples > 100 else 20
IDS = range(1, 6)
LAGS = st.sampled_from([0.0, 30.0, 200.0])


@frozen
class Step:
    """What happens before a request, or between two reads."""

    action: Action
    item_id: int
    seconds: float


def steps(*actions: Action) -> st.SearchStrategy[list[Step]]:
    return st.lists(
        st.builds(
            Step, st.sampled_from(actions), st.sampled_from(IDS), st.sampled_from([0.0, 0.0, 0.5, 1.0, 40.0, 250.0])
        ),
        max_size=25,
    )


def act(server: Server, step: Step) -> None:
    table = server.store.table("products")
    if step.action.startswith("delete"):
        if step.action == "delete" and step.item_id in table:
            server.delete("products", step.item_id)
        table.remove(step.item_id)
    else:
        (item,) = products([step.item_id], updated=int(server.now))
        table.put({**item, "enabled": step.action != "hide"})
    server.now += step.seconds


@pytest.mark.parametrize("with_known", [False, True])
@pytest.mark.chaos
@settings(max_examples=EXAMPLES)
@given(
    data=st.data(),
    upsert_lag=LAGS,
    delete_lag=LAGS,
    history_lag=LAGS,
    reads=st.lists(st.none() | st.integers(1, 3), min_size=1, max_size=6),
)
async def test_a_copy_equals_the_list_once_nothing_changes(
    with_known: bool,
    data: st.DataObject,
    upsert_lag: float,
    delete_lag: float,
    history_lag: float,
    reads: list[int | None],
) -> None:
    switches = Switches(upsert_lag=upsert_lag, delete_lag=delete_lag, history_lag=history_lag)
    server = Server(switches=switches)
    server.load("products", products(IDS))
    copy = Copy(server)
    actions: tuple[Action, ...] = ("write", "hide", "delete", "delete_silently") if with_known else ("write", "delete")
    between = data.draw(steps(*actions))
    during = iter(data.draw(steps(*actions)))

    def happen(request: Request) -> None:
        if (step := next(during, None)) is not None:
            act(server, step)

    server.before = happen
    await copy.poll()
    for n, batches in enumerate(reads):  # a read with a number of batches is interrupted after these
        for step in between[n :: len(reads)]:
            act(server, step)
        await (copy.reconcile(batches=batches) if with_known and n % 2 else copy.poll(batches=batches))
    for step in during:
        act(server, step)
    server.before = lambda request: None
    for _ in range(4):
        await copy.poll()
        server.now += LAG / 2
    if with_known:
        await copy.reconcile()
    table = server.store.table("products")
    expected = {key: item["updateTimestamp"] for key in table if (item := table.get(key)) is not None}
    assert {key: item["updateTimestamp"] for key, item in copy.items.items()} == expected
