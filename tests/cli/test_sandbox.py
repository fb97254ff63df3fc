"""``ecwid sandbox serve``: its printed settings, signals and rate limit."""

import re
import signal
import socket

import pytest


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
