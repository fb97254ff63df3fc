"""The installation of an app in stores, the tokens that it gets, and its removal.

- `installs` sends the user to Ecwid, and receives them when they return.
- `token_endpoint` exchanges the code of an installation for a token.
- `flow_cookie` ties an installation to the browser in which it began.
- `code_claims` makes sure that no code is exchanged twice.
- `uninstalls` finds out whether a store has really removed the app.
"""

from typing import TYPE_CHECKING, Final

from ecwid_async.primitives.lazy import lazy_exports

if TYPE_CHECKING:
    from ecwid_async.apps.oauth.addresses import DEFAULT_OAUTH_URL as DEFAULT_OAUTH_URL
    from ecwid_async.apps.oauth.addresses import authorize_url as authorize_url
    from ecwid_async.apps.oauth.addresses import read_redirect_uri as read_redirect_uri
    from ecwid_async.apps.oauth.code_claims import CodeClaims as CodeClaims
    from ecwid_async.apps.oauth.code_claims import MemoryCodeClaims as MemoryCodeClaims
    from ecwid_async.apps.oauth.grant import Grant as Grant
    from ecwid_async.apps.oauth.install_tokens import InstallTokens as InstallTokens
    from ecwid_async.apps.oauth.installation import Installation as Installation
    from ecwid_async.apps.oauth.installation import InstallOrigin as InstallOrigin
    from ecwid_async.apps.oauth.installs import Installs as Installs
    from ecwid_async.apps.oauth.token_endpoint import TokenEndpoint as TokenEndpoint
    from ecwid_async.apps.oauth.uninstalls import Uninstalls as Uninstalls
    from ecwid_async.apps.oauth.uninstalls import UninstallState as UninstallState

_MODULES: Final = {
    "addresses": ("DEFAULT_OAUTH_URL", "authorize_url", "read_redirect_uri"),
    "code_claims": ("CodeClaims", "MemoryCodeClaims"),
    "grant": ("Grant",),
    "installation": ("InstallOrigin", "Installation"),
    "installs": ("Installs",),
    "token_endpoint": ("TokenEndpoint",),
    "install_tokens": ("InstallTokens",),
    "uninstalls": ("UninstallState", "Uninstalls"),
}

if not TYPE_CHECKING:  # or type checkers accept any name
    __getattr__, __dir__, __all__ = lazy_exports(__name__, _MODULES)
