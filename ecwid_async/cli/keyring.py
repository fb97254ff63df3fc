"""Tokens in the keyring of the system, with the library ``keyring``, which is an extra."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, TypeVar

from ecwid_async.cli.exit_codes import UsageError
from ecwid_async.transport import Secret

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

__all__ = ["KeyringFailed", "delete_token", "find_keyring", "read_token", "store_token"]

T = TypeVar("T")

_SERVICE: Final = "ecwid_async"
# Less is that of backends that store nothing, or store it unencrypted.
_SECURE: Final = 1


class KeyringFailed(UsageError):
    """The keyring is locked, or can't be reached."""


def find_keyring() -> str | None:
    """The name of the system's keyring, or None if there is none that is secure, or the library is missing."""
    backend = _find_backend()
    return None if backend is None else str(backend.name)


def store_token(user: str, token: Secret) -> None:
    """Store a token under a name. Raises `KeyringFailed`."""
    _run("store", lambda backend: backend.set_password(_SERVICE, user, str.__str__(token)))


def read_token(user: str) -> Secret:
    """Return the token under this name. Raises `KeyringFailed`, also if there is none."""
    token = _run("return", lambda backend: backend.get_password(_SERVICE, user))
    if not isinstance(token, str):
        raise KeyringFailed("the keyring has no token for this profile")
    return Secret(token)


def delete_token(user: str) -> None:
    """Delete the token under this name. Raises `KeyringFailed`, but not if there is none."""
    if _run("return", lambda backend: backend.get_password(_SERVICE, user)) is not None:
        _run("delete", lambda backend: backend.delete_password(_SERVICE, user))


def _find_backend() -> "KeyringBackend | None":
    if find_spec("keyring") is None:
        return None
    import keyring

    try:
        backend = keyring.get_keyring()
        return backend if backend.priority >= _SECURE else None
    except Exception:  # backends raise the errors of their system
        return None


def _run(verb: str, work: "Callable[[KeyringBackend], T]") -> T:
    backend = _find_backend()
    if backend is None:
        missing = " (pip install 'ecwid-async[keyring]')" if find_spec("keyring") is None else ""
        raise KeyringFailed(f"there is no keyring{missing}")
    try:
        return work(backend)
    except Exception as error:  # as above; the message might quote the token
        name = type(error).__name__
    raise KeyringFailed(f"the keyring did not {verb} the token ({name})")
