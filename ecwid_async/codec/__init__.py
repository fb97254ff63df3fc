"""JSON bytes to classes and back: everything that knows cattrs and how the API writes values."""

from ecwid_async.codec.codec import Codec, read_data
from ecwid_async.codec.dates import format_datetime, parse_datetime
from ecwid_async.codec.json import loads
from ecwid_async.codec.problems import DecodeProblem
from ecwid_async.codec.projection import LEFT_OUT, Member, Projection, projected, projection_of
from ecwid_async.codec.selection import Selection, add_fields, parse_selection, selection_text
from ecwid_async.codec.structure import warm_up
from ecwid_async.codec.unstructure import dumps, plain

__all__ = [
    "LEFT_OUT",
    "Codec",
    "DecodeProblem",
    "Member",
    "Projection",
    "Selection",
    "add_fields",
    "dumps",
    "format_datetime",
    "loads",
    "parse_datetime",
    "parse_selection",
    "plain",
    "projected",
    "projection_of",
    "read_data",
    "selection_text",
    "warm_up",
]
