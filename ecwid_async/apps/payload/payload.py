"""The payload: what the control panel passes to the page of an app, before and after it has been verified."""

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from attrs import asdict, field

from ecwid_async.apps.encryption import unreadable_payload
from ecwid_async.errors import InvalidToken, StoreNotFound
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.transport import Secret

if TYPE_CHECKING:
    from ecwid_async.client import Ecwid

__all__ = ["Payload", "UnverifiedPayload", "VerifiedPayload", "ViewMode", "to_view_mode"]

_PUBLIC_TOKEN: Final = "public_"  # noqa: S105  how public tokens begin
_STORE_ID: Final = "generalInfo(storeId)"


class ViewMode(StrEnum):
    """Where the control panel shows the page of the app."""

    PAGE = "PAGE"
    POPUP = "POPUP"
    INLINE = "INLINE"


def to_view_mode(text: str) -> ViewMode | str:
    """The view mode, or the text itself if it is an unknown one."""
    return ViewMode(text) if text in ViewMode.__members__ else text


@frozen(kw_only=True)
class Payload:
    """A store, the app's tokens for it, and how the control panel shows the page. `repr` shows no token.

    - `language`: the language of the control panel, such as ``en`` or ``pt_BR``.
    - `app_state`: the state that a link to the app's page passes to it. Anyone can write such a link, and the state is
      not part of the encrypted payload: check it like any other input.
    """

    store_id: int
    access_token: Secret = field(repr=False)
    public_token: Secret | None = field(default=None, repr=False)
    language: str | None = None
    view_mode: ViewMode | str | None = None
    app_state: str | None = field(default=None, repr=False)


@frozen(kw_only=True)
class UnverifiedPayload(Payload):
    """A payload that nothing has been proven about: it may be changed, old, or made up. Call `verify_store`."""

    async def verify_store(self, ecwid: "Ecwid") -> "VerifiedPayload":
        """Check that the token opens the store: ``GET /profile`` with it must return the id of the store.

        Raises `PayloadError` if the API refuses the token, the token belongs to another store, or it is a public token;
        any other error of the call, such as `ServerError`, says nothing about the payload.
        """
        if not await self._token_opens_store(ecwid):
            raise unreadable_payload()
        return VerifiedPayload(**asdict(self, recurse=False))

    async def _token_opens_store(self, ecwid: "Ecwid") -> bool:
        # It opens the profile too, and every visitor of the storefront can read it.
        if self.access_token.startswith(_PUBLIC_TOKEN) or self.access_token == self.public_token:
            return False
        store = ecwid.store(self.store_id, self.access_token)
        try:
            profile = await store.profile.get(response_fields=_STORE_ID).without_cache()
        except (InvalidToken, StoreNotFound):
            return False
        return profile.general_info is not None and profile.general_info.store_id == self.store_id


@frozen(kw_only=True)
class VerifiedPayload(Payload):
    """A payload whose token opens its store now.

    It proves that whoever sent it has got a payload of this store: mostly someone who is logged in to its control
    panel, but anyone who gets hold of the address of the page can send it again. Who the user is, it does not say.
    """
