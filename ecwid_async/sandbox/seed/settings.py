"""What a demo store has beside its lists: staff, extra fields, domains and redirects."""

from typing import Any, Final

from ecwid_async.sandbox.seed.randomness import FIRST_DAY, LAST_DAY, format_date

__all__ = ["app_client_id", "settings"]

Item = dict[str, Any]

_YEAR: Final = 365 * 86_400
_STAFF: Final = (
    ("p27632593", "John Doe", "john.doe@example.com", ("REPORT_ACCESS", "SALES_MANAGEMENT"), True),
    ("p27632594", "Мария Иванова", "maria@example.com", ("CATALOG_MANAGEMENT", "MARKETING_MANAGEMENT"), True),
    ("p27632595", "new.colleague", "new.colleague@example.com", ("SALES_MANAGEMENT",), False),
)


def app_client_id(store_id: int) -> str:
    """The client id of the app to which a demo store's tokens belong."""
    return f"custom-app-{store_id}-1"


def settings(store_id: int) -> Item:
    """By the names under which the store's sections keep them; a fresh copy each time."""
    return {
        "staff": {
            name: {"id": name, "name": person, "email": email, "staffScopes": list(scopes), "inviteAccepted": accepted}
            for name, person, email, scopes, accepted in _STAFF
        },
        "checkout_extra_fields": {field["key"]: field for field in (_how_found(), _wish_date(), _gift_wrap())},
        "domains": {name: _purchased_domain(name) for name in ("www.demo-store.example",)},
        "redirects": {
            "5f2b1c0a9d3e4f60718293a4": {
                "id": "5f2b1c0a9d3e4f60718293a4",
                "fromUrl": "/old-shop",
                "toUrl": "/products",
            },
            "5f2b1c0a9d3e4f60718293a5": {
                "id": "5f2b1c0a9d3e4f60718293a5",
                "fromUrl": "/распродажа",
                "toUrl": "/products/sale",
            },
        },
        "application": {
            "namespace": app_client_id(store_id),
            "startDate": format_date(FIRST_DAY),
            "expirationDate": format_date(LAST_DAY + _YEAR),
            "status": "ACTIVE",
        },
    }


def _extra_field(key: str, kind: str, title: str, german: str, order: int, **more: Any) -> Item:
    return {
        "key": key,
        "title": title,
        "titleTranslated": {"en": title, "de": german},
        "type": kind,
        "available": True,
        "required": False,
        "checkoutDisplaySection": "email",
        "orderDetailsDisplaySection": "customer_info",
        "showInInvoice": False,
        "showInNotifications": True,
        "orderBy": order,
        "shownOnOrderDetails": True,
        "saveToCustomerProfile": False,
        "cpField": True,
        **more,
    }


def _how_found() -> Item:
    placeholder = {"en": "A friend, a search …", "de": "Freunde, Suche …"}
    return _extra_field(
        "how_found",
        "text",
        "How did you find us?",
        "Wie haben Sie uns gefunden?",
        0,
        textPlaceholder=placeholder["en"],
        textPlaceholderTranslated=placeholder,
        saveToCustomerProfile=True,
    )


def _wish_date() -> Item:
    return _extra_field(
        "wish_date",
        "datetime",
        "When should it arrive?",
        "Wann soll es ankommen?",
        10,
        checkoutDisplaySection="shipping_methods",
        orderDetailsDisplaySection="shipping_info",
        showInInvoice=True,
        datepickerOptions={"minDate": "1", "maxDate": "60", "showtime": True, "incrementMinuteBy": 30},
    )


def _gift_wrap() -> Item:
    return _extra_field(
        "gift_wrap",
        "toggle_button_group",
        "Gift wrap",
        "Geschenkpapier",
        20,
        checkoutDisplaySection="payment_details",
        options=[
            _option("No", "Nein", 0),
            _option("Yes", "Ja", 2.5),
        ],
    )


def _option(title: str, german: str, surcharge: float) -> Item:
    return {
        "title": title,
        "titleTranslated": {"en": title, "de": german},
        "surcharge": surcharge,
        "surchargeType": "ABSOLUTE",
        "surchargeTaxable": False,
        "showZeroSurchargeInTotal": False,
    }


def _purchased_domain(name: str) -> Item:
    return {
        "id": 79_001,
        "name": name,
        "status": "active",
        "connectedToInstantSite": True,
        "primaryDomain": True,
        "redirectToPrimaryDomain": False,
        "purchaseDate": format_date(FIRST_DAY),
        "expirationDate": format_date(LAST_DAY + _YEAR),
        "renewalDate": format_date(LAST_DAY + _YEAR),
        "autorenew": True,
        "domainRegistrantInfo": {
            "verificationStatus": "verified",
            "firstName": "John",
            "lastName": "Doe",
            "email": "john.doe@example.com",
            "street": "5th Ave",
            "city": "New York",
            "countryCode": "US",
            "postalCode": "10001",
            "stateOrProvinceCode": "NY",
            "phone": "+1 234 235 22 12",
            "companyName": "Demo Store",
        },
        "billingInfo": {
            "totalRenewalDomainPrice": 15,
            "renewalDomainPrice": 15,
            "renewalTax": 0,
            "whoisPrivacyFeaturePrice": 0,
            "currency": "USD",
            "totalRenewalDomainPriceFormatted": "$15.00",
        },
    }
