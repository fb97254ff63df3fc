"""Payment requests are read if Ecwid has encrypted them, and their result lands on the order."""

import base64
import json
import pickle
import shutil
import subprocess
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, quote, urlencode

import pytest
from attrs import evolve
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from ecwid_async import ConfigError, Ecwid, ServerError
from ecwid_async.apps import (
    IncomingRequest,
    OutgoingResponse,
    PayloadError,
    Payment,
    PaymentRequest,
    PaymentRequests,
    UnauthenticatedPayments,
)
from ecwid_async.models.orders import PaymentStatus
from ecwid_async.sandbox import Sandbox
from ecwid_async.tokens import MemoryTokens
from ecwid_async.transport import CachePolicy, MemoryCache
from ecwid_async.wire import Headers
from tests.apps.checkout.conftest import SECRET, arriving, payment_status

FORM = Headers((("Content-Type", "application/x-www-form-urlencoded"),))

# Our own: made with the library `cryptography`, and read again by another one below.
NONCE = b"nonce-of-16-byte"
PLAIN = (
    b'{"storeId":1003,"returnUrl":"https://app.ecwid.com/custompaymentapps/1003?orderId=5","merchantAppSettings":'
    b'{"apiKey":"XXX"},"cart":{"currency":"USD","order":{"id":"XJ12H","total":12.5,"referenceTransactionId":'
    b'"transaction_5"}},"token":"secret_vector","lang":"en"}'
)


def seal(plain: bytes, secret: str = SECRET, nonce: bytes = NONCE) -> str:
    return (
        base64.urlsafe_b64encode(nonce + AESGCM(secret.encode()[:16]).encrypt(nonce, plain, None)).decode().rstrip("=")
    )


def form(**fields: str) -> IncomingRequest:
    return IncomingRequest(method="POST", path="/pay", headers=FORM, body=urlencode(fields, quote_via=quote).encode())


def contents(**changes: Any) -> dict[str, Any]:
    return json.loads(PLAIN) | changes


def with_order(**changes: Any) -> dict[str, Any]:
    data = contents()
    data["cart"]["order"] |= changes
    return data


async def never(request: PaymentRequest) -> OutgoingResponse:
    raise AssertionError("the handler was called")


@pytest.fixture
def requests() -> PaymentRequests:
    return PaymentRequests(never, client_secret=SECRET)


async def refusal(requests: PaymentRequests, request: IncomingRequest) -> OutgoingResponse:
    with pytest.raises(PayloadError) as caught:
        await requests.read(request)
    response = await requests.handle(request)
    assert (response.status, response.body.decode()) == (400, str(caught.value))
    return response


# Reading.


async def test_the_contents_of_a_payment_request_are_read(requests: PaymentRequests) -> None:
    found = await requests.read(form(enc_data=seal(PLAIN)))
    assert (found.store_id, found.total, found.currency, found.language) == (1003, Decimal("12.5"), "USD", "en")
    assert found.order.id == "XJ12H"
    assert found.settings == {"apiKey": "XXX"}
    assert found.payment.transaction_id == "transaction_5"
    assert found.payment.return_url == "https://app.ecwid.com/custompaymentapps/1003?orderId=5"
    assert found.payment.token == "secret_vector"


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
def test_openssl_makes_the_same_ciphertext() -> None:
    """Its command has no GCM, but its counter mode makes the same from the same first counter."""
    sealed = base64.urlsafe_b64decode(seal(PLAIN) + "==")
    key = SECRET.encode()[:16]
    arguments = ["openssl", "enc", "-aes-128-ctr", "-K", key.hex(), "-iv", gcm_counter(key, NONCE).hex()]
    made = subprocess.run(arguments, input=PLAIN, capture_output=True, check=True).stdout
    assert sealed == NONCE + made + sealed[-16:]


def gcm_counter(key: bytes, nonce: bytes) -> bytes:
    """The counter of the first block, for a nonce of 16 bytes: GHASH of the nonce, plus one (NIST SP 800-38D)."""
    ecb = ["openssl", "enc", "-aes-128-ecb", "-nopad", "-K", key.hex()]
    hash_key = int.from_bytes(subprocess.run(ecb, input=bytes(16), capture_output=True, check=True).stdout)

    def multiply(x: int, y: int) -> int:
        product = 0
        for bit in range(127, -1, -1):
            if x >> bit & 1:
                product ^= y
            y = (y >> 1) ^ (0xE1 << 120) if y & 1 else y >> 1
        return product

    counter = 0
    for block in (nonce, bytes(8) + (len(nonce) * 8).to_bytes(8)):
        counter = multiply(counter ^ int.from_bytes(block), hash_key)
    first, last = counter >> 32, (counter + 1) & 0xFFFFFFFF
    return (first << 32 | last).to_bytes(16)


async def test_the_sandbox_sends_a_customer_to_pay(sandbox: Sandbox, order_id: str, requests: PaymentRequests) -> None:
    sandbox.stores[1003].records("storage")["apiKey"] = "of the merchant"
    found = await requests.read(arriving(sandbox.checkout.payment_request("app", 1003, order_id, lang="de")))
    assert (found.store_id, found.total, found.currency, found.language) == (1003, Decimal("12.5"), "EUR", "de")
    assert (found.order.id, found.order.email) == (order_id, "customer@shop.example")
    assert found.order.items is not None
    assert [item.name for item in found.order.items] == ["Mug"]
    assert found.settings == {"apiKey": "of the merchant"}
    assert found.payment.token == sandbox.stores[1003].installs["app"].token
    assert found.payment.transaction_id == found.order.reference_transaction_id


async def test_only_the_authenticated_field_counts(sandbox: Sandbox, order_id: str, requests: PaymentRequests) -> None:
    both = sandbox.checkout.payment_request("app", 1003, order_id, fields="both")
    assert (await requests.read(arriving(both))).store_id == 1003
    fields = {name: values[0] for name, values in parse_qs(both.body.decode()).items()}
    await refusal(requests, form(data=fields["data"]))
    await refusal(requests, form(data=fields["data"], enc_data="x"))
    await refusal(requests, form(enc_data=fields["data"]))


async def test_several_secrets_are_tried(requests: PaymentRequests) -> None:
    both = PaymentRequests(never, client_secret=["secret_that_is_new", SECRET])
    assert (await both.read(form(enc_data=seal(PLAIN)))).store_id == 1003
    await refusal(PaymentRequests(never, client_secret="secret_that_is_new"), form(enc_data=seal(PLAIN)))


# Refusing.


@pytest.mark.parametrize("fault", ["cut", "tampered", "wrong_key"])
async def test_a_damaged_request_is_refused(
    sandbox: Sandbox, order_id: str, requests: PaymentRequests, fault: Any
) -> None:
    request = sandbox.checkout.payment_request("app", 1003, order_id, fault=fault)
    assert await refusal(requests, arriving(request)) == await refusal(requests, form(enc_data="x"))


async def test_each_changed_byte_is_noticed(requests: PaymentRequests) -> None:
    sealed = base64.urlsafe_b64decode(seal(PLAIN) + "==")
    for position in range(0, len(sealed), 7):
        changed = sealed[:position] + bytes([sealed[position] ^ 1]) + sealed[position + 1 :]
        with pytest.raises(PayloadError):
            await requests.read(form(enc_data=base64.urlsafe_b64encode(changed).decode()))


@pytest.mark.parametrize(
    "data",
    [
        [],
        {},
        contents(storeId=None),
        contents(storeId=0),
        contents(storeId=True),
        contents(token=None),
        contents(token=""),
        contents(token="a b"),
        contents(returnUrl=None),
        contents(returnUrl="http://app.ecwid.com/"),
        contents(returnUrl="//app.ecwid.com/"),
        contents(returnUrl="javascript:alert(1)"),
        contents(cart=None),
        contents(cart={}),
        contents(cart={"currency": "USD", "order": []}),
        contents(cart=contents()["cart"] | {"currency": None}),
        contents(cart=contents()["cart"] | {"currency": "dollar"}),
        with_order(total=None),
        with_order(total="a"),
        with_order(total="NaN"),
        with_order(total="Infinity"),
        with_order(total=-1),
        with_order(total=[1]),
        with_order(referenceTransactionId=None),
        with_order(referenceTransactionId=""),
        with_order(referenceTransactionId="a b"),
        with_order(referenceTransactionId="a" * 257),
    ],
)
async def test_a_request_without_what_a_payment_needs_is_refused(requests: PaymentRequests, data: object) -> None:
    await refusal(requests, form(enc_data=seal(json.dumps(data).encode())))


@pytest.mark.parametrize(
    "request_",
    [
        form(),
        form(enc_data=""),
        form(other="x"),
        evolve(form(enc_data=seal(PLAIN)), headers=Headers()),
        evolve(form(enc_data=seal(PLAIN)), headers=Headers((("Content-Type", "multipart/form-data"),))),
        evolve(form(), body=f"enc_data={seal(PLAIN)}&enc_data={seal(PLAIN)}".encode()),
        evolve(form(), body=b"a=1&" * 40 + f"enc_data={seal(PLAIN)}".encode()),
        evolve(form(), body=b"\xff"),
        evolve(form(), body=b"enc_data=" + b"A" * (4 * 1024 * 1024)),
    ],
)
async def test_a_malformed_form_is_refused(requests: PaymentRequests, request_: IncomingRequest) -> None:
    await refusal(requests, request_)


async def test_only_post_is_accepted(requests: PaymentRequests) -> None:
    response = await requests.handle(IncomingRequest(method="GET", path="/pay", query="enc_data=x"))
    assert (response.status, dict(response.headers)["Allow"]) == (405, "POST")


@given(st.binary(max_size=300))
async def test_any_bytes_are_refused(data: bytes) -> None:
    requests = PaymentRequests(never, client_secret=SECRET)
    for text in (base64.b64encode(data).decode(), seal(data), data.decode("latin-1")):
        with pytest.raises(PayloadError):
            await requests.read(form(enc_data=text))
    with pytest.raises(PayloadError):
        await requests.read(evolve(form(), body=data))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(list(contents())),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(contents())), inner),
        max_leaves=8,
    )
)
async def test_any_contents_are_refused(data: object) -> None:
    with pytest.raises(PayloadError):
        await PaymentRequests(never, client_secret=SECRET).read(form(enc_data=seal(json.dumps(data).encode())))


@pytest.mark.parametrize("secret", [None, "short", []])
def test_a_missing_or_short_secret_is_a_config_error(secret: Any) -> None:
    with pytest.raises(ConfigError):
        PaymentRequests(never, client_secret=secret)


# The result.


def paying(ecwid: Ecwid) -> Callable[[PaymentRequest], Any]:
    async def handler(request: PaymentRequest) -> OutgoingResponse:
        return await request.payment.report_paid(ecwid, external_transaction_id="provider-1")

    return handler


async def test_paid_lands_on_the_order_before_the_customer_returns(
    sandbox: Sandbox, ecwid: Ecwid, order_id: str
) -> None:
    request = sandbox.checkout.payment_request("app", 1003, order_id)
    response = await PaymentRequests(paying(ecwid), client_secret=SECRET).handle(arriving(request))
    assert response.status == 303
    assert dict(response.headers)["Location"].startswith("https://app.ecwid.com/custompaymentapps/1003?orderId=")
    assert dict(response.headers)["Referrer-Policy"] == "no-referrer"
    order = await ecwid.store(1003, "secret_admin").orders.get(order_id)
    assert (order.payment_status, order.external_transaction_id) == (PaymentStatus.PAID, "provider-1")
    put = sandbox.requests[-2]
    assert (put.method, put.path) == ("PUT", f"/1003/orders/{order.reference_transaction_id}")


async def test_a_failed_payment_returns_the_customer_with_a_message(
    sandbox: Sandbox, ecwid: Ecwid, order_id: str
) -> None:
    async def handler(request: PaymentRequest) -> OutgoingResponse:
        return await request.payment.report_incomplete(ecwid, "Karte & Bank <lehnen> ab\r\n#1")

    request = sandbox.checkout.payment_request("app", 1003, order_id)
    response = await PaymentRequests(handler, client_secret=SECRET).handle(arriving(request))
    location = dict(response.headers)["Location"]
    assert location.endswith("&errorMsg=Karte%20%26%20Bank%20%3Clehnen%3E%20ab%0D%0A%231")
    assert await payment_status(ecwid, order_id) == PaymentStatus.INCOMPLETE


async def test_a_result_is_reported_later_from_a_database(sandbox: Sandbox, ecwid: Ecwid, order_id: str) -> None:
    kept: dict[str, Any] = {}

    async def handler(request: PaymentRequest) -> OutgoingResponse:
        payment = request.payment
        kept.update(store_id=payment.store_id, transaction_id=payment.transaction_id, return_url=payment.return_url)
        return OutgoingResponse.redirect("https://provider.example/pay/1")

    request = sandbox.checkout.payment_request("app", 1003, order_id)
    response = await PaymentRequests(handler, client_secret=SECRET).handle(arriving(request))
    assert dict(response.headers)["Location"] == "https://provider.example/pay/1"
    assert await payment_status(ecwid, order_id) == PaymentStatus.INCOMPLETE
    tokens = MemoryTokens({1003: sandbox.stores[1003].installs["app"].token})
    async with Ecwid(transport=sandbox, tokens=tokens) as later:
        await Payment(**kept).report_paid(later)
        await Payment(**kept).report_paid(later)  # again, after a response that was lost
    assert await payment_status(ecwid, order_id) == PaymentStatus.PAID


async def test_a_customer_does_not_return_if_the_result_could_not_be_reported(
    sandbox: Sandbox, ecwid: Ecwid, order_id: str
) -> None:
    request = sandbox.checkout.payment_request("app", 1003, order_id)
    sandbox.stores[1003].failing = True
    with pytest.raises(ServerError):
        await PaymentRequests(paying(ecwid), client_secret=SECRET).handle(arriving(request))
    sandbox.stores[1003].failing = False
    assert await payment_status(ecwid, order_id) == PaymentStatus.INCOMPLETE


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/x", "https://a.example/x?errorMsg=no"),
        ("https://a.example/x?a=1", "https://a.example/x?a=1&errorMsg=no"),
        ("https://a.example/x?a=1#top", "https://a.example/x?a=1&errorMsg=no#top"),
        ("https://a.example#!/~/cart", "https://a.example?errorMsg=no#!/~/cart"),
    ],
)
async def test_the_message_goes_into_the_query(
    sandbox: Sandbox, ecwid: Ecwid, order_id: str, url: str, expected: str
) -> None:
    payment = Payment(store_id=1003, transaction_id=order_id, return_url=url, token=None)
    payment = evolve(payment, token=sandbox.stores[1003].installs["app"].token)
    response = await payment.report_incomplete(ecwid, "no")
    assert dict(response.headers)["Location"] == expected
    long = await payment.report_incomplete(ecwid, "ü" * 5000)
    assert len(dict(long.headers)["Location"]) < 3200


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://",
        "https:///x",
        "http://shop.example/",
        "ftp://shop.example/",
        "//shop.example/",
        "/orders",
        "https://user:password@shop.example/",
        "https://shop.example\\@evil.example/",
        "https://shop.example/\r\nSet-Cookie: a=b",
        "https://shop.example/ü",
        "https://shop.example:port/",
        "https://[::1",
        "javascript:alert(1)//https://",
        "https://shop.example/" + "a" * 4096,
        None,
        5,
    ],
)
def test_a_customer_is_sent_to_no_other_address(url: Any) -> None:
    with pytest.raises(ValueError, match="return_url"):
        Payment(store_id=1003, transaction_id="t", return_url=url)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000/", "http://localhost/x", "http://[::1]:80/", "HTTPS://a.example/"]
)
def test_a_store_on_this_machine_needs_no_encryption(url: str) -> None:
    if url.startswith("HTTPS"):
        with pytest.raises(ValueError, match="return_url"):
            Payment(store_id=1003, transaction_id="t", return_url=url)
    else:
        assert Payment(store_id=1003, transaction_id="t", return_url=url).return_url == url


# Requests of older apps.


async def test_an_unauthenticated_request_is_read_again_from_the_api(
    sandbox: Sandbox, ecwid: Ecwid, order_id: str
) -> None:
    requests = PaymentRequests(
        never, client_secret=SECRET, unauthenticated=UnauthenticatedPayments(ecwid, return_hosts=["app.ecwid.com"])
    )
    found = await requests.read(arriving(sandbox.checkout.payment_request("app", 1003, order_id, fields="data")))
    assert (found.total, found.currency, found.settings) == (Decimal("12.5"), "EUR", {})
    assert [(each.method, each.path) for each in list(sandbox.requests)[-2:]] == [
        ("GET", f"/1003/orders/{order_id}"),
        ("GET", "/1003/profile"),
    ]


async def test_what_a_customer_has_changed_does_not_count(sandbox: Sandbox, ecwid: Ecwid, order_id: str) -> None:
    from ecwid_async.sandbox.app_requests.encryption import encrypt_cbc

    authenticated = PaymentRequests(never, client_secret=SECRET)
    genuine = await authenticated.read(arriving(sandbox.checkout.payment_request("app", 1003, order_id)))
    unauthenticated = UnauthenticatedPayments(ecwid, return_hosts=["app.ecwid.com"])
    requests = PaymentRequests(never, client_secret=SECRET, unauthenticated=unauthenticated)

    def changed(**changes: Any) -> IncomingRequest:
        order = {"id": order_id, "total": 12.5, "referenceTransactionId": genuine.payment.transaction_id}
        data = {
            "storeId": 1003,
            "returnUrl": genuine.payment.return_url,
            "cart": {"currency": changes.pop("currency", "EUR"), "order": order | changes.pop("order", {})},
            "token": genuine.payment.token,
        }
        return form(data=encrypt_cbc(SECRET, json.dumps(data | changes).encode()))

    cheap = await requests.read(changed(order={"total": 0.01}, currency="IDR", merchantAppSettings={"a": "b"}))
    assert (cheap.total, cheap.currency, cheap.settings) == (Decimal("12.5"), "EUR", {})
    for request in (
        changed(returnUrl="https://evil.example/"),
        changed(token="secret_made_up"),
        changed(storeId=1004),
        changed(order={"referenceTransactionId": "transaction_9"}),
        changed(order={"id": "AAAAA"}),
        changed(order={"id": None}),
    ):
        with pytest.raises(PayloadError):
            await requests.read(request)


async def test_an_unauthenticated_request_is_not_checked_against_a_cache(sandbox: Sandbox, order_id: str) -> None:
    request = arriving(sandbox.checkout.payment_request("app", 1003, order_id, fields="data"))
    async with Ecwid(transport=sandbox, cache=MemoryCache(CachePolicy({"GET /*": 60}))) as ecwid:
        unauthenticated = UnauthenticatedPayments(ecwid, return_hosts=["app.ecwid.com"])
        requests = PaymentRequests(never, client_secret=SECRET, unauthenticated=unauthenticated)
        first = await requests.read(request)
        assert (first.total, first.currency) == (Decimal("12.5"), "EUR")
        store = sandbox.stores[1003]
        sandbox.request_as_ecwid(store, "PUT", f"/orders/{order_id}", {"total": 99})
        sandbox.request_as_ecwid(store, "PUT", "/profile", {"formatsAndUnits": {"currency": "USD"}})
        second = await requests.read(request)
        assert (second.total, second.currency) == (99, "USD")


async def test_one_host_of_stores_may_be_passed_as_text(ecwid: Ecwid, sandbox: Sandbox, order_id: str) -> None:
    unauthenticated = UnauthenticatedPayments(ecwid, return_hosts="app.ecwid.com")
    requests = PaymentRequests(never, client_secret=SECRET, unauthenticated=unauthenticated)
    sent = sandbox.checkout.payment_request("app", 1003, order_id, fields="data")
    assert (await requests.read(arriving(sent))).store_id == 1003


@pytest.mark.parametrize("hosts", [[], [""], "", ["https://app.ecwid.com"], ["app.ecwid.com:443"]])
async def test_unauthenticated_requests_need_the_hosts_of_stores(ecwid: Ecwid, hosts: list[str]) -> None:
    with pytest.raises(ConfigError, match="return_hosts"):
        UnauthenticatedPayments(ecwid, return_hosts=hosts)


# Secrets.


async def test_neither_tokens_nor_customers_are_shown(
    sandbox: Sandbox, order_id: str, requests: PaymentRequests
) -> None:
    found = await requests.read(arriving(sandbox.checkout.payment_request("app", 1003, order_id)))
    shown = f"{found!r} {found.payment!r} {requests!r} {vars(requests)}"
    for secret in (found.payment.token, "customer@shop.example", "A. Customer", SECRET, found.payment.return_url):
        assert secret is not None
        assert secret not in shown
    assert "12.5" in shown
    assert repr(found.payment.token) == "'***'"


async def test_the_error_of_an_invalid_payment_has_none_of_its_values() -> None:
    with pytest.raises(ValueError, match="token") as caught:
        Payment(store_id=1, transaction_id="t", return_url="https://a.example/", token="a secret")
    assert "a secret" not in str(caught.value)


async def test_a_payment_can_be_pickled() -> None:
    payment = Payment(store_id=1, transaction_id="t", return_url="https://a.example/", token="secret")
    assert pickle.loads(pickle.dumps(payment)) == payment
