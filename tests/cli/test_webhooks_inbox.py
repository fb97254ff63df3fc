"""``ecwid webhooks inbox``: what waits, and what is no longer retried."""

import asyncio
import json
import re

import pytest

from ecwid_async.apps import ClaimedEvents, InboxSettings, NotRetryable, SQLiteInbox, open_inbox
from tests.apps.inbox.clock import START, new_event
from tests.apps.inbox.postgresql.databases import empty_database

DAY = InboxSettings(max_attempts=1)


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'inbox.db'}"


@pytest.fixture
def postgresql_inbox_url(postgresql_server):
    pytest.importorskip("procrastinate", reason="needs the extra `worker`")
    return asyncio.run(empty_database(postgresql_server))


def fill(url: str) -> None:
    """Four events: the second and the third one are dead, the last one waits."""

    async def handle(group: ClaimedEvents) -> None:
        (event,) = group.events
        if event.event_id == "event-2":
            raise ValueError("no customer ann@example.com")
        if event.event_id == "event-3":
            raise NotRetryable("a loop\x1b[31m")

    async def main() -> None:
        async with open_inbox(url, DAY) as inbox:
            for number in (1, 2, 3):
                store = 1003 if number < 3 else 1004
                await inbox.put(new_event(number, store=store, body=b'{"customerEmail": "ann@example.com"}'))
            await inbox.run(handle, until_idle=True)
            await inbox.put(new_event(4))

    asyncio.run(main())


@pytest.fixture
def filled(url):
    fill(url)
    return url


def test_status_counts_the_events(ecwid, filled, monkeypatch):
    outcome = ecwid("webhooks", "inbox", "status", "--inbox", filled)
    assert (outcome.code, outcome.err) == (0, "")
    lines = dict(line.split(": ", 1) for line in outcome.out.splitlines())
    assert (lines["waiting"], lines["dead"], lines["retrying"]) == ("1", "2", "0")
    assert lines["running"] == "no: nothing handles events"
    monkeypatch.setenv("ECWID_INBOX", filled)
    found = json.loads(ecwid("webhooks", "inbox", "status", "--json").out)
    assert (found["waiting"], found["dead"], found["handled"], found["is_running"]) == (1, 2, 1, False)


def test_dead_events_are_json_lines_in_a_pipe_without_personal_data(ecwid, filled):
    outcome = ecwid("webhooks", "inbox", "dead", "--inbox", filled)
    first, second = map(json.loads, outcome.out.splitlines())
    assert (first["id"], first["store_id"], first["event_id"], first["attempts"]) == (2, 1003, "event-2", 1)
    assert (first["error_class"], first["received_at"]) == ("ValueError", "2027-01-15T08:00:00Z")
    assert START == 1_800_000_000
    assert second["error_class"] == "NotRetryable"
    assert "ann@example.com" not in outcome.out
    assert "\x1b" not in outcome.out
    (only,) = ecwid("webhooks", "inbox", "dead", "--store", 1004, "--inbox", filled).out.splitlines()
    assert json.loads(only)["event_id"] == "event-3"


def test_dead_events_are_a_table_on_a_terminal(ecwid, filled, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TERM", "xterm")
    shown = ecwid("webhooks", "inbox", "dead", "--inbox", filled).out
    assert "loop\x1b[31m" not in shown
    out = re.sub(r"\x1b\[[\d;]*m", "", shown)
    header, *rows = [line for line in out.splitlines() if line.strip()]
    assert header.split() == ["id", "received", "failed", "store", "type", "entity", "attempts", "error"]
    assert rows[0].split()[3:7] == ["1003", "product.updated", "7", "1"]
    monkeypatch.setenv("COLUMNS", "80")
    narrow = re.sub(r"\x1b\[[\d;]*m", "", ecwid("webhooks", "inbox", "dead", "--inbox", filled).out)
    assert narrow.split()[:6] == ["id", "failed", "store", "type", "entity", "error"]


def test_a_long_id_of_an_entity_leaves_room_for_the_other_columns(ecwid, url, monkeypatch):
    async def main() -> None:
        async def handle(group: ClaimedEvents) -> None:
            raise NotRetryable("a loop")

        async with open_inbox(url, DAY) as inbox:
            await inbox.put(new_event(1, entity="x" * 190))
            await inbox.run(handle, until_idle=True)

    asyncio.run(main())
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    shown = re.sub(r"\x1b\[[\d;]*m", "", ecwid("webhooks", "inbox", "dead", "--inbox", url).out)
    first = shown.splitlines()[1].split()
    assert (first[0], first[2]) == ("1", "1003")
    assert first[3].startswith("product.")
    assert "NotRetryable:" in first


def test_show_prints_the_body_only_if_asked_to(ecwid, filled):
    outcome = ecwid("webhooks", "inbox", "show", 2, "--inbox", filled)
    assert json.loads(outcome.out)["event_id"] == "event-2"
    assert "ann@example.com" not in outcome.out
    outcome = ecwid("webhooks", "inbox", "show", 2, "--body", "--inbox", filled)
    assert outcome.out == '{"customerEmail": "ann@example.com"}'


def test_dead_events_are_replayed_and_deleted(ecwid, filled):
    assert ecwid("webhooks", "inbox", "replay", 2, "--inbox", filled).out == "1 event will be handled again\n"
    missing = ecwid("webhooks", "inbox", "replay", 2, 3, "--inbox", filled)
    assert missing.code == 2
    assert "no dead events with these ids: 2." in missing.err
    assert missing.out == "1 event changed\n"
    outcome = ecwid("webhooks", "inbox", "delete", "--all", "--inbox", filled)
    assert (outcome.code, outcome.out) == (0, "0 events deleted\n")
    outcome = ecwid("webhooks", "inbox", "dead", "--inbox", filled)
    assert (outcome.out, outcome.err) == ("", "No events are dead.\n")
    assert json.loads(ecwid("webhooks", "inbox", "status", "--json", "--inbox", filled).out)["waiting"] == 3


def test_an_inbox_in_postgresql_is_shown_and_replayed(ecwid, postgresql_inbox_url):
    fill(postgresql_inbox_url)
    on = ("--inbox", postgresql_inbox_url)
    assert json.loads(ecwid("webhooks", "inbox", "status", "--json", *on).out)["dead"] == 2
    first, second = map(json.loads, ecwid("webhooks", "inbox", "dead", *on).out.splitlines())
    assert [first["event_id"], second["event_id"]] == ["event-2", "event-3"]
    shown = ecwid("webhooks", "inbox", "show", first["id"], "--body", *on)
    assert shown.out == '{"customerEmail": "ann@example.com"}'
    assert ecwid("webhooks", "inbox", "replay", "--all", *on).out == "2 events will be handled again\n"


def test_one_of_several_inboxes_in_postgresql_has_a_name(ecwid, postgresql_inbox_url, url):
    fill(postgresql_inbox_url)
    on = ("--inbox", postgresql_inbox_url, "--name", "reviews_inbox")
    outcome = ecwid("webhooks", "inbox", "status", *on)
    assert outcome.code == 2
    assert "check the URL and the name" in outcome.err
    outcome = ecwid("webhooks", "inbox", "status", "--inbox", url, "--name", "reviews_inbox")
    assert "only an inbox in PostgreSQL has a name" in outcome.err


def test_an_inbox_that_does_not_exist_is_not_created(ecwid, tmp_path, postgresql_server):
    pytest.importorskip("procrastinate", reason="needs the extra `worker`")
    outcome = ecwid("webhooks", "inbox", "status", "--inbox", f"sqlite:///{tmp_path / 'typo.db'}")
    assert outcome.code == 2
    assert "there is no inbox" in outcome.err
    assert list(tmp_path.iterdir()) == []
    outcome = ecwid("webhooks", "inbox", "status", "--inbox", postgresql_server.url("postgres"))
    assert outcome.code == 2
    assert "There is no inbox in PostgreSQL" in outcome.err
    tables = asyncio.run(postgresql_server.execute("SELECT to_regclass('procrastinate_jobs')"))
    assert tables == [(None,)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("status",), "set ECWID_INBOX"),
        (("status", "--inbox", "postgresql://u:pass_Word7@h/d"), "set the URL with the password as ECWID_INBOX"),
        (("status", "--inbox", "postgresql://h/d?password=pass_Word7"), "set the URL with the password as ECWID_INBOX"),
        (("status", "--inbox", "postgresql://u@pass_Word7@h/d"), "write them as %40 and %2F"),
        (("replay", "99999999999999999999"), "9223372036854775808"),
        (("status", "--inbox", "mysql://h/d"), "the URL of an inbox is sqlite:///inbox.db"),
        (("replay",), "either their ids or --all"),
        (("delete", "1", "--all"), "either their ids or --all"),
    ],
)
def test_wrong_usage_is_one_line_and_exits_with_2(ecwid, arguments, message):
    outcome = ecwid("webhooks", "inbox", *arguments)
    assert outcome.code == 2
    assert message in outcome.err
    assert "pass_Word7" not in outcome.err


def test_a_server_that_is_down_exits_with_4(ecwid, tmp_path):
    pytest.importorskip("procrastinate", reason="needs the extra `worker`")
    outcome = ecwid("webhooks", "inbox", "status", "--inbox", f"postgresql://u@/d?host={tmp_path}")
    assert outcome.code == 4
    assert "Check that the server runs" in outcome.err


def test_a_url_selects_the_inbox(tmp_path):
    inbox = open_inbox(f"sqlite:///{tmp_path}/a%20b.db")
    assert isinstance(inbox, SQLiteInbox)
    assert inbox.path == tmp_path / "a b.db"


@pytest.mark.parametrize("missing", ["procrastinate", "psycopg"])
def test_without_the_extra_one_line_says_what_to_install(start, missing):
    before = f"import sys; sys.modules[{missing!r}] = None"
    process = start("webhooks", "inbox", "status", "--inbox", "postgresql://u@h/d", before=before)
    out, err = process.communicate(60)
    assert (process.returncode, out) == (2, "")
    assert err == f"ecwid: an inbox in PostgreSQL needs {missing}: pip install 'ecwid-async[worker]'\n"
