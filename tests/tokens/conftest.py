"""Fixtures of the tests with databases."""

import sqlite3
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from ecwid_async.tokens import SQLTokens, new_key

Open = Callable[..., SQLTokens]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database of each kind, without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'tokens.db'}"
    return str(request.getfixturevalue("postgresql_url"))


@pytest.fixture
def key() -> str:
    return new_key()


@pytest.fixture
async def open_tokens(url: str, key: str) -> AsyncIterator[Open]:
    """Opens the tokens of the database, by default with the key of the test."""
    opened: list[SQLTokens] = []

    def open_with(*keys: str) -> SQLTokens:
        opened.append(SQLTokens(url, keys=keys or [key]))
        return opened[-1]

    yield open_with
    for tokens in opened:
        await tokens.aclose()


@pytest.fixture
def tokens(open_tokens: Open) -> SQLTokens:
    return open_tokens()


@pytest.fixture
def execute(url: str) -> Callable[[str], list[Any]]:
    """Executes a statement in the database, as somebody else would."""

    def run(statement: str) -> list[Any]:
        engine = create_engine(make_url(url))
        with engine.begin() as connection:
            result = connection.execute(text(statement))
            rows = [tuple(row) for row in result] if result.returns_rows else []
        engine.dispose()
        return rows

    return run


@pytest.fixture
def sqlite_file(tmp_path: Path) -> Path:
    return tmp_path / "tokens.db"


def dump(file: Path) -> bytes:
    """The contents of a SQLite database, with what is in its log."""
    with closing(sqlite3.connect(file)) as connection:
        return "\n".join(connection.iterdump()).encode() + file.read_bytes()


def shown_by(error: BaseException) -> str:
    """The errors in the chain, with the local variables of all frames but those of the tests."""
    texts, chain, seen = [], [error], set[int]()
    while chain:
        link = chain.pop()
        if id(link) in seen:
            continue
        seen.add(id(link))
        texts.append(f"{link} {link!r} {vars(link)!r} {link.args!r}")
        for frame, _ in traceback.walk_tb(link.__traceback__):
            if "/tests/" not in frame.f_code.co_filename:
                texts += [f"{name}={value!r}" for name, value in frame.f_locals.items()]
        chain += [further for further in (link.__cause__, link.__context__) if further is not None]
    assert any("=" in text for text in texts)
    return "\n".join(texts)
