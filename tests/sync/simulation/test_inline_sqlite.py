"""Calls to SQLite without threads, their failures, and processes that end in the middle of them."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from tests.simulation import Network
from tests.sync.simulation.inline_sqlite import StatementFault, Statements, inline_sqlite


class Idle(Network):
    """A network without requests."""

    def __init__(self) -> None:
        super().__init__(0.0, max_requests=0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE item (id INTEGER)")
    connection.close()
    return path


def rows(path: Path) -> list[int]:
    connection = sqlite3.connect(path)
    try:
        return [row[0] for row in connection.execute("SELECT id FROM item ORDER BY id")]
    finally:
        connection.close()


def open_engine(path: Path) -> AsyncEngine:
    return create_async_engine(f"sqlite+aiosqlite:///{path}")


async def insert(engine: AsyncEngine, number: int, *, pause: float = 0.0) -> None:
    async with engine.begin() as connection:
        await connection.exec_driver_sql("BEGIN IMMEDIATE")
        await connection.exec_driver_sql("INSERT INTO item VALUES (?)", (number,))
        await asyncio.sleep(pause)


def test_transactions_wait_for_each_other(path: Path) -> None:
    world, statements = Idle(), Statements()

    async def main() -> None:
        first, second = open_engine(path), open_engine(path)
        await asyncio.gather(insert(first, 1, pause=3.0), insert(second, 2))
        await first.dispose()
        await second.dispose()

    with inline_sqlite(statements):
        world.run(main())
    assert rows(path) == [1, 2]
    assert 3.0 <= world.now < 4.0


@pytest.mark.parametrize(
    ("fault", "expected"),
    [("refused", []), ("full", []), ("unacknowledged", [1]), ("killed", [1]), ("killed before", [])],
)
def test_a_commit_can_fail(path: Path, fault: StatementFault, expected: list[int]) -> None:
    world, statements = Idle(), Statements()

    async def main() -> None:
        engine = open_engine(path)
        async with engine.begin() as connection:
            await connection.exec_driver_sql("SELECT 1")
        # The third one is the commit.
        statements.plan(3, fault)
        with pytest.raises(OperationalError):
            await insert(engine, 1)
        await engine.dispose()

    with inline_sqlite(statements):
        world.run(main())
    assert statements.failed
    assert rows(path) == expected


def test_nothing_can_be_written_after_the_process_was_killed(path: Path) -> None:
    world, statements = Idle(), Statements()
    statements.plan(2, "killed")

    async def main() -> None:
        engine = open_engine(path)
        for number in (1, 2):
            with pytest.raises(OperationalError):
                await insert(engine, number)
        await engine.dispose()

    with inline_sqlite(statements):
        world.run(main())
        assert rows(path) == []
        statements.revive()

        async def again() -> None:
            engine = open_engine(path)
            await insert(engine, 3)
            await engine.dispose()

        world.run(again())
    assert rows(path) == [3]
