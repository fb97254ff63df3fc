"""``ecwid webhooks inbox``: what waits in an inbox, and the events that are no longer retried."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

from cyclopts import Group, Parameter
from cyclopts.validators import Number

from ecwid_async.cli.exit_codes import UsageError
from ecwid_async.cli.render import FittedTable, indent_json, write_json, write_table
from ecwid_async.cli.urls import has_password

if TYPE_CHECKING:
    from rich.table import Table

    from ecwid_async.apps import DeadEvent, Inbox, InboxStatus
    from ecwid_async.apps.inbox import DeadIds

__all__ = ["InboxArguments", "dead", "delete", "replay", "show", "status"]

T = TypeVar("T")

_VARIABLE: Final = "ECWID_INBOX"
_INBOX = Group("Inbox")

_EventId = Annotated[int, Parameter(validator=Number(gte=1, lt=2**63), negative=())]
_StoreId = Annotated[int | None, Parameter(validator=Number(gte=1, lt=2**63), help="Only events of this store.")]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class InboxArguments:
    """The inbox."""

    inbox: Annotated[str | None, Parameter(group=_INBOX)] = None
    "sqlite:///inbox.db or postgresql://…, without a password; with one, set it as ECWID_INBOX."
    name: Annotated[str | None, Parameter(group=_INBOX)] = None
    "Name of the inbox, if several are in one database of PostgreSQL. By default ecwid_inbox."

    def run(self, work: "Callable[[Inbox], Coroutine[None, None, T]]") -> T:
        """Do something with the inbox. It is not created."""
        from ecwid_async.apps import open_inbox

        url = self._find_url()

        async def main() -> T:
            async with open_inbox(url, name=self.name, create=False) as inbox:
                return await work(inbox)

        return asyncio.run(main())

    def _find_url(self) -> str:
        if self.inbox is None:
            url = os.environ.get(_VARIABLE)
            if not url:
                raise UsageError(f"which inbox? Pass --inbox URL, or set {_VARIABLE}.")
            return url
        if has_password(self.inbox):
            raise UsageError(
                f"other users can see the command line: set the URL with the password as {_VARIABLE}, and leave "
                "--inbox out."
            )
        return self.inbox


def status(
    *,
    json: Annotated[bool, Parameter(help="Print one JSON object.")] = False,
    arguments: InboxArguments | None = None,
) -> None:
    """Print how many events wait, are in progress, are retried and dead, and how old the oldest one is."""

    async def read(inbox: "Inbox") -> "InboxStatus":
        return await inbox.status()

    found = (arguments or InboxArguments()).run(read)
    if json:
        import msgspec
        from attrs import asdict

        write_json(msgspec.json.encode(asdict(found)).decode())
        return
    age = found.oldest_age
    rows = {
        "waiting": f"{found.waiting:,}",
        "in progress": f"{found.in_progress:,}",
        "retrying": f"{found.retrying:,}",
        "dead": f"{found.dead:,}",
        "handled in the last hour": f"{found.handled:,}",
        "oldest": "none" if age is None else f"{age:,.0f} s",
        "running": "yes" if found.is_running else "no: nothing handles events",
    }
    sys.stdout.writelines(f"{name}: {value}\n" for name, value in rows.items())


def dead(*, store: _StoreId = None, arguments: InboxArguments | None = None) -> None:
    """Print the events that are no longer retried, oldest first. In a pipe, each one is a JSON object on a line."""
    is_empty = (arguments or InboxArguments()).run(
        lambda inbox: _print_table(inbox, store) if sys.stdout.isatty() else _print_lines(inbox, store)
    )
    if is_empty:
        sys.stderr.write("No events are dead.\n")


def show(
    event_id: Annotated[
        int, Parameter(validator=Number(gte=1, lt=2**63), help="The id that ecwid webhooks inbox dead prints.")
    ],
    /,
    *,
    body: Annotated[
        bool, Parameter(help="Print the body of the webhook as it was received, which may have personal data.")
    ] = False,
    arguments: InboxArguments | None = None,
) -> None:
    """Print a dead event, and why it is dead."""

    async def read(inbox: "Inbox") -> "tuple[bytes, DeadEvent]":
        event = await inbox.read(event_id)
        if event is not None:
            async for each in inbox.dead(store_id=event.store_id):
                if each.id == event_id:
                    return event.body, each
        raise _no_such_events([event_id])

    content, found = (arguments or InboxArguments()).run(read)
    if not body:
        write_json(indent_json(_to_json(found)) or "")
    elif sys.stdout.isatty():
        write_json(indent_json(content) or content.decode(errors="replace"))
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)


def replay(
    *event_ids: _EventId,
    everything: Annotated[bool, Parameter(name="--all", help="Replay all dead events.")] = False,
    arguments: InboxArguments | None = None,
) -> None:
    """Let dead events be handled again, with all their attempts, by the processes that run."""
    count = _change(event_ids, lambda inbox: inbox.replay, everything=everything, arguments=arguments)
    sys.stdout.write(f"{_count(count)} will be handled again\n")


def delete(
    *event_ids: _EventId,
    everything: Annotated[bool, Parameter(name="--all", help="Delete all dead events.")] = False,
    arguments: InboxArguments | None = None,
) -> None:
    """Delete dead events. Their ids are remembered for two days, so that repeated webhooks are not handled."""
    count = _change(event_ids, lambda inbox: inbox.delete, everything=everything, arguments=arguments)
    sys.stdout.write(f"{_count(count)} deleted\n")


def _change(
    event_ids: Sequence[int],
    method: "Callable[[Inbox], Callable[[DeadIds], Awaitable[int]]]",
    *,
    everything: bool,
    arguments: InboxArguments | None,
) -> int:
    """Change these dead events or all, and return how many. Raises `UsageError` if some are not there."""
    if bool(event_ids) == everything:
        raise UsageError("which events? Pass either their ids or --all.")

    async def change(inbox: "Inbox") -> tuple[int, list[int]]:
        if everything:
            return await method(inbox)("all"), []
        results = {each: await method(inbox)([each]) for each in dict.fromkeys(event_ids)}
        return sum(results.values()), [each for each, changed in results.items() if not changed]

    count, missing = (arguments or InboxArguments()).run(change)
    if missing:
        if count:
            sys.stdout.write(f"{_count(count)} changed\n")
        raise _no_such_events(missing)
    return count


def _no_such_events(event_ids: Sequence[int]) -> UsageError:
    ids = ", ".join(map(str, event_ids))
    return UsageError(f"there are no dead events with these ids: {ids}. ecwid webhooks inbox dead prints all.")


def _count(events: int) -> str:
    return f"{events:,} event{'' if events == 1 else 's'}"


def _to_json(event: "DeadEvent") -> bytes:
    import msgspec
    from attrs import asdict

    times = {"received_at": _time(event.received_at), "failed_at": _time(event.failed_at)}
    return msgspec.json.encode({**asdict(event), **times})


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


async def _print_lines(inbox: "Inbox", store: int | None) -> bool:
    is_empty = True
    async for event in inbox.dead(store_id=store):
        sys.stdout.write(f"{_to_json(event).decode()}\n")
        is_empty = False
    return is_empty


# Rows that a terminal shows.
_MAX_ROWS: Final = 1000


async def _print_table(inbox: "Inbox", store: int | None) -> bool:
    events: list[DeadEvent] = []
    async for event in inbox.dead(store_id=store):
        if len(events) == _MAX_ROWS:
            sys.stderr.write(f"Only the oldest {_MAX_ROWS:,} are shown: pipe the output to see all of them.\n")
            break
        events.append(event)
    if events:
        write_table(FittedTable(lambda without: _build_table(events, without), optional=("received", "attempts")))
    return not events


def _build_table(events: "Sequence[DeadEvent]", without: Sequence[str]) -> "Table":
    from rich.table import Table

    columns: dict[str, Callable[[DeadEvent], str]] = {
        "id": lambda event: str(event.id),
        "received": lambda event: _time(event.received_at),
        "failed": lambda event: _time(event.failed_at),
        "store": lambda event: str(event.store_id),
        "type": lambda event: event.event_type,
        "entity": lambda event: event.entity_id,
        "attempts": lambda event: str(event.attempts),
        "error": lambda event: f"{event.error_class}: {event.error_message}",
    }
    shown = {name: column for name, column in columns.items() if name not in without}
    table = Table(box=None, pad_edge=False)
    for name in shown:
        # What comes from a webhook may be long, and must not push the id out.
        table.add_column(name, no_wrap=name not in ("type", "entity", "error"), overflow="fold")
    for event in events:
        table.add_row(*(column(event) for column in shown.values()))
    return table
