"""Swatches: colors of product options."""

from ecwid_async.calls import Call
from ecwid_async.models.swatches import Swatch
from ecwid_async.resources.base import Resource

__all__ = ["Swatches"]


class Swatches(Resource):
    """Colors of product options."""

    __slots__ = ()

    def get(self) -> Call[list[Swatch]]:
        """List the recently used colors.

        ``GET /swatches``
        """
        return self._call("GET /swatches", result_type=list[Swatch], unwrap="colors")

    def recent_colors(self) -> Call[list[Swatch]]:
        """List the recently used colors, by the endpoint that Ecwid's own client uses.

        ``GET /swatches/recent-colors``
        """
        return self._call("GET /swatches/recent-colors", result_type=list[Swatch], unwrap="colors")
