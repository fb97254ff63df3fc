"""Nothing is left out: the scenarios went through every endpoint that the API has, by every method."""

from tests.inventory.ledger import LEDGER, SPEC
from tests.resources.conftest import METHODS


def test_every_endpoint_was_asked_over_the_wire(scenarios: None) -> None:
    assert set(LEDGER.answers) == {f"{row['method']} {row['path']}" for row in SPEC.endpoints}


def test_every_method_stands_for_one_of_these_endpoints(scenarios: None) -> None:
    assert sorted(method.endpoint for method in METHODS) == sorted(LEDGER.answers)
