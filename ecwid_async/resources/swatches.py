"""Swatches: the colours of product options."""

from ecwid_async.calls import Call
from ecwid_async.models.swatches import Swatch
from ecwid_async.resources.base import Resource

__all__ = ["Swatches"]


class Swatches(Resource):
    """The colours that product options use."""

    __slots__ = ()

    def get(self) -> Call[list[Swatch]]:
        """The colours that were used recently.

        ``GET /swatches``
        """
        return self._call("GET /swatches", reads=list[Swatch], unwrap="colors")

    def recent_colors(self) -> Call[list[Swatch]]:
        """The colors that were used recently, where Ecwid's own client asks for them.

        ``GET /swatches/recent-colors``
        """
        return self._call("GET /swatches/recent-colors", reads=list[Swatch], unwrap="colors")
