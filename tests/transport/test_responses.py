"""Any response becomes the right error, whatever its body looks like."""

import json
import pickle
from pathlib import Path
from time import process_time

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from ecwid_async import errors
from ecwid_async.errors import APIError
from ecwid_async.transport.responses import parse_error, parse_retry_after, result_error
from ecwid_async.wire import Headers, Options, Request, Response

READ = Request(method="GET", path="/orders/A", options=Options(operation="GET /orders/{orderId}", repeatable=True))
WRITE = Request(method="POST", path="/orders", options=Options(operation="POST /orders"))
UPDATE = evolve(READ, method="PUT")


def make_response(status: int, body: bytes = b"", headers: Headers | None = None) -> Response:
    return Response(status, headers or Headers(), body)


CODES = json.loads((Path(__file__).parents[1] / "spec" / "errors.json").read_text())
BY_STATUS = {
    400: errors.BadRequest,
    402: errors.PaymentRequired,
    403: errors.Forbidden,
    404: errors.NotFound,
    405: errors.MethodNotAllowed,
    408: errors.RequestTimeout,
    409: errors.Conflict,
    415: errors.UnsupportedMediaType,
    422: errors.Unprocessable,
    429: errors.RateLimited,
    500: errors.ServerError,
}


@pytest.mark.parametrize("row", CODES, ids=lambda row: f"{row['status']}-{row['code']}-{row.get('endpoint', '')}")
def test_each_documented_error_becomes_its_class(row: dict[str, str | int | None]) -> None:
    body = {"errorMessage": "No.", "errorCode": row["code"]} if row["code"] else {"errorMessage": "No."}
    status = int(row["status"] or 0)
    error = parse_error(READ, make_response(status, json.dumps(body).encode()))
    assert isinstance(error, BY_STATUS[status])
    assert (error.status, error.code, error.message) == (status, row["code"], "No.")


def test_every_documented_status_is_covered() -> None:
    assert {row["status"] for row in CODES} <= set(BY_STATUS)


@pytest.mark.parametrize(
    ("status", "code", "cls"),
    [
        (403, "INVALID_API_TOKEN", errors.InvalidToken),
        (401, None, errors.InvalidToken),
        (403, "INSUFFICIENT_APP_SCOPE", errors.MissingScope),
        (402, "STORE_IS_SUSPENDED", errors.StoreSuspended),
        (400, "INVALID_API_TOKEN", errors.InvalidToken),
        (503, "RATE_LIMITED", errors.RateLimited),
        (502, None, errors.ServerError),
        (418, None, APIError),
        (302, None, APIError),
    ],
)
def test_the_error_code_takes_precedence_over_the_status(status: int, code: str | None, cls: type[APIError]) -> None:
    error = parse_error(READ, make_response(status, json.dumps({"errorCode": code}).encode()))
    assert type(error) is cls


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"<html>Bad gateway</html>",
        b'{"errorMessage": "cut sh',
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"errorCode": 7}',
    ],
)
def test_a_body_that_is_not_an_error_object_leaves_the_status(body: bytes) -> None:
    error = parse_error(READ, make_response(404, body))
    assert type(error) is errors.NotFound
    assert error.code is None
    assert error.message is None
    assert "GET /orders/{orderId} returned 404" in str(error)


def test_details_come_from_args_and_are_text() -> None:
    error = parse_error(
        READ, make_response(400, b'{"errorMessage":"No","errorCode":"WRONG_PARAMETER","args":{"field":"sku","max":7}}')
    )
    assert error.details == {"field": "sku", "max": "7"}


@pytest.mark.parametrize(
    ("request_", "status", "outcome"),
    [
        (READ, 500, "refused"),
        (WRITE, 500, "unknown"),
        (WRITE, 408, "unknown"),
        (WRITE, 409, "refused"),
        (UPDATE, 503, "unknown"),
    ],
)
def test_only_a_write_that_failed_on_the_server_has_an_unknown_outcome(
    request_: Request, status: int, outcome: str
) -> None:
    assert parse_error(request_, make_response(status)).outcome == outcome


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ([("Retry-After", "7")], 7.0),
        ([("Retry-After", "Wed, 21 Oct 2026 07:28:10 GMT"), ("Date", "Wed, 21 Oct 2026 07:28:00 GMT")], 10.0),
        ([("Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT"), ("Date", "Wed, 21 Oct 2026 07:29:00 GMT")], 0.0),
        ([("Retry-After", "Wed, 21 Oct 2026 07:28:10 -0000"), ("Date", "Wed, 21 Oct 2026 07:28:00 GMT")], 10.0),
        ([("Retry-After", "Wed, 21 Oct 2020 07:28:10 GMT"), ("Date", "today")], 0.0),
        ([("Retry-After", "86400")], 86400.0),
        ([("Retry-After", "86401")], None),
        ([("Retry-After", "9" * 400)], None),
        ([("Retry-After", "Wed, 21 Oct 2099 07:28:10 GMT")], None),
        ([("Retry-After", "soon")], None),
        ([("Retry-After", "-3")], None),
        ([("Retry-After", "1.5")], None),
        ([], None),
    ],
)
def test_retry_after_is_seconds_or_a_date(headers: list[tuple[str, str]], seconds: float | None) -> None:
    assert parse_retry_after(Headers(headers)) == seconds


@pytest.mark.parametrize(
    ("body", "excerpt"),
    [
        (b"<html>\n <title>502 Bad gateway</title>", "<html> <title>502 Bad gateway</title>"),
        (b'{"error": "unavailable"}', '{"error": "unavailable"}'),
        (b"\x1b[31mno\x07\xff", "\\x1b[31mno\\x07\N{REPLACEMENT CHARACTER}"),
        (b"x" * 100_000, "x" * 499 + "…"),
        (b" \r\n", None),
        (b'{"errorCode": "SOME_CODE"}', None),
    ],
)
def test_the_beginning_of_a_body_that_is_not_an_api_error_is_kept(body: bytes, excerpt: str | None) -> None:
    error = parse_error(READ, make_response(502, body))
    assert error.excerpt == excerpt
    assert excerpt is None or excerpt in str(error).replace("\\\\", "\\")
    assert str(error).isprintable()
    assert len(str(error)) < 1200


def test_text_from_the_server_is_printable_and_limited() -> None:
    error_body = {
        "errorMessage": "a\r\nb\x1b[2J" + "x" * 5000,
        "errorCode": "C\x00",
        "args": {"k\x1b": "v\n\u202e" * 999},
    }
    error = parse_error(READ, make_response(400, json.dumps(error_body).encode()))
    assert (error.message or "").startswith(r"a b\x1b[2Jxxx")
    assert error.code == r"C\x00"
    for text in (str(error), error.message or "", *error.details, *error.details.values()):
        assert text.isprintable()
        assert len(text) < 2500
    many = json.dumps({"args": {str(number): number for number in range(5000)}}).encode()
    assert len(parse_error(READ, make_response(400, many)).details) == 100


def test_a_secret_in_a_body_is_masked_everywhere_in_the_error() -> None:
    error_body = {"errorMessage": "no secret_a1b2c3d4", "args": {"secret_a1b2c3d4": "Bearer secret_a1b2c3d4"}}
    for body in (json.dumps(error_body).encode(), b"<p>secret_a1b2c3d4"):
        error = parse_error(READ, make_response(403, body), ["secret_a1b2c3d4"])
        assert "a1b2c3d4" not in f"{error!r} {vars(error)}"


# Bodies of responses, from nearly valid ones to arbitrary bytes.
numbers = st.one_of(
    st.integers().map(str),
    st.sampled_from(["1e400000", "1e9999999999999999999999", "-0", "1e-400", "9" * 5000, "0.1" + "0" * 5000]),
)
texts = st.one_of(
    st.text(max_size=40).map(json.dumps),
    st.sampled_from(['"\\ud83d"', '"\\u0000\\u001b[2J"', '"' + "x" * 70_000 + '"']),
)
plain = st.one_of(
    numbers, texts, st.sampled_from(["null", "true", "NaN", "[" * 3000, "[" * 900 + "]" * 900, '{"a":' * 3000])
)
values = st.one_of(
    plain,
    st.lists(plain, max_size=3).map(lambda some: f"[{','.join(some)}]"),
    st.lists(st.tuples(texts, plain), max_size=4).map(
        lambda some: "{" + ",".join(f"{name}:{value}" for name, value in some) + "}"
    ),
)
names = st.sampled_from(["errorMessage", "errorCode", "args", "errorMessage", "other"])
documents = st.lists(st.tuples(names, values), max_size=4).map(
    lambda some: "{" + ",".join(f'"{name}":{value}' for name, value in some) + "}"
)
bodies = st.one_of(
    st.binary(max_size=200), documents.map(lambda text: text.encode("utf-8", "surrogatepass")), values.map(str.encode)
)
dates = st.one_of(
    st.text(max_size=60),
    st.sampled_from(["9" * 400, "1e9", "0", "soon", "(" * 90, "Wed, 21 Oct 2026 07:28:00 GMT", "٣"]),
    st.builds(
        "{}, {} {} {} {}:{}:{} {}".format,
        st.sampled_from(["Wed", "", "Xyz"]),
        st.integers(-1, 99),
        st.sampled_from(["Oct", "Feb", "13"]),
        st.sampled_from(["0", "1", "0001", "9999", "10000", "99999999999999999999", "-1", "2026"]),
        *[st.integers(-1, 99)] * 3,
        st.sampled_from(["GMT", "-0000", "+2359", "-9999", "+99999999999", ""]),
    ),
)


@pytest.mark.chaos
@given(st.integers(100, 999), bodies, dates, dates, st.sampled_from([READ, WRITE, UPDATE]))
def test_any_response_becomes_an_error_quickly(
    status: int, body: bytes, after: str, date: str, request_: Request
) -> None:
    headers = Headers([("Retry-After", after), ("Date", date)])
    with_result = evolve(request_, options=evolve(request_.options, expects="object"))
    started = process_time()
    error = parse_error(request_, make_response(status, body, headers), ["secret_a1b2c3d4"])
    pickle.loads(pickle.dumps(error))
    assert str(result_error(with_result, make_response(200, body))).isprintable()
    assert process_time() - started < 5
    assert str(error).isprintable()
    assert len(str(error)) < 5000
    assert error.retry_after is None or 0 <= error.retry_after <= 86_400


@pytest.mark.chaos
@given(dates, dates)
def test_any_retry_after_is_seconds_or_nothing(after: str, date: str) -> None:
    seconds = parse_retry_after(Headers([("Retry-After", after), ("Date", date)]))
    assert seconds is None or 0 <= seconds <= 86_400
