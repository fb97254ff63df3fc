"""Payloads are read in both modes, and whatever is wrong with one raises the same error."""

import base64
import json
import pickle
import re
import shutil
import subprocess
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES128
from cryptography.hazmat.primitives.ciphers.modes import CBC
from hypothesis import given
from hypothesis import strategies as st

from ecwid_async import ConfigError
from ecwid_async.apps import PayloadError, PayloadReader, UnverifiedPayload, ViewMode
from ecwid_async.sandbox import App, Sandbox

SECRET = "secret_0123abcd4567efgh"
TOKEN = "secret_of_the_store"

# Made with openssl: see the test that makes it again.
PLAIN = '{"store_id":1003,"lang":"en","access_token":"secret_vector","view_mode":"PAGE"}'
IV = b"an-iv-of-16bytes"
VECTOR = (
    "YW4taXYtb2YtMTZieXRlc85ovmUAArRV86BVUMqAyIBf8jncvj8ueYeGVQeoTc2bzeTdvJFhHfKYqHnYc_BEc6xxXl65_iJdaLM0ywvyBrFFf0OslNQ-"
    "T8myVRWwvnb1"
)

# A longer one with padding characters, made in the same way.
LONG_SECRET = "test_client_secret_0123456789"
LONG_PLAIN = (
    '{"access_token":"secret_of_store_1003_0123456789abcdef","store_id":1003,"lang":"en_US","public_token":'
    '"public_of_store_1003_0123456789abcdef","view_mode":"INLINE","unknown":"our openssl"}'
)
LONG_IV = b"appauth-fixed-iv"
LONG_VECTOR = (
    "YXBwYXV0aC1maXhlZC1pdhIzjFPUtYpLNVCK76EMJ_xcFMfgXSdobeCZPg0T2vlkwhjC2bWGBQOOoUo3akIzy2QVUSCSouXmmUzH"
    "7y1TricHQi3KTCuZKwkYZVONq1OqHx8pyy4xBx6KA8whi4aO5-2qXXtqL-b6R0PcESYQsBcJ7C5lXe9c2So3qWXVVPpNCnEy7Epb"
    "m74n3hB5oqCO5-izKGEdKLhno1XoDmTg51bidCIFYMu7SJNYOI9O1zXg70kZcs1o3rKZ8nc_lyHLvA=="
)


@pytest.fixture
def reader() -> PayloadReader:
    return PayloadReader(SECRET)


@pytest.fixture
def sandbox() -> Sandbox:
    sandbox = Sandbox()
    sandbox.add_store(1003, token="secret_of_another_app")
    sandbox.add_app(App(client_id="app", client_secret=SECRET, iframe_url="https://app.example/open"))
    sandbox.install("app", 1003)
    return sandbox


def token_of(sandbox: Sandbox) -> str:
    return sandbox.stores[1003].installs["app"].token


def query_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


def encrypt(plain: bytes, secret: str = SECRET) -> str:
    """As an attacker with the secret would, or Ecwid with other contents."""
    from ecwid_async.sandbox.app_requests.encryption import encrypt_cbc

    return encrypt_cbc(secret, plain)


def fields(**changes: object) -> bytes:
    return json.dumps({"store_id": 1003, "lang": "en", "access_token": TOKEN, "view_mode": "PAGE"} | changes).encode()


def refusal(reader: PayloadReader, payload: str) -> str:
    with pytest.raises(PayloadError) as caught:
        reader.decrypt_unauthenticated(payload)
    assert caught.value.status == 400
    assert caught.value.__context__ is None
    return str(caught.value)


# Reading.


def test_a_payload_made_by_openssl_is_read(reader: PayloadReader) -> None:
    payload = reader.decrypt_unauthenticated(VECTOR)
    assert (payload.store_id, payload.language, payload.view_mode) == (1003, "en", ViewMode.PAGE)
    assert payload.access_token == "secret_vector"
    assert payload.public_token is None


def test_a_longer_payload_made_by_openssl_is_read() -> None:
    payload = PayloadReader(LONG_SECRET).decrypt_unauthenticated(LONG_VECTOR)
    assert (payload.store_id, payload.language, payload.view_mode) == (1003, "en_US", ViewMode.INLINE)
    assert payload.access_token == "secret_of_store_1003_0123456789abcdef"
    assert payload.public_token == "public_of_store_1003_0123456789abcdef"


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
@pytest.mark.parametrize(
    ("secret", "iv", "plain", "vector"),
    [(SECRET, IV, PLAIN, VECTOR), (LONG_SECRET, LONG_IV, LONG_PLAIN, LONG_VECTOR)],
    ids=["short", "long"],
)
def test_openssl_makes_the_payloads_again(secret: str, iv: bytes, plain: str, vector: str) -> None:
    arguments = ["openssl", "enc", "-aes-128-cbc", "-K", secret.encode()[:16].hex(), "-iv", iv.hex()]
    made = subprocess.run(arguments, input=plain.encode(), capture_output=True, check=True).stdout
    assert base64.urlsafe_b64encode(iv + made).decode().rstrip("=") == vector.rstrip("=")


def test_the_sandbox_opens_a_page_with_a_payload(reader: PayloadReader, sandbox: Sandbox) -> None:
    url = sandbox.iframe_url("app", 1003, lang="pt_BR", view_mode="INLINE", app_state="orderId: 12 & more")
    assert url.startswith("https://app.example/open?payload=")
    query = query_of(url)
    payload = reader.decrypt_unauthenticated(query["payload"], app_state=query["app_state"])
    assert payload.store_id == 1003
    assert payload.access_token == token_of(sandbox)
    assert (payload.language, payload.view_mode) == ("pt_BR", "INLINE")
    assert payload.app_state == "orderId: 12 & more"


def test_the_sandbox_opens_a_page_with_a_fragment(reader: PayloadReader, sandbox: Sandbox) -> None:
    url = urlsplit(sandbox.iframe_url("app", 1003, mode="fragment", app_state="a/b?c=ü"))
    assert url.query == ""
    for fragment in (url.fragment, f"#{url.fragment}", url.fragment.upper()):
        payload = reader.read_unencrypted(fragment)
        assert (payload.store_id, payload.access_token, payload.app_state) == (1003, token_of(sandbox), "a/b?c=ü")


@pytest.mark.parametrize("extra", ["", "=", "==", "===", "===="])
def test_base64_padding_may_be_missing_or_too_long(reader: PayloadReader, extra: str) -> None:
    for length in range(16):
        text = encrypt(fields(public_token="p" * (length + 1)))
        assert reader.decrypt_unauthenticated(text + extra).store_id == 1003


def test_both_alphabets_are_read_and_a_plus_that_became_a_space(reader: PayloadReader) -> None:
    texts = (encrypt(fields()) for _ in range(1000))
    text = next(text for text in texts if "-" in text and "_" in text)
    standard = text.replace("-", "+").replace("_", "/")
    for form in (text, standard, standard.replace("+", " ")):
        assert reader.decrypt_unauthenticated(form).store_id == 1003


def test_the_key_is_the_first_16_bytes_of_the_secret_whatever_its_form(reader: PayloadReader) -> None:
    text = encrypt(fields())
    assert PayloadReader(SECRET[:16]).decrypt_unauthenticated(text).store_id == 1003
    other = "0123abcd4567efgh1234567890"
    assert PayloadReader(other).decrypt_unauthenticated(encrypt(fields(), other)).store_id == 1003


def test_several_secrets_are_tried(reader: PayloadReader) -> None:
    both = PayloadReader(["the_secret_that_replaces_it", SECRET])
    assert both.decrypt_unauthenticated(VECTOR).store_id == 1003
    refusal(PayloadReader("the_secret_that_replaces_it"), VECTOR)


def test_the_secret_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECWID_CLIENT_SECRET", SECRET)
    assert PayloadReader().decrypt_unauthenticated(VECTOR).store_id == 1003


@pytest.mark.parametrize("secret", [None, "", "too_short", "fifteen_charact"])
def test_a_missing_or_short_secret_is_a_config_error(secret: str | None) -> None:
    with pytest.raises(ConfigError, match="client secret") as caught:
        PayloadReader(secret)
    assert not secret or secret not in str(caught.value)


def test_unknown_fields_and_a_domain_are_ignored(reader: PayloadReader) -> None:
    payload = reader.decrypt_unauthenticated(encrypt(fields(domain="https://evil.example", new={"a": [1]})))
    assert "evil" not in str([getattr(payload, name) for name in payload.__slots__])


def test_numbers_may_come_as_text_and_optional_fields_as_null(reader: PayloadReader) -> None:
    payload = reader.decrypt_unauthenticated(encrypt(fields(store_id="1003", lang=None, view_mode=None)))
    assert (payload.store_id, payload.language, payload.view_mode, payload.app_state) == (1003, None, None, None)


@pytest.mark.parametrize("lang", ["", "<script>", "en\r\nSet-Cookie: a=b", "english-and-a-lot-more-than-that", "e"])
def test_a_language_that_is_no_language_code_is_dropped(reader: PayloadReader, lang: str) -> None:
    payload = reader.decrypt_unauthenticated(encrypt(fields(lang=lang, view_mode=lang or " ")))
    assert payload.language is None


def test_a_view_mode_of_the_future_is_kept(reader: PayloadReader) -> None:
    assert reader.decrypt_unauthenticated(encrypt(fields(view_mode="SIDEBAR"))).view_mode == "SIDEBAR"


def test_the_payload_of_an_app_for_storefronts_has_the_public_token(reader: PayloadReader, sandbox: Sandbox) -> None:
    app = sandbox.apps["app"]
    app.scopes, app.public_token = frozenset({"public_storefront"}), True
    installed = sandbox.install("app", 1003)
    payload = reader.decrypt_unauthenticated(query_of(sandbox.iframe_url("app", 1003))["payload"])
    assert (payload.access_token, payload.public_token) == (installed.token, installed.public_token)


# Refusing.

UNREADABLE = [
    "",
    "=",
    "a",
    "%%%%",
    "päyload",
    "353035362c226163636573735f746f6b656e223a22776d6",  # the example of the documentation is no payload
    VECTOR[:20],
    VECTOR[:-3],
    VECTOR + "AAAA",
    VECTOR[:30] + "A" + VECTOR[31:],
    "A" * 8193,
]


@pytest.mark.parametrize("payload", UNREADABLE)
def test_text_that_is_no_payload_is_refused_with_the_same_error(reader: PayloadReader, payload: str) -> None:
    assert refusal(reader, payload) == refusal(reader, "anything else")


@pytest.mark.parametrize("fault", ["cut", "tampered", "wrong_key", "wrong_padding"])
def test_a_damaged_payload_is_refused_with_the_same_error(reader: PayloadReader, sandbox: Sandbox, fault: str) -> None:
    payload = query_of(sandbox.iframe_url("app", 1003, fault=fault))["payload"]  # type: ignore[arg-type]
    assert refusal(reader, payload) == refusal(reader, "")


def test_valid_contents_with_wrong_padding_are_refused(reader: PayloadReader) -> None:
    """The contents alone would be readable."""
    plain = fields()
    plain = fields(public_token="p" * (1 + (-len(plain) - len(', "public_token": "p"') + 8) % 16))
    assert len(plain) % 16 == 8
    iv = bytes(16)
    for padding in (bytes([1, 2, 3, 4, 5, 6, 7, 8]), b"        " + b" " * 16, bytes([8] * 7 + [0])):
        encryptor = Cipher(AES128(SECRET.encode()[:16]), CBC(iv)).encryptor()
        sealed = iv + encryptor.update(plain + padding) + encryptor.finalize()
        assert refusal(reader, base64.b64encode(sealed).decode()) == refusal(reader, "")
    encryptor = Cipher(AES128(SECRET.encode()[:16]), CBC(iv)).encryptor()
    sealed = iv + encryptor.update(plain + bytes([8] * 8)) + encryptor.finalize()
    assert reader.decrypt_unauthenticated(base64.b64encode(sealed).decode()).store_id == 1003


@pytest.mark.parametrize(
    "plain",
    [
        b"",
        b"not json",
        b"[]",
        b'"text"',
        b"{}",
        b"[" * 3000,
        b"\xff\xfe",
        fields(store_id=None),
        fields(store_id=True),
        fields(store_id=0),
        fields(store_id=-1003),
        fields(store_id=1003.5),
        fields(store_id=10**18),
        fields(store_id="10030000000000000000"),
        fields(store_id="١٠٠٣"),
        fields(store_id=[1003]),
        fields(access_token=None),
        fields(access_token=""),
        fields(access_token=5),
        fields(access_token="a b"),
        fields(access_token="a\nb"),
        fields(access_token="ü"),
        fields(access_token="a" * 1025),
        fields(public_token=5),
        fields(lang=5),
        fields(view_mode={}),
    ],
)
def test_wrong_contents_are_refused_with_the_same_error(reader: PayloadReader, plain: bytes) -> None:
    assert refusal(reader, encrypt(plain)) == refusal(reader, "")
    with pytest.raises(PayloadError) as caught:
        reader.read_unencrypted(plain.hex())
    assert str(caught.value) == refusal(reader, "")


@pytest.mark.parametrize("fragment", ["", "#", "abc", "zz", "ü", "7b", "\ud83d", "7b" * 5000])
def test_a_fragment_that_is_no_payload_is_refused(reader: PayloadReader, fragment: str) -> None:
    with pytest.raises(PayloadError) as caught:
        reader.read_unencrypted(fragment)
    assert str(caught.value) == refusal(reader, "")


def test_a_long_state_is_refused(reader: PayloadReader) -> None:
    with pytest.raises(PayloadError):
        reader.decrypt_unauthenticated(VECTOR, app_state="a" * 4097)


def test_each_byte_that_is_changed_is_refused_or_changes_only_unauthenticated_data(reader: PayloadReader) -> None:
    """CBC has no tag: some changes can't be noticed, which is why the result is called unverified."""
    sealed = base64.urlsafe_b64decode(VECTOR + "=" * (-len(VECTOR) % 4))
    read = 0
    for position in range(len(sealed)):
        changed = sealed[:position] + bytes([sealed[position] ^ 3]) + sealed[position + 1 :]
        try:
            payload = reader.decrypt_unauthenticated(base64.urlsafe_b64encode(changed).decode())
        except PayloadError:
            continue
        read += 1
        assert isinstance(payload, UnverifiedPayload)
    assert read > 0


@given(st.text())
def test_any_text_is_refused(text: str) -> None:
    refusal(PayloadReader(SECRET), text)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_encrypted_or_not(plain: bytes) -> None:
    reader = PayloadReader([SECRET, "another_secret_0123"])
    refusal(reader, base64.b64encode(plain).decode())
    refusal(reader, encrypt(plain))
    with pytest.raises(PayloadError):
        reader.read_unencrypted(plain.hex())


@given(
    st.dictionaries(
        st.sampled_from(["store_id", "access_token", "public_token", "lang", "view_mode", "app_state", "domain"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: st.lists(inner, max_size=3),
            max_leaves=5,
        ),
    )
)
def test_any_fields_are_read_or_refused(data: dict[str, object]) -> None:
    reader = PayloadReader(SECRET)
    text = json.dumps(data).encode()
    for read in (lambda: reader.decrypt_unauthenticated(encrypt(text)), lambda: reader.read_unencrypted(text.hex())):
        try:
            payload = read()
        except PayloadError:
            continue
        assert payload.store_id > 0
        assert re.fullmatch(r"[!-~]+", payload.access_token)


# Secrets.


def test_tokens_and_secrets_are_never_shown(reader: PayloadReader) -> None:
    payload = reader.decrypt_unauthenticated(encrypt(fields(public_token="public_token_1")), app_state="private")
    shown = f"{payload!r} {payload} {reader!r} {reader._cipher!r} {vars(reader)} {vars(reader._cipher)}"
    for secret in (TOKEN, "public_token_1", "private", SECRET):
        assert secret not in shown
    assert "1003" in shown


@pytest.mark.parametrize("plain", [fields(store_id=0), fields(lang=5), b"{" + TOKEN.encode()])
def test_no_frame_of_an_error_has_the_token_or_the_secret(reader: PayloadReader, plain: bytes) -> None:
    with pytest.raises(PayloadError) as caught:
        reader.decrypt_unauthenticated(encrypt(plain))
    frame = caught.tb.tb_next  # without the frame of this test
    assert frame is not None
    while frame is not None:
        shown = repr(frame.tb_frame.f_locals)
        assert TOKEN not in shown
        assert SECRET not in shown
        assert SECRET[:16] not in shown
        frame = frame.tb_next


def test_the_error_can_be_pickled(reader: PayloadReader) -> None:
    with pytest.raises(PayloadError) as caught:
        reader.decrypt_unauthenticated("x")
    again = pickle.loads(pickle.dumps(caught.value))
    assert type(again) is PayloadError
    assert (str(again), again.status) == (str(caught.value), 400)


def test_the_state_is_encoded_twice_and_follows_a_query_of_the_page(sandbox: Sandbox) -> None:
    sandbox.add_app(App(client_id="other", client_secret=SECRET, iframe_url="https://app.example/open?tab=1"))
    sandbox.install("other", 1003)
    raw = sandbox.iframe_url("other", 1003, app_state="50% off")
    assert "?tab=1&payload=" in raw
    assert unquote(unquote(raw.partition("app_state=")[2].partition("&")[0])) == "50% off"
