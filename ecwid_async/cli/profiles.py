"""Profiles: the stores that a user has named, in a file that only the user can read."""

import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final, Self
from urllib.parse import urlsplit

import msgspec
from attrs import field

from ecwid_async.cli.exit_codes import UsageError
from ecwid_async.cli.keyring import KeyringFailed, delete_token, read_token
from ecwid_async.errors import ConfigError
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.primitives.private_files import lock_file, open_private
from ecwid_async.tokens import check_store_id, open_secret_file
from ecwid_async.transport import DEFAULT_BASE_URL, Secret, validate_base_url

__all__ = ["Profile", "Profiles", "check_name", "profiles_path"]

_VERSION: Final = 1
# A change takes milliseconds, or as long as the user takes to unlock the keyring.
_LOCK_ATTEMPTS: Final = 200
_SECONDS_BETWEEN_ATTEMPTS: Final = 0.05
_VALID_NAME: Final = re.compile(r"(?!secret_|public_)[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def check_name(name: str) -> str:
    """Return the name of a profile. Raises `UsageError` if it can't be one."""
    if not _VALID_NAME.fullmatch(name):
        # Do not print it: it may be a token.
        raise UsageError("the name of a profile has 1 to 64 letters, digits, '.', '_' and '-', such as shop.")
    return name


@frozen(kw_only=True)
class Profile:
    """A store that the user has named. `token` is None if it is in the keyring."""

    name: str
    store_id: int
    base_url: str = DEFAULT_BASE_URL
    token: Secret | None = field(default=None, repr=False)

    @property
    def keyring_user(self) -> str:
        """The name of the token in the keyring. It belongs to a store on a server, and is found for no other."""
        parts = urlsplit(self.base_url)
        return f"{self.name}: store {self.store_id} at {parts.scheme}://{parts.netloc}"

    def read_token(self) -> Secret:
        """Return the token. Raises `UsageError` if the keyring does not return it."""
        if self.token is not None:
            return self.token
        try:
            return read_token(self.keyring_user)
        except KeyringFailed as error:
            raise UsageError(
                f"profile {self.name}: {error}. Unlock it, or store the token anew: "
                f"ecwid profile add {self.name} --replace."
            ) from None

    def delete_token(self) -> None:
        """Delete the token from the keyring, if it is there. Raises `KeyringFailed`."""
        if self.token is None:
            delete_token(self.keyring_user)


@frozen(kw_only=True)
class Profiles:
    """All profiles by name, and the name of the default one."""

    by_name: Mapping[str, Profile] = field(factory=dict)
    default: str | None = None

    @classmethod
    def read(cls) -> Self:
        """Read the file, if there is one.

        Raises `ConfigError` if it can't be read, is readable by others, or contains something else.
        """
        path = profiles_path()
        if not path.exists():
            return cls()
        with open_secret_file(path, "file of profiles") as file:
            text = file.read()
        try:
            return cls._parse(msgspec.json.decode(text))
        except (AttributeError, KeyError, RecursionError, TypeError, ValueError, ConfigError, msgspec.DecodeError):
            # No cause: it would quote the file.
            problem = f"{path} is not a file of profiles of this version: correct it, or move it away."
        raise UsageError(problem)

    @classmethod
    @contextmanager
    def read_locked(cls) -> Iterator[Self]:
        """Read the file for a change: until the block ends, no other command changes it.

        Raises `UsageError` if another command does not finish its change within ten seconds, errors as `read`, and
        `OSError`.
        """
        path = profiles_path()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open_private(path.with_name(".profiles.lock")) as lock:
            for _ in range(_LOCK_ATTEMPTS):
                if lock_file(lock):
                    break
                time.sleep(_SECONDS_BETWEEN_ATTEMPTS)
            else:
                raise UsageError("another ecwid profile command is running: finish it, then run this one again.")
            yield cls.read()

    @classmethod
    def _parse(cls, content: Any) -> Self:
        if content["version"] != _VERSION:
            raise ValueError(content["version"])
        profiles = {check_name(name): _parse_profile(name, entry) for name, entry in content["profiles"].items()}
        default = content.get("default")
        return cls(by_name=profiles, default=default if default in profiles else None)

    def write(self) -> None:
        """Replace the file as a whole, within `read_locked`. It is readable only by this user. Raises `OSError`."""
        # A link stays one: otherwise, the file that it leads to would keep tokens that were removed.
        path = Path(os.path.realpath(profiles_path()))
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        content = {
            "version": _VERSION,
            "default": self.default,
            "profiles": {profile.name: _entry(profile) for profile in self.by_name.values()},
        }
        text = msgspec.json.format(msgspec.json.encode(content), indent=2)
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as new:
            try:
                new.write(text + b"\n")
                new.close()
                os.replace(new.name, path)
            except BaseException:
                Path(new.name).unlink(missing_ok=True)
                raise

    def find(self, name: str) -> Profile:
        """Return a profile. Raises `UsageError` if there is none of this name."""
        if name in self.by_name:
            return self.by_name[name]
        check_name(name)
        near = get_close_matches(name, self.by_name, n=1)
        if near:
            hint = f"Did you mean {near[0]}?"
        elif self.by_name:
            hint = f"There are {', '.join(self.by_name)}."
        else:
            hint = f"Add it: ecwid profile add {name}."
        raise UsageError(f"there is no profile {name!r}. {hint}")


def profiles_path() -> Path:
    """The file with the profiles, in the user's folder for settings. Raises `UsageError` if the user has none."""
    from platformdirs import user_config_path

    folder = user_config_path("ecwid_async", appauthor=False)
    if not folder.is_absolute():
        raise UsageError("profiles need a folder for settings, and this user has none: set XDG_CONFIG_HOME to one.")
    return folder / "profiles.json"


def _parse_profile(name: str, entry: Any) -> Profile:
    token = entry.get("token")
    if token is not None and not isinstance(token, str):
        raise TypeError("token")
    return Profile(
        name=name,
        store_id=check_store_id(entry["store_id"]),
        base_url=validate_base_url(entry.get("base_url", DEFAULT_BASE_URL)),
        token=None if token is None else Secret(token),
    )


def _entry(profile: Profile) -> dict[str, object]:
    entry: dict[str, object] = {"store_id": profile.store_id, "base_url": profile.base_url}
    return entry if profile.token is None else entry | {"token": str.__str__(profile.token)}
