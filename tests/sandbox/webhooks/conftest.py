"""A store in which an app that gets webhooks is installed."""

import pytest

from tests.sandbox.api import Api, Clock
from tests.sandbox.webhooks.apps import Receiver, empty_store


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def api(clock: Clock, receiver: Receiver) -> Api:
    return empty_store(clock, receiver)
