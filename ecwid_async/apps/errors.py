"""The errors of apps.

EcwidError
└── AppError                    a request to an app can't be trusted or understood
    ├── WebhookRejected         a webhook without a valid signature, too old, too large or malformed
    ├── PayloadError            an encrypted payload of Ecwid that can't be read
    ├── InstallError            an installation that did not succeed
    ├── InboxError              the inbox can't store or read events
    ├── NotRetryable            a handler gives up on an event
    │   └── WebhookLoop         a handler that is run again and again because of its own writes
    ├── HandlerTimeout          a handler took too long
    ├── EntityGone              the entity of an event is not in the store any more
    └── AlreadyHandled          a handler was given an event that it handled before
"""

from collections.abc import Iterable
from typing import Final, Literal

from ecwid_async.errors import EcwidError

__all__ = [
    "AlreadyHandled",
    "AppError",
    "EntityGone",
    "HandlerTimeout",
    "InboxError",
    "InboxProblem",
    "InstallError",
    "InstallFailure",
    "NotRetryable",
    "PayloadError",
    "RejectionReason",
    "WebhookLoop",
    "WebhookRejected",
]

RejectionReason = Literal[
    "missing_signature",
    "several_signatures",
    "malformed_signature",
    "wrong_signature",
    "too_old",
    "in_the_future",
    "too_large",
    "malformed_body",
]
"""Why a webhook was refused."""


InboxProblem = Literal[
    "full", "locked", "read_only", "damaged", "foreign", "version", "too_large", "busy", "unavailable"
]
"""Why an inbox failed: no space, another process has it locked, it can't be written, its file is damaged, belongs to
another program or another version of the library, the event is too large, too many events wait to be stored, or
anything else."""


class AppError(EcwidError):
    """A request to an app can't be trusted or understood. `status` is the HTTP status to respond with."""

    status: int = 400


class WebhookRejected(AppError):
    """A webhook without a valid signature, or too old, too large or malformed. `reason` says which.

    The message says what to do. It has nothing from the body but the time of the event.
    """

    def __init__(self, message: str, *, reason: RejectionReason, status: int = 401) -> None:
        super().__init__(message)
        self.reason = reason
        self.status = status

    def __reduce__(self) -> tuple[object, ...]:
        return _new_rejection, (str(self), self.reason, self.status)


def _new_rejection(message: str, reason: RejectionReason, status: int) -> WebhookRejected:
    return WebhookRejected(message, reason=reason, status=status)


class PayloadError(AppError):
    """An encrypted payload of Ecwid can't be read. The same for a wrong key, a cut or a changed payload."""


InstallFailure = Literal[
    "denied",
    "invalid_callback",
    "other_browser",
    "other_user",
    "already_used",
    "refused",
    "outcome_unknown",
    "wrong_store",
    "missing_scopes",
    "unavailable",
    "not_stored",
]
"""Why an installation did not succeed; docs/oauth.md describes each."""

_INSTALL_STATUSES: Final[dict[InstallFailure, int]] = {
    "denied": 403,
    "other_browser": 403,
    "other_user": 403,
    "already_used": 409,
    "refused": 502,
    "outcome_unknown": 502,
    "wrong_store": 502,
    "missing_scopes": 403,
    "unavailable": 503,
    "not_stored": 503,
}


class InstallError(AppError):
    """An installation did not succeed. `reason` says why, and the message what to do: it may be shown to the user.

    - `store_id`: the store, where it is known.
    - `missing_scopes`: the required scopes that the store did not grant.
    - `response_status`, `detail`: the status and the masked text of Ecwid's response, or the network's error. They are
      for logs, not for users.
    """

    def __init__(
        self,
        message: str,
        *,
        reason: InstallFailure,
        store_id: int | None = None,
        missing_scopes: Iterable[str] = (),
        response_status: int | None = None,
        detail: str | None = None,
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.status = _INSTALL_STATUSES.get(reason, 400)
        self.store_id = store_id
        self.missing_scopes = tuple(sorted(missing_scopes))
        self.response_status = response_status
        self.detail = detail


class InboxError(AppError):
    """The inbox can't store or read events. `problem` says why. What was stored before is not lost.

    A webhook whose event could not be stored is answered with status 503, and Ecwid repeats it; one that is too large
    with 413.
    """

    def __init__(self, message: str, *, problem: InboxProblem) -> None:
        super().__init__(message)
        self.problem = problem
        self.status = 413 if problem == "too_large" else 503

    def __reduce__(self) -> tuple[object, ...]:
        return _new_inbox_error, (str(self), self.problem)


def _new_inbox_error(message: str, problem: InboxProblem) -> InboxError:
    return InboxError(message, problem=problem)


class NotRetryable(AppError):
    """Raise it in a handler to give up on an event: it becomes dead at once, with this message."""


class WebhookLoop(NotRetryable):
    """A handler wrote to the store each time it was run for an entity, and too often: it probably causes its events."""


class HandlerTimeout(AppError):
    """A handler took longer than its `timeout`. The event is retried."""


class EntityGone(AppError):
    """The entity of an event is not in the store, or not any more. A handler that raises it has succeeded."""


class AlreadyHandled(AppError):
    """The events that a handler was given were handled before. A handler that raises it has succeeded."""
