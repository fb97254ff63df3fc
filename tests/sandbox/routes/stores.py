"""Stores for the tests of endpoints."""

from typing import Any

from ecwid_async.sandbox import Sandbox, Switches
from tests.sandbox.api import Api, Clock

NOW = 1_725_434_411
FILE_OPTION = "Ваш файл / photo + text"


def empty_store(**switches: Any) -> Api:
    """An empty store whose clock stands still at `NOW`."""
    sandbox = Sandbox(clock=Clock(NOW), requests_per_minute=None, switches=Switches(**switches))
    sandbox.add_store(1003, token="t")
    return Api(sandbox, store_id=1003, token="t")
