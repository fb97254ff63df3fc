"""One event on its way to one app: its attempts, and when the next one is due."""

from typing import Final, Literal

from attrs import field

from ecwid_async.primitives.lazy_attrs import define, frozen
from ecwid_async.sandbox.webhooks.event import WebhookEvent

__all__ = ["DELIVERED_STATUSES", "RETRY_SECONDS", "Attempt", "Delivery", "Outcome"]

DELIVERED_STATUSES: Final = frozenset({200, 201, 202, 204, 209})
"""The statuses that Ecwid takes as delivered. Any other one is a failure, and redirects are not followed."""

_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE
RETRY_SECONDS: Final = (*(15 * _MINUTE,) * 4, *(_HOUR,) * 23)
"""The seconds before each of the 27 retries: after 15, 30 and 45 minutes, an hour, then every hour up to 24 hours."""

Outcome = Literal["waiting", "delivered", "failed", "blocked", "dropped", "refused", "superseded"]


@frozen(kw_only=True)
class Attempt:
    """One request. `at` is in Unix seconds, `seconds` how long it took. Without a response, `status` is None.

    `error` is the class of the exception, such as ``TimeoutError``.
    """

    at: float
    seconds: float
    status: int | None = None
    error: str | None = None

    @property
    def succeeded(self) -> bool:
        """Whether Ecwid takes the event as delivered."""
        return self.status in DELIVERED_STATUSES


@define(kw_only=True, eq=False)
class Delivery:
    """An event that is sent to an app until it is delivered.

    `outcome` is ``waiting`` until it is ``delivered`` or has ``failed`` for 24 hours. It is ``blocked`` if the app's
    webhooks are blocked, ``dropped`` if too many others waited, ``refused`` if the app has no URL on this machine, and
    ``superseded`` if an unfinished order was placed within a second. `due` is the time of the next attempt in Unix
    seconds.
    """

    event: WebhookEvent
    client_id: str
    due: float
    attempts: list[Attempt] = field(factory=list)
    outcome: Outcome = "waiting"

    def record(self, attempt: Attempt) -> None:
        """Add an attempt, and set the outcome or the time of the next attempt."""
        self.attempts.append(attempt)
        if attempt.succeeded:
            self.outcome = "delivered"
        elif len(self.attempts) > len(RETRY_SECONDS):
            self.outcome = "failed"
        else:
            self.due = attempt.at + RETRY_SECONDS[len(self.attempts) - 1]
