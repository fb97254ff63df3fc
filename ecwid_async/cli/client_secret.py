"""The client secret of an app, for commands that play Ecwid: from the environment, or that of the demo store."""

import os
import sys
from typing import Final

__all__ = ["client_secret"]

_VARIABLE: Final = "ECWID_CLIENT_SECRET"


def client_secret(*, announce: bool = True) -> str:
    """The first secret in ``ECWID_CLIENT_SECRET``, or the demo secret, which `announce` then names on stderr.

    Raises `ConfigError` if the variable holds no valid secret.
    """
    from ecwid_async.apps import read_client_secrets
    from ecwid_async.sandbox.seed import DEMO_CLIENT_SECRET

    if os.environ.get(_VARIABLE, "").strip():
        return read_client_secrets()[0]
    if announce:
        sys.stderr.write(f"{_VARIABLE} is not set: the demo secret {DEMO_CLIENT_SECRET} is used\n")
    return DEMO_CLIENT_SECRET
