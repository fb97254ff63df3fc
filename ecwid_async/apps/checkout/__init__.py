"""Requests of the checkout to an app: payments, shipping rates and discounts."""
