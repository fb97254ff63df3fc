"""How a store behaves where the API's documentation says nothing: pick one behaviour, or test over all of them."""

from typing import Literal

from attrs import frozen

__all__ = ["Limiter", "Switches", "Ties", "Unsorted"]

Ties = Literal["created", "newest", "unstable"]
Unsorted = Literal["newest", "oldest", "arbitrary", "unstable"]
Limiter = Literal["sliding_log", "fixed_window", "token_bucket"]


@frozen(kw_only=True)
class Switches:
    """What nobody has documented; the defaults are the friendliest reading.

    `inclusive_bounds`: do time windows (``createdFrom`` …) contain their own ends.
    `milliseconds`: sections whose ``…Timestamp`` fields go out in milliseconds.
    `ties`: of rows with equal sort keys, creation decides as a finer clock would; or the newest comes first; or they
    stand in another order for every request.
    `unsorted`: how the lists stand that have no ``sortBy``, and no documented order either (orders, carts, coupons,
    promotions, customer groups): by creation, in an order of their own that means nothing, or in another one for every
    request; None leaves each as it is here without this switch.
    `null_clears`: does an explicit null in a PUT clear any field, or only those documented as clearable.
    `page_size`: the most items a page really holds, whatever its `limit` says; None for no such limit.
    `upsert_lag`, `delete_lag`: seconds until a search shows a write, or stops showing a deleted item.
    `limiter`: the shape of the rate limit.
    `batch_costs_each`: does each request inside a batch count towards the rate limit, or only the batch itself.
    `batch_seconds`: how long each request inside a batch takes; with 0 a batch is done when it is answered.
    `sequential_orders`: are orders numbered from 1 on, the text id and the vendor's number following, as in stores that
    were opened long ago.
    `refuse_unknown`: answer 400 to parameters and body fields that the API does not have, where the real one
    ignores them.
    """

    inclusive_bounds: bool = True
    milliseconds: frozenset[str] = frozenset()
    ties: Ties = "created"
    unsorted: Unsorted | None = None
    null_clears: bool = False
    page_size: int | None = None
    upsert_lag: float = 0.0
    delete_lag: float = 0.0
    limiter: Limiter = "sliding_log"
    batch_costs_each: bool = False
    batch_seconds: float = 0.0
    sequential_orders: bool = False
    refuse_unknown: bool = False
