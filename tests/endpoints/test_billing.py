"""Endpoints for billing, called over HTTP."""

from decimal import Decimal
from uuid import uuid4

from ecwid_async.client import Store


async def test_a_transaction_with_the_same_key_is_charged_once(store: Store) -> None:
    key = str(uuid4())
    charges = [
        await store.billing.create_transaction(Decimal("4.90"), "EUR", "Tea", key, metadata={"plan": "tea"})
        for _ in range(2)
    ]
    assert [one.idempotency_key_in_use for one in charges] == [False, True]
    assert charges[0].transaction_id == charges[1].transaction_id
