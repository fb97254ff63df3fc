"""Many demo stores of different sizes in one sandbox, some of them broken: to try programs for many stores."""

from collections.abc import Callable
from typing import Final, Literal, get_args

from attrs import frozen

from ecwid_async.sandbox.sandbox import Sandbox
from ecwid_async.sandbox.seed.demo_store import DEMO_STORE_ID, seed
from ecwid_async.sandbox.state import Store
from ecwid_async.sandbox.switches import Switches

__all__ = ["DemoStores", "StoreProblem", "demo_stores", "demo_token"]

StoreProblem = Literal["invalid token", "suspended", "server errors", "slow responses"]
_PROBLEMS: Final[tuple[StoreProblem, ...]] = get_args(StoreProblem)
_DELAY: Final = 3.0
# A few stores are ten times larger than the average, and half of all have less than two fifths of it.
_LARGEST, _SMALLEST = 10.0, 0.2
_GOLDEN_RATIO: Final = 0.6180339887498949
_SEEDS: Final = 1_000_000


@frozen(kw_only=True)
class DemoStores:
    """The result of `demo_stores`.

    `tokens` holds the token of each store by its id, also if the store does not accept it. `broken` holds what is wrong
    with the broken stores, by their ids.
    """

    sandbox: Sandbox
    tokens: dict[int, str]
    broken: dict[int, StoreProblem]


def demo_token(store_id: int) -> str:
    """The token of one of many demo stores."""
    return f"secret_demo_{store_id}"


def demo_stores(
    count: int,
    *,
    broken: int = 0,
    products: int = 25,
    orders: int = 40,
    customers: int = 15,
    carts: int = 4,
    categories: int = 6,
    seed: int = 1,
    requests_per_minute: int | None = 600,
    clock: Callable[[], float] | None = None,
    on_progress: Callable[[int], None] | None = None,
    switches: Switches | None = None,
) -> DemoStores:
    """A sandbox with `count` demo stores of different sizes, with the ids from `DEMO_STORE_ID` up.

    The sizes are those of an average store: a few stores are ten times larger, and most are smaller. The data of a
    store depends only on its id, the sizes and `seed`, so it stays the same if there are more stores. `on_progress` is
    called with the number of stores created so far.

    `broken` of the stores are broken: in turn, the first one has a token that the store does not accept, the second one
    is suspended, the third one responds to all requests with 500, and the fourth one responds after three seconds.

    Raises `ValueError` if more stores are broken than there are.
    """
    if not 0 <= broken <= count:
        raise ValueError(f"{broken} of {count} stores can't be broken")
    average = {"products": products, "orders": orders, "customers": customers, "carts": carts, "categories": categories}
    sandbox = Sandbox(clock=clock, requests_per_minute=requests_per_minute, switches=switches)
    tokens = {store_id: demo_token(store_id) for store_id in range(DEMO_STORE_ID, DEMO_STORE_ID + count)}
    for index, (store_id, token) in enumerate(tokens.items()):
        factor = _size_factor(index, seed)
        sizes = {section: max(1, round(size * factor)) if size else 0 for section, size in average.items()}
        _seed(sandbox.add_store(store_id, token=token), **sizes, seed=seed * _SEEDS + index)
        if on_progress is not None:
            on_progress(index + 1)
    problems: dict[int, StoreProblem] = {}
    for number in range(broken):
        # Spread over all ids.
        store_id = DEMO_STORE_ID + (2 * number + 1) * count // (2 * broken)
        problems[store_id] = _PROBLEMS[number % len(_PROBLEMS)]
        _break(sandbox.stores[store_id], problems[store_id])
    return DemoStores(sandbox=sandbox, tokens=tokens, broken=problems)


_seed = seed  # `demo_stores` has a parameter of this name


def _size_factor(index: int, seed: int) -> float:
    """The size of the store with this index, as a multiple of the average."""
    # Multiples of the golden ratio are spread evenly, however many stores there are.
    position = (0.5 + (index + seed) * _GOLDEN_RATIO) % 1
    return min(_LARGEST, _SMALLEST / max(position, _SMALLEST / _LARGEST))


def _break(store: Store, problem: StoreProblem) -> None:
    match problem:
        case "invalid token":
            store.revoke_all()
        case "suspended":
            store.suspended = True
        case "server errors":
            store.failing = True
        case "slow responses":
            store.response_delay = _DELAY
