"""The credentials of an app: its client id, and its client secrets."""

import os
import re
from collections.abc import Iterable
from typing import Final

from ecwid_async.errors import ConfigError
from ecwid_async.transport import Secret

__all__ = ["CLIENT_ID_VARIABLE", "CLIENT_SECRET_VARIABLE", "read_client_id", "read_client_secrets"]

CLIENT_ID_VARIABLE: Final = "ECWID_CLIENT_ID"
CLIENT_SECRET_VARIABLE: Final = "ECWID_CLIENT_SECRET"  # noqa: S105  the name of a variable

_SEPARATOR: Final = re.compile(r"[,\s]+")


def read_client_id(client_id: str | None = None) -> str:
    """The app's client id, by default that in ``ECWID_CLIENT_ID``. Raises `ConfigError` if it is missing."""
    text = os.environ.get(CLIENT_ID_VARIABLE, "") if client_id is None else client_id
    if not isinstance(text, str) or not text.isascii() or not text.isprintable() or not text.strip() or " " in text:
        raise ConfigError(f"The app's client id is missing or invalid: pass `client_id`, or set {CLIENT_ID_VARIABLE}.")
    return text


def read_client_secrets(client_secret: str | Iterable[str] | None = None) -> tuple[Secret, ...]:
    """The app's client secrets, by default those in ``ECWID_CLIENT_SECRET``, separated by commas or white space.

    The first one is used where one is needed, such as in an exchange of a code; the others are accepted too, so that a
    secret can be replaced without a pause. Raises `ConfigError` if there is none, or one is invalid.
    """
    if client_secret is None:
        text = Secret(os.environ.get(CLIENT_SECRET_VARIABLE, ""))
        client_secret = [part for part in map(Secret, _SEPARATOR.split(text)) if part]
    given: Iterable[object] = [client_secret] if isinstance(client_secret, str) else client_secret
    # `str` would return the name of an enum's member. Anything but text counts as missing.
    secrets = tuple(Secret(str.__str__(each)) if isinstance(each, str) else Secret() for each in given)
    if not secrets or not all(each and each.isascii() and each.isprintable() and " " not in each for each in secrets):
        raise ConfigError(
            "The app's client secret is missing or invalid (it has no spaces, line breaks or non-ASCII characters): "
            f"pass `client_secret`, or set {CLIENT_SECRET_VARIABLE}."
        )
    return secrets
