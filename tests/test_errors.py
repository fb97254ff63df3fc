"""Every status and code becomes the right class, whatever the body looks like."""

import json
import pickle
from collections.abc import AsyncIterator
from pathlib import Path
from time import process_time

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from ecwid_async import Ecwid, errors
from ecwid_async.errors import APIError, DecodeError, EcwidError, NotSent, api_error, retry_after, unreadable
from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN, demo_sandbox
from ecwid_async.transport.memory import MemoryTransport
from ecwid_async.wire import Headers, Options, Request, Response, StreamBody

CODES = json.loads((Path(__file__).parent / "spec" / "errors.json").read_text())
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
READ = Request(method="GET", path="/orders/A", options=Options(operation="GET /orders/{orderId}", repeatable=True))
WRITE = Request(method="POST", path="/orders", options=Options(operation="POST /orders"))
UPDATE = evolve(READ, method="PUT")


def answer(status: int, body: bytes = b"", headers: Headers | None = None) -> Response:
    return Response(status, headers or Headers(), body)


@pytest.mark.parametrize("row", CODES, ids=lambda row: f"{row['status']}-{row['code']}-{row.get('endpoint', '')}")
def test_each_documented_error_becomes_its_class(row: dict[str, str | int | None]) -> None:
    body = {"errorMessage": "No.", "errorCode": row["code"]} if row["code"] else {"errorMessage": "No."}
    status = int(row["status"] or 0)
    error = api_error(READ, answer(status, json.dumps(body).encode()))
    assert isinstance(error, BY_STATUS[status])
    assert (error.status, error.code, error.message) == (status, row["code"], "No.")


def test_every_status_of_the_table_is_covered() -> None:
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
def test_the_code_decides_before_the_status(status: int, code: str | None, cls: type[APIError]) -> None:
    error = api_error(READ, answer(status, json.dumps({"errorCode": code}).encode()))
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
def test_a_body_that_is_no_error_object_leaves_the_status_to_speak(body: bytes) -> None:
    error = api_error(READ, answer(404, body))
    assert type(error) is errors.NotFound
    assert error.code is None
    assert error.message is None
    assert "GET /orders/{orderId} answered 404" in str(error)


def test_details_come_from_args_and_are_text() -> None:
    error = api_error(
        READ, answer(400, b'{"errorMessage":"No","errorCode":"WRONG_PARAMETER","args":{"field":"sku","max":7}}')
    )
    assert error.details == {"field": "sku", "max": "7"}


def test_a_message_says_what_to_do_and_names_the_request() -> None:
    error = api_error(READ, answer(403, b'{"errorMessage":"Scope.","errorCode":"INSUFFICIENT_APP_SCOPE"}'))
    assert str(error) == (
        "GET /orders/{orderId} answered 403 INSUFFICIENT_APP_SCOPE: Scope. "
        f"[request {READ.id}]. Add the scope to the app's settings and have the store's owner approve it again."
    )


@pytest.mark.parametrize(
    "cls", [cls for cls in vars(errors).values() if isinstance(cls, type) and issubclass(cls, APIError)]
)
def test_every_api_error_has_a_hint(cls: type[APIError]) -> None:
    assert cls.hint.endswith(".")


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
def test_only_a_write_that_the_server_failed_on_has_an_unknown_outcome(
    request_: Request, status: int, outcome: str
) -> None:
    assert api_error(request_, answer(status)).outcome == outcome


def test_every_error_of_a_call_says_what_became_of_it() -> None:
    done = [
        errors.ResponseTooLarge(READ, 200, 10),
        errors.ResponseExpired(WRITE, 200),
        DecodeError(operation="GET /orders", path="", expected="object", found="list"),
    ]
    refused = [
        api_error(WRITE, answer(409)),
        errors.ResponseTooLarge(WRITE, 403, 10),
        errors.NotExecuted(WRITE),
        errors.ResponseExpired(WRITE, 400),
    ]
    unknown = [
        api_error(WRITE, answer(500)),
        api_error(WRITE, evolve(answer(403), in_doubt=True)),
        errors.OutcomeUnknown("reset", request=WRITE),
        errors.Timeout("late", request=WRITE),
        errors.ResponseTooLarge(WRITE, 503, 10),
        errors.ResponseExpired(WRITE, 500),
    ]
    not_sent = [
        NotSent("refused", request=WRITE),
        errors.NotSentInTime("no room", request=WRITE),
        errors.LimiterUnavailable("away"),
        errors.UploadChanged("it was 2 bytes and is 1 now"),
        errors.UploadTooLarge(2, 1),
        errors.UploadChanged("it shrank"),
    ]
    for outcome, those in (("done", done), ("refused", refused), ("unknown", unknown), ("not_sent", not_sent)):
        for error in those:
            assert error.outcome == outcome, repr(error)
            assert pickle.loads(pickle.dumps(error)).outcome == outcome
    # Not of one call.
    for other in (errors.ConfigError("No token."), errors.JobError("damaged"), errors.BatchError([])):
        assert other.outcome is None
    named = {type(error) for error in [*done, *refused, *unknown, *not_sent, other]}
    of_calls = {cls for cls in vars(errors).values() if isinstance(cls, type) and issubclass(cls, EcwidError)}
    others = {EcwidError, errors.TransportError, errors.ConfigError, errors.JobError, errors.BatchError}
    assert {cls for cls in of_calls - named - others if not issubclass(cls, APIError)} == {errors.ScanDrifted}


def test_a_timeout_of_what_never_left_advises_no_look_at_the_server() -> None:
    late = errors.NotSentInTime("no room", request=WRITE)
    assert isinstance(late, errors.Timeout)
    assert isinstance(late, NotSent)
    assert "read the item back" not in str(late)
    assert "read the item back" in str(errors.Timeout("late", request=WRITE))


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
    assert retry_after(Headers(headers)) == seconds


def test_errors_survive_pickling() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b""

    streamed = evolve(WRITE, body=StreamBody(chunks()))
    for error in (
        api_error(READ, answer(429, b'{"errorCode":"RATE_LIMITED"}', Headers([("Retry-After", "7")]))),
        NotSent("refused", request=WRITE),
        NotSent("refused", request=streamed),
        DecodeError(operation="GET /orders", path="items[3].price", expected="Decimal", found="text"),
        errors.ConfigError("No token."),
    ):
        copy = pickle.loads(pickle.dumps(error))
        assert type(copy) is type(error)
        assert str(copy) == str(error)
        ours = {name: value for name, value in vars(error).items() if name != "request"}
        assert {name: value for name, value in vars(copy).items() if name != "request"} == ours


def test_the_tree_in_the_docstring_is_the_tree_in_the_code() -> None:
    drawn = [
        line.replace("│", " ").replace("├──", "   ").replace("└──", "   ")
        for line in (errors.__doc__ or "").splitlines()
    ]
    depths = {
        line.split()[0]: (len(line) - len(line.lstrip())) // 4
        for line in drawn
        if line.strip().split(" ")[0] in vars(errors)
    }
    real = [cls for cls in vars(errors).values() if isinstance(cls, type) and issubclass(cls, EcwidError)]
    assert depths == {cls.__name__: depth(cls) for cls in real}


def depth(cls: type[EcwidError]) -> int:
    return max((depth(base) + 1 for base in cls.__bases__ if issubclass(base, EcwidError)), default=0)


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
def test_the_beginning_of_a_body_that_is_no_error_of_the_api_is_kept(body: bytes, excerpt: str | None) -> None:
    error = api_error(READ, answer(502, body))
    assert error.excerpt == excerpt
    assert excerpt is None or excerpt in str(error).replace("\\\\", "\\")
    assert str(error).isprintable()
    assert len(str(error)) < 1200


def test_what_a_server_says_is_printable_and_has_a_largest_size() -> None:
    said = {"errorMessage": "a\r\nb\x1b[2J" + "x" * 5000, "errorCode": "C\x00", "args": {"k\x1b": "v\n\u202e" * 999}}
    error = api_error(READ, answer(400, json.dumps(said).encode()))
    assert (error.message or "").startswith(r"a b\x1b[2Jxxx")
    assert error.code == r"C\x00"
    for text in (str(error), error.message or "", *error.details, *error.details.values()):
        assert text.isprintable()
        assert len(text) < 2500
    many = json.dumps({"args": {str(number): number for number in range(5000)}}).encode()
    assert len(api_error(READ, answer(400, many)).details) == 100


def test_a_secret_in_a_body_is_masked_in_all_that_is_made_of_it() -> None:
    said = {"errorMessage": "no secret_a1b2c3d4", "args": {"secret_a1b2c3d4": "Bearer secret_a1b2c3d4"}}
    for body in (json.dumps(said).encode(), b"<p>secret_a1b2c3d4"):
        error = api_error(READ, answer(403, body), ["secret_a1b2c3d4"])
        assert "a1b2c3d4" not in f"{error!r} {vars(error)}"


HINTS: dict[str, tuple[Response, str]] = {
    "BadRequest": (answer(400, b'{"errorMessage":"No."}'), "Correct the parameter"),
    "PaymentRequired": (answer(402, b'{"errorMessage":"No."}'), "upgrade the plan"),
    "StoreSuspended": (answer(402, b'{"errorCode":"STORE_IS_SUSPENDED"}'), "until its owner has settled"),
    "Forbidden": (answer(403, b'{"errorMessage":"No."}'), "does not allow this call"),
    "InvalidToken": (answer(403, b'{"errorCode":"INVALID_API_TOKEN"}'), "Check the store id and the token"),
    "MissingScope": (answer(403, b'{"errorCode":"INSUFFICIENT_APP_SCOPE"}'), "Add the scope"),
    "NotFound": (
        answer(404, b'{"errorMessage":"Product #7 not found"}'),
        "If every call fails like this, check the base URL",
    ),
    "StoreNotFound": (answer(404, b'{"errorCode":"STORE_NOT_FOUND"}'), "There is no such store: check the store id"),
    "MethodNotAllowed": (answer(405, b'{"errorMessage":"No."}'), "Check the"),
    "RequestTimeout": (answer(408), "Ask for less at once"),
    "Conflict": (answer(409), "Read the stored item"),
    "UnsupportedMediaType": (answer(415), "JSON goes out as application/json"),
    "Unprocessable": (answer(422), "Correct the value"),
    "RateLimited": (answer(429), "Wait `retry_after` seconds"),
    "ServerError": (answer(503, b"<html>busy"), "check a write's effect"),
    "APIError": (answer(418), "Look the code up"),
}


@pytest.mark.parametrize("name", HINTS)
def test_each_hint_is_what_helps_with_the_answer_that_provokes_it(name: str) -> None:
    response, hint = HINTS[name]
    error = api_error(READ, response)
    assert type(error).__name__ == name
    assert hint in str(error)
    if name != "NotFound":
        assert "may have been deleted" not in str(error)


def test_no_error_is_without_a_test_of_its_hint() -> None:
    assert set(HINTS) == {
        name for name, cls in vars(errors).items() if isinstance(cls, type) and issubclass(cls, APIError)
    }


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405])
def test_a_page_that_is_not_the_api_s_points_to_what_stands_in_between(status: int) -> None:
    error = api_error(READ, answer(status, b"<html>Blocked by policy 17"))
    assert "Blocked by policy 17" in str(error)
    assert "check the base URL, and whether a proxy or firewall answered" in str(error)
    assert "deleted" not in str(error)
    assert "reinstall" not in str(error)


@pytest.mark.parametrize("body", [b"<html>Log in</html>", b""])
async def test_a_read_that_is_answered_with_no_json_points_to_what_stands_in_between(body: bytes) -> None:
    async with Ecwid(transport=MemoryTransport(lambda _: answer(200, body))) as ecwid:
        with pytest.raises(DecodeError, match="check the base URL, and whether a proxy answered") as caught:
            await ecwid.store(1003, "secret_x").products.get(7)
    assert caught.value.outcome == "done"


async def test_the_sandbox_tells_a_store_that_does_not_exist_from_an_item() -> None:
    async with Ecwid(transport=demo_sandbox(products=1)) as ecwid:
        with pytest.raises(errors.StoreNotFound, match="check the store id"):
            await ecwid.store(999, DEMO_TOKEN).products.get(7)
        with pytest.raises(errors.NotFound, match="may have been deleted") as caught:
            await ecwid.store(DEMO_STORE_ID, DEMO_TOKEN).products.get(7)
        assert type(caught.value) is errors.NotFound


# What a server may say, from nearly right to nothing of the kind.
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
def test_whatever_a_server_says_is_an_error_of_ours_and_soon(
    status: int, body: bytes, after: str, date: str, request_: Request
) -> None:
    headers = Headers([("Retry-After", after), ("Date", date)])
    started = process_time()
    error = api_error(request_, answer(status, body, headers), ["secret_a1b2c3d4"])
    pickle.loads(pickle.dumps(error))
    assert unreadable(evolve(request_, options=evolve(request_.options, expects="object")), answer(200, body)) != ""
    assert process_time() - started < 5
    assert str(error).isprintable()
    assert len(str(error)) < 5000
    assert error.retry_after is None or 0 <= error.retry_after <= 86_400


@pytest.mark.chaos
@given(dates, dates)
def test_whatever_retry_after_says_is_seconds_or_nothing(after: str, date: str) -> None:
    seconds = retry_after(Headers([("Retry-After", after), ("Date", date)]))
    assert seconds is None or 0 <= seconds <= 86_400
