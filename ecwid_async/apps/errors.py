"""The errors of apps.

EcwidError
└── AppError                    a request to an app can't be trusted or understood
    ├── WebhookRejected         a webhook without a valid signature, too old, too large or malformed
    ├── PayloadError            an encrypted payload of Ecwid that can't be read
    └── InstallError            an installation that did not succeed
"""

from typing import Literal

from ecwid_async.errors import EcwidError

__all__ = ["AppError", "InstallError", "PayloadError", "RejectionReason", "WebhookRejected"]

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


class InstallError(AppError):
    """An installation did not succeed: it was refused, belongs to another browser, or its outcome is unknown."""
