"""`WebhookVerifier`: accepts the webhooks that Ecwid has signed for the app, and no others."""

import time
from collections.abc import Callable, Iterable
from typing import Final

from attrs import field

from ecwid_async.apps.credentials import read_client_secrets
from ecwid_async.apps.errors import WebhookRejected
from ecwid_async.apps.http import IncomingRequest
from ecwid_async.apps.webhooks.body import EventBody, parse_body, read_event
from ecwid_async.apps.webhooks.mismatch import explain_mismatch
from ecwid_async.apps.webhooks.signature import matches, read_signature
from ecwid_async.errors import ConfigError
from ecwid_async.models.events import StoreEvent
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.transport import check_number

__all__ = ["DEFAULT_MAX_BODY", "DEFAULT_REPLAY_WINDOW", "MAX_CLOCK_SKEW", "VerifiedEvent", "WebhookVerifier"]

DEFAULT_MAX_BODY: Final = 1024 * 1024
DEFAULT_REPLAY_WINDOW: Final = 25 * 3600.0
"""In seconds. Ecwid repeats a webhook for 24 hours."""
MAX_CLOCK_SKEW: Final = 300.0


@frozen(kw_only=True)
class VerifiedEvent:
    """An event whose signature is right. The signature covers only `event_id` and `event_created`.

    Whoever repeats a webhook can change all the rest: read the item from the API before you act on it.
    `event_type` has the spelling of `EventType`, `entity_id` is text. `event_created` is in Unix seconds. `body` is as
    received.
    """

    store_id: int
    event_id: str
    event_type: str
    entity_id: str
    event_created: float
    body: bytes = field(repr=False)

    @property
    def event(self) -> StoreEvent:
        """The event, as the class of its family in `ecwid_async.models.events`."""
        return read_event(self.body)


class WebhookVerifier:
    """Checks the signature, the age and the shape of webhooks.

    - `client_secret`: the app's client secret, or several while one is being replaced; by default those in
      ``ECWID_CLIENT_SECRET``. It is not the access token.
    - `replay_window`: how old an event may be, in seconds.
    - `max_body`: the largest body that is accepted, in bytes.

    Raises `ConfigError` for an invalid setting.
    """

    def __init__(
        self,
        client_secret: str | Iterable[str] | None = None,
        *,
        replay_window: float = DEFAULT_REPLAY_WINDOW,
        max_body: int = DEFAULT_MAX_BODY,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._secrets = read_client_secrets(client_secret)
        check_number("replay_window", replay_window, minimum=1.0)
        if isinstance(max_body, bool) or not isinstance(max_body, int) or max_body < 1:
            raise ConfigError(f"`max_body` is {max_body!r}, but has to be a whole number of bytes, such as 1_048_576.")
        self._replay_window = replay_window
        self.max_body: Final = max_body
        """The largest body that is accepted, in bytes. A server need not read more."""
        self._clock = clock

    def __repr__(self) -> str:
        count = len(self._secrets)
        return f"<WebhookVerifier with {count} secret{'s' if count != 1 else ''}>"

    def verify(self, request: IncomingRequest) -> VerifiedEvent:
        """Return the event in a request.

        Raises `WebhookRejected` with the `reason`, the HTTP `status` to respond with, and a message for your log.
        """
        body = request.body
        if len(body) > self.max_body:
            raise WebhookRejected(
                f"the body has {len(body):,} bytes, more than the limit of {self.max_body:,} (`max_body`).",
                reason="too_large",
                status=413,
            )
        signature = read_signature(request)
        read = parse_body(body)
        if not matches(signature, read.signed_text, self._secrets):
            raise WebhookRejected(
                f"the signature does not match: {explain_mismatch(signature, read, body, self._secrets)}",
                reason="wrong_signature",
            )
        self._check_age(read)
        return VerifiedEvent(
            store_id=read.store_id,
            event_id=read.event_id,
            event_type=read.event_type,
            entity_id=read.entity_id,
            event_created=read.event_created,
            body=body,
        )

    def _check_age(self, read: EventBody) -> None:
        age = self._clock() - read.event_created
        if age > self._replay_window:
            raise WebhookRejected(
                f"the event is {_hours(age)} old, more than the {_hours(self._replay_window)} of `replay_window`: "
                "somebody sends a recorded webhook again, or this machine's clock is wrong.",
                reason="too_old",
            )
        if age < -MAX_CLOCK_SKEW:
            raise WebhookRejected(
                f"the event is {_hours(-age)} in the future: check this machine's clock.", reason="in_the_future"
            )


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:,.1f} hours" if seconds < 1000 * 3600 else f"{seconds / 86400:,.0f} days"
