"""What images look like."""

from collections.abc import Sequence

from ecwid_async.calls import Call
from ecwid_async.models.images import ImageMainColors
from ecwid_async.resources.base import Resource

__all__ = ["Images"]


class Images(Resource):
    """Images anywhere on the web."""

    __slots__ = ()

    def main_colors(self, image_urls: Sequence[str], *, colors_count: int = 5) -> Call[dict[str, ImageMainColors]]:
        """The `colors_count` colors that each image has most of, by the image's URL.

        ``POST /images/main-colors``
        """
        return self._call(
            "POST /images/main-colors",
            reads=dict[str, ImageMainColors],
            body={"imageUrls": image_urls, "colorsCount": colors_count},
            repeatable=True,
            unwrap="result",
        )
