"""Domains of the store."""

from collections.abc import Mapping

from ecwid_async.calls import Call
from ecwid_async.resources.base import QueryValue, Resource

__all__ = ["Domains"]


class Domains(Resource):
    """The store's own domain. Only paths and errors are documented: bodies, parameters and answers are plain data.

    Names of members are those of the API, as they go over the wire.
    """

    __slots__ = ()

    def get(self) -> Call[dict[str, object]]:
        """The domains of the store.

        ``GET /domains``
        """
        return self._call("GET /domains", reads=dict[str, object])

    def update(self, body: Mapping[str, object]) -> Call[dict[str, object]]:
        """Change the domains of the store.

        ``PUT /domains``
        """
        return self._call("PUT /domains", reads=dict[str, object], body=body)

    def search(self, query: Mapping[str, QueryValue] | None = None) -> Call[dict[str, object]]:
        """Domains that can be bought.

        ``GET /domains/search``
        """
        return self._call("GET /domains/search", reads=dict[str, object], query=query)

    def purchase(self, body: Mapping[str, object]) -> Call[dict[str, object]]:
        """Buy a domain.

        ``POST /domains/purchase``
        """
        return self._call("POST /domains/purchase", reads=dict[str, object], body=body)

    def send_verification_email(self, body: Mapping[str, object] | None = None) -> Call[dict[str, object]]:
        """Have the owner of a domain asked by email to confirm it.

        ``POST /domains/send_domain_verification_email``
        """
        return self._call("POST /domains/send_domain_verification_email", reads=dict[str, object], body=body or {})

    def reset_password(self, body: Mapping[str, object] | None = None) -> Call[dict[str, object]]:
        """Have the password of a domain's account replaced.

        ``POST /domains/reset_domain_password``
        """
        return self._call("POST /domains/reset_domain_password", reads=dict[str, object], body=body or {})
