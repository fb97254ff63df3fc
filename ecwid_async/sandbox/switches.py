"""Behavior that the API's documentation leaves open: choose one, or test against all of them."""

from math import inf
from typing import Literal

from ecwid_async.primitives.lazy_attrs import frozen

__all__ = ["LimiterAlgorithm", "Switches", "TieOrder", "UnsortedOrder"]

TieOrder = Literal["created", "newest", "unstable"]
UnsortedOrder = Literal["newest", "oldest", "arbitrary", "unstable"]
LimiterAlgorithm = Literal["sliding_log", "fixed_window", "token_bucket"]


@frozen(kw_only=True)
class Switches:
    """Undocumented behavior of a store. The defaults are the most convenient for clients.

    `inclusive_bounds`: whether time ranges (``createdFrom`` …) include their bounds.
    `millisecond_sections`: the sections whose ``…Timestamp`` fields are in milliseconds.
    `ties`: the order of rows with equal sort keys: by creation (as if the key were more precise), newest first, or
    different for each request.
    `unsorted`: the order of lists without ``sortBy`` and without a documented order (orders, carts, coupons,
    promotions, customer groups): newest or oldest first, arbitrary but stable, or different for each request. None
    keeps each list's own default.
    `null_clears`: whether an explicit null in a PUT clears every field, or only those documented as clearable.
    `page_size`: the maximum number of items on a page, regardless of its `limit`; None for no maximum.
    `upsert_lag`, `delete_lag`: seconds until searches show a write or stop showing a deleted item.
    `history_lag`: seconds until the lists of deleted items show a deletion.
    `stats_show_deletions`: whether deletions change the times in ``GET /latest-stats``.
    `limiter`: the algorithm of the rate limit.
    `count_batched_requests`: whether each request in a batch counts towards the rate limit, or only the batch itself.
    `batch_seconds`: the duration of each request in a batch; with 0, a batch is complete when it is accepted.
    `sequential_orders`: whether orders are numbered from 1, with the text id and the vendor's number equal to the
    number, as in stores that were opened long ago.
    `redirect_store_id`, `redirect_state`: whether the redirect after the consent page has the ``store_id`` and the
    ``state`` of the authorization.
    `token_type`: the type of a new token, which is spelled in different ways.
    `order_effects`: whether a new order reduces the stock of its products, and creates its customer.
    `reject_unknown`: whether unknown parameters and body fields get a 400; the real API ignores them.

    Raises `ValueError` for a page without items and for a negative or infinite number of seconds.
    """

    inclusive_bounds: bool = True
    millisecond_sections: frozenset[str] = frozenset()
    ties: TieOrder = "created"
    unsorted: UnsortedOrder | None = None
    null_clears: bool = False
    page_size: int | None = None
    upsert_lag: float = 0.0
    delete_lag: float = 0.0
    history_lag: float = 0.0
    stats_show_deletions: bool = True
    limiter: LimiterAlgorithm = "sliding_log"
    count_batched_requests: bool = False
    batch_seconds: float = 0.0
    sequential_orders: bool = False
    redirect_store_id: bool = True
    redirect_state: bool = False
    token_type: str = "Bearer"  # noqa: S105  not a token
    order_effects: bool = False
    reject_unknown: bool = False

    def __attrs_post_init__(self) -> None:
        if self.page_size is not None and self.page_size < 1:
            raise ValueError(f"page_size must be at least 1, not {self.page_size}")
        for name in ("upsert_lag", "delete_lag", "history_lag", "batch_seconds"):
            if not 0 <= getattr(self, name) < inf:
                raise ValueError(f"{name} must be a number of seconds from 0, not {getattr(self, name)}")
