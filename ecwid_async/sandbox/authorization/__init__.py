"""The authorization server: the owner of a store consents to an app, which gets a code, and a token for it."""

from ecwid_async.sandbox.authorization.server import AuthorizationServer, OAuthExchange

__all__ = ["AuthorizationServer", "OAuthExchange"]
