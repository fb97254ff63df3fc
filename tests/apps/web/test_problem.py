"""Errors as problem details: the status tells who can do something, and nothing of a customer or a secret is in it."""

import inspect
import json
import logging
from typing import Any

import pytest

from ecwid_async import errors
from ecwid_async.apps import InboxError, InstallError, PayloadError, Problem, WebhookRejected
from ecwid_async.errors import EcwidError
from ecwid_async.wire import Options, Request

REQUEST = Request(
    method="GET",
    path="/customers/77",
    params=(("email", "jane@example.com"),),
    options=Options(operation="GET /customers/{customerId}"),
    id="0badcafe",
)
STATUSES = {
    "APIError": 502,
    "BadRequest": 502,
    "BatchError": 500,
    "ConfigError": 500,
    "Conflict": 409,
    "DecodeError": 502,
    "EcwidError": 500,
    "Forbidden": 502,
    "InvalidToken": 502,
    "JobError": 500,
    "LimiterUnavailable": 503,
    "MethodNotAllowed": 502,
    "MissingScope": 502,
    "MissingToken": 502,
    "NotExecuted": 500,
    "NotFound": 404,
    "NotSent": 502,
    "NotSentInTime": 503,
    "OutcomeUnknown": 502,
    "PaymentRequired": 502,
    "RateLimited": 503,
    "RequestTimeout": 504,
    "ResponseExpired": 500,
    "ResponseTooLarge": 502,
    "ScanDrifted": 503,
    "ServerError": 502,
    "StoreNotFound": 502,
    "StoreSuspended": 502,
    "Timeout": 504,
    "TokenUnavailable": 503,
    "TooManyDeletions": 500,
    "TransportError": 502,
    "Unprocessable": 422,
    "UnsupportedMediaType": 502,
    "UploadChanged": 500,
    "UploadTooLarge": 413,
}
PRIVATE = "jane@example.com"
_ARGUMENTS: dict[str, Any] = {
    "status": 400,
    "code": "SOME_CODE",
    "message": PRIVATE,
    "details": {"email": PRIVATE},
    "excerpt": PRIVATE,
    "request": REQUEST,
    "reason": PRIVATE,
    "change": PRIVATE,
    "source": PRIVATE,
    "store_id": 1003,
    "results": [EcwidError(PRIVATE)],
    "operation": "GET /customers",
    "gone": 5,
    "known": 6,
    "size": 5,
    "limit": 4,
    "path": "email",
    "expected": "a string",
    "found": "null",
}


def build(name: str) -> EcwidError:
    cls = getattr(errors, name)
    parameters = inspect.signature(cls.__init__).parameters
    given = {name: value for name, value in _ARGUMENTS.items() if name in parameters}
    return cls(**given) if given else cls(PRIVATE)


def members(problem: Problem) -> dict[str, Any]:
    response = problem.response()
    assert dict(response.headers)["Content-Type"] == "application/problem+json"
    data = json.loads(response.body)
    assert response.status == data["status"]
    assert isinstance(data, dict)
    return data


def all_errors() -> set[str]:
    return {name for name, value in vars(errors).items() if inspect.isclass(value) and issubclass(value, EcwidError)}


def test_every_error_has_a_status() -> None:
    assert all_errors() == set(STATUSES)


@pytest.mark.parametrize("name", sorted(STATUSES))
def test_a_status_tells_who_can_do_something_and_the_text_has_nothing_private(name: str) -> None:
    error = build(name)
    data = members(Problem.of(error))
    assert data["status"] == STATUSES[name]
    assert data["error"] == name
    assert PRIVATE not in json.dumps(data)
    if isinstance(error, errors.APIError):
        assert (data["code"], data["operation"], data["request_id"]) == (
            "SOME_CODE",
            "GET /customers/{customerId}",
            "0badcafe",
        )
    if error.outcome is not None:
        assert data["outcome"] == error.outcome


@pytest.mark.parametrize(
    ("given", "sent"), [(None, "5"), (0, "1"), (12.2, "13"), (1e9, "3600"), (float("nan"), "5"), (-1.0, "5")]
)
def test_a_full_quota_says_when_to_come_back(given: float | None, sent: str) -> None:
    error = errors.RateLimited(status=429, retry_after=given, request=REQUEST)
    assert dict(Problem.of(error).response().headers)["Retry-After"] == sent


def test_other_problems_have_no_time_to_come_back() -> None:
    error = errors.ServerError(status=503, retry_after=30, request=REQUEST)
    assert "Retry-After" not in dict(Problem.of(error).response().headers)


@pytest.mark.parametrize("code", ["jane@example.com", "A" * 65, "<html>", ""])
def test_a_code_that_is_none_is_left_out(code: str) -> None:
    assert Problem.of(errors.BadRequest(status=400, code=code, request=REQUEST)).code is None


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (PayloadError("The payload can't be read."), 400),
        (InstallError("The installation was refused.", reason="denied"), 403),
    ],
)
def test_an_error_of_an_app_has_its_own_status_and_text(error: EcwidError, status: int) -> None:
    data = members(Problem.of(error))
    assert (data["status"], data["detail"]) == (status, str(error))


def test_why_a_webhook_was_refused_is_for_the_log() -> None:
    error = WebhookRejected("the signature is that of another secret", reason="wrong_signature")
    data = members(Problem.of(error))
    assert data["status"] == 401
    assert data["detail"] == "The webhook was refused (wrong_signature). The log of the app says why."


def test_why_an_inbox_failed_is_for_the_log() -> None:
    problem = Problem.of(InboxError("the disk /var/inbox is full", problem="full"))
    assert problem.status == 503
    assert "disk" not in problem.detail
    assert dict(problem.response().headers)["Retry-After"] == "5"


def test_an_error_of_an_application_is_like_its_base_class() -> None:
    class OrderMissing(errors.NotFound):
        pass

    assert Problem.of(OrderMissing(status=404, request=REQUEST)).status == 404


def test_only_failures_of_the_app_or_of_ecwid_are_logged_without_private_values(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG, "ecwid_async"):
        Problem.of(errors.NotFound(status=404, message=PRIVATE, request=REQUEST)).log()
        Problem.of(errors.Forbidden(status=403, code="SOME_CODE", message=PRIVATE, request=REQUEST)).log()
    (record,) = caplog.records
    assert record.getMessage() == (
        "responded with 502: Forbidden SOME_CODE from GET /customers/{customerId} [request 0badcafe]"
    )
