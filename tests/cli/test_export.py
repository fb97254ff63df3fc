import hashlib
import json
import os
import signal
import socket
import time
from functools import partial

import pytest

from ecwid_async import client
from ecwid_async.export import DEFAULT
from ecwid_async.transport.retry import Retry

FILES = ["carts.jsonl", "categories.jsonl", "customers.jsonl", "manifest.json"]
FILES += ["orders.jsonl", "products.jsonl", "profile.jsonl"]


def names(folder):
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@pytest.fixture
def impatient(monkeypatch):
    async def at_once(seconds):
        pass

    monkeypatch.setattr(client, "Retry", partial(Retry, sleep=at_once))


def test_the_embedded_store_is_exported_whole(ecwid, sizes, tmp_path):
    out = tmp_path / "out"
    outcome = ecwid("export", "--sandbox", *sizes, "--out", out)
    assert (outcome.code, outcome.err) == (0, "")
    assert names(out) == FILES
    count = {name: len((out / f"{name}.jsonl").read_bytes().splitlines()) for name in DEFAULT}
    assert count == {"profile": 1, "orders": 120, "carts": 20, "products": 230, "categories": 12, "customers": 110}
    for name in DEFAULT:
        for line in (out / f"{name}.jsonl").read_bytes().splitlines():
            assert isinstance(json.loads(line), dict)
    for name in DEFAULT:
        assert name in outcome.out
    assert "230" in outcome.out


def test_hidden_items_are_in_the_files(ecwid, sizes, tmp_path):
    ecwid("export", "--sandbox", *sizes, "--out", tmp_path)

    def items(name):
        return [json.loads(line) for line in (tmp_path / f"{name}.jsonl").read_bytes().splitlines()]

    assert any(item["hidden"] for item in items("carts"))
    assert any(not item["enabled"] for item in items("categories"))
    assert any(not item["enabled"] for item in items("products"))


def test_over_loopback_the_same_bytes_come(ecwid, sizes, served, tmp_path):
    assert ecwid("export", "--sandbox", *sizes, "--out", tmp_path / "embedded").code == 0
    assert ecwid("export", "--out", tmp_path / "served").code == 0
    for name in DEFAULT:
        embedded, served_ = (tmp_path / side / f"{name}.jsonl" for side in ("embedded", "served"))
        assert embedded.read_bytes() == served_.read_bytes()


def test_only_the_named_sections_are_read(ecwid, served, tmp_path):
    assert ecwid("export", "orders", "profile", "-o", tmp_path).code == 0
    assert names(tmp_path) == ["manifest.json", "orders.jsonl", "profile.jsonl"]


def test_json_is_one_object_that_tells_what_was_written(ecwid, served, tmp_path):
    outcome = ecwid("export", "products", "--json", "--out", tmp_path)
    told = json.loads(outcome.out)
    assert (told["folder"], told["sections"]["products"]["count"]) == (str(tmp_path), 230)
    content = (tmp_path / "products.jsonl").read_bytes()
    assert told["sections"]["products"]["sha256"] == hashlib.sha256(content).hexdigest()
    assert outcome.err == ""


def test_quiet_says_nothing(ecwid, served, tmp_path):
    assert ecwid("export", "products", "--quiet", "--out", tmp_path) == (0, "", "")


def test_an_export_replaces_the_one_before(ecwid, tmp_path):
    for products in (5, 7):
        ecwid("export", "products", "--sandbox", "--products", products, "--out", tmp_path)
    assert len((tmp_path / "products.jsonl").read_bytes().splitlines()) == 7
    assert names(tmp_path) == ["manifest.json", "products.jsonl"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["prodcts", "--out", "out", "--sandbox"], 2, "Did you mean products?"),
        (["--sandbox"], 2, "--out"),
        (["--out", "out"], 2, "ECWID_STORE_ID"),
        (["--out", "out"], 2, "--sandbox"),
        (["--out", "out", "--products", "5"], 2, "add --sandbox"),
        (["--out", "out", "--sandbox", "--products", "-1"], 2, "--products"),
        (["--out", "out", "--sandbx"], 2, "--sandbx"),
    ],
)
def test_wrong_usage_is_one_line_and_code_2(ecwid, tmp_path, monkeypatch, arguments, code, said):
    monkeypatch.chdir(tmp_path)
    outcome = ecwid("export", *arguments)
    assert outcome.code == code
    assert said in outcome.err
    assert outcome.err.count("\n") == 1
    assert outcome.out == ""
    assert names(tmp_path) == []


def test_a_wrong_token_is_code_3(ecwid, served, tmp_path, monkeypatch):
    monkeypatch.setenv("ECWID_TOKEN", "secret_of_somebody_else")
    outcome = ecwid("export", "--out", tmp_path / "out")
    assert outcome.code == 3
    assert "INVALID_API_TOKEN" in outcome.err
    assert "secret_of_somebody_else" not in outcome.err
    assert outcome.err.count("\n") == 1
    assert names(tmp_path) == []


def test_no_network_is_code_4(ecwid, served, nowhere, impatient, tmp_path, monkeypatch):
    monkeypatch.setenv("ECWID_BASE_URL", nowhere)
    outcome = ecwid("export", "--out", tmp_path / "out")
    assert outcome.code == 4
    assert outcome.err.count("\n") == 1
    assert names(tmp_path) == []


def test_a_folder_that_can_not_be_made_is_code_5_before_anything_is_read(ecwid, tmp_path):
    (tmp_path / "file").touch()
    outcome = ecwid("export", "--sandbox", "--out", tmp_path / "file" / "out")
    assert outcome.code == 5
    assert "file" in outcome.err
    assert outcome.err.count("\n") == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_read_only_is_code_5(ecwid, tmp_path):
    tmp_path.chmod(0o500)
    outcome = ecwid("export", "--sandbox", "--out", tmp_path)
    assert outcome.code == 5
    assert "Permission denied" in outcome.err


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="needs a limit on file sizes")
def test_a_disk_that_takes_no_more_is_code_5_and_leaves_nothing(start, sizes, tmp_path):
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))"
    process = start("export", "products", "--sandbox", *sizes, "--out", "out", before=limit)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 5
    assert "can't write out/products.jsonl" in err
    assert err.count("\n") == 1
    assert names(tmp_path) == []


IN_BACKGROUND = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"


@pytest.mark.parametrize(
    ("number", "code", "before"),
    [(signal.SIGINT, 130, ""), (signal.SIGTERM, 143, ""), (signal.SIGTERM, 143, IN_BACKGROUND)],
)
def test_an_interrupted_export_leaves_nothing(start, tmp_path, monkeypatch, number, code, before):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()  # lets clients connect and never answers
        monkeypatch.setenv("ECWID_BASE_URL", f"http://127.0.0.1:{silent.getsockname()[1]}/api/v3")
        monkeypatch.setenv("ECWID_STORE_ID", "1003")
        monkeypatch.setenv("ECWID_TOKEN", "secret_token")
        process = start("export", "--out", "out", before=before)
        give_up = time.monotonic() + 30
        while ".profile.jsonl.part" not in names(tmp_path / "out"):
            assert process.poll() is None
            assert time.monotonic() < give_up
            time.sleep(0.01)
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert process.returncode == code
    assert (out, err) == ("", "ecwid: interrupted\n")
    assert names(tmp_path) == []
