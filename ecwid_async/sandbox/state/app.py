"""An app that is registered with the sandbox, as in the partner's area of Ecwid, and its installations in stores."""

from attrs import define, field, frozen

__all__ = ["App", "Install"]


@define(kw_only=True)
class App:
    """An app: its credentials, scopes, and the addresses to which Ecwid sends requests. None means that it has none.

    `scopes` are those that it may ask for, None for any. `webhook_events` are the types of the events that are sent, by
    default all. `webhook_headers` are sent in addition with each webhook. A `partner` app gets the token of any store
    without asking its owner.
    """

    client_id: str
    client_secret: str = field(repr=False)
    scopes: frozenset[str] | None = frozenset()
    redirect_uri: str | None = None
    public_token: bool = False
    webhook_url: str | None = None
    webhook_events: frozenset[str] | None = None
    webhook_headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    iframe_url: str | None = None
    payment_url: str | None = None
    shipping_url: str | None = None
    discount_url: str | None = None
    partner: bool = False


@frozen(kw_only=True)
class Install:
    """An app that is installed in a store. `scopes` are those that the store granted; None for everything."""

    scopes: frozenset[str] | None = None
    token: str = field(default="", repr=False)
    public_token: str | None = field(default=None, repr=False)
