"""A token from a source is hidden and masked like one that is passed to `Ecwid.store`."""

import json

import pytest

from ecwid_async import EcwidError
from ecwid_async.models.customers import CustomerDraft
from ecwid_async.tokens import MemoryTokens
from ecwid_async.transport import MemoryTransport, make_response
from ecwid_async.wire import Request, Response
from tests.test_secrets import ERROR, TOKEN, Printed, in_base64, printed, quoted, raw_response, secrets_in
from tests.transport.fault_server import Exchange, fault_server

__all__ = ["printed"]

OTHER = "secret_Ba4hT8qW2nKd6JmVx0Zr5YuEs9PfLc3G"


@pytest.mark.parametrize(
    "response",
    [
        raw_response(b"400 Bad", ERROR % (b"@@", b"@@", b"@@", b"@@")),
        raw_response(b"403 Bad", b'{"errorCode":"INVALID_API_TOKEN","errorMessage":"@@"}', b"X-Echo: @@"),
        raw_response(b"502 Bad", b"<html>@@"),
        raw_response(b"200 OK", b"@@", b"X-Echo: @@"),
    ],
    ids=["message", "invalid token", "page", "success"],
)
async def test_a_token_that_the_server_quotes_is_masked(response: bytes, printed: Printed) -> None:
    from ecwid_async import Ecwid, RetryPolicy

    quote = quoted(TOKEN, "Bearer ")

    async def quote_it(exchange: Exchange) -> None:
        assert TOKEN in (exchange.header("authorization") or "")
        await exchange.send(response.replace(b"@@", quote))
        exchange.writer.close()

    async def make_calls(base_url: str) -> None:
        tokens = MemoryTokens({1003: TOKEN})
        async with Ecwid(base_url=base_url, tokens=tokens, retry=RetryPolicy(attempts=2, base_delay=0)) as ecwid:
            store = ecwid.store(1003)
            for call in (
                lambda: store.customers.create(CustomerDraft(email="a@b.example")),
                lambda: store.orders.invoices.pdf("A").read(),
                lambda: store.batch([store.customers.get(7)]),
            ):
                printed.calls += 1
                try:
                    await call()
                except EcwidError as error:
                    printed.record_error(error)
                    printed.show(*vars(error).values(), store, vars(store), tokens, vars(tokens))

    async with fault_server(quote_it) as server:
        await make_calls(server.base_url)
    assert printed.errors
    assert in_base64(printed.own.getvalue() + printed.shown.getvalue()) == []


async def test_every_token_of_a_store_is_masked_in_a_batch() -> None:
    """The refusal of a call inside a batch may quote the token before the last one."""
    from ecwid_async import Ecwid

    tokens = MemoryTokens({1003: TOKEN})
    refusal = {"errorMessage": f"neither {TOKEN} nor {OTHER}"}
    item = {"id": "0", "status": "COMPLETED", "httpStatusCode": 403, "escapedHttpBody": json.dumps(refusal)}

    def respond(request: Request) -> Response:
        if request.headers["authorization"] != f"Bearer {OTHER}":
            return make_response({"errorCode": "INVALID_API_TOKEN"}, status=403)
        if request.method == "POST":
            return make_response({"ticket": "t"})
        return make_response({"status": "COMPLETED", "responses": [item]})

    async with Ecwid(transport=MemoryTransport(respond), tokens=tokens) as ecwid:
        store = ecwid.store(1003)
        with pytest.raises(EcwidError, match="INVALID_API_TOKEN"):
            await store.profile.get()
        await tokens.put(1003, OTHER)
        [error] = await store.batch([store.customers.get(7)], raise_on_failure=False)
    shown = f"{error!r} {error} {vars(error)!r}"
    assert secrets_in(shown) == []
    assert OTHER[8:20] not in shown
    assert "neither *** nor ***" in str(error)
