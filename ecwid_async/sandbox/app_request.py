"""A request of Ecwid to an app, such as a webhook, and the app's response."""

from urllib.parse import urlsplit

from attrs import field

from ecwid_async.primitives.lazy_attrs import frozen

__all__ = ["AppRequest", "AppResponse"]


@frozen(kw_only=True)
class AppRequest:
    """A POST to an app. A name may occur more than once in `headers`. `repr` shows neither the body nor the headers."""

    url: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def path(self) -> str:
        """The encoded path of the URL."""
        return urlsplit(self.url).path or "/"

    @property
    def query(self) -> str:
        """The encoded query of the URL, without the question mark."""
        return urlsplit(self.url).query


@frozen
class AppResponse:
    """The response of an app. Redirects are not followed."""

    status: int
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)

    def header(self, name: str) -> str | None:
        """The first value of a header, or None."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)
