"""Handling a request: routing, parameters, bodies, pages."""

from ecwid_async.sandbox.engine.listing import Filter, Listing
from ecwid_async.sandbox.engine.page import Page
from ecwid_async.sandbox.engine.parameters import read_parameters
from ecwid_async.sandbox.engine.pdf import pdf
from ecwid_async.sandbox.engine.response_fields import project
from ecwid_async.sandbox.engine.routing import Answer, Media, Routes, Visit, declared, listing, route

__all__ = [
    "Answer",
    "Filter",
    "Listing",
    "Media",
    "Page",
    "Routes",
    "Visit",
    "declared",
    "listing",
    "pdf",
    "project",
    "read_parameters",
    "route",
]
