"""`examples/low_stock.py`, with a chat on this machine."""

from collections.abc import Iterator
from typing import Any

import pytest

from ecwid_async.sandbox import Sandbox
from ecwid_async.sandbox.server import serve_in_thread
from tests.cli.webhook_receiver import Receiver, running
from tests.examples.jobs import main_of, run_process, use_store
from tests.examples.running_app import EXAMPLES, STORE, TOKEN

pytestmark = pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the examples are not in the wheel")

NAME = "low_stock.py"


def item(number: int, quantity: int | None, limit: int | None = None, **fields: Any) -> dict[str, Any]:
    unlimited = quantity is None
    stock = {"unlimited": True} if unlimited else {"unlimited": False, "quantity": quantity}
    limits = {} if limit is None else {"warningLimit": limit}
    return {
        "id": number,
        "enabled": True,
        "name": f"Product {number}",
        "sku": f"SKU-{number}",
        **stock,
        **limits,
        **fields,
    }


def variation(number: int, quantity: int, *values: str, **fields: Any) -> dict[str, Any]:
    options = [{"name": f"Option {value}", "value": value} for value in values]
    return {"id": number, "combinationNumber": number, "options": options, "quantity": quantity, **fields}


PRODUCTS = [
    item(1, 3, 3),
    item(2, 4, 3),
    item(3, 0),
    item(4, None, 5),
    item(5, 0, 5, enabled=False),
    item(
        6,
        0,
        5,
        combinations=[variation(7, 9, "S", warningLimit=5), variation(8, 2, "M", "red", warningLimit=5, sku="M-RED")],
    ),
]


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch, no_rate_limit: None) -> Iterator[Sandbox]:
    sandbox = Sandbox(requests_per_minute=None)
    store = sandbox.add_store(STORE, token=TOKEN)
    store.profile = {"generalInfo": {"storeId": STORE}}
    store.load("products", PRODUCTS)
    with serve_in_thread(sandbox) as server:
        use_store(monkeypatch, server.base_url, token=TOKEN)
        yield sandbox


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with running() as receiver:
        monkeypatch.setenv("LOW_STOCK_WEBHOOK", receiver.url)
        yield receiver


@pytest.mark.usefixtures("sandbox")
def test_what_has_reached_its_own_limit_is_posted(chat: Receiver) -> None:
    done = run_process(NAME)
    assert (done.returncode, done.stdout, done.stderr) == (0, "2 items are low in stock\n", "")
    lines = ["Low in stock:", "2 × Product 6 / M / red (M-RED)", "3 × Product 1 (SKU-1)"]
    assert chat.bodies == [{"text": "\n".join(lines)}]


@pytest.mark.usefixtures("sandbox")
def test_a_limit_for_all_replaces_their_own(chat: Receiver, capsys: pytest.CaptureFixture[str]) -> None:
    main = main_of(NAME)
    assert main(["--limit", "4"]) == 0
    text = chat.bodies[0]["text"]
    assert [line.partition(" × ")[2] for line in text.splitlines()[1:]] == [
        "Product 3 (SKU-3)",
        "Product 6 / M / red (M-RED)",
        "Product 1 (SKU-1)",
        "Product 2 (SKU-2)",
    ]
    assert main(["--limit", "-1"]) == 0
    assert len(chat.bodies) == 1
    assert "0 items are low in stock" in capsys.readouterr().out


@pytest.mark.usefixtures("sandbox")
def test_without_a_chat_the_report_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main = main_of(NAME)
    monkeypatch.setitem(main.__globals__, "MAX_LINES", 1)
    assert main([]) == 0
    assert capsys.readouterr().out == "Low in stock:\n2 × Product 6 / M / red (M-RED)\nand 1 more\n"


@pytest.mark.usefixtures("sandbox")
def test_a_failure_does_not_show_the_address_of_the_chat(
    chat: Receiver, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main = main_of(NAME)
    chat.status = 404
    assert main([]) == 1
    assert capsys.readouterr().err == "the report was not sent: ClientResponseError 404\n"
    chat.status = 302
    assert main([]) == 1
    assert capsys.readouterr().err == "the report was not sent: ClientResponseError 302\n"
    for address in ("http://127.0.0.1:1", "http://an..empty.label"):
        monkeypatch.setenv("LOW_STOCK_WEBHOOK", f"{address}/secret-of-the-chat")
        assert main([]) == 1
        assert "secret-of-the-chat" not in capsys.readouterr().err
    monkeypatch.setenv("ECWID_TOKEN", "secret_wrong")
    assert main([]) == 1
    assert "INVALID_API_TOKEN" in capsys.readouterr().err
