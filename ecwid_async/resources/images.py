"""Colors of images."""

from collections.abc import Sequence

from ecwid_async.calls import Call
from ecwid_async.models.images import ImageMainColors
from ecwid_async.resources.base import Resource

__all__ = ["Images"]


class Images(Resource):
    """Images at any public URL."""

    __slots__ = ()

    def main_colors(self, image_urls: Sequence[str], *, colors_count: int = 5) -> Call[dict[str, ImageMainColors]]:
        """Get the `colors_count` main colors of each image, by the URL of the image.

        ``POST /images/main-colors``
        """
        return self._call(
            "POST /images/main-colors",
            result_type=dict[str, ImageMainColors],
            body={"imageUrls": image_urls, "colorsCount": colors_count},
            repeatable=True,
            unwrap="result",
        )
