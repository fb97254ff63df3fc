"""Snapshots of a sandbox: its stores, apps and webhooks at one time."""

from typing import TYPE_CHECKING, Final

from attrs import fields

from ecwid_async.sandbox.state import App, StateCopy

if TYPE_CHECKING:
    from ecwid_async.sandbox.sandbox import Sandbox

__all__ = ["Snapshot"]

_SETTINGS: Final = ("switches", "requests_per_minute")
_APP_FIELDS: Final = tuple(each.name for each in fields(App))


class Snapshot:
    """The state of a sandbox at one time: `Sandbox.snapshot` takes one, `Sandbox.restore` returns to it.

    It contains the stores with everything in them, also batches in progress, writes that searches do not show yet,
    tokens and their used quota, the apps, codes of the consent page, and the webhooks. It does not contain the clock,
    the faults and the log of requests.
    """

    def __init__(self, sandbox: "Sandbox") -> None:
        self.taken = sandbox.clock()
        """When it was taken, by the clock of the sandbox, in Unix seconds."""
        self.sizes = {store.id: store.size for store in sandbox.stores.values()}
        """The number of items of each store, by its id."""
        self._sandbox = sandbox
        self._stores = dict(sandbox.stores)
        self._apps = dict(sandbox.apps)
        self._copies = [
            StateCopy(sandbox, _SETTINGS),
            sandbox.authorization.copy_state(),
            sandbox.deliveries.copy_state(),
            *(StateCopy(app, _APP_FIELDS) for app in self._apps.values()),
            *(store.copy_state() for store in self._stores.values()),
        ]

    def __repr__(self) -> str:
        return f"<Snapshot of {len(self._stores)} stores>"

    def restore(self, sandbox: "Sandbox") -> None:
        """See `Sandbox.restore`."""
        if sandbox is not self._sandbox:
            raise ValueError("this is a snapshot of another sandbox: take one of this sandbox")
        # Others hold on to these dicts.
        sandbox.stores.clear()
        sandbox.stores.update(self._stores)
        sandbox.apps.clear()
        sandbox.apps.update(self._apps)
        for copy in self._copies:
            copy.restore()
