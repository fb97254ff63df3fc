"""The keys of tokens and stores in a limiter. A token's key is a hash, so that limiters contain no tokens."""

import hashlib

__all__ = ["store_key", "token_key"]


def token_key(token: str) -> str:
    """The key of a token: a hash of it."""
    return hashlib.sha256(token.encode()).hexdigest()[:32]


def store_key(store_id: int | None) -> str:
    """The key of a store, or of an application's own requests if `store_id` is None."""
    return f"store {store_id}"
