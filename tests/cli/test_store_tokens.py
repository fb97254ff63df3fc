"""Exports of several stores, whose tokens are in a file or in the environment."""

import json
import os
import re

import pytest

from ecwid_async.sandbox import Sandbox
from ecwid_async.sandbox.server import serve_in_thread

from .helpers import file_names


@pytest.fixture(scope="module")
def two_stores():
    """The base URL of a server with two stores."""
    sandbox = Sandbox(requests_per_minute=None)
    for number, token in {1: "secret_one", 2: "secret_two"}.items():
        sandbox.add_store(number, token=token).load("categories", [{"id": number}])
    with serve_in_thread(sandbox) as server:
        yield server.base_url


@pytest.fixture
def tokens(two_stores, monkeypatch, tmp_path):
    """Point the environment at the server of two stores, and write their tokens to a file."""
    monkeypatch.setenv("ECWID_BASE_URL", two_stores)
    file = tmp_path / "tokens"
    file.write_text("# mine\n\n1 secret_one\n2   secret_two\n")
    file.chmod(0o600)
    return file


def test_each_store_gets_a_folder(ecwid, tokens, tmp_path):
    outcome = ecwid("export", "categories", "--stores", tokens, "--out", tmp_path / "out")
    assert (outcome.code, outcome.err) == (0, "")
    for number in (1, 2):
        assert json.loads((tmp_path / "out" / str(number) / "categories.jsonl").read_text())["id"] == number
        assert file_names(tmp_path / "out" / str(number)) == ["categories.jsonl", "manifest.json"]
    assert "2 stores" in outcome.out


def test_a_single_store_gets_a_folder_too(ecwid, tokens, tmp_path, monkeypatch):
    tokens.write_text("1 secret_one\n")
    monkeypatch.chdir(tmp_path)
    outcome = ecwid("export", "categories", "--stores", tokens, "--out", "out")
    (place,) = re.findall(r"In (\S+), with manifest.json", " ".join(outcome.out.split()))
    assert (tmp_path / place / "manifest.json").exists()


def test_tokens_come_from_the_environment(ecwid, tokens, tmp_path, monkeypatch):
    monkeypatch.setenv("ECWID_TOKEN_1", "secret_one")
    monkeypatch.setenv("ECWID_STORE_ID", "2")
    monkeypatch.setenv("ECWID_TOKEN", "secret_two")
    assert ecwid("export", "categories", "--store", 1, "--store", 2, "--out", tmp_path / "out").code == 0
    assert file_names(tmp_path / "out") == ["1", "2"]


def test_a_failed_store_stops_no_other_and_decides_the_exit_code(ecwid, tokens, tmp_path):
    tokens.write_text("1 secret_wrong\n2 secret_two\n")
    outcome = ecwid("export", "categories", "--stores", tokens, "--json", "--out", tmp_path / "out")
    assert outcome.code == 3
    report = json.loads(outcome.out)["stores"]
    assert report["2"]["sections"]["categories"]["item_count"] == 1
    assert "INVALID_API_TOKEN" in report["1"]["error"]
    assert outcome.err.startswith("ecwid: store 1: ")
    assert outcome.err.count("\n") == 1
    assert "secret" not in outcome.out + outcome.err
    assert file_names(tmp_path / "out") == ["2"]


@pytest.mark.skipif(os.name != "posix", reason="needs the permissions of POSIX")
def test_a_file_readable_by_others_is_refused(ecwid, tokens, tmp_path):
    tokens.chmod(0o640)
    outcome = ecwid("export", "categories", "--stores", tokens, "--out", tmp_path / "out")
    assert (outcome.code, file_names(tmp_path / "out")) == (2, [])
    assert f"chmod 600 {tokens}" in outcome.err


@pytest.mark.parametrize("line", ["secret_three", "x secret_three", "3 secret_three too"])
def test_an_invalid_line_is_named_but_not_printed(ecwid, tokens, tmp_path, line):
    tokens.write_text(f"1 secret_one\n{line}\n")
    outcome = ecwid("export", "categories", "--stores", tokens, "--out", tmp_path / "out")
    assert outcome.code == 2
    assert f"line 2 of {tokens}" in outcome.err
    assert "secret" not in outcome.err


@pytest.mark.parametrize(
    "line",
    [
        b"1003 t\xf6ken",
        "1003 t\u00f6ken".encode(),
        b"\xff\xfe1\0",
        b"0 secret",
        b"9" * 5000 + b" secret",
        b"2 secret_other",
    ],
    ids=lambda line: repr(line[:12]),
)
def test_ambiguous_lines_are_refused(ecwid, tokens, tmp_path, line):
    tokens.write_bytes(b"\xef\xbb\xbf1 secret_one\n2 secret_two\n" + line)
    outcome = ecwid("export", "categories", "--stores", tokens, "--out", tmp_path / "out")
    assert outcome.code == 2
    assert f"line 3 of {tokens}" in outcome.err
    assert "secret" not in outcome.err
    assert not (tmp_path / "out").exists()


def test_a_missing_file_is_wrong_usage(ecwid, tmp_path):
    outcome = ecwid("export", "--stores", tmp_path / "none")
    assert outcome.code == 2
    assert "can't read the token file" in outcome.err
