"""Access of a token or an app to a store."""

from collections.abc import Iterable

from attrs import field, frozen

from ecwid_async.sandbox.state.rate_limits import RateLimiter

__all__ = ["Access"]


@frozen
class Access:
    """The granted scopes, where None allows everything, and the rate limit of one token or app.

    `client_id` is the installed app to which the token belongs. `is_public` is whether the storefront shows the token
    to everyone: it opens what a customer may see.
    """

    scopes: frozenset[str] | None
    limit: RateLimiter = field(repr=False)
    client_id: str | None = None
    is_public: bool = False

    def missing_scopes(self, required: Iterable[str]) -> list[str]:
        """The required scopes that were not granted."""
        return [] if self.scopes is None else [scope for scope in required if scope not in self.scopes]
