"""Errors say what happened and what to do next, and survive pickling."""

import pickle
from collections.abc import AsyncIterator

import pytest
from attrs import evolve

from ecwid_async import Ecwid, errors
from ecwid_async.errors import APIError, DecodeError, EcwidError, NotSent
from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN, demo_sandbox
from ecwid_async.transport.memory import MemoryTransport
from ecwid_async.transport.responses import parse_error
from ecwid_async.wire import Headers, Options, Request, Response, StreamBody

READ = Request(method="GET", path="/orders/A", options=Options(operation="GET /orders/{orderId}", repeatable=True))
WRITE = Request(method="POST", path="/orders", options=Options(operation="POST /orders"))
UPDATE = evolve(READ, method="PUT")


def make_response(status: int, body: bytes = b"", headers: Headers | None = None) -> Response:
    return Response(status, headers or Headers(), body)


def test_a_message_says_what_to_do_and_names_the_request() -> None:
    error = parse_error(READ, make_response(403, b'{"errorMessage":"Scope.","errorCode":"INSUFFICIENT_APP_SCOPE"}'))
    assert str(error) == (
        "GET /orders/{orderId} returned 403 INSUFFICIENT_APP_SCOPE: Scope. "
        f"[request {READ.id}]. Add the scope to the app's settings and have the store's owner approve it again."
    )


@pytest.mark.parametrize(
    "cls", [cls for cls in vars(errors).values() if isinstance(cls, type) and issubclass(cls, APIError)]
)
def test_every_api_error_has_a_hint(cls: type[APIError]) -> None:
    assert cls.hint.endswith(".")


def test_every_error_of_a_call_has_its_outcome() -> None:
    done = [
        errors.ResponseTooLarge(READ, 200, 10),
        errors.ResponseExpired(WRITE, 200),
        DecodeError(operation="GET /orders", path="", expected="object", found="list"),
    ]
    refused = [
        parse_error(WRITE, make_response(409)),
        errors.ResponseTooLarge(WRITE, 403, 10),
        errors.NotExecuted(WRITE),
        errors.ResponseExpired(WRITE, 400),
    ]
    unknown = [
        parse_error(WRITE, make_response(500)),
        parse_error(WRITE, evolve(make_response(403), in_doubt=True)),
        errors.OutcomeUnknown("reset", request=WRITE),
        errors.Timeout("late", request=WRITE),
        errors.ResponseTooLarge(WRITE, 503, 10),
        errors.ResponseExpired(WRITE, 500),
    ]
    not_sent = [
        NotSent("refused", request=WRITE),
        errors.NotSentInTime("no room", request=WRITE),
        errors.LimiterUnavailable("away"),
        errors.MissingToken(1003, "MemoryTokens"),
        errors.TokenUnavailable("no connection", store_id=1003),
        errors.UploadChanged("it was 2 bytes and is 1 now"),
        errors.UploadTooLarge(2, 1),
        errors.UploadChanged("it shrank"),
    ]
    for outcome, failures in (("done", done), ("refused", refused), ("unknown", unknown), ("not_sent", not_sent)):
        for error in failures:
            assert error.outcome == outcome, repr(error)
            assert pickle.loads(pickle.dumps(error)).outcome == outcome
    # Not about a single call.
    too_many = errors.TooManyDeletions("GET /brands", gone=200, known=500)
    for other in (errors.ConfigError("No token."), errors.JobError("damaged"), errors.BatchError([]), too_many):
        assert other.outcome is None
        assert str(pickle.loads(pickle.dumps(other))) == str(other)
    tested = {type(error) for error in [*done, *refused, *unknown, *not_sent, other]}
    of_calls = {cls for cls in vars(errors).values() if isinstance(cls, type) and issubclass(cls, EcwidError)}
    others = {EcwidError, errors.TransportError, errors.ConfigError, errors.JobError, errors.BatchError}
    assert {cls for cls in of_calls - tested - others if not issubclass(cls, APIError)} == {errors.ScanDrifted}


def test_a_timeout_before_sending_does_not_advise_to_read_the_item() -> None:
    late = errors.NotSentInTime("no room", request=WRITE)
    assert isinstance(late, errors.Timeout)
    assert isinstance(late, NotSent)
    assert "read the item back" not in str(late)
    assert "read the item back" in str(errors.Timeout("late", request=WRITE))


def test_errors_survive_pickling() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b""

    streamed = evolve(WRITE, body=StreamBody(chunks()))
    for error in (
        parse_error(READ, make_response(429, b'{"errorCode":"RATE_LIMITED"}', Headers([("Retry-After", "7")]))),
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


HINTS: dict[str, tuple[Response, str]] = {
    "BadRequest": (make_response(400, b'{"errorMessage":"No."}'), "Correct the parameter"),
    "PaymentRequired": (make_response(402, b'{"errorMessage":"No."}'), "upgrade the plan"),
    "StoreSuspended": (make_response(402, b'{"errorCode":"STORE_IS_SUSPENDED"}'), "until its owner has settled"),
    "Forbidden": (make_response(403, b'{"errorMessage":"No."}'), "does not allow this call"),
    "InvalidToken": (make_response(403, b'{"errorCode":"INVALID_API_TOKEN"}'), "Check the store id and the token"),
    "MissingScope": (make_response(403, b'{"errorCode":"INSUFFICIENT_APP_SCOPE"}'), "Add the scope"),
    "NotFound": (
        make_response(404, b'{"errorMessage":"Product #7 not found"}'),
        "If every call fails like this, check the base URL",
    ),
    "StoreNotFound": (
        make_response(404, b'{"errorCode":"STORE_NOT_FOUND"}'),
        "No store has this id: check the store id",
    ),
    "MethodNotAllowed": (make_response(405, b'{"errorMessage":"No."}'), "Check the"),
    "RequestTimeout": (make_response(408), "Request less at once"),
    "Conflict": (make_response(409), "Read the stored item"),
    "UnsupportedMediaType": (make_response(415), "Send JSON as application/json"),
    "Unprocessable": (make_response(422), "Correct the value"),
    "RateLimited": (make_response(429), "Wait `retry_after` seconds"),
    "ServerError": (make_response(503, b"<html>busy"), "check a write's effect"),
    "APIError": (make_response(418), "Look the code up"),
}


@pytest.mark.parametrize("name", HINTS)
def test_each_hint_fits_the_response_that_causes_it(name: str) -> None:
    response, hint = HINTS[name]
    error = parse_error(READ, response)
    assert type(error).__name__ == name
    assert hint in str(error)
    if name != "NotFound":
        assert "may have been deleted" not in str(error)


def test_every_hint_is_tested() -> None:
    assert set(HINTS) == {
        name for name, cls in vars(errors).items() if isinstance(cls, type) and issubclass(cls, APIError)
    }


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405])
def test_a_page_from_a_proxy_points_to_the_proxy(status: int) -> None:
    error = parse_error(READ, make_response(status, b"<html>Blocked by policy 17"))
    assert "Blocked by policy 17" in str(error)
    assert "check the base URL, and whether a proxy or firewall responded" in str(error)
    assert "deleted" not in str(error)
    assert "reinstall" not in str(error)


@pytest.mark.parametrize("body", [b"<html>Log in</html>", b""])
async def test_a_successful_read_without_json_points_to_the_proxy(body: bytes) -> None:
    async with Ecwid(transport=MemoryTransport(lambda _: make_response(200, body))) as ecwid:
        with pytest.raises(DecodeError, match="check the base URL, and whether a proxy responded") as caught:
            await ecwid.store(1003, "secret_x").products.get(7)
    assert caught.value.outcome == "done"


async def test_the_sandbox_distinguishes_a_missing_store_from_a_missing_item() -> None:
    async with Ecwid(transport=demo_sandbox(products=1)) as ecwid:
        with pytest.raises(errors.StoreNotFound, match="check the store id"):
            await ecwid.store(999, DEMO_TOKEN).products.get(7)
        with pytest.raises(errors.NotFound, match="may have been deleted") as caught:
            await ecwid.store(DEMO_STORE_ID, DEMO_TOKEN).products.get(7)
        assert type(caught.value) is errors.NotFound
