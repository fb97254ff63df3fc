"""The app that the token belongs to."""

from ecwid_async.calls import Call
from ecwid_async.models.application import ApplicationToken, AppSubscription
from ecwid_async.models.results import DeleteResult
from ecwid_async.resources.base import Resource

__all__ = ["Application"]


class Application(Resource):
    """The app as installed in the store. The paths are the same for all kinds of credentials."""

    __slots__ = ()

    def get(self) -> Call[AppSubscription]:
        """Get the state of the store owner's subscription to the app.

        ``GET /application``
        """
        return self._call("GET /application", result_type=AppSubscription)

    def cancel(self, namespace: str) -> Call[DeleteResult]:
        """Cancel the subscription of the app with this namespace.

        ``DELETE /application``
        """
        return self._call("DELETE /application", result_type=DeleteResult, query={"namespace": namespace})

    def token(self) -> Call[ApplicationToken]:
        """Get the permissions of the token and its expiry time.

        ``GET /application/token``
        """
        return self._call("GET /application/token", result_type=ApplicationToken)
