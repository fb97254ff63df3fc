"""Profiles: several stores by name, whose tokens are shown nowhere and reach no other server."""

import io
import json
import os
import pty
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail
from keyring.errors import KeyringLocked

from ecwid_async.cli.app import run
from ecwid_async.cli.profiles import Profile, Profiles, profiles_path
from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN
from ecwid_async.transport import DEFAULT_BASE_URL, Secret

TOKEN = "secret_4f1dVeryOwnToken"


class MemoryKeyring(KeyringBackend):
    priority = 5
    name = "memory"

    def __init__(self):
        super().__init__()
        self.tokens = {}
        self.is_locked = False

    def get_password(self, service, username):
        self._check()
        return self.tokens.get((service, username))

    def set_password(self, service, username, password):
        self._check()
        self.tokens[service, username] = password

    def delete_password(self, service, username):
        self._check()
        del self.tokens[service, username]

    def _check(self):
        if self.is_locked:
            raise KeyringLocked(f"locked, {TOKEN}")


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch):
    """Never use the keyring of this machine."""
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    yield
    keyring.set_keyring(before)


@pytest.fixture
def memory_keyring(no_keyring):
    backend = MemoryKeyring()
    keyring.set_keyring(backend)
    return backend


@pytest.fixture
def add(ecwid, monkeypatch):
    """Run ``ecwid profile add`` with a token on stdin."""

    def add_profile(name, *arguments, token=TOKEN, store_id=DEMO_STORE_ID):
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{token}\n"))
        outcome = ecwid("profile", "add", name, "--store-id", store_id, *arguments)
        assert TOKEN not in outcome.out + outcome.err
        return outcome

    return add_profile


def profiles(ecwid):
    return json.loads(ecwid("profile", "list", "--json").out)["profiles"]


def test_a_profile_is_in_a_file_that_only_the_user_can_read(ecwid, add, monkeypatch):
    outcome = add("shop")
    path = profiles_path()
    assert outcome.code == 0
    assert str(path) in outcome.out
    assert path == Path(os.environ["XDG_CONFIG_HOME"]) / "ecwid_async" / "profiles.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert {file.name for file in path.parent.iterdir()} == {path.name, ".profiles.lock"}
    assert profiles(ecwid) == [
        {"name": "shop", "store_id": 1003, "base_url": DEFAULT_BASE_URL, "token_in": "file", "default": True}
    ]


def test_tokens_are_shown_by_no_command(ecwid, add, base_url):
    add("shop", "--base-url", base_url, token=DEMO_TOKEN)
    doctor = ["doctor", "--sample", "1"]
    for command in (["profile", "list"], ["profile", "list", "--json"], ["profile", "default"], doctor):
        outcome = ecwid(*command)
        assert outcome.code == 0
        assert DEMO_TOKEN not in outcome.out + outcome.err
    assert DEMO_TOKEN not in repr(Profiles.read())


@pytest.mark.parametrize("line", [["--profile", "shop", "get", "profile"], ["get", "profile", "--profile=shop"]])
def test_a_profile_is_named_before_or_behind_the_command(ecwid, add, base_url, line):
    add("other", token="secret_wrong")
    add("shop", "--base-url", base_url, token=DEMO_TOKEN)
    outcome = ecwid(*line)
    assert outcome.code == 0, outcome.err
    assert json.loads(outcome.out)["generalInfo"]["storeId"] == DEMO_STORE_ID


def test_every_command_for_one_store_takes_a_profile(ecwid, add, base_url, tmp_path):
    add("other", token="secret_wrong")
    add("shop", "--base-url", base_url, token=DEMO_TOKEN)
    database = f"sqlite:///{tmp_path}/shop.db"
    for line in (
        ["list", "customers"],
        ["report", "sales"],
        ["call", "GET", f"{base_url}/{DEMO_STORE_ID}/profile"],
        ["export", "staff", "--out", tmp_path / "out"],
        ["sync", "--to", database, "--only", "customer_groups"],
        ["sync", "verify", "--to", database, "--only", "customer_groups"],
    ):
        outcome = ecwid("--profile", "shop", *line)
        assert outcome.code == 0, outcome.err


def test_an_option_wins_over_the_environment_as_a_whole(ecwid, add, base_url, unused_base_url, monkeypatch):
    """The token of a profile reaches only the server of that profile."""
    add("shop", "--base-url", base_url, token=DEMO_TOKEN)
    monkeypatch.setenv("ECWID_BASE_URL", unused_base_url)
    monkeypatch.setenv("ECWID_STORE_ID", "77")
    monkeypatch.setenv("ECWID_TOKEN", "secret_elsewhere")
    assert ecwid("get", "profile", "--profile", "shop").code == 0
    assert ecwid("get", "profile").code == 4  # at the unused URL


def test_the_environment_wins_over_the_default_profile_as_a_whole(ecwid, add, base_url, monkeypatch):
    add("shop", "--base-url", base_url, token=DEMO_TOKEN)
    assert ecwid("get", "profile").code == 0
    for variable, value in (
        ("ECWID_TOKEN", "secret_elsewhere"),
        ("ECWID_STORE_ID", "77"),
        ("ECWID_BASE_URL", base_url),
    ):
        with monkeypatch.context() as changed:
            changed.setenv(variable, value)
            outcome = ecwid("get", "profile")
        assert outcome.code == 2, variable
        assert "not set" in outcome.err
        assert "--profile" in outcome.err


def test_a_profile_and_a_store_in_the_environment_are_refused(ecwid, add, base_url, monkeypatch):
    add("other")
    add("shop", "--base-url", base_url, token=DEMO_TOKEN)
    monkeypatch.setenv("ECWID_PROFILE", "shop")
    assert ecwid("get", "profile").code == 0
    monkeypatch.setenv("ECWID_TOKEN", "secret_elsewhere")
    outcome = ecwid("get", "profile")
    assert outcome.code == 2
    assert "ECWID_PROFILE and ECWID_TOKEN are set" in outcome.err
    assert ecwid("get", "profile", "--profile", "shop").code == 0


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (["get", "profile", "--profile", "shop", "--sandbox"], "leave --profile out"),
        (["export", "--profile", "shop", "--store", "5"], "--profile is a single store"),
        (["sync", "--to", "sqlite:///x.db", "--profile", "shop", "--store", "5"], "--profile is a single store"),
        (["get", "profile", "--profile", "shp"], "Did you mean shop?"),
        (["get", "profile", "--profile", TOKEN], "the name of a profile has"),
        (["profile", "add", TOKEN, "--store-id", "5"], "the name of a profile has"),
        (["--profile"], "--profile needs the name"),
        (["--profile", "--help"], "--profile needs the name"),
        (["--profile", "shop", "coverage"], "--profile"),
        (["profile", "add", "shop", "--store-id", "5"], "add --replace"),
        (["profile", "add", "a/b", "--store-id", "5"], "the name of a profile has"),
        (["profile", "add", "new", TOKEN], "***"),
        (["profile", "add", "new", f"--token={TOKEN}"], "--token"),
        (["profile", "add", "new"], "Add --store-id"),
        (["profile", "add", "new", "--store-id", "0"], "--store-id"),
        (["profile", "add", "new", "--store-id", "5", "--base-url", "http://shop.example/api/v3"], "unencrypted"),
        (["profile", "remove", "shp"], "Did you mean shop?"),
        (["profile", "default", "shp"], "Did you mean shop?"),
    ],
)
def test_a_mistake_is_one_line_without_the_token(ecwid, add, monkeypatch, line, message):
    add("shop")
    before = profiles_path().read_bytes()
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{TOKEN}\n"))
    outcome = ecwid(*line)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert message in outcome.err
    assert TOKEN not in outcome.err
    assert profiles_path().read_bytes() == before


@pytest.mark.parametrize("token", ["", "two words", "sécret"])
def test_what_is_no_token_is_refused(ecwid, add, token):
    outcome = add("shop", token=token)
    assert outcome.code == 2
    assert "this is no token" in outcome.err
    assert not profiles_path().exists()


def test_a_profile_can_be_replaced_removed_and_made_the_default(ecwid, add):
    add("shop")
    add("outlet", store_id=7)
    assert add("shop", "--replace", store_id=8).code == 0
    assert [(p["name"], p["store_id"], p["default"]) for p in profiles(ecwid)] == [
        ("shop", 8, True),
        ("outlet", 7, False),
    ]
    assert ecwid("profile", "default").out == "shop\n"
    assert ecwid("profile", "default", "outlet").code == 0
    assert ecwid("profile", "default").out == "outlet\n"
    assert ecwid("profile", "remove", "outlet").code == 0
    assert [(p["name"], p["default"]) for p in profiles(ecwid)] == [("shop", False)]
    assert "ECWID_TOKEN are not set" in ecwid("get", "profile").err
    assert "*" not in ecwid("profile", "list").out
    ecwid("profile", "default", "shop")
    assert ecwid("profile", "default", "--none").code == 0
    assert ecwid("profile", "default").out == ""


def test_without_profiles_the_list_says_how_to_add_one(ecwid):
    outcome = ecwid("profile", "list")
    assert (outcome.code, outcome.out) == (0, "")
    assert "ecwid profile add" in outcome.err


@pytest.mark.skipif(os.name != "posix", reason="permissions")
def test_a_file_that_others_can_read_is_refused(ecwid, add):
    add("shop")
    profiles_path().chmod(0o640)
    for line in (["get", "profile"], ["profile", "list"]):
        outcome = ecwid(*line)
        assert outcome.code == 2
        assert f"chmod 600 {profiles_path()}" in outcome.err


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "[" * 100_000,
        '{"version": 2, "profiles": {}}',
        '{"version": 1, "profiles": {"shop": {"token": "secret_4f1dVeryOwnToken"}}}',
        '{"version": 1, "profiles": {"shop": {"store_id": "secret_4f1dVeryOwnToken"}}}',
        '{"version": 1, "profiles": {"shop": {"store_id": 1003, "token": ["secret_4f1dVeryOwnToken"]}}}',
        '{"version": 1, "profiles": {"shop": {"store_id": 1003, "base_url": "http://shop.example/api/v3"}}}',
        '{"version": 1, "profiles": {"secret_4f1dVeryOwnToken é": {"store_id": 1003}}}',
    ],
)
def test_another_file_is_refused_without_quoting_it(ecwid, add, content):
    add("shop")
    profiles_path().write_text(content)
    outcome = ecwid("get", "profile", "--profile", "shop")
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    assert f"{profiles_path()} is not a file of profiles" in outcome.err
    assert TOKEN not in outcome.err


def test_a_user_without_a_folder_for_settings_is_told(ecwid, monkeypatch):
    monkeypatch.setattr("platformdirs.user_config_path", lambda *args, **kwargs: Path("~/.config"))
    outcome = ecwid("profile", "list")
    assert outcome.code == 2
    assert "XDG_CONFIG_HOME" in outcome.err


def test_a_keyring_keeps_the_token(ecwid, add, memory_keyring, base_url):
    outcome = add("shop", "--base-url", base_url, token=DEMO_TOKEN)
    assert "keyring memory" in outcome.out
    assert DEMO_TOKEN not in profiles_path().read_text()
    assert list(memory_keyring.tokens.values()) == [DEMO_TOKEN]
    assert ecwid("get", "profile").code == 0
    ecwid("profile", "remove", "shop")
    assert not memory_keyring.tokens


def test_a_token_in_the_keyring_belongs_to_its_server(ecwid, add, memory_keyring, base_url, unused_base_url):
    """A change of the file does not send it to another one."""
    add("shop", "--base-url", base_url, token=DEMO_TOKEN)
    profiles_path().write_text(profiles_path().read_text().replace(base_url, unused_base_url))
    outcome = ecwid("get", "profile")
    assert outcome.code == 2
    assert "the keyring has no token for this profile" in outcome.err


def test_the_file_is_used_on_request_in_spite_of_a_keyring(ecwid, add, memory_keyring):
    add("shop")
    add("shop", "--in-file", "--replace")
    assert not memory_keyring.tokens
    assert TOKEN in profiles_path().read_text()


def test_a_keyring_that_fails_leaves_the_token_to_the_file(ecwid, add, memory_keyring):
    memory_keyring.is_locked = True
    outcome = add("shop")
    assert outcome.code == 0
    assert "warning: the keyring did not store the token (KeyringLocked), so it is in the file" in outcome.err
    assert profiles(ecwid)[0]["token_in"] == "file"


def test_a_locked_keyring_is_one_line(ecwid, add, memory_keyring):
    add("shop")
    memory_keyring.is_locked = True
    outcome = ecwid("get", "profile")
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    assert "profile shop: the keyring did not return the token (KeyringLocked)" in outcome.err
    assert TOKEN not in outcome.err
    removed = ecwid("profile", "remove", "shop")
    assert removed.code == 0
    assert "delete 'shop: store 1003 at https://app.ecwid.com' in the keyring yourself" in removed.err


def test_an_insecure_keyring_is_not_used(ecwid, add, memory_keyring, monkeypatch):
    monkeypatch.setattr(MemoryKeyring, "priority", 0.5)
    add("shop")
    assert not memory_keyring.tokens


def test_without_the_library_the_file_is_used(ecwid, add, monkeypatch):
    add("shop")
    monkeypatch.setattr("ecwid_async.cli.keyring.find_spec", lambda name: None)
    Profiles(by_name={"shop": Profile(name="shop", store_id=5)}, default="shop").write()
    assert "pip install 'ecwid-async[keyring]'" in ecwid("get", "profile").err
    assert add("other").code == 0
    assert profiles(ecwid)[1]["token_in"] == "file"


def test_a_failed_write_keeps_the_profiles(ecwid, add, monkeypatch):
    add("shop")
    before = profiles_path().read_bytes()

    def refuse(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", refuse)
    outcome = add("other")
    assert outcome.code == 5
    assert "No space left on device" in outcome.err
    assert profiles_path().read_bytes() == before
    assert {file.name for file in profiles_path().parent.iterdir()} == {"profiles.json", ".profiles.lock"}


def test_commands_at_the_same_time_keep_each_other_s_profiles(ecwid, add, monkeypatch):
    """Each reads the file and writes it under a lock."""
    add("shop")
    write = Profiles.write
    threads = ThreadPoolExecutor()
    others = []

    def write_slowly(self):
        monkeypatch.setattr(Profiles, "write", write)
        others.append(threads.submit(run, ["profile", "default", "--none"]))
        # Without a lock the other command is over before this one writes.
        wait(others, timeout=0.5)
        write(self)

    monkeypatch.setattr(Profiles, "write", write_slowly)
    with threads:
        assert add("outlet").code == 0
        assert others[0].result(60) == 0
    assert list(Profiles.read().by_name) == ["shop", "outlet"]
    assert Profiles.read().default is None


def test_a_command_that_waits_for_another_one_in_vain_says_so(ecwid, add, monkeypatch):
    add("shop")
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    with Profiles.read_locked():
        outcome = add("outlet")
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    assert "another ecwid profile command is running" in outcome.err
    assert add("outlet").code == 0


def test_a_profile_that_another_command_adds_meanwhile_is_not_replaced(ecwid, add, memory_keyring, monkeypatch):
    other = Profile(name="shop", store_id=DEMO_STORE_ID, token=Secret("secret_other"))

    class Typing(io.StringIO):
        def readline(self):
            Profiles(by_name={"shop": other}).write()
            return f"{TOKEN}\n"

    monkeypatch.setattr("sys.stdin", Typing())
    outcome = ecwid("profile", "add", "shop", "--store-id", DEMO_STORE_ID)
    assert outcome.code == 2
    assert "add --replace" in outcome.err
    assert "secret_other" in profiles_path().read_text()
    assert not memory_keyring.tokens


@pytest.mark.skipif(os.name != "posix", reason="links")
def test_a_file_that_is_a_link_stays_one(ecwid, add, tmp_path):
    """A removed token would stay in the file that it leads to."""
    add("shop")
    target = tmp_path / "elsewhere" / "profiles.json"
    target.parent.mkdir()
    profiles_path().rename(target)
    profiles_path().symlink_to(target)
    assert ecwid("profile", "remove", "shop").code == 0
    assert profiles_path().is_symlink()
    assert TOKEN not in target.read_text()
    assert target.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("in_file", [True, False])
def test_an_invalid_token_of_a_profile_names_the_profile(ecwid, add, memory_keyring, base_url, in_file):
    add("shop", "--base-url", base_url, *(["--in-file"] if in_file else []))
    if in_file:
        profiles_path().write_text(profiles_path().read_text().replace(TOKEN, "secret_a b"))
    else:
        memory_keyring.tokens = dict.fromkeys(memory_keyring.tokens, "secret_a b")
    outcome = ecwid("get", "profile")
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    assert "the token of the profile shop is invalid" in outcome.err
    assert "ECWID_" not in outcome.err
    assert "secret_a" not in outcome.err


def test_a_refused_token_of_the_environment_names_its_variables(ecwid, served, monkeypatch):
    monkeypatch.setenv("ECWID_TOKEN", "secret_wrong")
    outcome = ecwid("get", "profile")
    assert outcome.code == 3
    assert outcome.err.endswith("The store and the token are those in ECWID_STORE_ID and ECWID_TOKEN.\n")


def test_an_error_of_the_api_names_the_profile(ecwid, add, base_url):
    add("shop", "--base-url", base_url, token="secret_wrong")
    outcome = ecwid("get", "profile")
    assert outcome.code == 3
    assert "ECWID_" not in outcome.err
    assert outcome.err.endswith("The store and the token are those of the profile shop.\n")


def test_a_profile_shows_no_token():
    assert TOKEN not in repr(Profile(name="shop", store_id=5, token=Secret(TOKEN)))


@pytest.mark.skipif(os.name != "posix", reason="a pseudo-terminal")
def test_a_terminal_does_not_show_what_is_typed(tmp_path):
    screen, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", "from ecwid_async.cli import main; main()", "profile", "add", "shop"],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        cwd=tmp_path,
        start_new_session=True,
    )
    os.close(terminal)
    shown = b""

    def read_until(text):
        nonlocal shown
        while text not in shown:
            try:
                received = os.read(screen, 1000)
            except OSError:  # the process has ended
                break
            shown += received
        assert text in shown

    read_until(b"Store id: ")
    os.write(screen, b"1003\n")
    read_until(b"Token (not shown): ")
    os.write(screen, f"{TOKEN}\n".encode())
    read_until(b"shop is the default")
    os.close(screen)
    assert process.wait(60) == 0
    assert TOKEN.encode() not in shown
    assert TOKEN in profiles_path().read_text()
