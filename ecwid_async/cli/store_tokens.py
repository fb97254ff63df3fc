"""The ids and tokens of several stores. Tokens never come from the command line, which other users can see."""

from collections.abc import Iterable
from pathlib import Path

from ecwid_async.cli.exit_codes import UsageError
from ecwid_async.tokens import EnvironmentTokens, read_token_file
from ecwid_async.transport import Secret

__all__ = ["find_tokens"]


def find_tokens(ids: Iterable[int], file: Path | None) -> dict[int, Secret]:
    """Return the tokens of these stores and of all stores in `file`, by store id.

    A token is read from the file, else from ``ECWID_TOKEN_<id>``, else from ``ECWID_TOKEN`` if ``ECWID_STORE_ID`` is
    that store. Raises `ConfigError` if there is no token for a store, or the file is invalid.
    """
    tokens = {} if file is None else read_token_file(file)
    if file is not None and not tokens:
        raise UsageError(f"{file} contains no store: write one id and token per line.")
    return {store: tokens.get(store) or _token_from_environment(store) for store in dict.fromkeys((*ids, *tokens))}


def _token_from_environment(store: int) -> Secret:
    token = EnvironmentTokens().find(store)
    if token is None:
        raise UsageError(
            f"there is no token for store {store}: set ECWID_TOKEN_{store}, or write the id and token of each store "
            "to a file and pass it: --stores FILE."
        )
    return token
