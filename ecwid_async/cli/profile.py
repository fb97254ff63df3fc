"""``ecwid profile``: several stores by name. No token is printed or on a command line."""

import sys
from getpass import GetPassWarning, getpass
from typing import TYPE_CHECKING, Annotated
from warnings import catch_warnings, simplefilter

from attrs import evolve
from cyclopts import Parameter
from cyclopts.validators import Number

from ecwid_async.cli.completion import complete_profiles
from ecwid_async.cli.exit_codes import UsageError

if TYPE_CHECKING:
    from rich.table import Table

    from ecwid_async.cli.profiles import Profile, Profiles
    from ecwid_async.transport import Secret

__all__ = ["add", "list_profiles", "remove", "set_default"]


def add(
    name: str,
    /,
    *,
    store_id: Annotated[
        int | None, Parameter(help="Id of the store; by default the command asks for it.", validator=Number(gte=1))
    ] = None,
    base_url: Annotated[str | None, Parameter(help="Base URL of another server than Ecwid's own.")] = None,
    replace: Annotated[bool, Parameter(help="Replace the profile of this name.")] = False,
    in_file: Annotated[bool, Parameter(help="Keep the token in the file, even if there is a keyring.")] = False,
) -> None:
    """Name a store. The command asks for the token, or reads it from stdin.

    The token is stored in the system's keyring, or else in a file that only you can read.

    The first profile is the default one.
    """
    from ecwid_async.cli.profiles import Profile, Profiles, check_name, profiles_path
    from ecwid_async.tokens import check_store_id
    from ecwid_async.transport import DEFAULT_BASE_URL, validate_base_url

    if check_name(name) in Profiles.read().by_name and not replace:
        raise _exists(name)
    url = validate_base_url(DEFAULT_BASE_URL if base_url is None else base_url)
    number = check_store_id(_ask_store_id() if store_id is None else store_id)
    token = _read_token()
    # Read again: typing takes long enough for another command to add a profile.
    with Profiles.read_locked() as profiles:
        earlier = profiles.by_name.get(name)
        if earlier is not None and not replace:
            raise _exists(name)
        profile, place = _with_token(Profile(name=name, store_id=number, base_url=url), token, in_file=in_file)
        default = profiles.default if profiles.by_name else name
        Profiles(by_name={**profiles.by_name, name: profile}, default=default).write()
        if earlier is not None and (profile.token is not None or earlier.keyring_user != profile.keyring_user):
            _forget_token(earlier)
    sys.stdout.write(f"{name} is store {number} at {url}, with its token in {place or profiles_path()}\n")
    if default == name:
        sys.stdout.write(f"{name} is the default: it is used unless --profile or an ECWID_ variable names a store\n")


def list_profiles(*, json: Annotated[bool, Parameter(help="Print one JSON object.")] = False) -> None:
    """Print the names of all profiles, their stores, and where their tokens are."""
    from ecwid_async.cli.profiles import Profiles
    from ecwid_async.cli.render import write_table

    profiles = Profiles.read()
    if json:
        import msgspec

        records = [
            {
                "name": profile.name,
                "store_id": profile.store_id,
                "base_url": profile.base_url,
                "token_in": _place(profile),
                "default": profile.name == profiles.default,
            }
            for profile in profiles.by_name.values()
        ]
        sys.stdout.write(msgspec.json.encode({"profiles": records}).decode() + "\n")
    elif profiles.by_name:
        write_table(_table(profiles))
    else:
        sys.stderr.write("There are no profiles: ecwid profile add NAME adds one.\n")


def remove(name: Annotated[str, Parameter(completer=complete_profiles)], /) -> None:
    """Delete a profile and its token."""
    from ecwid_async.cli.profiles import Profiles

    with Profiles.read_locked() as profiles:
        profile = profiles.find(name)
        others = {other: kept for other, kept in profiles.by_name.items() if other != name}
        Profiles(by_name=others, default=None if profiles.default == name else profiles.default).write()
        _forget_token(profile)
    sys.stdout.write(f"{name} removed\n")
    if profiles.default == name and others:
        sys.stdout.write("There is no default any more: ecwid profile default NAME sets one\n")


def set_default(
    name: Annotated[str | None, Parameter(completer=complete_profiles)] = None,
    /,
    *,
    none: Annotated[bool, Parameter(help="Have no default.")] = False,
) -> None:
    """Use a profile unless an option or an ECWID_ variable names a store. Without a name, print the default one."""
    from ecwid_async.cli.profiles import Profiles

    if none and name is not None:
        raise UsageError("--none and a name exclude each other: leave one out.")
    if name is None and not none:
        profiles = Profiles.read()
        sys.stdout.write(f"{profiles.default}\n" if profiles.default else "")
        if not profiles.default:
            sys.stderr.write("There is no default profile: ecwid profile default NAME sets one.\n")
        return
    with Profiles.read_locked() as profiles:
        evolve(profiles, default=None if name is None else profiles.find(name).name).write()
    sys.stdout.write("There is no default profile any more\n" if name is None else f"{name} is the default\n")


def _exists(name: str) -> UsageError:
    return UsageError(f"there is a profile {name} already: add --replace, or choose another name.")


def _ask_store_id() -> int:
    if not sys.stdin.isatty():
        raise UsageError("which store? Add --store-id ID: stdin has the token.")
    text = input("Store id: ").strip()
    if not (text.isascii() and text.isdigit()):
        # Do not print it: it may be the token.
        raise UsageError("a store id is a whole number, such as 1003.")
    return int(text)


def _read_token() -> "Secret":
    from ecwid_async.transport import Secret

    if sys.stdin.isatty():
        with catch_warnings():
            simplefilter("error", GetPassWarning)
            try:
                token = Secret(getpass("Token (not shown): ").strip())
            except GetPassWarning:
                raise UsageError("this terminal would show the token: pass it on stdin.") from None
    else:
        token = Secret(sys.stdin.readline().strip())
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise UsageError("this is no token: one begins with secret_ or public_, and has no spaces or line breaks.")
    return token


def _with_token(profile: "Profile", token: "Secret", *, in_file: bool) -> "tuple[Profile, str | None]":
    """Store the token. Return the profile, and the name of the keyring, None for the file."""
    from ecwid_async.cli.keyring import KeyringFailed, find_keyring, store_token

    keyring = None if in_file else find_keyring()
    if keyring is not None:
        try:
            store_token(profile.keyring_user, token)
        except KeyringFailed as error:
            sys.stderr.write(f"warning: {error}, so it is in the file\n")
        else:
            return profile, f"the keyring {keyring}"
    return evolve(profile, token=token), None


def _forget_token(profile: "Profile") -> None:
    from ecwid_async.cli.keyring import KeyringFailed

    try:
        profile.delete_token()
    except KeyringFailed as error:
        sys.stderr.write(f"warning: {error}: delete {profile.keyring_user!r} in the keyring yourself\n")


def _place(profile: "Profile") -> str:
    return "keyring" if profile.token is None else "file"


def _table(profiles: "Profiles") -> "Table":
    from rich.table import Table

    table = Table("", "Profile", "Store", "Token in", "Server", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for profile in profiles.by_name.values():
        mark = "*" if profile.name == profiles.default else ""
        table.add_row(mark, profile.name, str(profile.store_id), _place(profile), profile.base_url)
    return table
