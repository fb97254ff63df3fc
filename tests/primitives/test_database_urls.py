"""URLs of databases whose password has an @ or a /."""

import pytest

from ecwid_async.primitives.database_urls import has_password_elsewhere


@pytest.mark.parametrize(
    ("url", "host", "database", "found"),
    [
        ("postgresql://user:word@host/shop", "host", "shop", False),
        ("postgresql://user:pass@word@host/shop", "word@host", "shop", True),
        ("postgresql://user:pass@w/ord@host/shop", "w", "ord@host/shop", True),
        ("postgresql://user:word@host/shop%401", "host", "shop@1", False),
        ("postgresql://user:word@/shop?host=@socket", "@socket", "shop", False),
        ("sqlite:////home/me@home/shop@1.db", None, "/home/me@home/shop@1.db", False),
        ("postgresql://", None, None, False),
    ],
)
def test_a_part_of_the_password_is_found_in_the_host_or_the_database(
    url: str, host: str | None, database: str | None, found: bool
) -> None:
    assert has_password_elsewhere(url, host, database) is found
