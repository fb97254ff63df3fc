"""`problem_response`, the exception handler of ASGI frameworks for `EcwidError`."""

from typing import Any

from ecwid_async.apps.asgi.messages import send_response
from ecwid_async.apps.asgi.types import Receive, Scope, Send
from ecwid_async.apps.http import OutgoingResponse
from ecwid_async.apps.web import Problem, find_error

__all__ = ["problem_response"]


# Each framework has classes of its own for requests and responses, none of which is imported here.
def problem_response(request: Any, error: Any) -> Any:
    """Respond to an `EcwidError` with problem details.

    Register it for `ExceptionGroup` too if handlers call the API in task groups: a group of nothing else is responded
    to like its first error.

    - FastAPI, Starlette: ``app.add_exception_handler(EcwidError, problem_response)``
    - Litestar: ``Litestar(…, exception_handlers={EcwidError: problem_response})``
    """
    del request
    found = find_error(error)
    if found is None:
        raise error
    problem = Problem.of(found)
    problem.log()
    return _Response(problem.response())


class _Response:
    """A response that Starlette calls, and that Litestar asks for an ASGI app."""

    def __init__(self, response: OutgoingResponse) -> None:
        self._response = response

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        await send_response(send, self._response)

    def to_asgi_response(self, *_: object, **__: object) -> "_Response":
        return self
