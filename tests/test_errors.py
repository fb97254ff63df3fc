"""Every status and code becomes the right class, whatever the body looks like."""

import json
import pickle
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from attrs import evolve

from ecwid_async import errors
from ecwid_async.errors import APIError, DecodeError, EcwidError, NotSent, api_error, retry_after
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
        errors.AnswerGone(WRITE, 200),
        DecodeError(operation="GET /orders", path="", expected="object", found="list"),
    ]
    refused = [
        api_error(WRITE, answer(409)),
        errors.ResponseTooLarge(WRITE, 403, 10),
        errors.NotExecuted(WRITE),
        errors.AnswerGone(WRITE, 400),
    ]
    unknown = [
        api_error(WRITE, answer(500)),
        api_error(WRITE, evolve(answer(403), in_doubt=True)),
        errors.OutcomeUnknown("reset", request=WRITE),
        errors.Timeout("late", request=WRITE),
        errors.ResponseTooLarge(WRITE, 503, 10),
        errors.AnswerGone(WRITE, 500),
    ]
    not_sent = [
        NotSent("refused", request=WRITE),
        errors.NotSentInTime("no room", request=WRITE),
        errors.GovernorUnavailable("away"),
        errors.UploadChanged("it was 2 bytes and is 1 now"),
        errors.UploadTooLarge(2, 1),
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
