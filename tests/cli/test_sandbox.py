"""``ecwid sandbox serve``: its printed settings, signals, rate limit, several stores and their changes."""

import json
import os
import re
import signal
import socket
import time
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from ecwid_async.sandbox.seed import DEMO_CLIENT_SECRET, DEMO_STORE_ID, DEMO_TOKEN, demo_token
from ecwid_async.sandbox.webhooks import sign
from ecwid_async.tokens import read_token_file
from tests.sandbox.exports.helpers import write_lines, write_manifest

from .helpers import file_names
from .webhook_receiver import running


def read_settings(process):
    """Read the printed settings of a client, up to the last one."""
    lines = []
    while not (lines and lines[-1].startswith("export ECWID_TOKEN=")):
        line = process.stdout.readline()
        assert line, process.stderr.read()
        lines.append(line.strip())
    return dict(re.fullmatch(r"export (\w+)=(\S+)", line).groups() for line in lines if not line.startswith("#"))


IN_BACKGROUND = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"
"""Ignore SIGINT, as shells do for background jobs."""


@pytest.mark.parametrize(
    ("number", "before"), [(signal.SIGINT, ""), (signal.SIGTERM, ""), (signal.SIGTERM, IN_BACKGROUND)]
)
def test_serve_prints_the_settings_of_a_client_and_stops_on_ctrl_c(start, ecwid, monkeypatch, tmp_path, number, before):
    sizes = ["--products", "3", "--orders", "2", "--customers", "4"]
    process = start("sandbox", "serve", "--port", "0", *sizes, before=before)
    for name, value in read_settings(process).items():
        monkeypatch.setenv(name, value)
    assert ecwid("export", "products", "--out", tmp_path).code == 0
    assert len((tmp_path / "products.jsonl").read_bytes().splitlines()) == 3
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err.strip()) == (0, "stopped")


def test_the_rate_limit_can_be_set(start, ecwid, monkeypatch):
    process = start("sandbox", "serve", "--port", "0", "--products", "1", "--orders", "1", "--requests-per-minute", "1")
    for name, value in read_settings(process).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("ecwid_async.client.Retry", lambda inner, **_: inner)
    assert ecwid("get", "profile").code == 0
    outcome = ecwid("get", "profile")
    assert outcome.code == 4
    assert "429" in outcome.err


def test_a_taken_port_is_reported_in_one_line(ecwid):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        outcome = ecwid("sandbox", "serve", "--port", port, "--products", "1", "--orders", "1")
    assert outcome.code == 2
    assert f"127.0.0.1:{port}" in outcome.err
    assert outcome.err.count("\n") == 1


SMALL = ["--products", "3", "--orders", "2", "--customers", "2", "--carts", "1", "--categories", "1"]


def read_output(process, last):
    """Read the printed lines, up to one that starts with `last`."""
    lines = []
    while not (lines and lines[-1].startswith(last)):
        line = process.stdout.readline()
        assert line, process.stderr.read()
        lines.append(line.strip())
    return lines


def test_several_stores_are_served_and_their_tokens_written_to_a_file(
    start, ecwid, monkeypatch, tmp_path, no_rate_limit
):
    file = tmp_path / "my stores"
    arguments = ["--stores", "6", "--broken", "3", "--tokens-file", file, "--port", "0", *SMALL]
    process = start("sandbox", "serve", *arguments)
    page, *lines = read_output(process, "# Store 1008")
    assert page.startswith("# Watch")
    assert lines[0].startswith("# 6 demo stores at http://127.0.0.1:")
    name, _, base_url = lines[1].removeprefix("export ").partition("=")
    assert name == "ECWID_BASE_URL"
    assert lines[2].endswith(f"ecwid sync --stores '{file}' --to sqlite:///stores.db --watch 60s")
    assert lines[3:] == [
        "# Store 1004 is broken: invalid token",
        "# Store 1006 is broken: suspended",
        "# Store 1008 is broken: server errors",
    ]
    if os.name == "posix":
        assert file.stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv(name, base_url)
    monkeypatch.setattr("ecwid_async.client.Retry", lambda inner, **_: inner)
    outcome = ecwid("export", "products", "--stores", file, "--json", "--out", tmp_path / "out")
    assert outcome.code == 3
    stores = json.loads(outcome.out)["stores"]
    assert sorted(stores) == [str(number) for number in range(1003, 1009)]
    assert {number: "error" in result for number, result in stores.items()} == {
        number: number in ("1004", "1006", "1008") for number in stores
    }
    for number, code in {"1004": "INVALID_API_TOKEN", "1006": "STORE_IS_SUSPENDED", "1008": "500"}.items():
        assert code in stores[number]["error"]
    assert file_names(tmp_path / "out") == ["1003", "1005", "1007"]


def test_stores_change_while_they_are_served(start, ecwid, monkeypatch, tmp_path, no_rate_limit):
    process = start("sandbox", "serve", "--port", "0", *SMALL, "--changes-per-second", "50")
    for name, value in read_settings(process).items():
        monkeypatch.setenv(name, value)
    kinds = set()
    paths = {"/products/deleted": "deleted products", "/orders/deleted": "deleted orders"}
    deadline = time.monotonic() + 60
    while kinds != {"new orders", *paths.values()}:
        assert time.monotonic() < deadline, (kinds, process.poll())
        for path, kind in paths.items():
            outcome = ecwid("call", "GET", path)
            assert outcome.code == 0, outcome.err
            if json.loads(outcome.out)["items"]:
                kinds.add(kind)
        orders = json.loads(ecwid("call", "GET", "/orders").out)["items"]
        if any(order["email"].startswith("customer.") for order in orders):
            kinds.add("new orders")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err.strip()) == (0, "stopped")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--broken", "1", "--tokens-file", "file"], "add --stores N"),
        (["--stores", "2", "--broken", "3", "--tokens-file", "file"], "--broken 3 is more than --stores 2"),
        (["--stores", "2"], "add --tokens-file FILE"),
        (["--stores", "2", "--tokens-file", "none/file"], "there is no folder none"),
        (["--stores", "0", "--tokens-file", "file"], "--stores"),
        (["--stores", "2", "--tokens-file", "file", "--store-id", "7"], "omit --store-id or --stores"),
        (["--stores", "2", "--tokens-file", "file", "--from", "out"], "--stores is a number of demo stores"),
        (["--from", "out", "--products", "3"], "--products applies to demo stores"),
        (["--from", "out"], "there is no out: write it with `ecwid export --all --out out`"),
        (["--store-id", "0"], "--store-id"),
        (["--host", ""], "--host is empty: pass an address, such as 127.0.0.1"),
        (["--fault", "GET /orders"], "write '[METHOD PATH:] what [which]'"),
    ],
)
def test_wrong_options_are_reported_before_anything_is_created(ecwid, monkeypatch, tmp_path, arguments, message):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("ecwid_async.cli.sandbox.demo_store", None)
    outcome = ecwid("sandbox", "serve", "--port", "0", *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert message in outcome.err
    assert file_names(tmp_path) == []


@pytest.fixture
def taken_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


@pytest.mark.parametrize(
    "content",
    [
        "1003 secret_of_a_real_store\n",
        f"{DEMO_STORE_ID} {DEMO_TOKEN}\n1004 secret_of_a_real_store\n",
        f"1004 {demo_token(1005)}\n",
        "# a page\n",
        "text\n",
    ],
)
def test_a_file_that_may_contain_other_tokens_is_not_replaced(ecwid, tmp_path, taken_port, content):
    file = tmp_path / "stores"
    file.touch(0o600)
    file.write_text(content)
    outcome = ecwid("sandbox", "serve", "--stores", "2", "--tokens-file", file, "--port", taken_port)
    assert outcome.code == 2
    assert f"{file} exists and is not a file of demo stores" in outcome.err
    assert file.read_text() == content


@pytest.mark.skipif(os.name != "posix", reason="needs symbolic links")
def test_a_link_is_not_replaced(ecwid, tmp_path, taken_port):
    (tmp_path / "link").symlink_to(tmp_path / "other")
    outcome = ecwid("sandbox", "serve", "--stores", "2", "--tokens-file", tmp_path / "link", "--port", taken_port)
    assert (outcome.code, file_names(tmp_path)) == (2, ["link"])
    assert "is not a file of demo stores" in outcome.err


@pytest.mark.parametrize("before", ["", f"# mine\n{DEMO_STORE_ID} {DEMO_TOKEN}\n1999 {demo_token(1999)}\n"])
def test_a_file_of_demo_stores_is_replaced(start, tmp_path, before):
    file = tmp_path / "stores"
    file.touch(0o600)
    file.write_text(before)
    process = start("sandbox", "serve", "--stores", "1", "--tokens-file", file, "--port", "0", *SMALL)
    read_output(process, "# Then")
    assert file.read_text().splitlines()[1:] == [f"{DEMO_STORE_ID} {demo_token(DEMO_STORE_ID)}"]
    assert file_names(tmp_path) == ["stores"]


def test_no_tokens_are_written_if_the_server_does_not_start(ecwid, tmp_path, taken_port):
    file = tmp_path / "stores"
    outcome = ecwid("sandbox", "serve", "--stores", "2", "--tokens-file", file, "--port", taken_port, *SMALL)
    assert outcome.code == 2
    assert "can't listen" in outcome.err
    assert not file.exists()


def test_an_app_gets_the_webhooks_of_the_changes(start, monkeypatch):
    monkeypatch.setenv("ECWID_CLIENT_SECRET", "my_client_secret")
    with running() as receiver:
        options = ["--webhooks", receiver.url, "--changes-per-second", "50"]
        process = start("sandbox", "serve", "--port", "0", *SMALL, *options)
        read_settings(process)
        line = process.stdout.readline()
        assert receiver.received.wait(60)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    body = receiver.bodies[0]
    assert receiver.signatures[0] == sign(body["eventCreated"], body["eventId"], "my_client_secret")
    assert re.fullmatch(r"# \w+\.\w+ \d+ of store 1003: 200, delivered, \d+ ms\n", line)


def test_webhooks_stay_on_this_machine(ecwid):
    outcome = ecwid("sandbox", "serve", "--webhooks", "https://example.com/webhooks")
    assert outcome.code == 2
    assert "--webhooks: a sandbox sends requests only to this machine" in outcome.err


def test_an_app_can_be_installed(start, monkeypatch):
    monkeypatch.setenv("ECWID_CLIENT_SECRET", "my_client_secret")
    callback = "http://127.0.0.1:1/callback"
    process = start("sandbox", "serve", "--port", "0", *SMALL, "--redirect-uri", callback)
    lines = read_output(process, "export ECWID_CLIENT_ID=")
    found = dict(re.findall(r"export (\w+)=(\S+)", "\n".join(lines)))
    query = {"client_id": found["ECWID_CLIENT_ID"], "response_type": "code", "scope": "read_orders"}
    with urlopen(f"{found['ECWID_OAUTH_URL']}/authorize?{urlencode(query)}") as response:
        assert b"read_orders" in response.read()
    assert "my_client_secret" not in " ".join(found.values())


@pytest.mark.parametrize("option", ["--redirect-uri", "--webhooks"])
def test_without_a_secret_of_ones_own_the_demo_secret_is_printed_to_paste(start, monkeypatch, option):
    monkeypatch.delenv("ECWID_CLIENT_SECRET", raising=False)
    process = start("sandbox", "serve", "--port", "0", *SMALL, option, "http://127.0.0.1:1/app")
    assert read_output(process, "export ECWID_CLIENT_SECRET=")[-1].strip().endswith(f"={DEMO_CLIENT_SECRET}")
    process.send_signal(signal.SIGINT)
    assert "demo secret" not in process.communicate(timeout=30)[1]
    # The key of payloads is its first 16 characters.
    assert len(DEMO_CLIENT_SECRET) >= 16


@pytest.mark.parametrize("option", ["--redirect-uri", "--iframe-url"])
@pytest.mark.parametrize("url", ["http://example.com/callback", "callback"])
def test_browsers_are_sent_to_https_or_this_machine(ecwid, option, url):
    outcome = ecwid("sandbox", "serve", option, url)
    assert outcome.code == 2
    assert option in outcome.err


def test_the_page_of_an_app_is_shown_in_a_frame(start, monkeypatch):
    monkeypatch.setenv("ECWID_CLIENT_SECRET", "my_client_secret")
    page = "http://127.0.0.1:1/page"
    hooks = "http://127.0.0.1:1/webhooks"  # the app is installed already
    process = start("sandbox", "serve", "--port", "0", *SMALL, "--webhooks", hooks, "--iframe-url", page)
    (address,) = re.findall(r"(http\S+/cp/\S+)", "\n".join(read_output(process, "# The app's page")))
    with urlopen(address) as response:
        assert f'src="{page}?payload='.encode() in response.read()


def test_the_address_of_the_page_is_printed(start):
    process = start("sandbox", "serve", "--port", "0", "--products", "1", "--orders", "1")
    address = read_output(process, "# Watch")[-1].partition("browser: ")[2]
    with urlopen(address, timeout=10) as response:
        assert response.headers["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(("option", "status"), [((), 200), (("--no-control",), 403)])
def test_programs_on_this_machine_control_a_served_sandbox(start, option, status):
    process = start("sandbox", "serve", "--port", "0", "--products", "1", "--orders", "1", *option)
    origin = read_settings(process)["ECWID_BASE_URL"].removesuffix("/api/v3")
    try:
        with urlopen(f"{origin}/_sandbox/clock", timeout=10) as response:
            found, body = response.status, json.load(response)
    except HTTPError as error:
        with error:
            found, body = error.code, json.load(error)
    assert found == status
    assert ("now" in body) == (status == 200)


@pytest.fixture
def out(ecwid, tmp_path):
    """The export of a small demo store."""
    assert ecwid("export", "products", "orders", "--sandbox", *SMALL, "--out", tmp_path / "out", "--quiet").code == 0
    return tmp_path / "out"


def test_an_export_is_served(start, ecwid, out, tmp_path, monkeypatch, no_rate_limit):
    process = start("sandbox", "serve", "--from", out, "--port", "0", "--fault", "GET /products: 500 x1")
    for name, value in read_settings(process).items():
        monkeypatch.setenv(name, value)
    assert ecwid("export", "products", "orders", "--out", tmp_path / "again", "--quiet").code == 0
    for name in ("products.jsonl", "orders.jsonl"):
        assert (tmp_path / "again" / name).read_bytes() == (out / name).read_bytes()


def test_several_exported_stores_are_served(start, ecwid, tmp_path, monkeypatch, no_rate_limit):
    for number in (5001, 5002):
        file = write_lines(tmp_path / "stores" / str(number) / "products.jsonl", b'{"id":%d}' % number)
        write_manifest(file.with_name("manifest.json"), number, file.name)
    arguments = ["sandbox", "serve", "--from", tmp_path / "stores", "--port", "0"]
    outcome = ecwid(*arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert "add --tokens-file FILE" in outcome.err
    process = start(*arguments, "--tokens-file", tmp_path / "tokens")
    lines = read_output(process, "# Then, for example")
    assert any(line.startswith(f"# The 2 stores in {tmp_path}/stores at http://127.0.0.1:") for line in lines)
    tokens = read_token_file(tmp_path / "tokens")
    assert list(tokens) == [5001, 5002]
    # The file can be replaced by the next start, which has other tokens.
    again = start(*arguments, "--tokens-file", tmp_path / "tokens")
    read_output(again, "# Then, for example")
    assert not {*tokens.values()} & {*read_token_file(tmp_path / "tokens").values()}


@pytest.mark.slow
def test_the_token_of_a_served_export_is_not_the_known_one(start, out):
    settings = [read_settings(start("sandbox", "serve", "--from", out, "--port", "0")) for _ in range(2)]
    assert len({each["ECWID_TOKEN"] for each in settings} | {DEMO_TOKEN}) == 3


def test_a_damaged_export_is_not_served(ecwid, out):
    with (out / "orders.jsonl").open("ab") as file:
        file.write(b'{"id":')
    outcome = ecwid("sandbox", "serve", "--from", out, "--port", "0")
    assert (outcome.code, outcome.out) == (2, "")
    assert f"{out}/orders.jsonl, line 3: not JSON" in outcome.err
    assert outcome.err.count("\n") == 1


def test_a_demo_store_can_have_another_id(start, ecwid, monkeypatch):
    process = start("sandbox", "serve", "--port", "0", "--store-id", "5001", *SMALL)
    settings = read_settings(process)
    assert settings["ECWID_STORE_ID"] == "5001"
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    outcome = ecwid("get", "profile")
    assert json.loads(outcome.out)["generalInfo"]["storeId"] == 5001
