"""``ecwid sync wake``, ``mark`` and ``confirm-deletions``: what somebody knows about single stores of a mirror."""

import asyncio
import sys
from collections.abc import Sequence
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from ecwid_async.cli.exit_codes import UsageError
from ecwid_async.cli.sync import DatabaseURL, existing_database_url, section_names

__all__ = ["confirm_deletions", "mark", "wake"]

_StoreId = Annotated[int, Parameter(validator=Number(gte=1), negative=())]


def wake(*store_ids: _StoreId, to: DatabaseURL = None) -> int:
    """Synchronize stores of a fleet at once, also those that wait after a failure.

    For example once a store has a new token. Sends no requests: the running fleet does, within some seconds.
    """
    if not store_ids:
        raise UsageError("which stores? Pass their ids.")
    unknown = asyncio.run(_wake(existing_database_url(to), list(dict.fromkeys(store_ids))))
    woken = len(set(store_ids)) - len(unknown)
    sys.stdout.write(f"{woken:,} {'store is' if woken == 1 else 'stores are'} due now\n")
    if unknown:
        ids = ", ".join(map(str, unknown))
        sys.stderr.write(f"ecwid: not in a fleet of this database: {ids}. Add them to its list of stores first.\n")
        return 2
    return 0


async def _wake(url: str, store_ids: Sequence[int]) -> list[int]:
    """Wake stores, and return those that are in no fleet."""
    from ecwid_async.sync import Mirror
    from ecwid_async.sync import wake as wake_stores

    async with Mirror(url, create=False) as mirror:
        return [store_id for store_id in store_ids if not await wake_stores(mirror, store_id)]


def mark(
    store_id: _StoreId,
    section: str,
    /,
    *ids: Annotated[str, Parameter(allow_leading_hyphen=True)],
    to: DatabaseURL = None,
) -> None:
    """Remember that items of a store may have changed, and wake the store. The next round reads them.

    For items of webhooks. An item that is marked several times is read once.
    """
    if not ids:
        raise UsageError("which items? Pass their ids.")
    (name,) = section_names([section])
    asyncio.run(_mark(existing_database_url(to), store_id, name, ids))
    sys.stdout.write(f"{len(set(ids)):,} {'item' if len(set(ids)) == 1 else 'items'} marked\n")


async def _mark(url: str, store_id: int, section: str, ids: Sequence[str]) -> None:
    from ecwid_async.sync import Mirror
    from ecwid_async.sync import wake as wake_stores

    async with Mirror(url, create=False) as mirror:
        await mirror.mark(store_id, section, *ids)
        await wake_stores(mirror, store_id)


def confirm_deletions(store_id: _StoreId, /, *sections: str, to: DatabaseURL = None) -> None:
    """Continue the deletions of sections of a store that stopped because too many items were gone."""
    if not sections:
        raise UsageError("which sections? ecwid sync status --store ID shows those that are stopped.")
    asyncio.run(_confirm(existing_database_url(to), store_id, section_names(sections)))


async def _confirm(url: str, store_id: int, sections: Sequence[str]) -> None:
    from ecwid_async.sync import Mirror
    from ecwid_async.sync import wake as wake_stores

    async with Mirror(url, create=False) as mirror:
        for name in sections:
            if not await mirror.confirm_deletions(store_id, name):
                raise UsageError(f"no deletions of {name} in store {store_id} wait for a confirmation.")
        await wake_stores(mirror, store_id)
