"""The addresses of an installation: Ecwid's authorization server, the app's callback, and pages of the app."""

import os
import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

from ecwid_async.errors import ConfigError
from ecwid_async.transport import validate_base_url

__all__ = [
    "DEFAULT_OAUTH_URL",
    "OAUTH_URL_VARIABLE",
    "authorize_url",
    "is_local_path",
    "read_oauth_url",
    "read_redirect_uri",
]

DEFAULT_OAUTH_URL: Final = "https://my.ecwid.com/api/oauth"
OAUTH_URL_VARIABLE: Final = "ECWID_OAUTH_URL"

_MAX_PATH: Final = 512
# Browsers read a backslash as a slash, and two slashes as the beginning of a host.
_LOCAL_PATH: Final = re.compile(r"/(?![/\\])[!-\[\]-~]*")


def authorize_url(
    client_id: str,
    redirect_uri: str,
    scopes: Iterable[str],
    *,
    state: str | None = None,
    oauth_url: str = DEFAULT_OAUTH_URL,
) -> str:
    """The address of Ecwid's page on which the owner of a store accepts the app.

    Ecwid shows an error page there if `redirect_uri` is not in the domain with which the app is registered, or a scope
    is not among those with which it is registered.

    https://docs.ecwid.com/develop-apps
    """
    params = {
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "scope": " ".join(sorted(set(scopes))),
    }
    if state is not None:
        params["state"] = state
    return f"{oauth_url}/authorize?{urlencode(params, quote_via=quote, safe='')}"


def read_oauth_url(oauth_url: str | None) -> str:
    """The base URL of the authorization server, by default that in ``ECWID_OAUTH_URL``, or else Ecwid's own.

    Raises `ConfigError` if it is invalid, or would send the client secret unencrypted.
    """
    url = oauth_url or os.environ.get(OAUTH_URL_VARIABLE) or DEFAULT_OAUTH_URL
    return validate_base_url(url, example=DEFAULT_OAUTH_URL)


def read_redirect_uri(redirect_uri: str) -> str:
    """The address of the app's callback, unchanged, because Ecwid compares it byte for byte.

    Raises `ConfigError` unless it is an ``https`` URL without a fragment, or one of this machine.
    """
    if not isinstance(redirect_uri, str) or "#" in redirect_uri:
        raise ConfigError("The redirect_uri must be the https URL of the app's callback, without a fragment.")
    address, _, query = redirect_uri.partition("?")
    try:
        validate_base_url(address)
    except ConfigError:
        raise ConfigError(
            "The redirect_uri must be the https URL of the app's callback, such as https://app.example.com/callback. "
            "It may be http on this machine only."
        ) from None
    if not urlsplit(address).path or not (query.isascii() and query.isprintable() and " " not in query):
        raise ConfigError("The redirect_uri must be the complete URL of the app's callback, with its path.")
    return redirect_uri


def is_local_path(path: str) -> bool:
    """Whether it is a path of this site, to which a redirect is safe: ``/settings``, but not ``//other.example``."""
    return len(path) <= _MAX_PATH and _LOCAL_PATH.fullmatch(path) is not None
