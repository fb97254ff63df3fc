"""Encryption of tokens with Fernet (extra ``tokens``): AES-128 in CBC mode with HMAC-SHA256."""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from ecwid_async.errors import ConfigError
from ecwid_async.tokens.secret_file import open_secret_file
from ecwid_async.tokens.source import as_token
from ecwid_async.transport import Secret

try:
    from cryptography.fernet import Fernet, InvalidToken, MultiFernet
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(f"{error}: SQLTokens needs pip install 'ecwid-async[tokens]'") from None

__all__ = ["KEYS_FILE_VARIABLE", "KEYS_VARIABLE", "TokenCipher", "as_secrets", "new_key", "read_keys"]

KEYS_VARIABLE: Final = "ECWID_TOKEN_KEYS"
KEYS_FILE_VARIABLE: Final = "ECWID_TOKEN_KEYS_FILE"

_SEPARATOR: Final = re.compile(r"[,\s]+")


def new_key() -> Secret:
    """A new random key."""
    return Secret(Fernet.generate_key().decode())


def read_keys(file: str | os.PathLike[str] | None = None) -> list[Secret]:
    """The keys in a file, by default in ``ECWID_TOKEN_KEYS``, or else in the file ``ECWID_TOKEN_KEYS_FILE``.

    They are separated by commas or white space; in a file, lines that begin with ``#`` are skipped. Raises
    `ConfigError` if there is no key, or the file can't be read or is readable by others.
    """
    text = Secret("" if file is not None else os.environ.get(KEYS_VARIABLE, ""))
    if not text:
        path = os.environ.get(KEYS_FILE_VARIABLE) if file is None else file
        if not path:
            raise ConfigError(
                f"there is no key for the tokens: set {KEYS_VARIABLE}, or write the keys to a file and set "
                f"{KEYS_FILE_VARIABLE}. `ecwid tokens new-key` prints a new key."
            )
        with open_secret_file(Path(path), "file of keys") as lines:
            text = Secret("".join([line for line in map(Secret, lines) if not line.lstrip().startswith("#")]))
    return [Secret(key) for key in _SEPARATOR.split(text) if key]


def as_secrets(keys: str | Iterable[str]) -> list[Secret]:
    """The keys with a `repr` that hides them. Anything but text is no key, and becomes empty."""
    several: Iterable[object] = [keys] if isinstance(keys, str) else keys
    return [Secret(str.__str__(key)) if isinstance(key, str) else Secret() for key in several]


class TokenCipher:
    """Encrypts tokens under the first key, and decrypts them under any of the keys.

    The id of the store is encrypted with the token, and checked when it is decrypted: someone who exchanges rows of the
    database can't give the token of one store to another.

    Raises `ConfigError` for an invalid key, or if there is none.
    """

    def __init__(self, keys: str | Iterable[str]) -> None:
        keys = as_secrets(keys)
        self._count = len(keys)
        ciphers = []
        for number, key in enumerate(keys, 1):
            cipher = _as_cipher(key)
            if cipher is None:
                raise ConfigError(
                    f"key {number} is not a Fernet key, which is 32 bytes in URL-safe Base64: create one with "
                    "`ecwid tokens new-key`."
                )
            ciphers.append(cipher)
        if not ciphers:
            raise ConfigError("there is no key for the tokens: create one with `ecwid tokens new-key`.")
        self._first = ciphers[0]
        self._all = MultiFernet(ciphers)

    def __repr__(self) -> str:
        return f"<TokenCipher with {self._count} keys>"

    def encrypt(self, store_id: int, token: Secret) -> str:
        """Encrypt a token under the first key."""
        return self._first.encrypt(Secret(f"{store_id} {token}").encode()).decode()

    def decrypt(self, store_id: int, ciphertext: str) -> Secret:
        """Decrypt the token of a store.

        Raises `ConfigError` if it was encrypted under none of the keys, or for another store.
        """
        owner, token = _split(_decrypt(self._all, ciphertext))
        if owner is None:
            raise ConfigError(
                f"the token of store {store_id} can't be decrypted with any of the keys ({self._count}): add the key "
                "under which it was stored, or store the token again."
            )
        if owner != str(store_id):
            raise ConfigError(
                f"the database has a token of another store in the place of that of store {store_id}: find out who "
                "changed the table, and store the token again."
            )
        return as_token(token, store_id)

    def is_under_first_key(self, ciphertext: str) -> bool:
        """Whether it was encrypted under the first key."""
        return _decrypt(self._first, ciphertext) is not None


def _as_cipher(key: Secret) -> Fernet | None:
    try:
        return Fernet(key)
    except ValueError:  # raised outside of the frames that have the key
        return None


def _decrypt(cipher: Fernet | MultiFernet, ciphertext: str) -> Secret | None:
    try:
        return Secret(cipher.decrypt(ciphertext.encode()).decode())
    except (InvalidToken, ValueError):
        return None


def _split(text: Secret | None) -> tuple[str | None, Secret]:
    if text is None:
        return None, Secret()
    owner, _, token = text.partition(" ")
    return owner, Secret(token)
