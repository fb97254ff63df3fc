"""Marks all tests of this folder `chaos`: ``nox -s chaos`` runs them with many more examples."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "chaos" in item.path.parts:
            item.add_marker("chaos")
