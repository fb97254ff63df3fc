"""How each list is read: its key, its times, its sort order, and the parameters that include hidden items."""

from collections.abc import Mapping
from typing import Final

from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.scan.assumptions import Bounds

__all__ = ["PLANS", "ListPlan", "plan_for"]


@frozen(kw_only=True)
class ListPlan:
    """How a list is read.

    `key` is the field that identifies an item. `created` and `updated` are its time fields, None if the list can't be
    filtered by them. `sort` is the `sortBy` value for the order of creation, None if the list has none. `show_hidden`
    are the parameters that include hidden items. `may_omit` is a field and a value: the plain list may omit items with
    that value, so a scan that has seen none requests them separately.
    """

    key: str = "id"
    created: str | None = None
    updated: str | None = None
    sort: str | None = None
    show_hidden: Bounds = ()
    may_omit: tuple[str, str] | None = None

    @property
    def required_fields(self) -> tuple[str, ...]:
        """The fields that a scan needs of each item."""
        omit_field = self.may_omit[0] if self.may_omit else None
        return tuple(name for name in (self.key, self.created, self.updated, omit_field) if name is not None)

    @property
    def lookup_names(self) -> tuple[str, str, str, str]:
        """The names of these four fields. Those that the list lacks are replaced by a name that matches no field."""
        omit_field = self.may_omit[0] if self.may_omit else " omission"
        return self.key, self.created or " created", self.updated or " updated", omit_field


_CREATED, _UPDATED = "createTimestamp", "updateTimestamp"

PLANS: Final[Mapping[str, ListPlan]] = {
    "GET /brands": ListPlan(key="name", show_hidden=(("hidden_brands", "true"), ("hiddenBrands", "true"))),
    "GET /carts": ListPlan(key="cartId", created=_CREATED, updated=_UPDATED, show_hidden=(("showHidden", "true"),)),
    "GET /categories": ListPlan(show_hidden=(("hidden_categories", "true"),)),
    "GET /categoriesByPath": ListPlan(show_hidden=(("hidden_categories", "true"),)),
    "GET /customers": ListPlan(
        created="registered",
        updated="updated",
        sort="REGISTERED_DATE_ASC",
        # The documentation calls b2c the default of this filter, so the plain list may omit businesses.
        may_omit=("b2b_b2c", "b2b"),
    ),
    "GET /discount_coupons": ListPlan(created="creationDate", updated="updateDate"),
    "GET /orders": ListPlan(created=_CREATED, updated=_UPDATED),
    "GET /products": ListPlan(created=_CREATED, updated=_UPDATED, sort="ADDED_TIME_ASC"),
    "GET /reviews": ListPlan(created=_CREATED, updated=_UPDATED, sort="DATE_CREATED_ASC"),
    "GET /subscriptions": ListPlan(key="subscriptionId", created=_CREATED, updated=_UPDATED, sort="DATE_CREATED_ASC"),
}
"""Plans by operation. Any other list is read by id, until two passes agree."""


def plan_for(operation: str) -> ListPlan:
    """Return the plan for the list of this operation."""
    return PLANS.get(operation, ListPlan())
