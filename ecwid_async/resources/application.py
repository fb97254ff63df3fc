"""The app that the token belongs to."""

from ecwid_async.calls import Call
from ecwid_async.models.application import ApplicationToken, AppSubscription
from ecwid_async.models.results import DeleteResult
from ecwid_async.resources.base import Resource

__all__ = ["Application"]


class Application(Resource):
    """The app as it is installed in the store. Its paths are the same whichever credentials the channel sends."""

    __slots__ = ()

    def get(self) -> Call[AppSubscription]:
        """Whether and until when the store's owner pays for the app.

        ``GET /application``
        """
        return self._call("GET /application", reads=AppSubscription)

    def cancel(self, namespace: str) -> Call[DeleteResult]:
        """Cancel the subscription of the app with this namespace.

        ``DELETE /application``
        """
        return self._call("DELETE /application", reads=DeleteResult, query={"namespace": namespace})

    def token(self) -> Call[ApplicationToken]:
        """What the token permits, and until when.

        ``GET /application/token``
        """
        return self._call("GET /application/token", reads=ApplicationToken)
