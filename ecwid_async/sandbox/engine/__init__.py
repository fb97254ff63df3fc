"""Handling a request: routing, parameters, bodies, pages."""

from ecwid_async.sandbox.engine.listing import Filter, Listing
from ecwid_async.sandbox.engine.page import Page
from ecwid_async.sandbox.engine.parameters import read_parameters
from ecwid_async.sandbox.engine.pdf import pdf
from ecwid_async.sandbox.engine.response_fields import project
from ecwid_async.sandbox.engine.routing import Media, Result, Routes, StoreRequest, declared, register_list, route

__all__ = [
    "Filter",
    "Listing",
    "Media",
    "Page",
    "Result",
    "Routes",
    "StoreRequest",
    "declared",
    "pdf",
    "project",
    "read_parameters",
    "register_list",
    "route",
]
