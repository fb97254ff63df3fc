"""An app that changes entities in its handlers does not go on for ever, and loses no change of others."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecwid_async.apps import LoopLimit, ReceivedEvent, WebhookLoop, WebhookOutcome
from ecwid_async.apps.webhooks.loop_guard import LoopGuard
from ecwid_async.apps.webhooks.own_writes import EntityState, OwnWrites
from ecwid_async.errors import ConfigError, NotFound
from ecwid_async.models.categories import Category
from ecwid_async.models.products import Product, ProductDraft
from ecwid_async.sandbox import sample_event
from tests.apps.webhooks.installed_app import STORE, InstalledApp

KEY = ("index", 1003, "product.updated", "7")


class Products(InstalledApp):
    """An app whose handler brings the name of products into upper case."""

    def __init__(self, *, compares: bool, skip_unchanged: bool = False, **settings) -> None:
        super().__init__(**settings)
        self.seen: list[str | None] = []
        self.fails = 0

        @self.webhooks.on("product.updated", skip_unchanged=skip_unchanged)
        async def index(event: ReceivedEvent) -> None:
            product = await event.fetch()
            self.seen.append(product.name)
            if self.fails:
                self.fails -= 1
                raise OSError
            if not compares or product.name != product.name.upper():
                await event.store.products.update(product.id, ProductDraft(name=product.name.upper()))

        self.product = self.api.post("/products", {"name": "lamp", "price": 10})["id"]
        self.sandbox.deliveries.clear()

    def edit(self, name: str, **fields: object) -> None:
        """The owner of the store changes the product."""
        self.clock.now += 2
        self.api.put(f"/products/{self.product}", {"name": name, **fields})

    @property
    def name(self) -> str:
        return str(self.api.get(f"/products/{self.product}")["name"])


async def test_a_handler_that_compares_ends_its_loop_itself():
    app = Products(compares=True)
    app.edit("chair")
    assert await app.settle() < 5
    assert app.seen == ["chair", "CHAIR"]


async def test_an_event_about_an_own_write_that_changed_nothing_is_skipped():
    app = Products(compares=False, skip_unchanged=True)
    app.edit("chair")
    assert await app.settle() < 5
    # Once for the owner, and once for the own write. What that left is known.
    assert app.seen == ["chair", "CHAIR"]
    assert app.outcomes() == [WebhookOutcome.HANDLED, WebhookOutcome.HANDLED, WebhookOutcome.SKIPPED]


@pytest.mark.parametrize("name", ["chair", "CHAIR", "table"])
async def test_a_change_of_the_owner_is_handled_although_own_writes_are_skipped(name):
    app = Products(compares=False, skip_unchanged=True)
    app.edit("chair")
    await app.settle()
    app.seen.clear()
    app.edit(name, price=11)
    await app.settle()
    assert app.seen[0] == name
    assert app.name == name.upper()


async def test_a_change_during_the_handler_is_handled():
    """It lies between the write and the read after it, and must not be taken for the own write."""
    app = Products(compares=False, skip_unchanged=True)
    update = app.sandbox.handle
    changed = False

    def handle(request):
        nonlocal changed
        response = update(request)
        if request.method == "PUT" and not changed:
            changed = True
            app.edit("table")
        return response

    app.edit("chair")
    app.sandbox.handle = handle  # type: ignore[method-assign]
    await app.settle()
    assert changed
    assert "table" in app.seen
    assert app.name == "TABLE"


async def test_a_change_that_was_reversed_is_handled():
    """Another process may have handled the state in between."""
    app = Products(compares=False, skip_unchanged=True)
    app.edit("CHAIR")
    await app.settle()
    app.seen.clear()
    app.edit("table")
    app.sandbox.deliveries.clear()  # that process gets this one
    app.edit("CHAIR")
    await app.settle()
    assert app.seen[0] == "CHAIR"


async def test_all_events_about_the_same_version_are_skipped():
    app = Products(compares=False, skip_unchanged=True)
    app.edit("CHAIR")
    await app.settle()
    app.seen.clear()
    for _ in range(3):
        now = int(app.clock.now)
        app.sandbox.emit(sample_event("product.updated", entity_id=app.product, event_created=now))
    app.outcomes()
    await app.settle()
    assert app.outcomes() == [WebhookOutcome.SKIPPED] * 3
    assert app.seen == []


async def test_a_run_that_failed_is_retried_and_not_skipped():
    app = Products(compares=False, skip_unchanged=True)
    app.edit("chair")
    await app.settle()
    app.fails = 1
    app.edit("CHAIR", price=11)
    await app.settle()
    app.edit("CHAIR", price=10)
    app.clock.now += 3600
    await app.settle()
    await app.webhooks.run(until_idle=True)
    assert (await app.webhooks.status()).retrying == 0
    assert app.seen.count("CHAIR") >= 3


async def test_deletions_are_never_skipped():
    app = InstalledApp()
    seen = []

    @app.webhooks.on("product.*", skip_unchanged=True)
    async def index(event: ReceivedEvent) -> None:
        seen.append((event.event_type, (await event.fetch_or_none()) is None))

    product = app.api.post("/products", {"name": "lamp", "price": 10})["id"]
    await app.settle()
    app.api.delete(f"/products/{product}")
    await app.settle()
    assert seen == [("product.created", False), ("product.deleted", True)]


async def test_the_read_for_the_comparison_is_the_first_fetch():
    app = Products(compares=True, skip_unchanged=True)
    app.edit("CHAIR")
    await app.settle()
    app.edit("TABLE")
    app.requests()
    await app.settle()
    assert app.requests() == [f"GET /products/{app.product}"]


async def test_a_loop_is_broken_and_its_event_can_be_replayed():
    app = Products(compares=False, loop_limit=LoopLimit(runs=5, seconds=600))
    app.edit("chair")
    assert await app.settle() == 6
    assert app.seen == ["chair", *["CHAIR"] * 4]
    (dead,) = [each async for each in app.inbox.dead()]
    assert (dead.error_class, dead.attempts) == ("WebhookLoop", 1)
    assert "index wrote to store 1003 in each of 5 runs" in dead.error_message
    # Within that time, the next events of this product end so, too: those of others don't.
    app.edit("table")
    other = app.api.post("/products", {"name": "lamp", "price": 10})["id"]
    app.api.put(f"/products/{other}", {"name": "lamps"})
    await app.sandbox.deliveries.deliver_due()
    app.sandbox.deliveries.clear()
    await app.webhooks.run(until_idle=True)
    assert app.seen[5:] == ["lamps"]
    # Later they are handled again, and so is what is replayed.
    app.clock.now += 601
    assert await app.inbox.replay("all") == 2
    await app.webhooks.run(until_idle=True)
    assert app.seen[6:] == ["table", "TABLE"]


async def test_there_may_be_no_limit():
    app = Products(compares=False, loop_limit=None)
    app.edit("chair")
    assert await app.settle(rounds=40) == 40
    assert (await app.webhooks.status()).dead == 0


async def test_a_loop_over_two_entities_is_broken():
    app = InstalledApp(loop_limit=LoopLimit(runs=5))
    numbers = [app.api.post("/products", {"name": "lamp", "price": 10})["id"] for _ in range(2)]
    app.sandbox.deliveries.clear()

    @app.webhooks.on("product.updated")
    async def index(event: ReceivedEvent) -> None:
        other = numbers[1 - numbers.index(event.entity_id)]
        await event.store.products.update(other, ProductDraft(price=len(app.records)))

    app.api.put(f"/products/{numbers[0]}", {"name": "chair"})
    assert await app.settle() < 15
    assert (await app.webhooks.status()).dead == 1


async def test_a_busy_product_is_no_loop():
    """Many changes of others, to which the handler does not write, never count."""
    app = Products(compares=True, loop_limit=LoopLimit(runs=5))
    for number in range(20):
        app.edit(f"CHAIR {number}")
        await app.settle()
    assert (await app.webhooks.status()).dead == 0
    assert len(app.seen) == 20


# The parts.


def test_states_differ_in_anything_but_the_time_of_the_update():
    def state(**fields: object) -> EntityState:
        found = EntityState.of(Product.from_dict({"id": 7, "name": "lamp", "updateTimestamp": 5, **fields}))
        assert found is not None
        return found

    assert state() == state()
    assert state(updateTimestamp=6).content == state().content
    assert state(updateTimestamp=6) != state()
    assert state(name="chair").content != state().content
    assert state(unknownField=[1]).content != state().content
    # Without that time, a change and its reversal would go unnoticed.
    assert EntityState.of(Category.from_dict({"id": 7, "name": "lamps"})) is None
    assert EntityState.of(None) is None
    assert EntityState.of("lamp") is None


def test_the_guard_remembers_a_bounded_number_of_entities():
    guard = LoopGuard(LoopLimit(runs=1))
    for number in range(20_000):
        guard.record_run(("index", 1003, "product.updated", str(number)), has_written=True, state=None)
    assert len(guard._entities) == 10_000
    guard.check(("index", 1003, "product.updated", "1"))
    with pytest.raises(WebhookLoop):
        guard.check(("index", 1003, "product.updated", "19999"))


def test_runs_of_the_future_do_not_count_once_the_clock_is_set_back():
    now = 1_000_000.0
    guard = LoopGuard(LoopLimit(runs=1), clock=lambda: now)
    guard.record_run(KEY, has_written=True, state=None)
    with pytest.raises(WebhookLoop):
        guard.check(KEY)
    now -= 3600
    guard.check(KEY)


def test_a_state_is_kept_for_an_hour():
    now = 0.0
    guard = LoopGuard(None, clock=lambda: now)
    state = EntityState.of(Product.from_dict({"id": 7, "updateTimestamp": 5}))
    guard.record_run(KEY, has_written=False, state=state)
    now = 3600
    assert guard.handled_state(KEY) == state
    now = 3601
    assert guard.handled_state(KEY) is None


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 300)), max_size=60), st.integers(1, 6))
def test_a_handler_is_stopped_exactly_if_it_wrote_too_often(runs, limit):
    now = 0.0
    guard = LoopGuard(LoopLimit(runs=limit, seconds=600), clock=lambda: now)
    times: list[float] = []
    for writes, delay in runs:
        now += delay
        try:
            guard.check(KEY)
        except WebhookLoop:
            assert len([each for each in times if each > now - 600]) >= limit
            continue
        assert len([each for each in times if each > now - 600]) < limit
        guard.record_run(KEY, has_written=writes, state=None)
        times += [now] * writes


@pytest.mark.parametrize("values", [{"runs": 0}, {"runs": 10_001}, {"runs": True}, {"seconds": 0}])
def test_a_wrong_limit_is_refused(values):
    with pytest.raises(ConfigError, match="LoopLimit"):
        LoopLimit(**values)


# Random histories.

NAMES = st.sampled_from(["lamp", "LAMP", "Chair", "CHAIR"])


@settings(max_examples=30)
@given(
    st.lists(st.tuples(NAMES, st.sampled_from(["alone", "settle", "during", "lost event"])), max_size=8),
    st.booleans(),
)
async def test_no_change_of_the_owner_is_lost(changes, compares):
    """A function that writes the name in upper case has the last word, whenever the owner changes it."""
    app = Products(compares=compares, skip_unchanged=True)
    during: list[str] = []
    handle = app.sandbox.handle

    def change_while_handling(request):
        response = handle(request)
        if request.method == "PUT" and during:
            app.edit(during.pop())
        return response

    for name, how in changes:
        if how == "during":
            app.edit("table")
            during.append(name)
            app.sandbox.handle = change_while_handling  # type: ignore[method-assign]
            await app.settle()
            app.sandbox.handle = handle  # type: ignore[method-assign]
            during.clear()
        else:
            app.edit(name)
        if how == "lost event":
            # Another process handles it: its write has an event too, which is ours.
            app.sandbox.deliveries.clear()
            app.edit(name.upper())
        if how == "settle":
            await app.settle()
    await app.settle()
    await app.webhooks.run(until_idle=True)
    assert not changes or app.name == app.name.upper()
    await app.inbox.aclose()


async def test_every_kind_of_write_through_the_store_is_noticed():
    app = Products(compares=True)
    writes = OwnWrites()
    store = writes.observe(app.ecwid.store(STORE))
    assert (await store.products.get(app.product)).name == "lamp"
    assert await store.products.search().count() == 1
    assert not writes.has_written
    await store.batch([store.products.update(app.product, ProductDraft(name="chair"))])
    assert writes.has_written
    assert app.name == "chair"
    again = OwnWrites()
    store = again.observe(app.ecwid.store(STORE))
    with pytest.raises(NotFound):
        await store.products.delete(999_999_999)
    assert again.has_written
