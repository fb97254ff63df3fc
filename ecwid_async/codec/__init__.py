"""JSON to models and users' classes, and back: the only package that uses cattrs and knows the API's formats."""

from ecwid_async.codec.codec import Codec, from_plain_data
from ecwid_async.codec.dates import format_datetime, parse_datetime
from ecwid_async.codec.json import loads
from ecwid_async.codec.problems import DecodeProblem
from ecwid_async.codec.projection import Projection, apply_projection, get_projection
from ecwid_async.codec.selection import Selection, add_fields, format_selection, parse_selection
from ecwid_async.codec.struct_decoder import warm_up
from ecwid_async.codec.unstructure import dumps, to_plain_data

__all__ = [
    "Codec",
    "DecodeProblem",
    "Projection",
    "Selection",
    "add_fields",
    "apply_projection",
    "dumps",
    "format_datetime",
    "format_selection",
    "from_plain_data",
    "get_projection",
    "loads",
    "parse_datetime",
    "parse_selection",
    "to_plain_data",
    "warm_up",
]
