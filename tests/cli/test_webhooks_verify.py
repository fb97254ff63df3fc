"""``ecwid webhooks verify``: what it says about signatures, and that it shows no secret."""

import base64
import io
from types import SimpleNamespace

import pytest

from tests.apps.webhooks.requests import NOW, SECRET, digest, make_body, sign

BODY = make_body("customer.created", data={"customerEmail": "ann@example.com"})
RIGHT = sign(int(NOW), "e-1")


@pytest.fixture
def verify(ecwid, tmp_path, monkeypatch):
    monkeypatch.setenv("ECWID_CLIENT_SECRET", SECRET)
    file = tmp_path / "body.json"
    file.write_bytes(BODY)

    def run(signature):
        outcome = ecwid("webhooks", "verify", file, "--signature", signature)
        shown = outcome.out + outcome.err
        assert SECRET not in shown
        assert "ann@" not in shown
        return outcome

    return run


def test_a_right_signature(verify):
    outcome = verify(RIGHT)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith("customer.created e-1 of store 1003: the signature matches.\nThe event is ")


@pytest.mark.parametrize(
    ("age", "note"),
    [(0, None), (24.9 * 3600, None), (48 * 3600, "2.0 days old"), (-2 * 3600, "2.0 hours in the future")],
)
def test_an_age_at_which_apps_refuse_an_event_is_told(verify, monkeypatch, age, note):
    monkeypatch.setattr("ecwid_async.cli.webhooks_verify.time.time", lambda: NOW + age)
    lines = verify(RIGHT).out.splitlines()
    assert len(lines) == (1 if note is None else 2)
    assert note is None or note in lines[1]


@pytest.mark.parametrize(
    ("signature", "why"),
    [
        (digest(BODY), "whole body"),
        (digest(f"e-1.{int(NOW)}".encode()), "wrong order"),
        (sign(int(NOW), "e-1", SECRET + "\n"), "after the client secret"),
        (sign(int(NOW), "e-1", "other"), "another secret"),
        (sign(int(NOW), "e-1", "secret_token"), "access token"),
        (digest(BODY, "secret_token"), "whole body with the access token"),
        (base64.b64decode(digest(BODY, "secret_token")).hex(), "hexadecimal, and it was made over the whole body with"),
        (RIGHT[:-1], "cut off"),
        ("-" + RIGHT[1:-2], "not the Base64"),
        ("", "not the Base64"),
        (digest(b"x").encode().hex()[:64], "hexadecimal"),
    ],
)
def test_a_wrong_signature_and_why(verify, signature, why, monkeypatch):
    monkeypatch.setenv("ECWID_TOKEN", "secret_token")
    outcome = verify(signature)
    assert (outcome.code, outcome.err) == (1, "")
    assert why in outcome.out
    assert "secret_token" not in outcome.out


def test_the_body_may_come_from_stdin(ecwid, monkeypatch):
    monkeypatch.setenv("ECWID_CLIENT_SECRET", SECRET)
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(BODY)))
    assert ecwid("webhooks", "verify", "--signature", RIGHT).code == 0


@pytest.mark.parametrize(
    ("content", "secret", "message"),
    [
        (BODY, "", "ECWID_CLIENT_SECRET"),
        (BODY[:-1], SECRET, "not an event of Ecwid"),
        (b"x" * (1024 * 1024 + 1), SECRET, "more than 1,048,576 bytes"),
        (None, SECRET, "can't read"),
    ],
)
def test_what_can_not_be_compared_is_wrong_usage(ecwid, tmp_path, monkeypatch, content, secret, message):
    monkeypatch.setenv("ECWID_CLIENT_SECRET", secret)
    file = tmp_path / "body.json"
    if content is not None:
        file.write_bytes(content)
    outcome = ecwid("webhooks", "verify", file, "--signature", RIGHT)
    assert (outcome.code, outcome.out) == (2, "")
    assert message in outcome.err
