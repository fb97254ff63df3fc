"""Claims of codes in memory."""

import pytest

from ecwid_async.apps import MemoryCodeClaims
from ecwid_async.apps.oauth import code_claims
from ecwid_async.apps.oauth.code_claims import hash_code
from tests.sandbox.api import Clock


async def test_a_code_is_claimed_once_until_its_claim_expires() -> None:
    clock = Clock()
    claims = MemoryCodeClaims(clock)
    assert await claims.claim_code("a", 60)
    assert not await claims.claim_code("a", 60)
    assert await claims.claim_code("b", 60)
    clock.now += 60
    assert await claims.claim_code("a", 60)
    assert repr(claims) == "<MemoryCodeClaims of 1 codes>"


async def test_the_number_of_claims_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code_claims, "_MAX_CLAIMS", 3)
    claims = MemoryCodeClaims(Clock())
    for code in "abcd":
        assert await claims.claim_code(code, 60)
    assert repr(claims) == "<MemoryCodeClaims of 3 codes>"
    assert not await claims.claim_code("d", 60)


def test_a_hash_shows_no_code_and_differs_between_apps() -> None:
    assert len(hash_code("app", "code")) == 64
    assert hash_code("app", "code") != hash_code("other", "code")
    assert hash_code("a", "bc") != hash_code("ab", "c")
