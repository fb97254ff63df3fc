"""Two users install and remove the app in any order, with links that are reloaded, late or passed to the other user."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from ecwid_async import Ecwid, EcwidError
from ecwid_async.apps import IncomingRequest, Installation, Installs, Uninstalls
from ecwid_async.sandbox import App, Sandbox, Switches
from ecwid_async.tokens import MemoryTokens
from tests.apps.oauth.browser import Browser, code_of, header
from tests.apps.oauth.conftest import CLIENT_SECRET, REDIRECT, SCOPES
from tests.sandbox.api import Clock

T = TypeVar("T")

STORES = st.sampled_from([1003, 1004])
USERS = st.sampled_from(["alice", "mallory"])


class Installing(RuleBasedStateMachine):
    consents = Bundle("consents")
    callbacks = Bundle("callbacks")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.clock = Clock()
        self.sandbox = Sandbox(clock=self.clock, requests_per_minute=None)
        for store_id in (1003, 1004):
            self.sandbox.add_store(store_id, token="secret_other")
        self.sandbox.add_app(
            App(client_id="app", client_secret=CLIENT_SECRET, scopes=frozenset(SCOPES), redirect_uri=REDIRECT)
        )
        self.tokens = MemoryTokens()
        self.ecwid = Ecwid(transport=self.sandbox, tokens=self.tokens)
        self.user = "alice"
        self.installations: list[Installation] = []
        self.forgotten: list[int] = []
        self.opened: set[str] = set()
        """The codes that reached the token endpoint."""
        self.installs = Installs(
            self.ecwid,
            self.tokens,
            redirect_uri=REDIRECT,
            scopes=SCOPES,
            client_id="app",
            client_secret=CLIENT_SECRET,
            transport=self.sandbox.authorization,
            on_install=self.on_install,
            current_user=self.current_user,
            clock=self.clock,
        )
        self.uninstalls = Uninstalls(self.ecwid, self.tokens, on_uninstall=self.on_uninstall)
        self.browsers = {user: Browser(self.sandbox, self.installs) for user in ("alice", "mallory")}

    async def on_install(self, installation: Installation) -> None:
        self.installations.append(installation)

    async def on_uninstall(self, store_id: int) -> None:
        self.forgotten.append(store_id)

    async def current_user(self, _: IncomingRequest) -> str:
        return self.user

    def run_async(self, work: Awaitable[T]) -> T:
        async def run() -> T:
            return await work

        return self.runner.run(run())

    @rule(target=consents, user=USERS)
    def start(self, user: str) -> tuple[str, str]:
        self.user = user
        return user, self.run_async(self.browsers[user].start())

    @rule(target=callbacks, consent=consents, store_id=STORES, accept=st.booleans())
    def decide(self, consent: tuple[str, str], store_id: int, accept: bool) -> tuple[str, str, bool]:
        began, url = consent
        return began, self.browsers[began].decide(url, store_id=store_id, accept=accept), accept

    @rule(callback=callbacks, user=USERS)
    def open(self, callback: tuple[str, str, bool], user: str) -> None:
        """The callback is opened, perhaps again, and perhaps by the other user."""
        began, url, accepted = callback
        self.user = user
        before, requests = len(self.installations), len(self.sandbox.authorization.requests)
        response = self.run_async(self.browsers[user].open(url))
        exchanged = len(self.sandbox.authorization.requests) - requests
        if not accepted:
            assert (response.status, exchanged) == (403, 0)
            return
        code = code_of(url)
        assert exchanged <= 1
        if code in self.opened:
            assert exchanged == 0
            assert response.status in (403, 409)
        if exchanged:
            self.opened.add(code)
        installed = self.installations[before:]
        assert bool(installed) == (response.status == 303)
        for installation in installed:
            assert header(response, "Location") == "/ecwid/callback?installed"
            assert installation.user in (None, user)
            if installation.user is not None:
                assert installation.origin == "app"
            if "state=" in url:
                assert (began, installation.origin) == (user, "app")

    @rule(returned=st.booleans())
    def switch_state(self, returned: bool) -> None:
        self.sandbox.set_switches(Switches(redirect_state=returned))

    @rule(store_id=STORES)
    def remove(self, store_id: int) -> None:
        self.sandbox.uninstall("app", store_id)

    @rule(store_id=STORES)
    def use(self, store_id: int) -> None:
        """The app uses the store, and may notice that it was removed."""

        async def work() -> int | None:
            call = self.ecwid.store(store_id).profile.get()
            return (await call.response()).status

        try:
            assert self.run_async(work()) == 200
        except EcwidError:
            assert "app" not in self.sandbox.stores[store_id].installs
        else:
            assert "app" in self.sandbox.stores[store_id].installs

    @rule(store_id=STORES)
    def confirm(self, store_id: int) -> None:
        """An event about the removal arrives, at any time."""
        self.forgotten.clear()
        state = self.run_async(self.uninstalls.confirm(store_id))
        is_installed = "app" in self.sandbox.stores[store_id].installs
        assert state == ("installed" if is_installed else "uninstalled")
        assert self.forgotten == ([] if is_installed else [store_id])

    @rule(seconds=st.sampled_from([1, 200, 1000]))
    def wait(self, seconds: int) -> None:
        self.clock.now += seconds

    @invariant()
    def the_stored_token_is_the_valid_one(self) -> None:
        for store_id, store in self.sandbox.stores.items():
            if "app" in store.installs:
                assert self.run_async(self.tokens.get(store_id)) == store.installs["app"].token

    def teardown(self) -> None:
        self.runner.close()


Installing.TestCase.settings = settings(
    max_examples=30, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
TestInstalling = Installing.TestCase
