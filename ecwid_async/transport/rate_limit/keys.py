"""The keys under which a limiter counts tokens and stores. A token's key is a hash, so that no limiter holds tokens."""

import hashlib

__all__ = ["store_key", "token_key"]


def token_key(token: str) -> str:
    """The key of a token: a hash of it."""
    return hashlib.sha256(token.encode()).hexdigest()[:32]


def store_key(store_id: int | None) -> str:
    """The key of a store. None stands for an application's own requests."""
    return f"store {store_id}"
