"""A browser that visits the app and the consent page of a sandbox, without HTTP."""

from urllib.parse import parse_qs, urlsplit

from ecwid_async.apps import IncomingRequest, Installs, OutgoingResponse
from ecwid_async.sandbox import Sandbox
from ecwid_async.wire import Headers

__all__ = ["Browser", "header"]


class Browser:
    """Keeps the cookies of one user."""

    def __init__(self, sandbox: Sandbox, installs: Installs) -> None:
        self.sandbox = sandbox
        self.installs = installs
        self.cookies: dict[str, str] = {}

    async def open(self, url: str, method: str = "GET") -> OutgoingResponse:
        """Open a page of the app."""
        parts = urlsplit(url)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = Headers((("Cookie", cookie),) if cookie else ())
        response = await self.installs.handle(
            IncomingRequest(method=method, path=parts.path, query=parts.query, headers=headers)
        )
        for name, value in response.headers:
            if name == "Set-Cookie":
                self._set_cookie(value)
        return response

    def _set_cookie(self, header: str) -> None:
        pair, *attributes = header.split("; ")
        assert {"Path=/", "Secure", "HttpOnly", "SameSite=Lax"} <= set(attributes)
        name, _, value = pair.partition("=")
        assert name.startswith("__Host-")
        if "Max-Age=0" in attributes:
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value

    async def start(self, query: str = "") -> str:
        """Begin an installation. Returns the address of the consent page."""
        return header(await self.open(f"/ecwid/install{query}"), "Location")

    def decide(self, consent_url: str, *, store_id: int = 1003, accept: bool = True) -> str:
        """Press a button of the consent page. Returns the address to which the browser is sent."""
        return self.sandbox.authorization.decide(consent_url, store_id=store_id, accept=accept)

    async def install(self, query: str = "", *, store_id: int = 1003) -> OutgoingResponse:
        """Install the app in a store. Returns the response of the callback."""
        return await self.open(self.decide(await self.start(query), store_id=store_id))


def header(response: OutgoingResponse, name: str) -> str:
    (value,) = [value for key, value in response.headers if key == name]
    return value


def code_of(url: str) -> str:
    return parse_qs(urlsplit(url).query)["code"][0]
