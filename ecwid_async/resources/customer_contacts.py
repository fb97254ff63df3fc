"""Contacts of customers."""

from ecwid_async.calls import Call
from ecwid_async.models.customer_contacts import CustomerContact, CustomerContactDraft
from ecwid_async.models.results import CreateCountResult, DeleteResult, UpdateResult
from ecwid_async.resources.base import Resource, require_draft

__all__ = ["CustomerContacts"]


class CustomerContacts(Resource):
    """Contacts of customers: email addresses, phone numbers and social network accounts."""

    __slots__ = ()

    def search(self, customer_id: int) -> Call[list[CustomerContact]]:
        """List all contacts of a customer.

        ``GET /customers/{customerId}/contacts``
        """
        return self._call(
            "GET /customers/{customerId}/contacts", customer_id, result_type=list[CustomerContact], unwrap="items"
        )

    def get(self, customer_id: int, contact_id: int) -> Call[CustomerContact]:
        """Get a contact of a customer.

        ``GET /customers/{customerId}/contacts/{contactId}``
        """
        return self._call(
            "GET /customers/{customerId}/contacts/{contactId}", customer_id, contact_id, result_type=CustomerContact
        )

    def create(self, customer_id: int, draft: CustomerContactDraft) -> Call[CreateCountResult]:
        """Add a contact to a customer. The response does not contain its id.

        ``POST /customers/{customerId}/contacts``
        """
        return self._call(
            "POST /customers/{customerId}/contacts",
            customer_id,
            result_type=CreateCountResult,
            body=require_draft(draft, CustomerContactDraft),
        )

    def update(self, customer_id: int, contact_id: int, draft: CustomerContactDraft) -> Call[UpdateResult]:
        """Change the fields that `draft` sets.

        ``PUT /customers/{customerId}/contacts/{contactId}``
        """
        return self._call(
            "PUT /customers/{customerId}/contacts/{contactId}",
            customer_id,
            contact_id,
            result_type=UpdateResult,
            body=require_draft(draft, CustomerContactDraft),
        )

    def delete(self, customer_id: int, contact_id: int) -> Call[DeleteResult]:
        """Delete a contact of a customer.

        ``DELETE /customers/{customerId}/contacts/{contactId}``
        """
        return self._call(
            "DELETE /customers/{customerId}/contacts/{contactId}", customer_id, contact_id, result_type=DeleteResult
        )
