"""Requests, responses and headers: their encoding, and the masking in `repr` and messages."""

import base64
import json
import pickle
from enum import Enum, IntEnum
from typing import Any
from urllib.parse import quote, quote_plus, unquote_plus

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecwid_async.wire import (
    Headers,
    Lane,
    Options,
    Request,
    Response,
    encode_query,
    encode_segment,
    new_request,
    new_response,
    to_printable,
    with_deadline,
)


@pytest.mark.parametrize(
    ("segment", "encoded"),
    [
        ("EG4H2", "EG4H2"),
        (17, "17"),
        ("a b", "a+b"),
        ("a+b", "a%2Bb"),
        ("a/b", "a%2Fb"),
        ("Цвет", "%D0%A6%D0%B2%D0%B5%D1%82"),
    ],
)
def test_a_segment_is_encoded_as_in_a_form(segment: str | int, encoded: str) -> None:
    assert encode_segment(segment) == encoded


@pytest.mark.parametrize("segment", ["", ".", "..", " ", "\t\n", " .. ", "\u00a0"])
def test_a_segment_that_leads_to_another_endpoint_is_refused(segment: str) -> None:
    with pytest.raises(ValueError, match="is not a valid id"):
        encode_segment(segment)


@given(st.text(min_size=1).filter(lambda text: text.strip() not in ("", ".", "..")).filter(lambda t: t.isprintable()))
def test_any_segment_is_decoded_by_the_server_to_the_same_text(text: str) -> None:
    encoded = encode_segment(text)
    assert "/" not in encoded
    assert encoded.isascii()
    assert unquote_plus(encoded) == text


def test_a_query_keeps_selections_readable_and_encodes_everything_else() -> None:
    params = [("responseFields", "items(id,name)"), ("keyword", "a b&c=d+é")]
    assert encode_query(params) == "responseFields=items(id,name)&keyword=a+b%26c%3Dd%2B%C3%A9"


def test_the_target_joins_path_and_query() -> None:
    request = Request(method="GET", path="/orders", params=(("limit", "5"),), options=Options(operation="GET /orders"))
    assert request.target == "/orders?limit=5"


def test_a_request_in_a_message_names_its_parameters_without_their_values() -> None:
    options = Options(operation="GET /customers")
    params = (("email", "jane@example.com"), ("limit", "5"))
    assert str(Request(method="GET", path="/customers", params=params, options=options)) == (
        "GET /customers?email=…&limit=…"
    )
    assert str(Request(method="GET", path="/customers", options=options)) == "GET /customers"


def test_every_request_has_its_own_id() -> None:
    options = Options(operation="GET /orders")
    ids = {Request(method="GET", path="/orders", options=options).id for _ in range(100)}
    assert len(ids) == 100
    assert all(len(one) == 8 and one.isalnum() for one in ids)


def test_header_names_ignore_case_and_repeated_ones_are_joined() -> None:
    headers = Headers([(b"Retry-After", b"7"), ("X-A", "1"), ("x-a", "2")])
    assert headers["retry-after"] == headers["RETRY-AFTER"] == "7"
    assert headers["X-A"] == "1, 2"
    assert "Date" not in headers
    assert len(headers) == 2


def test_headers_hide_credentials_and_pickle() -> None:
    headers = Headers(
        [("Authorization", "Bearer secret_abc"), ("X-Ecwid-App-Secret-Key", "topsecret"), ("Date", "today")]
    )
    assert "secret_abc" not in repr(headers)
    assert "topsecret" not in repr(headers)
    assert "today" in repr(headers)
    cookies = Headers((("Cookie", "session=of_a_visitor"), ("Set-Cookie", "session=of_a_visitor")))
    assert "of_a_visitor" not in repr(cookies)
    assert pickle.loads(pickle.dumps(headers)) == headers


def test_a_request_does_not_show_its_body() -> None:
    request = Request(
        method="POST", path="/orders", body=b'{"email":"a@b.c"}', options=Options(operation="POST /orders")
    )
    assert "a@b.c" not in repr(request)


class Code(str, Enum):  # noqa: UP042  its `str()` is not its value
    SPRING = "SPRING 10%"


def test_an_enum_as_an_id_is_encoded_by_its_value() -> None:
    assert encode_segment(Code.SPRING) == "SPRING+10%25"
    assert encode_segment(IntEnum("Id", {"ONE": 7}).ONE) == "7"


@pytest.mark.parametrize("segment", [True, False, None, 1.5, b"7", ["7"]])
def test_an_id_is_text_or_a_whole_number(segment: Any) -> None:
    with pytest.raises(ValueError, match="is not a valid id"):
        encode_segment(segment)


SECRET = "secret_aB/cD+9=zQ_17xYw"


@pytest.mark.parametrize(
    "quoted",
    [
        SECRET,
        quote(SECRET),
        quote_plus(SECRET),
        quote(SECRET, safe="").replace("2F", "2f").replace("3D", "3d"),
        json.dumps(SECRET).replace("/", "\\/"),
        json.dumps(json.dumps(SECRET.replace("_", "\x7f"))).replace("7f", "5f"),
        *[base64.b64encode(b"user:x"[:length] + SECRET.encode() + b"/end").decode() for length in range(7)],
        base64.urlsafe_b64encode(f"Bearer {SECRET}".encode()).decode(),
    ],
)
def test_a_secret_is_masked_in_every_encoding(quoted: str) -> None:
    line = to_printable(f"The token {quoted} is wrong.", [SECRET])
    assert "***" in line
    for traces in (SECRET, quote(SECRET, safe=""), base64.b64encode(SECRET.encode()).decode()):
        assert not any(traces[start : start + 9] in line for start in range(len(traces) - 8))
    assert line.startswith("The token ")
    assert line.endswith(" is wrong.")


def test_untrusted_text_becomes_one_line_without_control_characters() -> None:
    assert to_printable("a\x1b[2J\r\nb\x00\t\t c\u202ed\ud83d") == r"a\x1b[2J b\x00 c\u202ed\ud83d"
    assert to_printable("Größe 12 €, 猫, \N{GRINNING FACE}") == "Größe 12 €, 猫, \N{GRINNING FACE}"


def test_untrusted_text_is_limited() -> None:
    assert to_printable("x" * 600) == "x" * 499 + "…"
    assert to_printable("x" * 500) == "x" * 500
    assert to_printable("x" * 600, limit=None) == "x" * 600
    # A secret across the limit is masked as a whole.
    assert to_printable("x" * 490 + SECRET, [SECRET]) == "x" * 490 + "***"


@pytest.mark.chaos
@given(st.text(), st.integers(1, 50))
def test_any_text_becomes_printable(text: str, limit: int) -> None:
    line = to_printable(text, [SECRET], limit)
    assert line.isprintable()
    assert len(line) <= limit
    assert line.encode().decode() == line


def test_requests_and_responses_that_are_created_fast_are_like_others() -> None:
    headers, options = (
        Headers((("A", "b"),)),
        Options(
            operation="GET /orders", repeatable=True, expects="object", lane=Lane.BULK, cost=2, fresh=True, timed=True
        ),
    )
    request = new_request("GET", "/orders", (("limit", "1"),), b"{}", headers, options, "0123abcd")
    slow = Request(
        method="GET",
        path="/orders",
        params=(("limit", "1"),),
        body=b"{}",
        headers=headers,
        options=options,
        id="0123abcd",
    )
    created = new_response(200, headers, b"{}")
    limited = with_deadline(request, 5.0)
    for instance, other in (
        (request, slow),
        (created, Response(200, headers, b"{}")),
        (limited, attrs.evolve(slow, options=attrs.evolve(options, deadline=5.0))),
        (limited.options, attrs.evolve(options, deadline=5.0)),
    ):
        assert attrs.astuple(instance, recurse=False) == attrs.astuple(other, recurse=False)
        assert (type(instance), repr(instance)) == (type(other), repr(other))
        assert instance == other == pickle.loads(pickle.dumps(instance))
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            instance.body = None  # type: ignore[attr-defined]
