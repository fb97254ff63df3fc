"""The URL of a database for inboxes."""

import pytest

pytest.importorskip("procrastinate", reason="needs the extra `worker`")

from tests.apps.inbox.postgresql.databases import empty_database
from tests.postgresql import PostgreSQL


@pytest.fixture
async def url(postgresql_server: PostgreSQL) -> str:
    """The URL of a database whose tables are empty, if there are any."""
    return await empty_database(postgresql_server)
