"""An installation of the app in a store."""

from typing import Literal

from attrs import field

from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.transport import Secret

__all__ = ["InstallOrigin", "Installation"]

InstallOrigin = Literal["app", "app_market", "partner"]
"""Where an installation began: in this app and this browser, somewhere else such as Ecwid's App Market, or without a
user, with a partner's credentials."""


@frozen(kw_only=True)
class Installation:
    """The app was installed in a store, or once more, and its token is stored.

    - `origin`: "app" if the installation began in the same browser with the app's own link. With "app_market" it began
      elsewhere, and **anyone may have sent the user here**: never attach the store to the user who is logged in, and
      log nobody in, without asking them for this store.
    - `user`: the user who began it, as the app named them then; None for any other origin. Attach the store only to
      this one.
    - `return_to`: the path of the app to which they return.
    - `scopes`: what the token opens; None if neither Ecwid's response told it nor the API responded.
    - `checked`: whether the token was seen to work.
    - `public_token`: for pages in a browser, if there is one. It is not stored.
    - `email`: of the store's owner, in some responses of Ecwid.
    """

    store_id: int
    origin: InstallOrigin
    user: str | None = None
    return_to: str | None = None
    scopes: frozenset[str] | None = None
    checked: bool = False
    public_token: Secret | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
