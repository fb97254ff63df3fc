"""Proxy, certificate authorities and limits work alike on each transport, and invalid ones are refused."""

import math
import ssl
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest
import trustme

from ecwid_async.errors import ConfigError, NotSent
from ecwid_async.transport import Settings, Timeouts
from tests.contract.conftest import Connect
from tests.contract.requests import GET, PUT, respond
from tests.transport.fault_server import Exchange, fault_server


@pytest.fixture(scope="module")
def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    # The server offers HTTP/2, which it does not speak: a client must not choose it.
    context.set_alpn_protocols(["h2", "http/1.1"])
    return context


async def test_a_private_authority_can_be_trusted(
    connect: Connect, authority: trustme.CA, server_tls: ssl.SSLContext, tmp_path: Path
) -> None:
    ca = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca))
    async with fault_server(respond, tls=server_tls) as server:
        transport = connect(server.base_url, ca=ca)
        assert [(await transport.send(GET)).status for _ in range(2)] == [200, 200]
        await transport.aclose()
    assert server.connections <= 2


async def test_a_custom_tls_context_is_used_if_the_library_supports_it(
    connect: Connect, authority: trustme.CA, server_tls: ssl.SSLContext, library: str
) -> None:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    if library == "pyqwest":
        with pytest.raises(ConfigError, match=r"brings its own TLS.*`ca`"):
            connect("https://app.ecwid.com/api/v3", tls=context)
        return
    async with fault_server(respond, tls=server_tls) as server:
        transport = connect(server.base_url, tls=context)
        assert (await transport.send(GET)).status == 200
        await transport.aclose()


async def test_a_file_without_authorities_is_refused(connect: Connect, tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    ca.write_text("nothing of the kind")
    with pytest.raises(ConfigError):
        await connect("https://127.0.0.1:1/api/v3", ca=ca).send(GET)


PROXY_AUTHORIZATION = "Basic " + b64encode(b"me:pass").decode()


async def test_requests_go_through_a_proxy(connect: Connect) -> None:
    async with fault_server(respond) as proxy:
        address = f"http://me:pass@127.0.0.1:{proxy.port}"
        response = await connect("http://127.0.0.1:1/api/v3", proxy=address).send(PUT)
        assert response.body == b'{"ok":true}'
    assert proxy.log[0].line == "PUT http://127.0.0.1:1/api/v3/products/7/inventory HTTP/1.1"
    assert proxy.log[0].header("proxy-authorization") == PROXY_AUTHORIZATION
    assert proxy.log[0].body == PUT.body


async def test_nothing_is_sent_if_a_proxy_refuses_the_tunnel(connect: Connect) -> None:
    async def refuse(exchange: Exchange) -> None:
        await exchange.respond(status="407 Proxy Authentication Required")

    async with fault_server(refuse) as proxy:
        transport = connect("https://app.ecwid.com/api/v3", proxy=f"http://me:pass@127.0.0.1:{proxy.port}")
        with pytest.raises(NotSent) as caught:
            await transport.send(PUT)
    assert {exchange.line for exchange in proxy.log} == {"CONNECT app.ecwid.com:443 HTTP/1.1"}
    assert proxy.log[-1].header("proxy-authorization") == PROXY_AUTHORIZATION
    assert "pass" not in f"{caught.value!r} {caught.value.__cause__}"


async def test_nothing_is_sent_if_the_proxy_is_missing(connect: Connect) -> None:
    with pytest.raises(NotSent):
        await connect("http://127.0.0.1:2/api/v3", proxy="http://127.0.0.1:1").send(PUT)


async def test_proxy_variables_of_the_environment_are_ignored(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with fault_server(respond) as proxy, fault_server(respond) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        for host in ("127.0.0.1", "localhost"):
            await connect(f"http://{host}:{server.port}/api/v3").send(GET)
    assert len(server.log) == 2
    assert not proxy.connections


@pytest.mark.parametrize(
    "make",
    [
        lambda: Settings(connections=0),
        lambda: Settings(largest_response=0),
        lambda: Settings(keep_alive=0.0),
        lambda: Settings(timeouts=Timeouts(total=0.0)),
        *(
            lambda value=value: Timeouts(total=value)
            for value in (-1.0, math.nan, math.inf, 1e308, 10**400, "60", None)
        ),
        *(lambda value=value: Timeouts(connect=value) for value in (0, math.nan)),
        lambda: Timeouts(read=math.nan),
        lambda: Settings(timeouts=60),
        lambda: Settings(keep_alive=math.nan),
        lambda: Settings(connections=1.5),
        lambda: Settings(connections=True),
        lambda: Settings(connections=10**30),
        lambda: Settings(largest_response="1 MB"),
        lambda: Settings(proxy="http://127.0.0.1:99999"),
        lambda: Settings(proxy="http://[::1"),
        lambda: Settings(proxy="socks5://127.0.0.1:1080"),
        lambda: Settings(proxy="127.0.0.1"),
        lambda: Settings(ca="no/such/file.pem"),
        *(lambda value=value: Settings(ca=value) for value in (0, True, b"ca.pem")),
        *(lambda value=value: Settings(tls=value) for value in (True, "ca.pem")),
        lambda: Settings(ca=__file__, tls=ssl.create_default_context()),
    ],
)
def test_invalid_settings_are_refused(make: Callable[[], Any]) -> None:
    with pytest.raises(ConfigError):
        make()


def test_the_password_of_a_proxy_is_not_shown() -> None:
    settings = Settings(proxy="http://me:pass@proxy.example.com:3128")
    assert "pass" not in repr(settings)
    with pytest.raises(ConfigError) as caught:
        Settings(proxy="socks5://me:pass@proxy.example.com:3128")
    assert "pass" not in str(caught.value)


async def test_the_user_agent_is_known_before_the_first_request(
    transport_class: type[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the limit of open files, the first request may be unable to open one."""

    def none_left(*_: object, **__: object) -> NoReturn:
        raise OSError(24, "Too many open files")

    async with fault_server(respond) as server:
        transport = transport_class(server.base_url)
        monkeypatch.setattr("importlib.metadata.version", none_left)
        monkeypatch.setattr("builtins.open", none_left)
        assert (await transport.send(GET)).status == 200
        await transport.aclose()
    assert (server.log[0].header("user-agent") or "").startswith("ecwid-async/")
