"""Request handling: routing, parameters, JSON bodies, selected fields, lists and pages."""

from ecwid_async.sandbox.engine.listing import Filter, Listing
from ecwid_async.sandbox.engine.page import Page
from ecwid_async.sandbox.engine.parameters import read_parameters
from ecwid_async.sandbox.engine.pdf import make_pdf
from ecwid_async.sandbox.engine.response_fields import apply_view, project, project_encoded
from ecwid_async.sandbox.engine.result import Media, Result
from ecwid_async.sandbox.engine.routing import Routes, register_list, registered_routes, route
from ecwid_async.sandbox.engine.store_request import StoreRequest

__all__ = [
    "Filter",
    "Listing",
    "Media",
    "Page",
    "Result",
    "Routes",
    "StoreRequest",
    "apply_view",
    "make_pdf",
    "project",
    "project_encoded",
    "read_parameters",
    "register_list",
    "registered_routes",
    "route",
]
