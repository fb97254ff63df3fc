"""Domains of the store."""

from functools import partial

from typing_extensions import TypeVar

from ecwid_async.calls import Call, Channel, Lookup
from ecwid_async.models.domains import (
    DomainOffers,
    DomainPasswordRecipient,
    DomainPurchaseDraft,
    DomainsDraft,
    PurchasedDomain,
)
from ecwid_async.models.domains import Domains as StoreDomains
from ecwid_async.models.results import UpdateResult
from ecwid_async.resources.base import TYPE_CHECKING, Resource, raise_not_identifiable, require_draft

__all__ = ["Domains"]

R = TypeVar("R", default=StoreDomains)
if not TYPE_CHECKING:  # for jedi: see base.TYPE_CHECKING
    R = TypeVar("R", bound=StoreDomains, default=StoreDomains)


class Domains(Resource):
    """The domain of the Instant Site, and purchased domains."""

    __slots__ = ()

    def get(self, *, into: type[R] | None = None, response_fields: str | None = None) -> Call[R]:
        """Get the domains of the store.

        ``GET /domains``
        """
        return self._read("GET /domains", model=StoreDomains, into=into, query={"responseFields": response_fields})

    def update(self, draft: DomainsDraft) -> Call[UpdateResult]:
        """Change the domain of the Instant Site, or the settings of purchased domains.

        ``PUT /domains``
        """
        return self._call("PUT /domains", result_type=UpdateResult, body=require_draft(draft, DomainsDraft))

    def search(self, keyword: str) -> Call[DomainOffers]:
        """Search for domains similar to `keyword`, with their availability and price.

        ``GET /domains/search``
        """
        return self._call("GET /domains/search", result_type=DomainOffers, query={"keyword": keyword})

    def purchase(self, draft: DomainPurchaseDraft) -> Call[PurchasedDomain]:
        """Purchase a domain. The store's owner is charged.

        ``POST /domains/purchase``
        """
        return self._call(
            "POST /domains/purchase",
            result_type=PurchasedDomain,
            body=require_draft(draft, DomainPurchaseDraft),
            look_up=_lookup_of(draft),
        )

    def send_verification_email(self, domain_name: str) -> Call[dict[str, object]]:
        """Send the owner of a domain an email to verify it. The response is not documented: it is a dict.

        ``POST /domains/send_domain_verification_email``
        """
        return self._call(
            "POST /domains/send_domain_verification_email",
            result_type=dict[str, object],
            query={"domain_name": domain_name},
        )

    def reset_password(
        self,
        domain_name: str,
        *,
        send_to: DomainPasswordRecipient | str | None = None,
        sub_user: bool | None = None,
    ) -> Call[dict[str, object]]:
        """Reset the password of a domain's account at the registrar, and send the new one to `send_to`.

        With `sub_user`, the password of the account's sub-user is reset. The response is not documented: it is a dict.

        ``POST /domains/reset_domain_password``
        """
        return self._call(
            "POST /domains/reset_domain_password",
            result_type=dict[str, object],
            query={
                "domain_name": domain_name,
                "send_to": send_to,
                # Unlike other booleans.
                "sub_user": None if sub_user is None else "1" if sub_user else "0",
            },
        )


def _lookup_of(draft: DomainPurchaseDraft) -> Lookup:
    if draft.domain_name:
        return partial(_find_by_name, name=draft.domain_name.lower())
    return partial(raise_not_identifiable, reason="a purchase without a domain_name can't be identified")


async def _find_by_name(channel: Channel, name: str) -> PurchasedDomain | None:
    found = await Domains(channel).get()
    return next((one for one in found.purchased_domains or () if (one.name or "").lower() == name), None)
