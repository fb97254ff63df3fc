"""Contacts of customers."""

from ecwid_async.calls import Call
from ecwid_async.models.customers import CustomerContact, CustomerContactDraft
from ecwid_async.models.results import CreateCountResult, DeleteResult, UpdateResult
from ecwid_async.resources.base import Resource

__all__ = ["CustomerContacts"]


class CustomerContacts(Resource):
    """Ways to reach a customer: email addresses, phone numbers, accounts in social networks."""

    __slots__ = ()

    def search(self, customer_id: int) -> Call[list[CustomerContact]]:
        """All contacts of the customer, in one list.

        ``GET /customers/{customerId}/contacts``
        """
        return self._call(
            "GET /customers/{customerId}/contacts", customer_id, reads=list[CustomerContact], unwrap="items"
        )

    def get(self, customer_id: int, contact_id: int) -> Call[CustomerContact]:
        """One contact of the customer.

        ``GET /customers/{customerId}/contacts/{contactId}``
        """
        return self._call(
            "GET /customers/{customerId}/contacts/{contactId}", customer_id, contact_id, reads=CustomerContact
        )

    def create(self, customer_id: int, draft: CustomerContactDraft) -> Call[CreateCountResult]:
        """Add a contact. The answer counts it and does not name its id.

        ``POST /customers/{customerId}/contacts``
        """
        return self._call("POST /customers/{customerId}/contacts", customer_id, reads=CreateCountResult, body=draft)

    def update(self, customer_id: int, contact_id: int, draft: CustomerContactDraft) -> Call[UpdateResult]:
        """Change the fields that `draft` sets.

        ``PUT /customers/{customerId}/contacts/{contactId}``
        """
        return self._call(
            "PUT /customers/{customerId}/contacts/{contactId}", customer_id, contact_id, reads=UpdateResult, body=draft
        )

    def delete(self, customer_id: int, contact_id: int) -> Call[DeleteResult]:
        """Delete one contact of the customer.

        ``DELETE /customers/{customerId}/contacts/{contactId}``
        """
        return self._call(
            "DELETE /customers/{customerId}/contacts/{contactId}", customer_id, contact_id, reads=DeleteResult
        )
