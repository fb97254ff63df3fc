"""`TokenSource`, the protocol of all sources, and the checks of ids and tokens."""

from typing import Final, Protocol

from ecwid_async.errors import ConfigError
from ecwid_async.transport import Secret

__all__ = ["TokenSource", "as_token", "check_store_id"]

_MAX_ID_DIGITS: Final = 18


class TokenSource(Protocol):
    """Returns the access tokens of stores.

    Any error that it raises becomes `TokenUnavailable`, except `ConfigError`. It must not contain the token.
    """

    async def get(self, store_id: int) -> str | None:
        """The token of a store, or None if there is none. The client keeps it until the API refuses it."""

    async def invalidate(self, store_id: int, token: str) -> None:
        """Do not return this token any more: the API has refused it as invalid.

        Does nothing if the store has another token by now. A source that can't be changed may do nothing at all.
        """


def as_token(token: object, store_id: int) -> Secret:
    """The token as a `Secret`. Raises `ConfigError` unless it is text that fits into a header."""
    # `str` would return the name of an enum's member.
    secret = Secret(str.__str__(token)) if isinstance(token, str) else Secret()
    del token  # some tracebacks show local variables
    if not secret or not secret.isascii() or not secret.isprintable() or " " in secret:
        raise ConfigError(
            f"The token of store {store_id} is empty or invalid: a token has no spaces, line breaks or non-ASCII "
            "characters."
        )
    return secret


def check_store_id(store_id: object) -> int:
    """Return the id of a store. Raises `ConfigError` unless it is a whole number greater than zero."""
    # Do not print another value: it may be a token.
    if isinstance(store_id, bool) or not isinstance(store_id, int) or not 0 < store_id < 10**_MAX_ID_DIGITS:
        raise ConfigError("A store id is a whole number greater than zero, such as 1003.")
    return int(store_id)
