"""The identity of the embedded demo store."""

import pytest

from ecwid_async.cli.store import DemoStoreOptions, StoreOptions, choose_store, demo_store


def embedded_url(**sizes):
    return choose_store(StoreOptions(sandbox=True, sizes=DemoStoreOptions(**sizes)), shown=False).transport.base_url


def test_every_command_with_the_same_options_uses_the_same_demo_store():
    assert embedded_url(products=3, orders=1) == embedded_url(products=3, orders=1)


@pytest.mark.parametrize("other", [{"products": 4}, {"products": 3, "seed": 2}])
def test_other_options_are_another_demo_store(other):
    assert embedded_url(products=3) != embedded_url(**other)


def test_each_served_demo_store_is_another_one():
    sizes = DemoStoreOptions(products=1, orders=1, carts=1, categories=1, customers=1)
    assert demo_store(sizes, shown=False).base_url != demo_store(sizes, shown=False).base_url
