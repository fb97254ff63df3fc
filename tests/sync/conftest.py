"""Databases for the tests of the mirror."""

from tests.postgresql import postgresql_server, postgresql_url  # noqa: F401  # fixtures
