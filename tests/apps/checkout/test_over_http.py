"""A customer pays: the checkout, the app and the API talk over HTTP."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from decimal import Decimal

import aiohttp
from aiohttp import web

from ecwid_async import Ecwid
from ecwid_async.apps import (
    OutgoingResponse,
    PaymentRequest,
    PaymentRequests,
    ShippingRate,
    ShippingRequest,
    ShippingRequests,
)
from ecwid_async.apps.aiohttp_web import routes
from ecwid_async.sandbox import Sandbox
from ecwid_async.sandbox.app_requests import read_shipping_options, send_app_request
from ecwid_async.sandbox.server import serve
from tests.apps.checkout.conftest import SECRET


async def rates(request: ShippingRequest) -> Sequence[ShippingRate]:
    return [ShippingRate(title="Courier", rate=Decimal("4.90"))]


async def test_a_customer_gets_rates_pays_and_returns_to_the_store(sandbox: Sandbox, order_id: str) -> None:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(serve(sandbox))
        ecwid = await stack.enter_async_context(Ecwid(base_url=server.base_url))

        async def pay(request: PaymentRequest) -> OutgoingResponse:
            if request.language == "fr":
                return await request.payment.report_incomplete(ecwid, "<Carte> refusée")
            return await request.payment.report_paid(ecwid)

        application = web.Application()
        payments = PaymentRequests(pay, client_secret=SECRET)
        application.add_routes(routes({"/pay": payments.handle, "/shipping": ShippingRequests(rates).handle}))
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        app, address = sandbox.apps["app"], f"http://127.0.0.1:{runner.addresses[0][1]}"
        app.payment_url, app.shipping_url = f"{address}/pay", f"{address}/shipping"
        session = await stack.enter_async_context(aiohttp.ClientSession())

        response = await send_app_request(sandbox.checkout.shipping_request("app", 1003, order_id))
        assert [option["rate"] for option in read_shipping_options(response)] == [4.9]

        async def go_to_pay(lang: str) -> str:
            request = sandbox.checkout.payment_request("app", 1003, order_id, lang=lang, origin=server.origin)
            response = await send_app_request(request)
            assert response.status == 303
            async with session.get(response.header("Location") or "") as page:
                assert page.status == 200
                return await page.text()

        assert "Your order is not paid. &lt;Carte&gt; refusée" in await go_to_pay("fr")
        assert "Thank you for your order" in await go_to_pay("en")
