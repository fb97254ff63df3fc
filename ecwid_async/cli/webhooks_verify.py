"""``ecwid webhooks verify``: does the signature of a recorded webhook match, and if not, why."""

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from cyclopts import Parameter

from ecwid_async.cli.exit_codes import UsageError
from ecwid_async.wire import to_printable

if TYPE_CHECKING:
    from ecwid_async.apps import SignatureDiagnosis

__all__ = ["verify"]

_STDIN: Final = Path("-")
_MAX_BODY: Final = 1024 * 1024
_HOUR: Final = 3600
# Those of an app by default.
_MAX_AGE: Final = 25 * _HOUR
_MAX_CLOCK_SKEW: Final = 300


def verify(
    body: Annotated[
        Path, Parameter(allow_leading_hyphen=True, help="File with the body exactly as it was received; - for stdin.")
    ] = _STDIN,
    /,
    *,
    signature: Annotated[
        str, Parameter(allow_leading_hyphen=True, help="The value of the header X-Ecwid-Webhook-Signature.")
    ],
) -> int:
    """Say whether the signature of a webhook matches, and if not, why.

    The app's client secret is read from ECWID_CLIENT_SECRET. An access token in ECWID_TOKEN is tried in its place. The
    exit code is 1 if the signature does not match.
    """
    from ecwid_async.apps import WebhookRejected, diagnose_signature

    content = _read(body)
    try:
        diagnosis = diagnose_signature(content, signature, token=os.environ.get("ECWID_TOKEN") or None)
    except WebhookRejected as error:
        raise UsageError(str(error)) from None
    sys.stdout.write(f"{_describe(diagnosis)}\n")
    return 0 if diagnosis.matches else 1


def _read(path: Path) -> bytes:
    if path == _STDIN:
        content = sys.stdin.buffer.read(_MAX_BODY + 1)
    else:
        try:
            with path.open("rb") as file:
                content = file.read(_MAX_BODY + 1)
        except OSError as error:
            raise UsageError(f"can't read {path}: {error.strerror}.") from None
    if len(content) > _MAX_BODY:
        raise UsageError(f"the body has more than {_MAX_BODY:,} bytes, which no webhook has.")
    return content


def _describe(diagnosis: "SignatureDiagnosis") -> str:
    event = to_printable(f"{diagnosis.event_type} {diagnosis.event_id} of store {diagnosis.store_id}")
    return f"{event}: {diagnosis.explanation}{_describe_age(time.time() - diagnosis.event_created)}"


def _describe_age(seconds: float) -> str:
    if seconds > _MAX_AGE:
        return f"\nThe event is {seconds / (24 * _HOUR):,.1f} days old: an app refuses it by now."
    if seconds < -_MAX_CLOCK_SKEW:
        return f"\nThe event is {-seconds / _HOUR:,.1f} hours in the future: an app refuses it yet."
    return ""
